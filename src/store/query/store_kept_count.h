/*
 * store_kept_count.h
 *	  Counts that a backend keeps for as long as it sees the same rows.
 */
#ifndef RVO_STORE_KEPT_COUNT_H
#define RVO_STORE_KEPT_COUNT_H

#include "store/query/store_query.h"

/* Octets of parameters, and transactions under way, beyond which nothing is kept. */
#define COUNT_KEY_MAX 512
#define COUNT_OPEN_MAX 64

/* What a count depends on: which plan makes it, for whom, by which parameters, and what is seen. */
typedef struct CountKey
{
	uint64		plan;			/* which was prepared, 0 = the count can't be kept; and which planning of it */
	int			generation;
	Oid			user;
	bool		exact;			/* or only until there are many */
	uint64		end;			/* the first transaction that had not begun */
	bool		standby;
	bool		overflowed;
	int			nopen;			/* under way */
	TransactionId open[COUNT_OPEN_MAX];
	int			len;
	char		octets[COUNT_KEY_MAX];
} CountKey;

extern bool rvo_kept_count_find(KeptQuery *query, const Execution *conditions, bool exact, CountKey *key, int64 *count);
extern void rvo_kept_count_put(const CountKey *key, int64 count);

#endif							/* RVO_STORE_KEPT_COUNT_H */
