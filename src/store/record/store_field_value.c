/*
 * store_field_value.c
 *	  The values that the records of a client have of one custom field.
 *
 * No index finds a field by name alone: what is done to all values of one
 * reads all contacts, or companies, of the client.
 *
 * Rows are locked before they are changed, in the order of ids as elsewhere, and
 * no others are: whoever gives a row the field after that may wait for one of them.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "shape/record/change_time.h"
#include "shape/record/custom_field.h"
#include "store/query/store_query.h"
#include "store/record/store_field_value.h"

#define LOCK_ROWS(constant, table) [constant] = { \
	.sql = "SELECT COALESCE(pg_catalog.array_agg(id::bigint), '{}'), COALESCE(pg_catalog.max(updated_time)::timestamptz, '-infinity')" \
	" FROM (SELECT id, updated_time FROM revyops." table \
	" WHERE client_id = $1 AND custom_fields @> $2 ORDER BY id FOR NO KEY UPDATE) AS c", \
	.expected = SPI_OK_SELECT, .nparameters = 2, \
	.types = {INT4OID, JSONBOID}, \
},

#define COUNT_BOTH(constant, table) [constant] = { \
	.sql = "SELECT pg_catalog.count(*), pg_catalog.min(id) FROM revyops." table \
	" WHERE client_id = $1 AND custom_fields @> $2 AND custom_fields @> $3", \
	.expected = SPI_OK_SELECT, .nparameters = 3, \
	.types = {INT4OID, JSONBOID, JSONBOID}, \
},

#define HAS_LARGE(constant, table) [constant] = { \
	.sql = "SELECT FROM revyops." table " WHERE client_id = $1 AND id = ANY ($2) AND (SELECT pg_catalog.sum(" \
	"pg_catalog.octet_length(f ->> 'field_name') + pg_catalog.octet_length(f ->> 'field_value'))" \
	" FROM pg_catalog.jsonb_array_elements(custom_fields) AS f) > $3 LIMIT 1", \
	.expected = SPI_OK_SELECT, .nparameters = 3, \
	.types = {INT4OID, INT8ARRAYOID, INT4OID}, \
},

#define RENAME_VALUES(constant, table) [constant] = { \
	.sql = "UPDATE revyops." table " SET updated_time = $6, custom_fields = (SELECT pg_catalog.jsonb_agg(" \
	"CASE WHEN f ->> 'field_name' = $3 THEN f || pg_catalog.jsonb_build_object('field_name', $4, 'updated_time', $5)" \
	" ELSE f END ORDER BY n) FROM pg_catalog.jsonb_array_elements(custom_fields) WITH ORDINALITY AS t (f, n))" \
	" WHERE client_id = $1 AND id = ANY ($2)", \
	.expected = SPI_OK_UPDATE, .nparameters = 6, \
	.types = {INT4OID, INT8ARRAYOID, TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID}, \
},

#define DELETE_VALUES(constant, table) [constant] = { \
	.sql = "UPDATE revyops." table " SET updated_time = $4, custom_fields = (SELECT COALESCE(" \
	"pg_catalog.jsonb_agg(f ORDER BY n) FILTER (WHERE (f ->> 'field_name') IS DISTINCT FROM $3), '[]')" \
	" FROM pg_catalog.jsonb_array_elements(custom_fields) WITH ORDINALITY AS t (f, n))" \
	" WHERE client_id = $1 AND id = ANY ($2)", \
	.expected = SPI_OK_UPDATE, .nparameters = 4, \
	.types = {INT4OID, INT8ARRAYOID, TEXTOID, TIMESTAMPTZOID}, \
},

static KeptQuery lock_rows[ENTITIES] = {ENTITY_LIST(LOCK_ROWS)};
static KeptQuery count_both[ENTITIES] = {ENTITY_LIST(COUNT_BOTH)};
static KeptQuery has_large[ENTITIES] = {ENTITY_LIST(HAS_LARGE)};
static KeptQuery rename_values[ENTITIES] = {ENTITY_LIST(RENAME_VALUES)};
static KeptQuery delete_values[ENTITIES] = {ENTITY_LIST(DELETE_VALUES)};

/* add_name_pattern adds what a list with a field of this name contains. */
static void
add_name_pattern(Execution *e, Slice name)
{
	JsonbValue	list = rvo_json_array(1);
	JsonObject	field = rvo_json_open(1);

	rvo_json_put(&field, CONST_SLICE("field_name"), rvo_json_text(name));
	rvo_json_append(&list, rvo_json_close(&field));
	rvo_add_json(e, list);
}

/*
 * rvo_store_lock_rows_with keeps others from changing the contacts or companies
 * that have a field, until the transaction ends; returns which they are, in the
 * current context.
 */
LockedRows
rvo_store_lock_rows_with(int client_id, Entity entity, Slice name)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	add_name_pattern(&e, name);
	rvo_query_run(&lock_rows[entity], &e);
	return (LockedRows) {e.results[0], DatumGetTimestampTz(e.results[1])};
}

/* rvo_store_count_rows_with_both counts the contacts or companies that have two fields; *first is one of them. */
int64
rvo_store_count_rows_with_both(int client_id, Entity entity, Slice name, Slice other, int64 *first)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	add_name_pattern(&e, name);
	add_name_pattern(&e, other);
	rvo_query_run(&count_both[entity], &e);
	*first = DatumGetInt64(e.results[1]);
	return DatumGetInt64(e.results[0]);
}

/* rvo_store_has_large tells whether any of contacts or companies that were locked has custom fields of more octets. */
bool
rvo_store_has_large(int client_id, Entity entity, LockedRows rows, int octets)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_datum(&e, rows.ids, false);
	rvo_add_integer(&e, octets);
	return rvo_query_run(&has_large[entity], &e) > 0;
}

/* rvo_store_rename_values renames a field of contacts or companies that were locked; returns how many they are. */
int64
rvo_store_rename_values(int client_id, Entity entity, Slice name, Slice new_name, LockedRows rows)
{
	Execution	e = {0};
	TimestampTz time = rvo_time_of_change(rows.latest);

	rvo_add_integer(&e, client_id);
	rvo_add_datum(&e, rows.ids, false);
	rvo_add_text(&e, name);
	rvo_add_text(&e, new_name);
	rvo_add_text(&e, rvo_json_time(time));
	rvo_add_time(&e, time);
	return rvo_query_run(&rename_values[entity], &e);
}

/* rvo_store_delete_values takes a field from contacts or companies that were locked; returns how many they are. */
int64
rvo_store_delete_values(int client_id, Entity entity, Slice name, LockedRows rows)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_datum(&e, rows.ids, false);
	rvo_add_text(&e, name);
	rvo_add_time(&e, rvo_time_of_change(rows.latest));
	return rvo_query_run(&delete_values[entity], &e);
}
