/*
 * store_import.c
 *	  Import jobs, what they rejected and what they changed.
 *
 * Whether a job is running is told by a lock that its transactions hold
 * (store_lock.c), so that a crash needs no cleaning up.  A standby does not
 * have it.
 */
#include "postgres.h"

#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/failure.h"
#include "shape/import/report_columns.h"
#include "store/query/store_query.h"
#include "store/service/store_import.h"

/* What read_progress reads. */
#define PROGRESS_COLUMNS \
	"id, source::text, rows_seen, created, duplicates, failed, estimated_total, rows_per_second," \
	" updated_rows, mode = 'upsert', finished IS NOT NULL, updated::timestamptz, notes, mode = 'check'"

/* Of the lock, where it was taken: a statement on jobs may run on another machine. */
static KeptQuery is_locked = {
	.sql = "SELECT 1 FROM pg_catalog.pg_locks WHERE locktype = 'object' AND classid = 'revyops.import_job'::regclass"
	" AND objid::bigint = $1 & 4294967295"
	" AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 1,
	.types = {INT8OID},
};

static KeptQuery insert_import_job = {
	.sql = "INSERT INTO revyops.import_job (client_id, entity, source, mode, on_fault, blanks, columns, mapping)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
	.expected = SPI_OK_INSERT_RETURNING, .nparameters = 8,
	.types = {INT4OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTARRAYOID, JSONBOID},
};

static KeptQuery update_import_job = {
	.sql = "UPDATE revyops.import_job SET rows_seen = rows_seen + $3, created = created + $4,"
	" duplicates = duplicates + $5, failed = failed + $6, updated_rows = updated_rows + $9, notes = notes + $10,"
	" updated = $11, rows_per_second = (rows_seen + $3) / GREATEST(EXTRACT(epoch FROM $11 - started), 0.001),"
	" estimated_total = CASE WHEN $8 THEN rows_seen + $3 ELSE GREATEST($7, rows_seen + $3) END,"
	" finished = CASE WHEN $8 THEN $11 END"
	" WHERE client_id = $1 AND id = $2 RETURNING " PROGRESS_COLUMNS,
	.expected = SPI_OK_UPDATE_RETURNING, .nparameters = 11,
	.types = {INT4OID, INT8OID, INT4OID, INT4OID, INT4OID, INT4OID, INT8OID, BOOLOID, INT4OID, INT4OID, TIMESTAMPTZOID},
};

static KeptQuery insert_import_rejects = {
	.sql = "INSERT INTO revyops.import_reject (client_id, job, ordinal, line, source_row, status, errors)"
	" SELECT $1, $2, pg_catalog.unnest($3), NULLIF(pg_catalog.unnest($4), 0), pg_catalog.unnest($5),"
	" pg_catalog.unnest($6)::integer, pg_catalog.unnest($7)::jsonb",
	.expected = SPI_OK_INSERT, .nparameters = 7,
	.types = {INT4OID, INT8OID, INT8ARRAYOID, INT8ARRAYOID, JSONBARRAYOID, INT8ARRAYOID, TEXTARRAYOID},
};

static KeptQuery insert_import_notes = {
	.sql = "INSERT INTO revyops.import_note (client_id, job, number, ordinal, line, record_id, member, value, code, source_row)"
	" SELECT $1, $2, number, ordinal, NULLIF(line, 0), NULLIF(record_id, 0), member, value, code, NULLIF(source_row, 'null'::jsonb)"
	" FROM ROWS FROM (pg_catalog.unnest($3), pg_catalog.unnest($4), pg_catalog.unnest($5), pg_catalog.unnest($6),"
	" pg_catalog.unnest($7), pg_catalog.unnest($8), pg_catalog.unnest($9), pg_catalog.unnest($10))"
	" AS note (number, ordinal, line, record_id, member, value, code, source_row)",
	.expected = SPI_OK_INSERT, .nparameters = 10,
	.types = {INT4OID, INT8OID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID,
	JSONBARRAYOID},
};

static KeptQuery find_import_job = {
	.sql = "SELECT " PROGRESS_COLUMNS " FROM revyops.import_job WHERE client_id = $1 AND id = $2 AND ($3 IS NULL OR entity = $3)",
	.expected = SPI_OK_SELECT, .nparameters = 3,
	.types = {INT4OID, INT8OID, TEXTOID},
};

static KeptQuery find_last_import_job = {
	.sql = "SELECT " PROGRESS_COLUMNS " FROM revyops.import_job WHERE client_id = $1 ORDER BY id DESC LIMIT 1",
	.expected = SPI_OK_SELECT, .nparameters = 1,
	.types = {INT4OID},
};

static KeptQuery get_import_job = {
	.sql = "SELECT pg_catalog.jsonb_build_object('job', id, 'entity', entity, 'source', source, 'mode', mode,"
	" 'on_fault', on_fault, 'blanks', blanks, 'started', started, 'finished', finished, 'rows', rows_seen,"
	" 'created', created, 'updated', updated_rows, 'duplicates', duplicates, 'failed', failed, 'notes', notes,"
	" 'columns', pg_catalog.to_jsonb(columns), 'mapping', mapping)"
	" FROM revyops.import_job WHERE client_id = $1 AND id = $2 AND entity = $3",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 3,
	.types = {INT4OID, INT8OID, TEXTOID},
};

/*
 * Lines of CSV: the source's own columns, in its order, then what there is to say of the row.  One
 * row is told once: rejected, or else with all that was changed in it.  Values of a file's row beyond
 * the columns stand behind its faults.  Of a source that is a report, what was said of its rows then is left
 * out, unless the import took it for something.
 *
 * The values behind the faults are cut, and so is all that is told of a row: beside its own cells, which stay whole, it
 * would be longer than a row may be, and the report could not be imported again.
 */
#define IS_SHOWN "(c.name NOT IN ('" REPORT_LINE "', '" REPORT_OUTCOME "', '" REPORT_FAULTS "') OR job.mapping->>c.name IS NOT NULL)"
#define QUOTED(value) \
	"CASE WHEN " value " ~ '[\",\r\n]' THEN '\"' || pg_catalog.replace(" value ", '\"', '\"\"') || '\"' ELSE COALESCE(" value ", '') END"
#define CUT(text, characters) \
	"CASE WHEN pg_catalog.length(" text ") > " characters " THEN pg_catalog.left(" text ", " characters ") || '…' ELSE " text " END"
#define CUT_VALUE CUT("value", "1000")
#define CUT_FAULTS "(" CUT("told.faults", "50000") ")"

static KeptQuery report_import = {
	.sql = "SELECT (SELECT pg_catalog.string_agg(" QUOTED("c.name") ", ',' ORDER BY c.place) FROM pg_catalog.unnest(job.columns)"
	" WITH ORDINALITY AS c (name, place) WHERE " IS_SHOWN ") || '," REPORT_LINE "," REPORT_OUTCOME "," REPORT_FAULTS "'"
	" FROM revyops.import_job AS job WHERE job.client_id = $1 AND job.id = $2"
	" UNION ALL SELECT line FROM (SELECT (SELECT pg_catalog.string_agg(" QUOTED("(told.source_row->>c.name)") ", ',' ORDER BY c.place)"
	" FROM pg_catalog.unnest(job.columns) WITH ORDINALITY AS c (name, place) WHERE " IS_SHOWN ")"
	" || ',' || COALESCE(told.line, told.ordinal) || ',' || told.outcome || ',' || " QUOTED(CUT_FAULTS) " AS line"
	" FROM revyops.import_job AS job, LATERAL ("
	"SELECT ordinal, line, 'rejected' AS outcome, source_row, (SELECT pg_catalog.string_agg(CASE WHEN f->>'pointer' = '' THEN '' ELSE"
	" (f->>'pointer') || ': ' END || (f->>'code'), '; ' ORDER BY place)"
	" FROM pg_catalog.jsonb_array_elements(errors) WITH ORDINALITY AS e (f, place))"
	" || COALESCE((SELECT ' (' || pg_catalog.string_agg(" CUT_VALUE ", ', ' ORDER BY pg_catalog.length(key), key) || ')'"
	" FROM pg_catalog.jsonb_each_text(source_row) WHERE line IS NOT NULL AND key <> ALL (job.columns)), '') AS faults"
	" FROM revyops.import_reject WHERE client_id = $1 AND job = $2 AND $3 IS DISTINCT FROM 'changed'"
	" UNION ALL SELECT ordinal, pg_catalog.min(line), 'changed', (pg_catalog.array_agg(source_row ORDER BY number))[1],"
	" pg_catalog.string_agg(member || ': ' || code || ' (' || " CUT_VALUE " || ')', '; ' ORDER BY number)"
	" FROM revyops.import_note WHERE client_id = $1 AND job = $2 AND $3 IS DISTINCT FROM 'rejected' GROUP BY ordinal"
	") AS told WHERE job.client_id = $1 AND job.id = $2 ORDER BY told.ordinal) AS lines",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 3,
	.types = {INT4OID, INT8OID, TEXTOID},
};

/* rvo_store_insert_import_job adds a job and returns its id. */
int64
rvo_store_insert_import_job(int client_id, const NewImportJob *job)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_text(&e, job->entity);
	rvo_add_text(&e, job->source);
	rvo_add_text(&e, job->mode);
	rvo_add_text(&e, job->on_fault);
	rvo_add_text(&e, job->blanks);
	rvo_add_slices(&e, job->columns, job->ncolumns);
	rvo_add_datum(&e, JsonbPGetDatum(job->mapping), false);
	rvo_query_run(&insert_import_job, &e);
	return DatumGetInt64(e.results[0]);
}

/* is_running tells whether a job is, that has not finished.  Between two of its transactions it holds no lock for a moment. */
static bool
is_running(int64 job, TimestampTz updated)
{
	Execution	e = {0};
	int64		age = GetCurrentTimestamp() - updated;

	if (age >= 0 && age < USECS_PER_SEC)	/* the clock may have gone back */
		return true;
	rvo_add_id(&e, job);
	return rvo_query_run(&is_locked, &e) > 0;
}

static ImportProgress
read_progress(const Execution *e)
{
	bool		finished = DatumGetBool(e->results[10]);

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
		.finished = finished,
		.running = !finished && is_running(DatumGetInt64(e->results[0]), DatumGetTimestampTz(e->results[11])),
		.notes = DatumGetInt64(e->results[12]),
		.checks = DatumGetBool(e->results[13]),
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
	rvo_add_integer(&e, counts->notes);
	rvo_add_time(&e, GetCurrentTimestamp());
	if (rvo_query_run(&update_import_job, &e) == 0)
		rvo_failure_raise_bug("an import job is gone");
	return read_progress(&e);
}

/* point_at makes pointers to the rows of an array. */
static const void **
point_at(const void *rows, int n, size_t size)
{
	const void **pointers = palloc(n * sizeof(void *));

	for (int i = 0; i < n; i++)
		pointers[i] = (const char *) rows + i * size;
	return pointers;
}

static JsonbValue
reject_source_row(const void *row)
{
	return rvo_json_jsonb(((const RejectRow *) row)->source_row);
}

/* rvo_store_insert_import_rejects keeps rejected rows. */
void
rvo_store_insert_import_rejects(int client_id, int64 job, const RejectRow *rejects, int n)
{
	Execution	e = {0};
	const void **rows = point_at(rejects, n, sizeof(RejectRow));

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, job);
	rvo_add_ids(&e, rows, n, offsetof(RejectRow, ordinal));
	rvo_add_ids(&e, rows, n, offsetof(RejectRow, line));
	rvo_add_jsons(&e, rows, n, reject_source_row);
	rvo_add_ids(&e, rows, n, offsetof(RejectRow, status));
	rvo_add_texts(&e, rows, n, offsetof(RejectRow, errors));
	rvo_query_run(&insert_import_rejects, &e);
}

static JsonbValue
note_source_row(const void *row)
{
	const NoteRow *note = row;

	return note->source_row != NULL ? rvo_json_jsonb(note->source_row) : rvo_json_null();
}

/* rvo_store_insert_import_notes keeps what was changed or left out. */
void
rvo_store_insert_import_notes(int client_id, int64 job, const NoteRow *notes, int n)
{
	Execution	e = {0};
	const void **rows = point_at(notes, n, sizeof(NoteRow));

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, job);
	rvo_add_ids(&e, rows, n, offsetof(NoteRow, number));
	rvo_add_ids(&e, rows, n, offsetof(NoteRow, ordinal));
	rvo_add_ids(&e, rows, n, offsetof(NoteRow, line));
	rvo_add_ids(&e, rows, n, offsetof(NoteRow, record_id));
	rvo_add_texts(&e, rows, n, offsetof(NoteRow, member));
	rvo_add_texts(&e, rows, n, offsetof(NoteRow, value));
	rvo_add_texts(&e, rows, n, offsetof(NoteRow, code));
	rvo_add_jsons(&e, rows, n, note_source_row);
	rvo_query_run(&insert_import_notes, &e);
}

/* rvo_store_find_import_job tells how far a job is, of this entity or of any (no value), the client's last one for NULL; false if there is none. */
bool
rvo_store_find_import_job(int client_id, const int64 *job, Slice entity, ImportProgress *progress)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	if (job != NULL)
	{
		rvo_add_id(&e, *job);
		rvo_add_text(&e, entity);
	}
	if (rvo_query_run(job != NULL ? &find_import_job : &find_last_import_job, &e) == 0)
		return false;
	*progress = read_progress(&e);
	return true;
}

/* rvo_store_get_import_job shows a job of an entity; NULL if there is none. */
Jsonb *
rvo_store_get_import_job(int client_id, int64 job, Slice entity)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, job);
	rvo_add_text(&e, entity);
	return rvo_query_run(&get_import_job, &e) > 0 ? DatumGetJsonbP(e.results[0]) : NULL;
}

/* Who reads the lines of a report. */
typedef struct ReportReader
{
	LineReader	read;
	void	   *arg;
} ReportReader;

static void
read_line(void *arg, const Datum *values, const bool *nulls)
{
	const ReportReader *reader = arg;

	reader->read(reader->arg, rvo_result_text(values[0], nulls[0]));
}

/* rvo_store_report_import reads the lines that tell of a job's rows: "rejected" or "changed" ones only, or both; none if there is no such job. */
void
rvo_store_report_import(int client_id, int64 job, Slice outcome, LineReader read, void *arg)
{
	Execution	e = {0};
	ReportReader reader = {read, arg};

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, job);
	rvo_add_text(&e, outcome);
	rvo_query_read(&report_import, &e, read_line, &reader);
}
