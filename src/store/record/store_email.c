/*
 * store_email.c
 *	  Queries on e-mails, one typed function each; those of lists are in store_email_list.c.
 *
 * Every statement names client_id, but for the one that tells another client's
 * e-mail from none at all.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "store/record/store_email.h"

static KeptQuery get_email = {
	.sql = "SELECT " READ_EMAIL " FROM revyops.email WHERE client_id = $1 AND id = $2",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

static KeptQuery lock_email = {
	.sql = "SELECT " READ_EMAIL " FROM revyops.email WHERE client_id = $1 AND id = $2 FOR NO KEY UPDATE",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

static KeptQuery find_other_client = {
	.sql = "SELECT FROM revyops.email WHERE id = $1 AND client_id <> $2 AND client_id > 0",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {INT8OID, INT4OID},
};

#define COLUMN_TYPES TEXTOID, TEXTOID, TIMESTAMPTZOID, TEXTOID, INT8OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, BOOLOID

#define INSERT_EMAIL(on_conflict) { \
	.sql = "INSERT INTO revyops.email (client_id, id, " EMAIL_COLUMNS(WRITTEN) ", custom_fields, updated_time)" \
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)" on_conflict, \
	.expected = SPI_OK_INSERT, .nparameters = 16, \
	.types = {INT4OID, INT8OID, COLUMN_TYPES, JSONBOID, TIMESTAMPTZOID}, \
}

static KeptQuery insert_email = INSERT_EMAIL(" ON CONFLICT DO NOTHING");
static KeptQuery insert_email_or_raise = INSERT_EMAIL("");

static KeptQuery insert_emails = {
	.sql = "WITH inserted AS (INSERT INTO revyops.email (client_id, id, " EMAIL_COLUMNS(WRITTEN) ", custom_fields, updated_time)"
	" SELECT $1, pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4), pg_catalog.unnest($5), pg_catalog.unnest($6),"
	" pg_catalog.unnest($7), pg_catalog.unnest($8), pg_catalog.unnest($9), pg_catalog.unnest($10), pg_catalog.unnest($11),"
	" pg_catalog.unnest($12), pg_catalog.unnest($13), pg_catalog.unnest($14), pg_catalog.unnest($15), pg_catalog.unnest($16)"
	" ON CONFLICT DO NOTHING RETURNING id) SELECT pg_catalog.array_agg(id::bigint) FROM inserted",
	.expected = SPI_OK_SELECT, .nparameters = 16,
	.types = {
		INT4OID, INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TIMESTAMPTZARRAYOID, TEXTARRAYOID, INT8ARRAYOID, TEXTARRAYOID,
		TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, BOOLARRAYOID, JSONBARRAYOID, TIMESTAMPTZARRAYOID
	},
};

static KeptQuery update_email = {
	.sql = "UPDATE revyops.email SET (" EMAIL_COLUMNS(WRITTEN) ", custom_fields, updated_time) ="
	" ROW ($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) WHERE client_id = $1 AND id = $2",
	.expected = SPI_OK_UPDATE, .nparameters = 16,
	.types = {INT4OID, INT8OID, COLUMN_TYPES, JSONBOID, TIMESTAMPTZOID},
};

static KeptQuery delete_email = {
	.sql = "DELETE FROM revyops.email WHERE client_id = $1 AND id = $2",
	.expected = SPI_OK_DELETE, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

/* No e-mail is of all clients' list. */
const RecordTable rvo_email_table = {
	.entity = EMAIL_ENTITY,
	.size = sizeof(Email),
	.shape = &rvo_email_shape,
	.get = &get_email,
	.lock = &lock_email,
	.find_other_client = &find_other_client,
	.insert = &insert_email,
	.insert_or_raise = &insert_email_or_raise,
	.insert_many = &insert_emails,
	.update = &update_email,
	.not_inserted = "an e-mail was not inserted, and nothing explains it",
};

/* rvo_store_delete_email deletes an e-mail that was locked. */
void
rvo_store_delete_email(int client_id, int64 id)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, id);
	rvo_query_run(&delete_email, &e);
}

/* ---------------------------------------------------------------- contacts */

/* Contacts, and those that contacts were merged into: each id is a look-up of its own, in their order. */
static KeptQuery lock_contacts = {
	.sql = "SELECT k.id::bigint, c.id::bigint, c.email::text"
	" FROM pg_catalog.unnest($2) AS k (id),"
	" LATERAL (SELECT id, email FROM revyops.contact WHERE client_id = $1 AND id = k.id FOR KEY SHARE) AS c",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {INT4OID, INT8ARRAYOID},
};

static KeptQuery lock_kept_contacts = {
	.sql = "SELECT k.id::bigint, c.id::bigint, c.email::text FROM pg_catalog.unnest($2) AS k (id),"
	" LATERAL (SELECT kept_id FROM revyops.merged_contact WHERE client_id = $1 AND id = k.id OFFSET 0) AS m,"
	" LATERAL (SELECT id, email FROM revyops.contact WHERE client_id = $1 AND id = m.kept_id FOR KEY SHARE) AS c",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {INT4OID, INT8ARRAYOID},
};

static void
read_contact(void *arg, const Datum *values, const bool *nulls)
{
	LockedContact **next = arg;

	*(*next)++ = (LockedContact) {DatumGetInt64(values[0]), DatumGetInt64(values[1]), rvo_result_text(values[2], nulls[2])};
}

/*
 * rvo_store_lock_contacts_of_emails finds contacts by ids, or (merged) those that contacts with these ids
 * were merged into, and keeps them from being deleted until the transaction ends, as the
 * foreign key's own check does a moment later.  There is room for n; returns how many there are.
 */
int
rvo_store_lock_contacts_of_emails(int client_id, const int64 *ids, int n, bool merged, LockedContact *contacts)
{
	Execution	e = {0};
	const void **rows = palloc(n * sizeof(void *));
	LockedContact *next = contacts;

	for (int i = 0; i < n; i++)
		rows[i] = &ids[i];
	rvo_add_integer(&e, client_id);
	rvo_add_ids(&e, rows, n, 0);
	rvo_query_read(merged ? &lock_kept_contacts : &lock_contacts, &e, read_contact, &next);
	return next - contacts;
}

/* ---------------------------------------------------------------- interest */

static KeptQuery lock_newest = {
	.sql = "SELECT " READ_EMAIL " FROM revyops.email WHERE client_id = $1 AND (contact_email = $2 OR contact_id = $3)"
	" AND COALESCE(subject, '') = $4 ORDER BY email_timestamp DESC NULLS LAST, id DESC LIMIT 1 FOR NO KEY UPDATE",
	.expected = SPI_OK_SELECT, .nparameters = 4,
	.types = {INT4OID, TEXTOID, INT8OID, TEXTOID},
};

static KeptQuery set_interested = {
	.sql = "UPDATE revyops.email SET interested = $3, interest_noted = false, updated_time = $4"
	" WHERE client_id = $1 AND id = $2 AND (interested IS DISTINCT FROM $3 OR interest_noted)",
	.expected = SPI_OK_UPDATE, .nparameters = 4,
	.types = {INT4OID, INT8OID, BOOLOID, TIMESTAMPTZOID},
};

/*
 * rvo_store_lock_newest_email reads the newest e-mail with a subject, to or from an address or a
 * contact, and keeps others from changing it; contact_id 0 is none.  False if there is none.
 */
bool
rvo_store_lock_newest_email(int client_id, Slice address, int64 contact_id, Slice subject, Email *email)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_text(&e, address);
	rvo_add_id(&e, contact_id);
	rvo_add_text(&e, subject);
	return rvo_store_find(&rvo_email_table, &lock_newest, &e, &email->record);
}

/* rvo_store_set_interested notes of an e-mail itself whether the contact is interested; false if that is so. */
bool
rvo_store_set_interested(int client_id, int64 id, bool interested, TimestampTz time)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, id);
	rvo_add_datum(&e, BoolGetDatum(interested), false);
	rvo_add_time(&e, time);
	return rvo_query_run(&set_interested, &e) > 0;
}
