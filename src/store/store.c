/*
 * store.c
 *	  Queries for one row, one typed function each.
 *
 * Results are values in the caller's memory context.  Every statement on a
 * client's data names client_id, but for the one that tells another client's
 * company from none at all.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/sequence.h"
#include "executor/spi.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/fault.h"
#include "store/store.h"
#include "store/store_query.h"

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

static KeptQuery insert_api_key = {
	.sql = "INSERT INTO revyops.api_key (prefix, secret_sha256, client_id, name, expires_at, scope)"
	" VALUES ($1, $2, $3, $4, $5, $6)",
	.expected = SPI_OK_INSERT, .nparameters = 6,
	.types = {TEXTOID, BYTEAOID, INT4OID, TEXTOID, TIMESTAMPTZOID, TEXTOID},
};

static KeptQuery find_api_key = {
	.sql = "SELECT client_id, secret_sha256::bytea, expires_at::timestamptz, revoked_at, scope::text FROM revyops.api_key WHERE prefix = $1",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 1,
	.types = {TEXTOID},
};

static KeptQuery list_api_keys = {
	.sql = "SELECT prefix, name::text, scope::text, created_time::timestamptz, expires_at::timestamptz, revoked_at::timestamptz FROM revyops.api_key"
	" WHERE client_id = $1 ORDER BY created_time, prefix",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 1,
	.types = {INT4OID},
};

static KeptQuery revoke_api_key = {
	.sql = "UPDATE revyops.api_key SET revoked_at = pg_catalog.now()"
	" WHERE prefix = $1 AND revoked_at IS NULL",
	.expected = SPI_OK_UPDATE, .nparameters = 1,
	.types = {TEXTOID},
};

static KeptQuery find_secret = {
	.sql = "SELECT secret::bytea FROM revyops.secret WHERE name = $1",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 1,
	.types = {TEXTOID},
};

static KeptQuery find_company = {
	.sql = "SELECT id FROM revyops.company WHERE domain = $1 AND client_id = $2",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {TEXTOID, INT4OID},
};

static KeptQuery lock_company_of_domain = {
	.sql = "SELECT id FROM revyops.company WHERE domain = $1 AND client_id = $2 FOR KEY SHARE",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {TEXTOID, INT4OID},
};

static KeptQuery lock_company = {
	.sql = "SELECT id FROM revyops.company WHERE client_id = $1 AND id = $2 FOR KEY SHARE",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

static KeptQuery has_company_of_others = {
	.sql = "SELECT FROM revyops.company WHERE id = $1 AND client_id <> $2 AND client_id > 0",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {INT8OID, INT4OID},
};

static KeptQuery find_free_mail_exception = {
	.sql = "SELECT is_free_mail::boolean FROM revyops.free_mail_exception WHERE domain = $1",
	.expected = SPI_OK_SELECT, .nparameters = 1,
	.types = {TEXTOID},
};

static KeptQuery find_free_mail_domain = {
	.sql = "SELECT domain FROM revyops.free_mail_domain WHERE domain = $1",
	.expected = SPI_OK_SELECT, .nparameters = 1,
	.types = {TEXTOID},
};

static KeptQuery find_contact_owners = {
	.sql = "SELECT (SELECT id FROM revyops.contact WHERE email = $1 AND client_id = $3),"
	" (SELECT id FROM revyops.contact WHERE linkedin_url = $2 AND client_id = $3)",
	.expected = SPI_OK_SELECT, .nparameters = 3,
	.types = {TEXTOID, TEXTOID, INT4OID},
};

/*
 * read_now runs a read_only query on what is committed by now, or was done by this
 * transaction, whatever its isolation level.  Who calls is asked like this: a
 * key that was revoked is none, however old the snapshot of what it reads.
 */
static uint64
read_now(KeptQuery *query, Execution *e)
{
	uint64		rows;

	CommandCounterIncrement();
	PushActiveSnapshot(GetLatestSnapshot());
	rows = rvo_query_run(query, e);
	PopActiveSnapshot();
	return rows;
}

/* first_id runs a query that selects an id; 0 if there is no row. */
static int64
first_id(KeptQuery *query, Execution *e)
{
	return rvo_query_run(query, e) > 0 ? DatumGetInt64(e->results[0]) : 0;
}

/* sequence_oid looks the sequence up each time: it may be dropped and made again. */
static Oid
sequence_oid(IdSequence sequence)
{
	static const char *const names[] = {
		[COMPANY_IDS] = "company_id_seq",
		[CONTACT_IDS] = "contact_id_seq",
		[CUSTOM_FIELD_IDS] = "custom_field_id_seq",
	};

	return get_relname_relid(names[sequence], get_namespace_oid("revyops", false));
}

/* rvo_store_next_id takes a new id. */
int64
rvo_store_next_id(IdSequence sequence)
{
	return nextval_internal(sequence_oid(sequence), false);
}

/* rvo_store_number_fields gives every custom field that has none a new id. */
void
rvo_store_number_fields(CustomFields *fields)
{
	Oid			sequence = fields->count > 0 ? sequence_oid(CUSTOM_FIELD_IDS) : InvalidOid;

	for (int i = 0; i < fields->count; i++)
		if (fields->items[i].id == 0)
			fields->items[i].id = nextval_internal(sequence, false);
}

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
	return read_now(&has_client, &e) > 0;
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
	if (read_now(&find_client, &e) == 0)
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

/* rvo_store_insert_api_key adds a key of an existing client; it may never expire. */
void
rvo_store_insert_api_key(Slice prefix, const ApiKey *key, Slice name, const TimestampTz *expires_at)
{
	Execution	e = {0};

	rvo_add_text(&e, prefix);
	rvo_add_text(&e, (Slice) {(const char *) key->secret_sha256, PG_SHA256_DIGEST_LENGTH});
	rvo_add_integer(&e, key->client_id);
	rvo_add_text(&e, name);
	if (expires_at != NULL)
		rvo_add_time(&e, *expires_at);
	else
		rvo_add_datum(&e, (Datum) 0, true);
	rvo_add_text(&e, key->master ? CONST_SLICE("master") : CONST_SLICE("client"));
	rvo_query_run(&insert_api_key, &e);
}

/* rvo_store_find_api_key finds a key, dead or alive, by its public prefix. */
bool
rvo_store_find_api_key(Slice prefix, ApiKey *key)
{
	Execution	e = {0};
	Slice		secret;

	rvo_add_text(&e, prefix);
	if (read_now(&find_api_key, &e) == 0)
		return false;
	key->client_id = DatumGetInt32(e.results[0]);
	secret = rvo_result(&e, 1);
	if (secret.len != PG_SHA256_DIGEST_LENGTH)
		return false;
	memcpy(key->secret_sha256, secret.data, PG_SHA256_DIGEST_LENGTH);
	key->master = rvo_slice_equal(rvo_result(&e, 4), CONST_SLICE("master"));
	key->live = e.result_nulls[3] &&
		(e.result_nulls[2] || DatumGetTimestampTz(e.results[2]) > GetCurrentTimestamp());
	return true;
}

/* rvo_store_list_api_keys shows the keys of a client, dead or alive, to read. */
void
rvo_store_list_api_keys(int client_id, RowReader read, void *arg)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	(void) rvo_query_read(&list_api_keys, &e, read, arg);
}

/* rvo_store_revoke_api_key ends a key; false if there is no such key still valid. */
bool
rvo_store_revoke_api_key(Slice prefix)
{
	Execution	e = {0};

	rvo_add_text(&e, prefix);
	return rvo_query_run(&revoke_api_key, &e) > 0;
}

/* rvo_store_cursor_secret returns the key that cursors are signed with. */
Slice
rvo_store_cursor_secret(void)
{
	Execution	e = {0};

	rvo_add_text(&e, CONST_SLICE("cursor"));
	if (rvo_query_run(&find_secret, &e) == 0)
		rvo_fault_raise_bug("revyops.secret has no key for cursors");
	return rvo_result(&e, 0);
}

/* rvo_store_find_company returns the id of the client's company with this domain, or 0. */
int64
rvo_store_find_company(int client_id, Slice domain)
{
	Execution	e = {0};

	rvo_add_text(&e, domain);
	rvo_add_integer(&e, client_id);
	return first_id(&find_company, &e);
}

/*
 * rvo_store_lock_company_of_domain is rvo_store_find_company, and keeps the
 * row from being deleted until the transaction ends, as the foreign key's own
 * check does a moment later.
 */
int64
rvo_store_lock_company_of_domain(int client_id, Slice domain)
{
	Execution	e = {0};

	rvo_add_text(&e, domain);
	rvo_add_integer(&e, client_id);
	return first_id(&lock_company_of_domain, &e);
}

/* rvo_store_lock_company does the same by id; false if the client has no such company. */
bool
rvo_store_lock_company(int client_id, int64 id)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, id);
	return rvo_query_run(&lock_company, &e) > 0;
}

/* rvo_store_has_company_of_others tells another client's company from none. */
bool
rvo_store_has_company_of_others(int client_id, int64 id)
{
	Execution	e = {0};

	rvo_add_id(&e, id);
	rvo_add_integer(&e, client_id);
	return rvo_query_run(&has_company_of_others, &e) > 0;
}

/* rvo_store_is_free_mail tells whether anybody can get an address of a domain: the owner's word counts first. */
bool
rvo_store_is_free_mail(Slice domain)
{
	Execution	e = {0};

	rvo_add_text(&e, domain);
	if (rvo_query_run(&find_free_mail_exception, &e) > 0)
		return DatumGetBool(e.results[0]);
	return rvo_query_run(&find_free_mail_domain, &e) > 0;
}

/* rvo_store_find_contact_owners tells which of the client's contacts have these keys. */
ContactOwners
rvo_store_find_contact_owners(int client_id, Slice email, Slice linkedin_url)
{
	Execution	e = {0};
	ContactOwners owners = {0};

	rvo_add_text(&e, email);
	rvo_add_text(&e, linkedin_url);
	rvo_add_integer(&e, client_id);
	rvo_query_run(&find_contact_owners, &e);
	owners.of_email = DatumGetInt64(e.results[0]);
	owners.of_linkedin_url = DatumGetInt64(e.results[1]);
	return owners;
}
