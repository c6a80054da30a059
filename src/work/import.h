/*
 * import.h
 *	  The use cases of an import: a job, its batches, how far it is.
 */
#ifndef RVO_IMPORT_H
#define RVO_IMPORT_H

#include "shape/caller.h"
#include "store/store_import.h"

/* An import, as the procedure that reads and the functions that write share it. */
typedef struct Import
{
	/* what was asked for, and by whom */
	Claim		claim;
	Slice		source;			/* no value = none */
	int			batch_size;		/* 0 = none */
	Slice		origin;			/* for contacts that name none; no value = the client's default */
	Slice		mode_name;
	bool		upserts;		/* what mode_name says */

	int64		job;
	double		estimate;		/* rows of the source */
	int64		rows_before;	/* of this batch */

	/* one batch */
	int			nbodies;
	Jsonb	  **bodies;
	bool		finished;		/* this is the last batch */
	bool		again;			/* it lost a deadlock */
	ImportCounts counts;
	int			nrejects;
	ImportReject *rejects;
	ImportProgress progress;
} Import;

extern void rvo_import_begin(int client_id, Import *import);
extern void rvo_import_write(const Caller *caller, Import *import);
extern void rvo_import_note(int client_id, Import *import);
extern const char *rvo_import_status(int client_id, const int64 *job);

#endif							/* RVO_IMPORT_H */
