/*
 * store_field.c
 *	  Queries on custom-field definitions and on the values of a field, one typed function each.
 *
 * No index finds a field by name alone: what is done to all values of one
 * reads all contacts, or companies, of the client.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "shape/custom_field.h"
#include "shape/field_change.h"
#include "store/store_field.h"
#include "store/store_query.h"

#define OF_FIELD " WHERE client_id = $1 AND entity = $2 AND name = $3"

static KeptQuery read_definitions = {
	.sql = "SELECT name::text, type::text, options::jsonb FROM revyops.custom_field_definition"
	" WHERE client_id = $1 AND entity = $2 ORDER BY name",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {INT4OID, TEXTOID},
};

static KeptQuery insert_seen = {
	.sql = "INSERT INTO revyops.custom_field_seen (client_id, entity, name, created_time)"
	" VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
	.expected = SPI_OK_INSERT, .nparameters = 4,
	.types = {INT4OID, TEXTOID, TEXTOID, TIMESTAMPTZOID},
};

static KeptQuery find_seen = {
	.sql = "SELECT name FROM revyops.custom_field_seen" OF_FIELD,
	.expected = SPI_OK_SELECT, .nparameters = 3,
	.types = {INT4OID, TEXTOID, TEXTOID},
};

static KeptQuery delete_seen = {
	.sql = "DELETE FROM revyops.custom_field_seen" OF_FIELD,
	.expected = SPI_OK_DELETE, .nparameters = 3,
	.types = {INT4OID, TEXTOID, TEXTOID},
};

static KeptQuery lock_client = {
	.sql = "SELECT id FROM revyops.client WHERE id = $1 FOR NO KEY UPDATE",
	.expected = SPI_OK_SELECT, .nparameters = 1,
	.types = {INT4OID},
};

static KeptQuery note_defined = {
	.sql = "UPDATE revyops.client SET contact_fields_defined = contact_fields_defined OR $2 = 'contact',"
	" company_fields_defined = company_fields_defined OR $2 = 'company'"
	" WHERE id = $1 AND NOT CASE $2 WHEN 'contact' THEN contact_fields_defined ELSE company_fields_defined END",
	.expected = SPI_OK_UPDATE, .nparameters = 2,
	.types = {INT4OID, TEXTOID},
};

static KeptQuery find_definition = {
	.sql = "SELECT name FROM revyops.custom_field_definition" OF_FIELD,
	.expected = SPI_OK_SELECT, .nparameters = 3,
	.types = {INT4OID, TEXTOID, TEXTOID},
};

static KeptQuery define = {
	.sql = "INSERT INTO revyops.custom_field_definition (client_id, entity, name, type, options, created_time)"
	" VALUES ($1, $2, $3, $4, $5, $6)"
	" ON CONFLICT (client_id, entity, name) DO UPDATE SET type = EXCLUDED.type, options = EXCLUDED.options",
	.expected = SPI_OK_INSERT, .nparameters = 6,
	.types = {INT4OID, TEXTOID, TEXTOID, TEXTOID, JSONBOID, TIMESTAMPTZOID},
};

static KeptQuery rename_definition = {
	.sql = "UPDATE revyops.custom_field_definition SET name = $4" OF_FIELD,
	.expected = SPI_OK_UPDATE, .nparameters = 4,
	.types = {INT4OID, TEXTOID, TEXTOID, TEXTOID},
};

static KeptQuery delete_definition = {
	.sql = "DELETE FROM revyops.custom_field_definition" OF_FIELD,
	.expected = SPI_OK_DELETE, .nparameters = 3,
	.types = {INT4OID, TEXTOID, TEXTOID},
};

static KeptQuery list_fields = {
	.sql = "SELECT name::text, 'defined'::text, type::text, options::jsonb, created_time::timestamptz FROM revyops.custom_field_definition"
	" WHERE client_id = $1 AND entity = $2"
	" UNION ALL SELECT name::text, 'seen', NULL, NULL, created_time::timestamptz FROM revyops.custom_field_seen AS s"
	" WHERE client_id = $1 AND entity = $2 AND NOT EXISTS (SELECT FROM revyops.custom_field_definition AS d"
	" WHERE d.client_id = s.client_id AND d.entity = s.entity AND d.name = s.name) ORDER BY 1",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 2,
	.types = {INT4OID, TEXTOID},
};

/*
 * ---- values; of contacts and of companies
 *
 * Rows are locked before they are changed, in the order of ids as elsewhere, and
 * no others are: whoever gives a row the field after that may wait for one of them.
 */

#define LOCK_ROWS(table) { \
	.sql = "SELECT COALESCE(pg_catalog.array_agg(id::bigint), '{}'), COALESCE(pg_catalog.max(updated_time)::timestamptz, '-infinity')" \
	" FROM (SELECT id, updated_time FROM revyops." table \
	" WHERE client_id = $1 AND custom_fields @> $2 ORDER BY id FOR NO KEY UPDATE) AS c", \
	.expected = SPI_OK_SELECT, .nparameters = 2, \
	.types = {INT4OID, JSONBOID}, \
}

#define COUNT_BOTH(table) { \
	.sql = "SELECT pg_catalog.count(*), pg_catalog.min(id) FROM revyops." table \
	" WHERE client_id = $1 AND custom_fields @> $2 AND custom_fields @> $3", \
	.expected = SPI_OK_SELECT, .nparameters = 3, \
	.types = {INT4OID, JSONBOID, JSONBOID}, \
}

#define RENAME_VALUES(table) { \
	.sql = "UPDATE revyops." table " SET updated_time = $6, custom_fields = (SELECT pg_catalog.jsonb_agg(" \
	"CASE WHEN f ->> 'field_name' = $3 THEN f || pg_catalog.jsonb_build_object('field_name', $4, 'updated_time', $5)" \
	" ELSE f END ORDER BY n) FROM pg_catalog.jsonb_array_elements(custom_fields) WITH ORDINALITY AS t (f, n))" \
	" WHERE client_id = $1 AND id = ANY ($2)", \
	.expected = SPI_OK_UPDATE, .nparameters = 6, \
	.types = {INT4OID, INT8ARRAYOID, TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID}, \
}

#define DELETE_VALUES(table) { \
	.sql = "UPDATE revyops." table " SET updated_time = $4, custom_fields = (SELECT COALESCE(" \
	"pg_catalog.jsonb_agg(f ORDER BY n) FILTER (WHERE (f ->> 'field_name') IS DISTINCT FROM $3), '[]')" \
	" FROM pg_catalog.jsonb_array_elements(custom_fields) WITH ORDINALITY AS t (f, n))" \
	" WHERE client_id = $1 AND id = ANY ($2)", \
	.expected = SPI_OK_UPDATE, .nparameters = 4, \
	.types = {INT4OID, INT8ARRAYOID, TEXTOID, TIMESTAMPTZOID}, \
}

static KeptQuery lock_rows_of_contacts = LOCK_ROWS("contact");
static KeptQuery lock_rows_of_companies = LOCK_ROWS("company");
static KeptQuery count_both_of_contacts = COUNT_BOTH("contact");
static KeptQuery count_both_of_companies = COUNT_BOTH("company");
static KeptQuery rename_values_of_contacts = RENAME_VALUES("contact");
static KeptQuery rename_values_of_companies = RENAME_VALUES("company");
static KeptQuery delete_values_of_contacts = DELETE_VALUES("contact");
static KeptQuery delete_values_of_companies = DELETE_VALUES("company");

static bool
is_contact(Slice entity)
{
	return rvo_slice_equal(entity, CONST_SLICE("contact"));
}

/* of_field starts an execution on one field. */
static Execution
of_field(int client_id, Slice entity, Slice name)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_text(&e, entity);
	rvo_add_text(&e, name);
	return e;
}

/* copied takes a text of a row into the current context. */
static Slice
copied(Datum value, bool isnull)
{
	return isnull ? NO_SLICE : rvo_slice_of_text(DatumGetTextPCopy(value));
}

static Jsonb *
copied_json(Datum value, bool isnull)
{
	return isnull ? NULL : DatumGetJsonbPCopy(value);
}

/* ---------------------------------------------------------------- definitions */

/* What is called for each definition. */
typedef struct Reading
{
	DefinitionReader read;
	void	   *arg;
} Reading;

static void
read_definition(void *arg, const Datum *values, const bool *nulls)
{
	Reading    *reading = arg;

	reading->read(reading->arg, copied(values[0], nulls[0]), copied(values[1], nulls[1]), copied_json(values[2], nulls[2]));
}

/* rvo_store_read_definitions shows the client's definitions, in the current context. */
void
rvo_store_read_definitions(int client_id, Slice entity, DefinitionReader read, void *arg)
{
	Execution	e = {0};
	Reading		reading = {read, arg};

	rvo_add_integer(&e, client_id);
	rvo_add_text(&e, entity);
	rvo_query_read(&read_definitions, &e, read_definition, &reading);
}

/* rvo_store_insert_seen records a name, unless it is. */
void
rvo_store_insert_seen(int client_id, Slice entity, Slice name, TimestampTz time)
{
	Execution	e = of_field(client_id, entity, name);

	rvo_add_time(&e, time);
	rvo_query_run(&insert_seen, &e);
}

/* rvo_store_is_seen tells whether a name is recorded. */
bool
rvo_store_is_seen(int client_id, Slice entity, Slice name)
{
	Execution	e = of_field(client_id, entity, name);

	return rvo_query_run(&find_seen, &e) > 0;
}

/* rvo_store_delete_seen forgets a recorded name; false if it is none. */
bool
rvo_store_delete_seen(int client_id, Slice entity, Slice name)
{
	Execution	e = of_field(client_id, entity, name);

	return rvo_query_run(&delete_seen, &e) > 0;
}

/* rvo_store_lock_client keeps others from changing the client's settings and definitions. */
void
rvo_store_lock_client(int client_id)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_query_run(&lock_client, &e);
}

/* rvo_store_note_defined notes that the client has definitions from now on. */
void
rvo_store_note_defined(int client_id, Slice entity)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_text(&e, entity);
	rvo_query_run(&note_defined, &e);
}

bool
rvo_store_is_defined(int client_id, Slice entity, Slice name)
{
	Execution	e = of_field(client_id, entity, name);

	return rvo_query_run(&find_definition, &e) > 0;
}

/* rvo_store_define adds a definition, or gives it another type and options. */
void
rvo_store_define(int client_id, Slice entity, Slice name, Slice type, Jsonb *options, TimestampTz time)
{
	Execution	e = of_field(client_id, entity, name);

	rvo_add_text(&e, type);
	rvo_add_datum(&e, JsonbPGetDatum(options), false);
	rvo_add_time(&e, time);
	rvo_query_run(&define, &e);
}

void
rvo_store_rename_definition(int client_id, Slice entity, Slice name, Slice new_name)
{
	Execution	e = of_field(client_id, entity, name);

	rvo_add_text(&e, new_name);
	rvo_query_run(&rename_definition, &e);
}

/* rvo_store_delete_definition ends a definition; false if there is none. */
bool
rvo_store_delete_definition(int client_id, Slice entity, Slice name)
{
	Execution	e = of_field(client_id, entity, name);

	return rvo_query_run(&delete_definition, &e) > 0;
}

/* What is called for each field of a list. */
typedef struct Listing
{
	void		(*put) (void *arg, const ListedField *field);
	void	   *arg;
} Listing;

static void
read_listed(void *arg, const Datum *values, const bool *nulls)
{
	Listing    *listing = arg;
	ListedField field = {
		.name = copied(values[0], nulls[0]),
		.state = copied(values[1], nulls[1]),
		.type = copied(values[2], nulls[2]),
		.options = copied_json(values[3], nulls[3]),
		.created_time = DatumGetTimestampTz(values[4]),
	};

	listing->put(listing->arg, &field);
}

/* rvo_store_list_fields shows what is defined or was recorded, by name. */
void
rvo_store_list_fields(int client_id, Slice entity, void (*put) (void *arg, const ListedField *field), void *arg)
{
	Execution	e = {0};
	Listing		listing = {put, arg};

	rvo_add_integer(&e, client_id);
	rvo_add_text(&e, entity);
	rvo_query_read(&list_fields, &e, read_listed, &listing);
}

/* ---------------------------------------------------------------- values */

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
rvo_store_lock_rows_with(int client_id, Slice entity, Slice name)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	add_name_pattern(&e, name);
	rvo_query_run(is_contact(entity) ? &lock_rows_of_contacts : &lock_rows_of_companies, &e);
	return (LockedRows) {e.results[0], DatumGetTimestampTz(e.results[1])};
}

/* rvo_store_count_rows_with_both counts the contacts or companies that have two fields; *first is one of them. */
int64
rvo_store_count_rows_with_both(int client_id, Slice entity, Slice name, Slice other, int64 *first)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	add_name_pattern(&e, name);
	add_name_pattern(&e, other);
	rvo_query_run(is_contact(entity) ? &count_both_of_contacts : &count_both_of_companies, &e);
	*first = DatumGetInt64(e.results[1]);
	return DatumGetInt64(e.results[0]);
}

/* rvo_store_rename_values renames a field of contacts or companies that were locked; returns how many they are. */
int64
rvo_store_rename_values(int client_id, Slice entity, Slice name, Slice new_name, LockedRows rows)
{
	Execution	e = {0};
	TimestampTz time = rvo_time_of_change(rows.latest);

	rvo_add_integer(&e, client_id);
	rvo_add_datum(&e, rows.ids, false);
	rvo_add_text(&e, name);
	rvo_add_text(&e, new_name);
	rvo_add_text(&e, rvo_json_time(time));
	rvo_add_time(&e, time);
	return rvo_query_run(is_contact(entity) ? &rename_values_of_contacts : &rename_values_of_companies, &e);
}

/* rvo_store_delete_values takes a field from contacts or companies that were locked; returns how many they are. */
int64
rvo_store_delete_values(int client_id, Slice entity, Slice name, LockedRows rows)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_datum(&e, rows.ids, false);
	rvo_add_text(&e, name);
	rvo_add_time(&e, rvo_time_of_change(rows.latest));
	return rvo_query_run(is_contact(entity) ? &delete_values_of_contacts : &delete_values_of_companies, &e);
}
