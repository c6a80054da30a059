/*
 * store_field_definition.c
 *	  Queries on definitions of custom fields, and on names that were seen, one typed function each.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "store/query/store_query.h"
#include "store/record/store_field_definition.h"

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

/* of_field starts an execution on one field. */
static Execution
of_field(int client_id, Entity entity, Slice name)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_text(&e, rvo_entity_names[entity]);
	rvo_add_text(&e, name);
	return e;
}

static Jsonb *
copied_json(Datum value, bool isnull)
{
	return isnull ? NULL : DatumGetJsonbPCopy(value);
}

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

	reading->read(reading->arg, rvo_result_text(values[0], nulls[0]), rvo_result_text(values[1], nulls[1]), copied_json(values[2], nulls[2]));
}

/* rvo_store_read_definitions shows the client's definitions, in the current context. */
void
rvo_store_read_definitions(int client_id, Entity entity, DefinitionReader read, void *arg)
{
	Execution	e = {0};
	Reading		reading = {read, arg};

	rvo_add_integer(&e, client_id);
	rvo_add_text(&e, rvo_entity_names[entity]);
	rvo_query_read(&read_definitions, &e, read_definition, &reading);
}

/* rvo_store_insert_seen records a name, unless it is. */
void
rvo_store_insert_seen(int client_id, Entity entity, Slice name, TimestampTz time)
{
	Execution	e = of_field(client_id, entity, name);

	rvo_add_time(&e, time);
	rvo_query_run(&insert_seen, &e);
}

/* rvo_store_is_seen tells whether a name is recorded. */
bool
rvo_store_is_seen(int client_id, Entity entity, Slice name)
{
	Execution	e = of_field(client_id, entity, name);

	return rvo_query_run(&find_seen, &e) > 0;
}

/* rvo_store_delete_seen forgets a recorded name; false if it is none. */
bool
rvo_store_delete_seen(int client_id, Entity entity, Slice name)
{
	Execution	e = of_field(client_id, entity, name);

	return rvo_query_run(&delete_seen, &e) > 0;
}

bool
rvo_store_is_defined(int client_id, Entity entity, Slice name)
{
	Execution	e = of_field(client_id, entity, name);

	return rvo_query_run(&find_definition, &e) > 0;
}

/* rvo_store_define adds a definition, or gives it another type and options. */
void
rvo_store_define(int client_id, Entity entity, Slice name, Slice type, Jsonb *options, TimestampTz time)
{
	Execution	e = of_field(client_id, entity, name);

	rvo_add_text(&e, type);
	rvo_add_datum(&e, JsonbPGetDatum(options), false);
	rvo_add_time(&e, time);
	rvo_query_run(&define, &e);
}

void
rvo_store_rename_definition(int client_id, Entity entity, Slice name, Slice new_name)
{
	Execution	e = of_field(client_id, entity, name);

	rvo_add_text(&e, new_name);
	rvo_query_run(&rename_definition, &e);
}

/* rvo_store_delete_definition ends a definition; false if there is none. */
bool
rvo_store_delete_definition(int client_id, Entity entity, Slice name)
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
		.name = rvo_result_text(values[0], nulls[0]),
		.state = rvo_result_text(values[1], nulls[1]),
		.type = rvo_result_text(values[2], nulls[2]),
		.options = copied_json(values[3], nulls[3]),
		.created_time = DatumGetTimestampTz(values[4]),
	};

	listing->put(listing->arg, &field);
}

/* rvo_store_list_fields shows what is defined or was recorded, by name. */
void
rvo_store_list_fields(int client_id, Entity entity, void (*put) (void *arg, const ListedField *field), void *arg)
{
	Execution	e = {0};
	Listing		listing = {put, arg};

	rvo_add_integer(&e, client_id);
	rvo_add_text(&e, rvo_entity_names[entity]);
	rvo_query_read(&list_fields, &e, read_listed, &listing);
}
