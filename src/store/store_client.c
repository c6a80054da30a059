/*
 * store_client.c
 *	  Queries on clients and their settings, one typed function each.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/compat.h"
#include "store/store_client.h"

static KeptQuery insert_client = {
	.sql = "INSERT INTO revyops.client (name) VALUES ($1) RETURNING id",
	.expected = SPI_OK_INSERT_RETURNING, .nparameters = 1,
	.types = {TEXTOID},
};

static KeptQuery has_client = {
	.sql = "SELECT id FROM revyops.client WHERE id = $1",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 1,
	.types = {INT4OID},
};

static KeptQuery read_clients = {
	.sql = "SELECT id FROM revyops.client",
	.expected = SPI_OK_SELECT, .read_only = true,
};

static KeptQuery find_client = {
	.sql = "SELECT on_unknown_domain::text, infer_company::text, custom_fields::text, default_status::text,"
	" default_origin::text, contact_fields_defined::boolean, company_fields_defined::boolean"
	" FROM revyops.client WHERE id = $1",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 1,
	.types = {INT4OID},
};

/* Each setting is a column of its name. */
#define SETTING(name) name " = CASE $2 WHEN '" name "' THEN $3 ELSE " name " END"

static KeptQuery set_client = {
	.sql = "UPDATE revyops.client SET " SETTING("on_unknown_domain") ", " SETTING("infer_company")
	", " SETTING("custom_fields") ", " SETTING("default_status") ", " SETTING("default_origin")
	" WHERE id = $1",
	.expected = SPI_OK_UPDATE, .nparameters = 3,
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

/* rvo_store_insert_client adds a client and returns its id. */
int
rvo_store_insert_client(Slice name)
{
	Execution	e = {0};

	rvo_add_text(&e, name);
	rvo_query_run(&insert_client, &e);
	return DatumGetInt32(e.results[0]);
}

bool
rvo_store_has_client(int client_id)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	return rvo_query_run_now(&has_client, &e) > 0;
}

/* rvo_store_read_clients shows the id of each client to read. */
void
rvo_store_read_clients(RowReader read, void *arg)
{
	Execution	e = {0};

	rvo_query_read(&read_clients, &e, read, arg);
}

/* is_set tells whether a column of settings has a value. */
static bool
is_set(const Execution *e, int column, const char *value)
{
	return rvo_slice_equal(rvo_result(e, column), rvo_slice(value));
}

/* rvo_store_find_client reads a client's settings; false if there is no such client. */
bool
rvo_store_find_client(int client_id, ClientSettings *settings)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	if (rvo_query_run_now(&find_client, &e) == 0)
		return false;
	*settings = (ClientSettings) {
		.creates_companies = is_set(&e, 0, "create"),
		.infers_company = is_set(&e, 1, "on"),
		.strict_fields = is_set(&e, 2, "strict"),
		.default_status = rvo_result(&e, 3),
		.default_origin = rvo_result(&e, 4),
		.fields_defined = {DatumGetBool(e.results[5]), DatumGetBool(e.results[6])},
	};
	return true;
}

/* rvo_store_set_client changes a setting that is known to be one; false if there is no such client. */
bool
rvo_store_set_client(int client_id, Slice setting, Slice value)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_text(&e, setting);
	rvo_add_text(&e, value);
	return rvo_query_run(&set_client, &e) > 0;
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
