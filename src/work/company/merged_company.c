/*
 * merged_company.c
 *	  The company that the id of a merged one leads to.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/failure.h"
#include "store/record/store_merged_company.h"
#include "work/company/merged_company.h"
#include "work/record/retry.h"

/* A company that was merged, and the one that was kept. */
typedef struct Following
{
	int			client_id;
	int64		id;
	int64		kept_id;
} Following;

static bool
follow(void *arg)
{
	Following  *following = arg;

	return rvo_store_lock_kept_company(following->client_id, following->id, &following->kept_id);
}

/* rvo_company_lock_kept returns the company that one was merged into, 0 for none, and keeps it from being deleted. */
int64
rvo_company_lock_kept(int client_id, int64 id)
{
	Following	following = {client_id, id, 0};

	if (!rvo_retry(follow, &following))
		rvo_failure_raise_serialization();	/* each time it was another one by then */
	return following.kept_id;
}
