/*
 * store_trace.c
 *	  What is held about a person beside their contact: the contacts that were
 *	  merged into it, and whatever mentions the person.
 *
 * A person is known by the keys of their contact and of those.  What mentions
 * them has no index, so all of the client's is read: it is asked for rarely.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/compat.h"
#include "store/store_query.h"
#include "store/store_trace.h"

/* The keys of a person whose contact of client $1 is $2. */
#define KEYS "(SELECT pg_catalog.array_agg(key) FROM (" \
	"SELECT pg_catalog.unnest(ARRAY[email, linkedin_url]) FROM revyops.contact WHERE client_id = $1 AND id = $2" \
	" UNION SELECT pg_catalog.unnest(ARRAY[email, linkedin_url]) FROM revyops.merged_contact" \
	" WHERE kept_id = $2 AND client_id = $1) AS k (key) WHERE key IS NOT NULL)"
#define TIME(column) "pg_catalog.to_char(" column " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
#define LIST(entry, order) "COALESCE(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(" entry ") ORDER BY " order "), '[]')"

#define OF_MERGED "FROM revyops.merged_contact WHERE kept_id = $2 AND client_id = $1"
#define OF_REJECTS "FROM revyops.import_reject WHERE client_id = $1 AND revyops.mentions(source_row, " KEYS ")"

/* The ids that the person has or had. */
#define IDS "(SELECT pg_catalog.to_jsonb($2) UNION ALL SELECT pg_catalog.to_jsonb(id) " OF_MERGED ")"

#define OF_NOTES "FROM revyops.import_note AS note WHERE client_id = $1 AND (" \
	"(pg_catalog.to_jsonb(record_id) IN " IDS " AND EXISTS (SELECT FROM revyops.import_job AS j" \
	" WHERE j.client_id = $1 AND j.id = note.job AND j.entity = 'contact')) OR (job, ordinal) IN (" \
	"SELECT job, ordinal FROM revyops.import_note WHERE client_id = $1" \
	" AND revyops.mentions(pg_catalog.jsonb_build_array(source_row, value), " KEYS ")))"

/*
 * An answer kept under an idempotency key mentions them by a key or by an id.  One
 * to a batch also has others, who don't belong in an export.
 */
#define PARTS "pg_catalog.jsonb_array_elements(CASE WHEN body::jsonb ? 'results' THEN body::jsonb->'results'" \
	" ELSE pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('contact', body::jsonb)) END) AS p (part)" \
	" WHERE revyops.mentions(part, " KEYS ") OR (part->'contact' ? 'contact_status' AND part->'contact'->'id' IN " IDS ")"
#define OF_ANSWERS "FROM revyops.idempotency_key WHERE client_id = $1 AND EXISTS (SELECT FROM " PARTS ")"

static KeptQuery get_traces = {
	.sql = "SELECT"
	" (SELECT " LIST("'id', id, 'email', email, 'linkedin_url', linkedin_url, 'merged_time', " TIME("merged_time"), "id") " " OF_MERGED "),"
	" (SELECT " LIST("'job', job, 'ordinal', ordinal, 'source_row', source_row, 'status', status, 'errors', errors", "job, ordinal") " " OF_REJECTS "),"
	" (SELECT " LIST("'job', job, 'ordinal', ordinal, 'source_row', source_row, 'member', member, 'value', value, 'code', code", "job, number") " " OF_NOTES "),"
	" (SELECT " LIST("'key', key, 'created_time', " TIME("created_time") ", 'status', status, 'contacts',"
					 " (SELECT pg_catalog.jsonb_agg(part->'contact') FROM " PARTS ")", "key") " " OF_ANSWERS ")",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

static KeptQuery delete_rejects = {
	.sql = "DELETE " OF_REJECTS,
	.expected = SPI_OK_DELETE, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

static KeptQuery delete_notes = {
	.sql = "DELETE " OF_NOTES,
	.expected = SPI_OK_DELETE, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

static KeptQuery delete_answers = {
	.sql = "DELETE " OF_ANSWERS,
	.expected = SPI_OK_DELETE, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

/* The last: the others are found by them. */
static KeptQuery delete_merged = {
	.sql = "DELETE " OF_MERGED,
	.expected = SPI_OK_DELETE, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

/* rvo_store_get_traces reads what is held beside a contact of the client, in the current context. */
PersonTraces
rvo_store_get_traces(int client_id, int64 contact_id)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, contact_id);
	rvo_query_run(&get_traces, &e);
	return (PersonTraces) {
		.merged_contacts = DatumGetJsonbP(e.results[0]),
		.import_rejects = DatumGetJsonbP(e.results[1]),
		.import_notes = DatumGetJsonbP(e.results[2]),
		.kept_answers = DatumGetJsonbP(e.results[3]),
	};
}

/* rvo_store_delete_traces deletes it; the contact must still be there, and be locked. */
TraceCounts
rvo_store_delete_traces(int client_id, int64 contact_id)
{
	Execution	e = {0};
	TraceCounts counts;

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, contact_id);
	counts.import_rejects = rvo_query_run(&delete_rejects, &e);
	counts.import_notes = rvo_query_run(&delete_notes, &e);
	counts.kept_answers = rvo_query_run(&delete_answers, &e);
	counts.merged_contacts = rvo_query_run(&delete_merged, &e);
	return counts;
}
