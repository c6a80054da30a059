/*
 * store_trace.h
 *	  What is held about a person beside their contact.
 */
#ifndef RVO_STORE_TRACE_H
#define RVO_STORE_TRACE_H

#include "utils/jsonb.h"

/* Lists of what there is, as arrays. */
typedef struct PersonTraces
{
	Jsonb	   *merged_contacts;
	Jsonb	   *import_rejects;
	Jsonb	   *import_notes;
	Jsonb	   *kept_answers;
} PersonTraces;

/* How many there were. */
typedef struct TraceCounts
{
	int64		merged_contacts;
	int64		import_rejects;
	int64		import_notes;
	int64		kept_answers;
} TraceCounts;

extern PersonTraces rvo_store_get_traces(int client_id, int64 contact_id);
extern TraceCounts rvo_store_delete_traces(int client_id, int64 contact_id);

#endif							/* RVO_STORE_TRACE_H */
