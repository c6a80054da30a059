/*
 * store_merged_company.c
 *	  Companies that were merged into others.
 *
 * Of a merged company its id is left, which leads to the kept one; its domains are the
 * kept one's.  There are no chains, as in store_merged.c.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/compat.h"
#include "store/query/store_query.h"
#include "store/record/store_merged_company.h"
#include "store/record/store_record.h"

static KeptQuery find_kept = {
	.sql = "SELECT kept_id FROM revyops.merged_company WHERE client_id = $1 AND id = $2",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

static KeptQuery find_kept_of_any = {
	.sql = "SELECT kept_id FROM revyops.merged_company WHERE id = $1 AND " OF_SERVED " ORDER BY client_id LIMIT 1",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 1,
	.types = {INT8OID},
};

static KeptQuery lock_kept = {
	.sql = "SELECT c.id FROM revyops.merged_company AS m LEFT JOIN LATERAL (SELECT id FROM revyops.company"
	" WHERE client_id = $1 AND id = m.kept_id FOR KEY SHARE) AS c ON true WHERE m.client_id = $1 AND m.id = $2",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

static KeptQuery turn_merged = {
	.sql = "UPDATE revyops.merged_company SET kept_id = $3 WHERE kept_id = $2 AND client_id = $1",
	.expected = SPI_OK_UPDATE, .nparameters = 3,
	.types = {INT4OID, INT8OID, INT8OID},
};

static KeptQuery insert_merged = {
	.sql = "INSERT INTO revyops.merged_company (client_id, id, kept_id, merged_time) VALUES ($1, $2, $3, $4)",
	.expected = SPI_OK_INSERT, .nparameters = 4,
	.types = {INT4OID, INT8OID, INT8OID, TIMESTAMPTZOID},
};

/* rvo_store_find_kept_company tells into which company one was merged, of the client or, for ALL_CLIENTS, of anybody; 0 if it was not. */
int64
rvo_store_find_kept_company(int client_id, int64 id)
{
	Execution	e = {0};

	if (client_id != ALL_CLIENTS)
		rvo_add_integer(&e, client_id);
	rvo_add_id(&e, id);
	return rvo_query_find_id(client_id != ALL_CLIENTS ? &find_kept : &find_kept_of_any, &e);
}

/*
 * rvo_store_lock_kept_company is the same as of now, of the client, and keeps that company
 * from being deleted; false if it went, perhaps into another, while we waited for it.
 */
bool
rvo_store_lock_kept_company(int client_id, int64 id, int64 *kept_id)
{
	Execution	e = {0};
	bool		is_merged;

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, id);
	is_merged = rvo_query_run(&lock_kept, &e) > 0;
	*kept_id = is_merged && !e.result_nulls[0] ? DatumGetInt64(e.results[0]) : 0;
	return !is_merged || *kept_id != 0;
}

/* rvo_store_insert_merged_company notes that a company, and what was merged into it, is now another. */
void
rvo_store_insert_merged_company(int client_id, int64 merged_id, int64 kept_id, TimestampTz merged_time)
{
	Execution	turn = {0};
	Execution	e = {0};

	rvo_add_integer(&turn, client_id);
	rvo_add_id(&turn, merged_id);
	rvo_add_id(&turn, kept_id);
	rvo_query_run(&turn_merged, &turn);

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, merged_id);
	rvo_add_id(&e, kept_id);
	rvo_add_time(&e, merged_time);
	rvo_query_run(&insert_merged, &e);
}
