/*
 * store_contact.c
 *	  Queries on contacts, one typed function each; those of lists are in store_contact_list.c.
 *
 * A look-up of many has an array as a parameter, and each entry of it is a look-up
 * of its own by a unique index: a LATERAL or scalar sub-select, which the planner
 * can't turn into a join.  With the array as a condition, a plan made for a small
 * table would read all of a client.
 *
 * Every statement names client_id, but for those that tell another client's
 * contact from none at all, or that are the master list's.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/failure.h"
#include "shape/record/change_time.h"
#include "store/record/store_contact.h"

static KeptQuery get_contact = {
	.sql = "SELECT " READ_CONTACT " FROM revyops.contact WHERE client_id = $1 AND id = $2",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

static KeptQuery has_contact = {
	.sql = "SELECT id FROM revyops.contact WHERE client_id = $1 AND id = $2",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

static KeptQuery get_contact_of_any = {
	.sql = "SELECT " READ_CONTACT " FROM revyops.contact WHERE id = $1 AND " OF_SERVED " ORDER BY client_id LIMIT 1",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 1,
	.types = {INT8OID},
};

static KeptQuery get_contacts = GET_MANY(READ_CONTACT, "revyops.contact", "");
static KeptQuery get_contacts_descending = GET_MANY(READ_CONTACT, "revyops.contact", " DESC");
static KeptQuery get_contacts_of_any = GET_MANY_OF_ANY(READ_CONTACT, "revyops.contact");

static KeptQuery get_contact_by_email = {
	.sql = "SELECT " READ_CONTACT " FROM revyops.contact WHERE email = $1 AND client_id = $2",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 2,
	.types = {TEXTOID, INT4OID},
};

static KeptQuery get_contact_by_linkedin_url = {
	.sql = "SELECT " READ_CONTACT " FROM revyops.contact WHERE linkedin_url = $1 AND client_id = $2",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 2,
	.types = {TEXTOID, INT4OID},
};

static KeptQuery lock_contact = {
	.sql = "SELECT " READ_CONTACT " FROM revyops.contact WHERE client_id = $1 AND id = $2 FOR NO KEY UPDATE",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

/* The ids of who has which key first, in a fixed order, so that two such queries don't wait for each other. */
static KeptQuery lock_contacts = {
	.sql = "WITH found AS (SELECT c.id FROM pg_catalog.unnest($2) AS k (email),"
	" LATERAL (SELECT id FROM revyops.contact WHERE email = k.email AND client_id = $1 OFFSET 0) AS c"
	" UNION SELECT c.id FROM pg_catalog.unnest($3) AS k (linkedin_url),"
	" LATERAL (SELECT id FROM revyops.contact WHERE linkedin_url = k.linkedin_url AND client_id = $1 OFFSET 0) AS c"
	" UNION SELECT pg_catalog.unnest($4)"
	" ORDER BY id)"
	" SELECT c.* FROM found, LATERAL (SELECT " READ_CONTACT " FROM revyops.contact"
	" WHERE client_id = $1 AND id = found.id FOR NO KEY UPDATE) AS c",
	.expected = SPI_OK_SELECT, .nparameters = 4,
	.types = {INT4OID, TEXTARRAYOID, TEXTARRAYOID, INT8ARRAYOID},
};

static KeptQuery find_other_client = {
	.sql = "SELECT FROM revyops.contact WHERE id = $1 AND client_id <> $2 AND client_id > 0",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 2,
	.types = {INT8OID, INT4OID},
};

static KeptQuery find_contact_owners = {
	.sql = "SELECT (SELECT id FROM revyops.contact WHERE email = $1 AND client_id = $3),"
	" (SELECT id FROM revyops.contact WHERE linkedin_url = $2 AND client_id = $3)",
	.expected = SPI_OK_SELECT, .nparameters = 3,
	.types = {TEXTOID, TEXTOID, INT4OID},
};

#define FIND_CONTACTS_OWNERS(how) { \
	.sql = "SELECT (SELECT id FROM revyops.contact WHERE email = k.email AND client_id = $1)," \
	" (SELECT id FROM revyops.contact WHERE linkedin_url = k.linkedin_url AND client_id = $1)" \
	" FROM ROWS FROM (pg_catalog.unnest($2), pg_catalog.unnest($3)) AS k (email, linkedin_url)", \
	.expected = SPI_OK_SELECT, .read_only = (how), .nparameters = 3, \
	.types = {INT4OID, TEXTARRAYOID, TEXTARRAYOID}, \
}

static KeptQuery find_contacts_owners = FIND_CONTACTS_OWNERS(false);
static KeptQuery read_contacts_owners = FIND_CONTACTS_OWNERS(true);

/* NULL where one of the two has no key. */
#define COMPARE_CONTACTS_KEYS(how) { \
	.sql = "SELECT c.email <> k.email, c.linkedin_url <> k.linkedin_url" \
	" FROM ROWS FROM (pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4)) WITH ORDINALITY AS k (id, email, linkedin_url, n)" \
	" LEFT JOIN LATERAL (SELECT email, linkedin_url FROM revyops.contact WHERE client_id = $1 AND id = k.id OFFSET 0) AS c ON true" \
	" ORDER BY k.n", \
	.expected = SPI_OK_SELECT, .read_only = (how), .nparameters = 4, \
	.types = {INT4OID, INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID}, \
}

static KeptQuery find_other_keys = COMPARE_CONTACTS_KEYS(false);
static KeptQuery read_other_keys = COMPARE_CONTACTS_KEYS(true);

#define INTO_CONTACT "(client_id, id, " CONTACT_INSERTED(WRITTEN) ", custom_fields, updated_time)"

#define INSERT_CONTACT(on_conflict) { \
	.sql = "INSERT INTO revyops.contact " INTO_CONTACT \
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)" on_conflict, \
	.expected = SPI_OK_INSERT, .nparameters = 13, \
	.types = {INT4OID, INT8OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, INT8OID, TEXTOID, TEXTOID, TEXTOID, \
		TIMESTAMPTZOID, JSONBOID, TIMESTAMPTZOID}, \
}

#define TYPES_OF_WHOLE_CONTACT {INT4OID, INT8OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, INT8OID, TEXTOID, TEXTOID, TEXTOID, \
	TIMESTAMPTZOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TIMESTAMPTZOID, JSONBOID, TIMESTAMPTZOID}

static KeptQuery insert_contact = INSERT_CONTACT(" ON CONFLICT DO NOTHING");
static KeptQuery insert_contact_or_raise = INSERT_CONTACT("");

static KeptQuery insert_whole_contact = {
	.sql = "INSERT INTO revyops.contact (client_id, id, " CONTACT_COLUMNS(WRITTEN) ", custom_fields, updated_time)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT DO NOTHING",
	.expected = SPI_OK_INSERT, .nparameters = 16,
	.types = TYPES_OF_WHOLE_CONTACT,
};

/* Arrays of the same. */
#define MANY_CONTACTS "SELECT $1, pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4), pg_catalog.unnest($5)," \
	" pg_catalog.unnest($6), pg_catalog.unnest($7), pg_catalog.unnest($8), pg_catalog.unnest($9)," \
	" pg_catalog.unnest($10), pg_catalog.unnest($11), pg_catalog.unnest($12), pg_catalog.unnest($13)"
#define TYPES_OF_MANY_CONTACTS {INT4OID, INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, INT8ARRAYOID, \
	TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TIMESTAMPTZARRAYOID, JSONBARRAYOID, TIMESTAMPTZARRAYOID}

static KeptQuery insert_contacts = {
	.sql = "WITH inserted AS (INSERT INTO revyops.contact " INTO_CONTACT " " MANY_CONTACTS " ON CONFLICT DO NOTHING RETURNING id)"
	" SELECT pg_catalog.array_agg(id::bigint) FROM inserted",
	.expected = SPI_OK_SELECT, .nparameters = 13,
	.types = TYPES_OF_MANY_CONTACTS,
};

static KeptQuery update_contact = {
	.sql = "UPDATE revyops.contact SET (" CONTACT_COLUMNS(WRITTEN) ", custom_fields, updated_time) ="
	" ROW ($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) WHERE client_id = $1 AND id = $2",
	.expected = SPI_OK_UPDATE, .nparameters = 16,
	.types = TYPES_OF_WHOLE_CONTACT,
};

/*
 * Many are written by their primary key.  As an INSERT that always finds it
 * taken: a join of an UPDATE with a list would be planned, while the table is
 * small, as a scan of all of a client.
 */
static KeptQuery update_contacts = {
	.sql = "WITH written AS (INSERT INTO revyops.contact AS c " INTO_CONTACT " " MANY_CONTACTS
	" ON CONFLICT (client_id, id) DO UPDATE SET " CONTACT_INSERTED(EXCLUDED) ", custom_fields = EXCLUDED.custom_fields,"
	" updated_time = EXCLUDED.updated_time RETURNING 1)"
	" SELECT pg_catalog.count(*) FROM written",
	.expected = SPI_OK_SELECT, .nparameters = 13,
	.types = TYPES_OF_MANY_CONTACTS,
};

static KeptQuery delete_contact = {
	.sql = "DELETE FROM revyops.contact WHERE client_id = $1 AND id = $2",
	.expected = SPI_OK_DELETE, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

/* Locked in the order of ids, as elsewhere; none can be added, since their company is locked. */
static KeptQuery lock_contacts_of_company = {
	.sql = "SELECT COALESCE(pg_catalog.max(updated_time)::timestamptz, '-infinity'),"
	" COALESCE(pg_catalog.array_agg(id::bigint), '{}') FROM (SELECT id, updated_time FROM revyops.contact"
	" WHERE company_id = $2 AND client_id = $1 ORDER BY id FOR NO KEY UPDATE) AS c",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

static KeptQuery move_contacts = {
	.sql = "UPDATE revyops.contact SET company_id = $4, updated_time = $3"
	" WHERE company_id = $2 AND client_id = $1",
	.expected = SPI_OK_UPDATE, .nparameters = 4,
	.types = {INT4OID, INT8OID, TIMESTAMPTZOID, INT8OID},
};

const RecordTable rvo_contact_table = {
	.entity = CONTACT_ENTITY,
	.size = sizeof(Contact),
	.shape = &rvo_contact_shape,
	.get = &get_contact,
	.get_of_any = &get_contact_of_any,
	.get_many = &get_contacts,
	.get_many_descending = &get_contacts_descending,
	.get_many_of_any = &get_contacts_of_any,
	.lock = &lock_contact,
	.find_other_client = &find_other_client,
	.insert = &insert_contact,
	.insert_or_raise = &insert_contact_or_raise,
	.insert_many = &insert_contacts,
	.update = &update_contact,
	.not_inserted = "a contact was not inserted, and no key explains it",
};

/* ---------------------------------------------------------------- one */

/* rvo_store_has_contact tells whether the client has a contact with this id by now. */
bool
rvo_store_has_contact(int client_id, int64 id)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, id);
	return rvo_query_run(&has_contact, &e) > 0;
}

/* rvo_store_get_contact_with_key reads the contact that has an e-mail address or, if that has no value, a LinkedIn URL. */
bool
rvo_store_get_contact_with_key(int client_id, Slice email, Slice linkedin_url, Contact *contact)
{
	bool		by_email = email.data != NULL;
	Execution	e = {0};

	rvo_add_text(&e, by_email ? email : linkedin_url);
	rvo_add_integer(&e, client_id);
	return rvo_store_find(&rvo_contact_table, by_email ? &get_contact_by_email : &get_contact_by_linkedin_url, &e,
						  &contact->record);
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

/* rvo_store_delete_contact deletes a contact that was locked. */
void
rvo_store_delete_contact(int client_id, int64 id)
{
	if (rvo_store_delete(&delete_contact, client_id, id) != 1)
		rvo_failure_raise_bug("a locked contact was not deleted");
}

/* ---------------------------------------------------------------- many */

/* What show_contact carries through rvo_query_read. */
typedef struct ContactReading
{
	ContactReader read;
	void	   *arg;
	bool		ended;			/* the reader has enough */
} ContactReading;

static void
show_contact(void *arg, const Datum *values, const bool *nulls)
{
	ContactReading *reading = arg;
	Contact		contact;

	if (reading->ended)
		return;
	rvo_record_of_row(&rvo_contact_table, &contact.record, values, nulls);
	reading->ended = !reading->read(reading->arg, &contact);
}

/*
 * rvo_store_lock_contacts reads the contacts that have any of these keys (no
 * value = none), or one of the ids, in the order of ids, and keeps others from
 * changing them until the transaction ends.  One may have lost the key by the time
 * it is locked.  read says whether to show it more; all are locked anyway.
 */
void
rvo_store_lock_contacts(int client_id, const Slice *emails, const Slice *linkedin_urls, int n,
						const int64 *ids, int nids, ContactReader read, void *arg)
{
	Execution	e = {0};
	ContactReading reading = {read, arg, false};
	const void **rows = palloc((nids + 1) * sizeof(void *));

	for (int i = 0; i < nids; i++)
		rows[i] = &ids[i];
	rvo_add_integer(&e, client_id);
	rvo_add_slices(&e, emails, n);
	rvo_add_slices(&e, linkedin_urls, n);
	rvo_add_ids(&e, rows, nids, 0);
	rvo_query_read(&lock_contacts, &e, show_contact, &reading);
}

/* rvo_store_read_contact_owners reads who has the keys of the next of many. */
void
rvo_store_read_contact_owners(void *arg, const Datum *values, const bool *nulls)
{
	ContactOwners **next = arg;

	(*next)->of_email = nulls[0] ? 0 : DatumGetInt64(values[0]);
	(*next)->of_linkedin_url = nulls[1] ? 0 : DatumGetInt64(values[1]);
	(*next)++;
}

/* rvo_store_find_contacts_owners tells for each contact who has its keys; read_only: as the calling statement sees it. */
void
rvo_store_find_contacts_owners(int client_id, Contact *const *contacts, int n, bool read_only, ContactOwners *owners)
{
	Execution	e = {0};
	const void *const *rows = (const void *const *) contacts;

	rvo_add_integer(&e, client_id);
	rvo_add_texts(&e, rows, n, offsetof(Contact, email));
	rvo_add_texts(&e, rows, n, offsetof(Contact, linkedin_url));
	rvo_query_read(read_only ? &read_contacts_owners : &find_contacts_owners, &e, rvo_store_read_contact_owners, &owners);
}

static void
read_other_key(void *arg, const Datum *values, const bool *nulls)
{
	OtherKeys **next = arg;

	(*next)->email = !nulls[0] && DatumGetBool(values[0]);
	(*next)->linkedin_url = !nulls[1] && DatumGetBool(values[1]);
	(*next)++;
}

/* rvo_store_compare_contacts_keys tells of each contact which keys that of an id has others of; read_only: as the calling statement sees it. */
void
rvo_store_compare_contacts_keys(int client_id, Contact *const *contacts, const int64 *ids, int n, bool read_only, OtherKeys *others)
{
	Execution	e = {0};
	const void *const *rows = (const void *const *) contacts;
	const void **id_rows = palloc(n * sizeof(void *));

	for (int i = 0; i < n; i++)
		id_rows[i] = &ids[i];
	rvo_add_integer(&e, client_id);
	rvo_add_ids(&e, id_rows, n, 0);
	rvo_add_texts(&e, rows, n, offsetof(Contact, email));
	rvo_add_texts(&e, rows, n, offsetof(Contact, linkedin_url));
	rvo_query_read(read_only ? &read_other_keys : &find_other_keys, &e, read_other_key, &others);
}

/* rvo_store_insert_whole_contacts adds contacts with all that a change can write: see rvo_store_insert_many_whole. */
void
rvo_store_insert_whole_contacts(int client_id, Contact *const *contacts, int n, bool *inserted)
{
	rvo_store_insert_many_whole(&rvo_contact_table, &insert_whole_contact, client_id, (Record *const *) contacts, n, inserted);
}

/* rvo_store_update_contacts writes all of contacts that were locked, as one statement. */
void
rvo_store_update_contacts(int client_id, Contact *const *contacts, int n)
{
	Execution	e = {0};

	rvo_add_records(&e, &rvo_contact_table, client_id, (Record *const *) contacts, n);
	rvo_query_run(&update_contacts, &e);
	if (DatumGetInt64(e.results[0]) != n)
		rvo_failure_raise_bug("some locked contacts were not updated");
}

/* rvo_store_move_contacts gives the contacts of a company that was locked another one, 0 for none; returns their ids, a bigint[]. */
Datum
rvo_store_move_contacts(int client_id, int64 company_id, int64 to_company_id)
{
	Execution	e = {0};
	Datum		ids;

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, company_id);
	rvo_query_run(&lock_contacts_of_company, &e);
	ids = e.results[1];
	rvo_add_time(&e, rvo_time_of_change(DatumGetTimestampTz(e.results[0])));
	rvo_add_id(&e, to_company_id);
	rvo_query_run(&move_contacts, &e);
	return ids;
}
