/*
 * create_outcome.h
 *	  How the creates of contacts end, counted for each client.
 */
#ifndef RVO_CREATE_OUTCOME_H
#define RVO_CREATE_OUTCOME_H

#include "datatype/timestamp.h"

/* How a create ends, as far as that is the caller's doing. */
typedef enum CreateOutcome
{
	CREATE_DONE,
	CREATE_INVALID,
	CREATE_COMPANY_NOT_FOUND,	/* or another client's */
	CREATE_DUPLICATE,
	CREATE_SUPPRESSED			/* refused by the do-not-contact list */
} CreateOutcome;

#define CREATE_OUTCOMES (CREATE_SUPPRESSED + 1)

extern void rvo_create_outcomes_init(void);
extern bool rvo_create_outcomes_kept(void);
extern void rvo_create_outcome_count(int client_id, int http_status, int n);
extern bool rvo_create_outcomes_read(int client_id, int64 counts[CREATE_OUTCOMES]);
extern TimestampTz rvo_create_outcomes_reset_time(void);
extern void rvo_create_outcomes_reset(void);

#endif							/* RVO_CREATE_OUTCOME_H */
