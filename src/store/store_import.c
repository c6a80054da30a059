/*
 * store_import.c
 *	  Import jobs and what they rejected.
 *
 * Whether a job is running is told by a lock that its transactions hold
 * (store_lock.c), so that a crash needs no cleaning up.  A standby does not
 * have it.
 */
#include "postgres.h"

#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "base/compat.h"
#include "base/fault.h"
#include "store/store_import.h"
#include "store/store_query.h"

/* What read_progress reads.  Between two of its transactions a running job holds no lock for a moment. */
#define PROGRESS_COLUMNS \
	"id, source::text, rows_seen, created, duplicates, failed, estimated_total, rows_per_second," \
	" updated_rows, mode = 'upsert', finished IS NOT NULL," \
	" finished IS NULL AND (pg_catalog.clock_timestamp() - updated < '1 s' OR EXISTS (" \
	"SELECT FROM pg_catalog.pg_locks WHERE locktype = 'object' AND classid = 'revyops.import_job'::regclass" \
	" AND objid::bigint = job.id & 4294967295" \
	" AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())))"

static KeptQuery insert_import_job = {
	.sql = "INSERT INTO revyops.import_job (client_id, source, mode) VALUES ($1, $2, $3) RETURNING id",
	.expected = SPI_OK_INSERT_RETURNING, .nparameters = 3,
	.types = {INT4OID, TEXTOID, TEXTOID},
};

static KeptQuery update_import_job = {
	.sql = "UPDATE revyops.import_job AS job SET rows_seen = rows_seen + $3, created = created + $4,"
	" duplicates = duplicates + $5, failed = failed + $6, updated_rows = updated_rows + $9, updated = pg_catalog.clock_timestamp(),"
	" rows_per_second = (rows_seen + $3) / GREATEST(EXTRACT(epoch FROM pg_catalog.clock_timestamp() - started), 0.001),"
	" estimated_total = CASE WHEN $8 THEN rows_seen + $3 ELSE GREATEST($7, rows_seen + $3) END,"
	" finished = CASE WHEN $8 THEN pg_catalog.clock_timestamp() END"
	" WHERE client_id = $1 AND id = $2 RETURNING " PROGRESS_COLUMNS,
	.expected = SPI_OK_UPDATE_RETURNING, .nparameters = 9,
	.types = {INT4OID, INT8OID, INT4OID, INT4OID, INT4OID, INT4OID, INT8OID, BOOLOID, INT4OID},
};

static KeptQuery insert_import_rejects = {
	.sql = "INSERT INTO revyops.import_reject (client_id, job, ordinal, source_row, status, errors)"
	" SELECT $1, $2, pg_catalog.unnest($3), pg_catalog.unnest($4), pg_catalog.unnest($5)::integer,"
	" pg_catalog.unnest($6)::jsonb",
	.expected = SPI_OK_INSERT, .nparameters = 6,
	.types = {INT4OID, INT8OID, INT8ARRAYOID, JSONBARRAYOID, INT8ARRAYOID, TEXTARRAYOID},
};

static KeptQuery find_import_job = {
	.sql = "SELECT " PROGRESS_COLUMNS " FROM revyops.import_job AS job WHERE client_id = $1 AND id = $2",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

static KeptQuery find_last_import_job = {
	.sql = "SELECT " PROGRESS_COLUMNS " FROM revyops.import_job AS job WHERE client_id = $1 ORDER BY id DESC LIMIT 1",
	.expected = SPI_OK_SELECT, .nparameters = 1,
	.types = {INT4OID},
};

/* rvo_store_insert_import_job adds a job and returns its id. */
int64
rvo_store_insert_import_job(int client_id, Slice source, bool upserts)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_text(&e, source);
	rvo_add_text(&e, upserts ? CONST_SLICE("upsert") : CONST_SLICE("create"));
	rvo_query_run(&insert_import_job, &e);
	return DatumGetInt64(e.results[0]);
}

static ImportProgress
read_progress(const Execution *e)
{
	return (ImportProgress) {
		.job = DatumGetInt64(e->results[0]),
		.source = rvo_result(e, 1),
		.rows_seen = DatumGetInt64(e->results[2]),
		.created = DatumGetInt64(e->results[3]),
		.duplicates = DatumGetInt64(e->results[4]),
		.failed = DatumGetInt64(e->results[5]),
		.estimated_total = DatumGetInt64(e->results[6]),
		.rows_per_second = DatumGetFloat8(e->results[7]),
		.updated = DatumGetInt64(e->results[8]),
		.upserts = DatumGetBool(e->results[9]),
		.finished = DatumGetBool(e->results[10]),
		.running = DatumGetBool(e->results[11]),
		.on_standby = RecoveryInProgress(),
	};
}

/* rvo_store_update_import_job adds what a batch came to, and returns how far the job is. */
ImportProgress
rvo_store_update_import_job(int client_id, int64 job, const ImportCounts *counts, double estimate, bool finished)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, job);
	rvo_add_integer(&e, counts->rows_seen);
	rvo_add_integer(&e, counts->created);
	rvo_add_integer(&e, counts->duplicates);
	rvo_add_integer(&e, counts->failed);
	rvo_add_datum(&e, Int64GetDatum((int64) Min(estimate, 1e18)), false);
	rvo_add_datum(&e, BoolGetDatum(finished), false);
	rvo_add_integer(&e, counts->updated);
	if (rvo_query_run(&update_import_job, &e) == 0)
		rvo_fault_raise_bug("an import job is gone");
	return read_progress(&e);
}

/* A reject as its columns have it. */
typedef struct RejectRow
{
	int64		ordinal;
	int64		status;
	Slice		errors;
	Jsonb	   *source_row;
} RejectRow;

static JsonbValue
source_row_of(const void *row)
{
	return rvo_json_jsonb(((const RejectRow *) row)->source_row);
}

/* rvo_store_insert_import_rejects keeps rejected rows; rows_before is how many rows earlier batches had. */
void
rvo_store_insert_import_rejects(int client_id, int64 job, int64 rows_before,
								const ImportReject *rejects, int n)
{
	Execution	e = {0};
	RejectRow  *items = palloc(n * sizeof(RejectRow));
	const void **rows = palloc(n * sizeof(void *));

	for (int i = 0; i < n; i++)
	{
		items[i] = (RejectRow) {rows_before + rejects[i].row + 1, rejects[i].status, rejects[i].errors, rejects[i].source_row};
		rows[i] = &items[i];
	}
	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, job);
	rvo_add_ids(&e, rows, n, offsetof(RejectRow, ordinal));
	rvo_add_jsons(&e, rows, n, source_row_of);
	rvo_add_ids(&e, rows, n, offsetof(RejectRow, status));
	rvo_add_texts(&e, rows, n, offsetof(RejectRow, errors));
	rvo_query_run(&insert_import_rejects, &e);
}

/* rvo_store_find_import_job tells how far a job is, the client's last one for NULL; false if there is none. */
bool
rvo_store_find_import_job(int client_id, const int64 *job, ImportProgress *progress)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	if (job != NULL)
		rvo_add_id(&e, *job);
	if (rvo_query_run(job != NULL ? &find_import_job : &find_last_import_job, &e) == 0)
		return false;
	*progress = read_progress(&e);
	return true;
}
