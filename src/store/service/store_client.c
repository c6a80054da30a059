/*
 * store_client.c
 *	  Queries on clients and their settings, one typed function each.
 */
#include "postgres.h"

#include "access/transam.h"
#include "catalog/pg_type.h"

#include "base/compat.h"
#include "store/service/store_client.h"

static KeptQuery insert_client = {
	.sql = "INSERT INTO revyops.client (name) VALUES ($1) RETURNING id",
	.expected = SPI_OK_INSERT_RETURNING, .nparameters = 1,
	.types = {TEXTOID},
};

static KeptQuery has_client = {
	.sql = "SELECT id FROM revyops.client WHERE id = $1",
	.expected = SPI_OK_SELECT, .read_only = true, .anywhere = true, .nparameters = 1,
	.types = {INT4OID},
};

static KeptQuery find_state = {
	.sql = "SELECT state::text FROM revyops.client WHERE id = $1",
	.expected = SPI_OK_SELECT, .read_only = true, .anywhere = true, .nparameters = 1,
	.types = {INT4OID},
};

static KeptQuery set_state = {
	.sql = "UPDATE revyops.client SET state = $2 WHERE id = $1",
	.expected = SPI_OK_UPDATE, .nparameters = 2,
	.types = {INT4OID, TEXTOID},
};

/* Asked as a policy asks it: with the rights of whoever calls. */
static KeptQuery current_client_id = {
	.sql = "SELECT revyops.current_client_id()",
	.expected = SPI_OK_SELECT, .read_only = true,
};

static KeptQuery read_clients = {
	.sql = "SELECT id FROM revyops.client",
	.expected = SPI_OK_SELECT, .read_only = true,
};

/* Whether it has definitions of an entity's custom fields: a column for each. */
#define FIELDS_DEFINED(constant, name) ", " name "_fields_defined::boolean"
#define FIRST_FIELDS_DEFINED 11

static KeptQuery find_client = {
	.sql = "SELECT on_unknown_domain::text, infer_company::text, custom_fields::text, default_status::text,"
	" default_origin::text, contacts_merged::boolean, on_key_conflict::text, changes::text, suppresses::boolean, on_do_not_contact::text, state::text"
	ENTITY_LIST(FIELDS_DEFINED) " FROM revyops.client WHERE id = $1",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 1,
	.types = {INT4OID},
};

/* Each setting is a column of its name. */
#define SETTING(name) name " = CASE $2 WHEN '" name "' THEN $3 ELSE " name " END"

static KeptQuery set_client = {
	.sql = "UPDATE revyops.client SET " SETTING("on_unknown_domain") ", " SETTING("infer_company")
	", " SETTING("changes") ", " SETTING("on_key_conflict") ", " SETTING("custom_fields") ", " SETTING("default_status") ", " SETTING("default_origin")
	", " SETTING("foreign_ids") ", " SETTING("on_do_not_contact")
	" WHERE id = $1",
	.expected = SPI_OK_UPDATE, .nparameters = 3,
	.types = {INT4OID, TEXTOID, TEXTOID},
};

static KeptQuery tells_foreign_ids = {
	.sql = "SELECT id FROM revyops.client WHERE id = $1 AND foreign_ids <> 'hide'",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 1,
	.types = {INT4OID},
};

static KeptQuery lock_client = {
	.sql = "SELECT id FROM revyops.client WHERE id = $1 FOR NO KEY UPDATE",
	.expected = SPI_OK_SELECT, .nparameters = 1,
	.types = {INT4OID},
};

#define NOTE_DEFINED(constant, name) [constant] = { \
	.sql = "UPDATE revyops.client SET " name "_fields_defined = true WHERE id = $1 AND NOT " name "_fields_defined", \
	.expected = SPI_OK_UPDATE, .nparameters = 1, \
	.types = {INT4OID}, \
},

static KeptQuery note_defined[ENTITIES] = {ENTITY_LIST(NOTE_DEFINED)};

/* Of tables whose rows lie on other machines. */
#define HAS_ROWS(table) { \
	.sql = "SELECT 1 FROM " table " LIMIT 1", \
	.expected = SPI_OK_SELECT, .read_only = true, .anywhere = true, \
}
static KeptQuery has_clients = HAS_ROWS("revyops.client");
static KeptQuery has_contacts = HAS_ROWS("revyops.contact");

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

/* rvo_store_current_client_id returns whose rows row-level security shows, 0 for nobody's. */
int
rvo_store_current_client_id(void)
{
	Execution	e = {0};

	rvo_query_run(&current_client_id, &e);
	return e.result_nulls[0] ? 0 : DatumGetInt32(e.results[0]);
}

/* rvo_store_has_rows tells whether there are clients, or else contacts. */
bool
rvo_store_has_rows(bool clients)
{
	Execution	e = {0};

	return rvo_query_run_now(clients ? &has_clients : &has_contacts, &e) > 0;
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

/* read_state reads a column with a state. */
static ClientState
read_state(const Execution *e, int column)
{
	return is_set(e, column, "active") ? CLIENT_ACTIVE : is_set(e, column, "moving") ? CLIENT_MOVING : CLIENT_MOVED;
}

/* rvo_store_find_client_state reads whether a client is served here; false if there is no such client. */
bool
rvo_store_find_client_state(int client_id, ClientState *state)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	if (rvo_query_run_now(&find_state, &e) == 0)
		return false;
	*state = read_state(&e, 0);
	return true;
}

/* rvo_store_set_client_state writes a state that is known to be one. */
void
rvo_store_set_client_state(int client_id, Slice state)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_text(&e, state);
	rvo_query_run(&set_state, &e);
}

/* rvo_store_find_client reads a client's settings; false if there is no such client. */
bool
rvo_store_find_client(int client_id, ClientSettings *settings)
{
	Execution	e = {0};
	uint64		transactions = ended_transactions();

	rvo_add_integer(&e, client_id);
	if (rvo_query_run_now(&find_client, &e) == 0)
		return false;
	*settings = (ClientSettings) {
		.creates_companies = is_set(&e, 0, "create"),
		.infers_company = is_set(&e, 1, "on"),
		.strict_fields = is_set(&e, 2, "strict"),
		.default_status = rvo_result(&e, 3),
		.default_origin = rvo_result(&e, 4),
		.contacts_merged = DatumGetBool(e.results[5]),
		.updates_keys = is_set(&e, 6, "update"),
		.notes_changes = is_set(&e, 7, "on"),
		.suppresses = DatumGetBool(e.results[8]),
		.on_do_not_contact = is_set(&e, 9, "error") ? DO_NOT_CONTACT_ERROR :
			is_set(&e, 9, "off") ? DO_NOT_CONTACT_OFF : DO_NOT_CONTACT_MARK,
		.state = read_state(&e, 10),
		.transactions = transactions,
	};
	for (Entity entity = 0; entity < ENTITIES; entity++)
		settings->fields_defined[entity] = DatumGetBool(e.results[FIRST_FIELDS_DEFINED + entity]);
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

/* rvo_store_tells_foreign_ids tells whether the client may know that an id is another client's. */
bool
rvo_store_tells_foreign_ids(int client_id)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	return rvo_query_run(&tells_foreign_ids, &e) > 0;
}

/* rvo_store_lock_client keeps others from changing the client's settings and definitions. */
void
rvo_store_lock_client(int client_id)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_query_run(&lock_client, &e);
}

/* rvo_store_note_defined notes that the client has definitions of an entity's custom fields from now on. */
void
rvo_store_note_defined(int client_id, Entity entity)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_query_run(&note_defined[entity], &e);
}
