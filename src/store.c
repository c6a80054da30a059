/*
 * store.c
 *	  Every query of the extension, one typed function each.
 *
 * Floor 2.  Only store*.c call SPI.  Each query opens and closes it for itself,
 * and hands its results out as values in the caller's memory context, so that
 * nothing points into SPI and nobody has to bracket anything.
 *
 * Plans are kept for the life of the backend and are generic: which index
 * serves a query is decided by its shape, not by the first values seen.  The
 * functions that come here run with enable_seqscan off, so that a plan made
 * while a table is small still fits when it is large.  Every statement on a
 * client's data names client_id, but for the one that tells another client's
 * company from none at all.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/sequence.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/plancache.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "fault.h"
#include "store.h"
#include "store_direct.h"

#define MAX_PARAMETERS 11
#define MAX_RESULTS DIRECT_MAX_RESULTS

typedef enum QueryId
{
	INSERT_CLIENT,
	HAS_CLIENT,
	INSERT_API_KEY,
	FIND_API_KEY,
	REVOKE_API_KEY,
	INSERT_COMPANY,
	FIND_COMPANY,
	LOCK_COMPANY_OF_DOMAIN,
	LOCK_COMPANY,
	HAS_COMPANY_OF_OTHERS,
	INSERT_CONTACT,
	FIND_CONTACT_OWNERS,
	NUMBER_OF_QUERIES
} QueryId;

/* A query and the result code that it must end with. */
static const struct
{
	const char *sql;
	int			expected;
	int			nparameters;
	Oid			types[MAX_PARAMETERS];
}			queries[NUMBER_OF_QUERIES] = {
	[INSERT_CLIENT] = {
		"INSERT INTO revyops.client (name) VALUES ($1) RETURNING id",
		SPI_OK_INSERT_RETURNING, 1, {TEXTOID}
	},
	[HAS_CLIENT] = {
		"SELECT id FROM revyops.client WHERE id = $1",
		SPI_OK_SELECT, 1, {INT4OID}
	},
	[INSERT_API_KEY] = {
		"INSERT INTO revyops.api_key (prefix, secret_sha256, client_id, name, expires_at)"
		" VALUES ($1, $2, $3, $4, $5)",
		SPI_OK_INSERT, 5, {TEXTOID, BYTEAOID, INT4OID, TEXTOID, TIMESTAMPTZOID}
	},
	[FIND_API_KEY] = {
		"SELECT client_id, secret_sha256, expires_at, revoked_at FROM revyops.api_key WHERE prefix = $1",
		SPI_OK_SELECT, 1, {TEXTOID}
	},
	[REVOKE_API_KEY] = {
		"UPDATE revyops.api_key SET revoked_at = pg_catalog.now()"
		" WHERE prefix = $1 AND revoked_at IS NULL",
		SPI_OK_UPDATE, 1, {TEXTOID}
	},
	[INSERT_COMPANY] = {
		"INSERT INTO revyops.company (client_id, id, domain, name, company_status, custom_fields, updated_time)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
		SPI_OK_INSERT, 7, {INT4OID, INT8OID, TEXTOID, TEXTOID, TEXTOID, JSONBOID, TIMESTAMPTZOID}
	},
	[FIND_COMPANY] = {
		"SELECT id FROM revyops.company WHERE domain = $1 AND client_id = $2",
		SPI_OK_SELECT, 2, {TEXTOID, INT4OID}
	},
	[LOCK_COMPANY_OF_DOMAIN] = {
		"SELECT id FROM revyops.company WHERE domain = $1 AND client_id = $2 FOR KEY SHARE",
		SPI_OK_SELECT, 2, {TEXTOID, INT4OID}
	},
	[LOCK_COMPANY] = {
		"SELECT id FROM revyops.company WHERE client_id = $1 AND id = $2 FOR KEY SHARE",
		SPI_OK_SELECT, 2, {INT4OID, INT8OID}
	},
	[HAS_COMPANY_OF_OTHERS] = {
		"SELECT FROM revyops.company WHERE id = $1 AND client_id <> $2",
		SPI_OK_SELECT, 2, {INT8OID, INT4OID}
	},
	[INSERT_CONTACT] = {
		"INSERT INTO revyops.contact (client_id, id, email, linkedin_url, first_name, last_name,"
		" company_id, origin, contact_status, custom_fields, updated_time)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING",
		SPI_OK_INSERT, 11, {INT4OID, INT8OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, INT8OID, TEXTOID,
		TEXTOID, JSONBOID, TIMESTAMPTZOID}
	},
	[FIND_CONTACT_OWNERS] = {
		"SELECT (SELECT id FROM revyops.contact WHERE email = $1 AND client_id = $3),"
		" (SELECT id FROM revyops.contact WHERE linkedin_url = $2 AND client_id = $3)",
		SPI_OK_SELECT, 3, {TEXTOID, TEXTOID, INT4OID}
	},
};

static SPIPlanPtr plans[NUMBER_OF_QUERIES];
static DirectState direct_states[NUMBER_OF_QUERIES];

/* One execution: its parameters, filled in the order of $1, $2, …, and its first row. */
typedef struct Execution
{
	int			count;
	Datum		values[MAX_PARAMETERS];
	char		nulls[MAX_PARAMETERS];	/* as SPI has it: ' ' or 'n' */
	Datum		results[MAX_RESULTS];
	bool		result_nulls[MAX_RESULTS];
} Execution;

static void
add_datum(Execution *e, Datum value, bool isnull)
{
	e->values[e->count] = value;
	e->nulls[e->count++] = isnull ? 'n' : ' ';
}

static void
add_integer(Execution *e, int32 value)
{
	add_datum(e, Int32GetDatum(value), false);
}

static void
add_id(Execution *e, int64 id)
{
	add_datum(e, Int64GetDatum(id), id == 0);
}

static void
add_text(Execution *e, Slice value)
{
	if (value.data == NULL)
		add_datum(e, (Datum) 0, true);
	else
		add_datum(e, PointerGetDatum(cstring_to_text_with_len(value.data, value.len)), false);
}

static void
add_time(Execution *e, TimestampTz time)
{
	add_datum(e, TimestampTzGetDatum(time), false);
}

static void
add_json(Execution *e, JsonbValue value)
{
	add_datum(e, JsonbPGetDatum(rvo_json_encode(&value)), false);
}

/* keep_plan prepares a query once in a backend's life; SPI is open. */
static SPIPlanPtr
keep_plan(QueryId query)
{
	if (plans[query] == NULL)
	{
		SPIPlanPtr	plan = SPI_prepare_cursor(queries[query].sql, queries[query].nparameters,
											  unconstify(Oid *, &queries[query].types[0]),
											  CURSOR_OPT_GENERIC_PLAN);

		if (plan == NULL || SPI_keepplan(plan) != 0)
			rvo_fault_raise_bug("could not prepare a query");
		plans[query] = plan;
	}
	return plans[query];
}

/* take_results copies the first row's columns into the caller's memory context. */
static void
take_results(Execution *e)
{
	TupleDesc	columns = SPI_tuptable->tupdesc;

	Assert(columns->natts <= MAX_RESULTS);
	for (int i = 0; i < columns->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(columns, i);
		Datum		value = SPI_getbinval(SPI_tuptable->vals[0], columns, i + 1, &e->result_nulls[i]);

		e->results[i] = e->result_nulls[i] ? (Datum) 0 :
			SPI_datumTransfer(value, column->attbyval, column->attlen);
	}
}

/* run_plan runs a query by its plan and returns the number of rows. */
static uint64
run_plan(QueryId query, Execution *e)
{
	uint64		rows;

	SPI_connect();
	if (SPI_execute_plan(keep_plan(query), e->values, e->nulls, false, 0) != queries[query].expected)
		rvo_fault_raise_bug("unexpected result of a query");
	rows = SPI_processed;
	if (rows > 0 && SPI_tuptable != NULL)
		take_results(e);
	SPI_finish();
	return rows;
}

/* prepare_direct shows the query's plan to store_direct.c. */
static void
prepare_direct(QueryId query)
{
	CachedPlan *plan;

	SPI_connect();
	plan = SPI_plan_get_cached_plan(keep_plan(query));
	rvo_direct_prepare(&direct_states[query], linitial_node(PlannedStmt, plan->stmt_list));
	ReleaseCachedPlan(plan, CurrentResourceOwner);
	SPI_finish();
}

/*
 * run executes a query and returns the number of rows, by the short way where
 * there is one.  A query always sees what its own transaction did before, and
 * in READ COMMITTED what others have committed by now.
 */
static uint64
run(QueryId query, Execution *e)
{
	DirectRun	direct = {e->values, e->nulls, e->results, e->result_nulls};

	if (!rvo_direct_is_prepared(&direct_states[query]))
		prepare_direct(query);
	switch (rvo_direct_run(&direct_states[query], &direct))
	{
		case DIRECT_NO_ROW:
			return 0;
		case DIRECT_ONE_ROW:
			return 1;
		case DIRECT_NOT_POSSIBLE:
			break;
	}
	return run_plan(query, e);
}

/* first_id runs a query that selects an id; 0 if there is no row. */
static int64
first_id(QueryId query, Execution *e)
{
	return run(query, e) > 0 ? DatumGetInt64(e->results[0]) : 0;
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

/* rvo_store_number_fields gives every custom field a new id. */
void
rvo_store_number_fields(CustomFields *fields)
{
	Oid			sequence = fields->count > 0 ? sequence_oid(CUSTOM_FIELD_IDS) : InvalidOid;

	for (int i = 0; i < fields->count; i++)
		fields->items[i].id = nextval_internal(sequence, false);
}

/* rvo_store_insert_client adds a client and returns its id. */
int
rvo_store_insert_client(Slice name)
{
	Execution	e = {0};

	add_text(&e, name);
	run(INSERT_CLIENT, &e);
	return DatumGetInt32(e.results[0]);
}

bool
rvo_store_has_client(int client_id)
{
	Execution	e = {0};

	add_integer(&e, client_id);
	return run(HAS_CLIENT, &e) > 0;
}

/* rvo_store_insert_api_key adds a key of an existing client; it may never expire. */
void
rvo_store_insert_api_key(Slice prefix, const uint8 *secret_sha256, int client_id,
						 Slice name, const TimestampTz *expires_at)
{
	Execution	e = {0};

	add_text(&e, prefix);
	add_text(&e, (Slice) {(const char *) secret_sha256, PG_SHA256_DIGEST_LENGTH});
	add_integer(&e, client_id);
	add_text(&e, name);
	if (expires_at != NULL)
		add_time(&e, *expires_at);
	else
		add_datum(&e, (Datum) 0, true);
	run(INSERT_API_KEY, &e);
}

/* rvo_store_find_api_key finds a key, dead or alive, by its public prefix. */
bool
rvo_store_find_api_key(Slice prefix, ApiKey *key)
{
	Execution	e = {0};

	add_text(&e, prefix);
	if (run(FIND_API_KEY, &e) == 0)
		return false;
	key->client_id = DatumGetInt32(e.results[0]);
	memcpy(key->secret_sha256, VARDATA_ANY(DatumGetByteaPP(e.results[1])), PG_SHA256_DIGEST_LENGTH);
	key->live = e.result_nulls[3] &&
		(e.result_nulls[2] || DatumGetTimestampTz(e.results[2]) > GetCurrentTimestamp());
	return true;
}

/* rvo_store_revoke_api_key ends a key; false if there is no such key still valid. */
bool
rvo_store_revoke_api_key(Slice prefix)
{
	Execution	e = {0};

	add_text(&e, prefix);
	return run(REVOKE_API_KEY, &e) > 0;
}

/* rvo_store_insert_company adds a company; false if its domain is taken. */
bool
rvo_store_insert_company(int client_id, const Company *company)
{
	Execution	e = {0};

	add_integer(&e, client_id);
	add_id(&e, company->id);
	add_text(&e, company->domain);
	add_text(&e, company->name);
	add_text(&e, company->company_status);
	add_json(&e, company->nested_fields);
	add_time(&e, company->updated_time);
	return run(INSERT_COMPANY, &e) > 0;
}

/* rvo_store_find_company returns the id of the client's company with this domain, or 0. */
int64
rvo_store_find_company(int client_id, Slice domain)
{
	Execution	e = {0};

	add_text(&e, domain);
	add_integer(&e, client_id);
	return first_id(FIND_COMPANY, &e);
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

	add_text(&e, domain);
	add_integer(&e, client_id);
	return first_id(LOCK_COMPANY_OF_DOMAIN, &e);
}

/* rvo_store_lock_company does the same by id; false if the client has no such company. */
bool
rvo_store_lock_company(int client_id, int64 id)
{
	Execution	e = {0};

	add_integer(&e, client_id);
	add_id(&e, id);
	return run(LOCK_COMPANY, &e) > 0;
}

/* rvo_store_has_company_of_others tells another client's company from none. */
bool
rvo_store_has_company_of_others(int client_id, int64 id)
{
	Execution	e = {0};

	add_id(&e, id);
	add_integer(&e, client_id);
	return run(HAS_COMPANY_OF_OTHERS, &e) > 0;
}

/* rvo_store_insert_contact adds a contact; false if one of its keys is taken. */
bool
rvo_store_insert_contact(int client_id, const Contact *contact)
{
	Execution	e = {0};

	add_integer(&e, client_id);
	add_id(&e, contact->id);
	add_text(&e, contact->email);
	add_text(&e, contact->linkedin_url);
	add_text(&e, contact->first_name);
	add_text(&e, contact->last_name);
	add_id(&e, contact->company_id);
	add_text(&e, contact->origin);
	add_text(&e, contact->contact_status);
	add_json(&e, contact->nested_fields);
	add_time(&e, contact->updated_time);
	return run(INSERT_CONTACT, &e) > 0;
}

/* rvo_store_find_contact_owners tells which of the client's contacts have these keys. */
ContactOwners
rvo_store_find_contact_owners(int client_id, Slice email, Slice linkedin_url)
{
	Execution	e = {0};
	ContactOwners owners = {0};

	add_text(&e, email);
	add_text(&e, linkedin_url);
	add_integer(&e, client_id);
	run(FIND_CONTACT_OWNERS, &e);
	owners.of_email = DatumGetInt64(e.results[0]);
	owners.of_linkedin_url = DatumGetInt64(e.results[1]);
	return owners;
}
