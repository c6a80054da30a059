/*
 * store_insert.c
 *	  Inserting contacts and companies, one or many.
 *
 * A row that meets any row with the same value in a unique index, ours or the
 * user's, is not inserted.  If it is not about our keys, the caller has the
 * same without ON CONFLICT tell.
 *
 * Many are inserted by the query for one, run for each of them within
 * one execution.  Where its plan does not allow that (store_direct.c), a
 * set-based statement does it, with an array for each column.  What that has
 * inserted is told by RETURNING within a CTE.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"

#include "base/compat.h"
#include "base/fault.h"
#include "store/store_insert.h"
#include "store/store_query.h"

#define INSERT_COMPANY(on_conflict) { \
	.sql = "INSERT INTO revyops.company (client_id, id, domain, name, company_status, custom_fields, updated_time)" \
	" VALUES ($1, $2, $3, $4, $5, $6, $7)" on_conflict, \
	.expected = SPI_OK_INSERT, .nparameters = 7, \
	.types = {INT4OID, INT8OID, TEXTOID, TEXTOID, TEXTOID, JSONBOID, TIMESTAMPTZOID}, \
}

static KeptQuery insert_company = INSERT_COMPANY(" ON CONFLICT DO NOTHING");
static KeptQuery insert_company_or_raise = INSERT_COMPANY("");

static KeptQuery insert_companies = {
	.sql = "WITH inserted AS (INSERT INTO revyops.company (client_id, id, domain, name, company_status,"
	" custom_fields, updated_time)"
	" SELECT $1, pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4), pg_catalog.unnest($5),"
	" pg_catalog.unnest($6), $7 ON CONFLICT DO NOTHING RETURNING id)"
	" SELECT pg_catalog.array_agg(id) FROM inserted",
	.expected = SPI_OK_SELECT, .nparameters = 7,
	.types = {INT4OID, INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, JSONBARRAYOID, TIMESTAMPTZOID},
};

#define INSERT_CONTACT(on_conflict) { \
	.sql = "INSERT INTO revyops.contact (client_id, id, email, linkedin_url, first_name, last_name," \
	" company_id, origin, contact_status, previous_status, status_changed_at, custom_fields, updated_time)" \
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)" on_conflict, \
	.expected = SPI_OK_INSERT, .nparameters = 13, \
	.types = {INT4OID, INT8OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, INT8OID, TEXTOID, TEXTOID, TEXTOID, \
		TIMESTAMPTZOID, JSONBOID, TIMESTAMPTZOID}, \
}

static KeptQuery insert_contact = INSERT_CONTACT(" ON CONFLICT DO NOTHING");
static KeptQuery insert_contact_or_raise = INSERT_CONTACT("");

static KeptQuery insert_contacts = {
	.sql = "WITH inserted AS (INSERT INTO revyops.contact (client_id, id, email, linkedin_url, first_name,"
	" last_name, company_id, origin, contact_status, previous_status, status_changed_at, custom_fields, updated_time)"
	" SELECT $1, pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4), pg_catalog.unnest($5),"
	" pg_catalog.unnest($6), pg_catalog.unnest($7), pg_catalog.unnest($8), pg_catalog.unnest($9),"
	" pg_catalog.unnest($10), pg_catalog.unnest($11), pg_catalog.unnest($12), pg_catalog.unnest($13) ON CONFLICT DO NOTHING RETURNING id)"
	" SELECT pg_catalog.array_agg(id) FROM inserted",
	.expected = SPI_OK_SELECT, .nparameters = 13,
	.types = {INT4OID, INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, INT8ARRAYOID,
		TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TIMESTAMPTZARRAYOID, JSONBARRAYOID, TIMESTAMPTZARRAYOID},
};

/* run_many runs a set-based insert and notes which rows came back; they do in their order. */
static void
run_many(KeptQuery *query, Execution *e, const void *const *rows, int n, size_t id_offset, bool *inserted)
{
	const int64 *ids;
	int			nids;
	int			next = 0;

	memset(inserted, false, n * sizeof(bool));
	if (rvo_query_run(query, e) != 1)
		rvo_fault_raise_bug("an insert of many told nothing");
	if (e->result_nulls[0])
		return;
	ids = (const int64 *) ARR_DATA_PTR(DatumGetArrayTypeP(e->results[0]));
	nids = ARR_DIMS(DatumGetArrayTypeP(e->results[0]))[0];
	for (int i = 0; i < n && next < nids; i++)
	{
		inserted[i] = ids[next] == COLUMN(rows[i], id_offset, int64);
		next += inserted[i];
	}
	if (next < nids)
		rvo_fault_raise_bug("an insert of many returned rows that were not in it");
}

static JsonbValue
fields_of_company(const void *row)
{
	const Company *company = row;

	return rvo_custom_fields_nested(&company->record.custom_fields, company->record.updated_time);
}

/* write_company gives the parameters of insert_company. */
static void
write_company(Execution *e, int client_id, const void *row)
{
	const Company *company = row;

	rvo_add_integer(e, client_id);
	rvo_add_id(e, company->record.id);
	rvo_add_text(e, company->domain);
	rvo_add_text(e, company->name);
	rvo_add_text(e, company->company_status);
	rvo_add_json(e, fields_of_company(row));
	rvo_add_time(e, company->record.updated_time);
}

/* rvo_store_insert_company adds a company; false if its domain is taken. */
bool
rvo_store_insert_company(int client_id, const Company *company)
{
	Execution	e = {0};

	write_company(&e, client_id, company);
	return rvo_query_run(&insert_company, &e) > 0;
}

/*
 * rvo_store_insert_company_or_raise adds a company that was not added, though
 * nobody has its domain: what is in the way says so itself.
 */
void
rvo_store_insert_company_or_raise(int client_id, const Company *company)
{
	Execution	e = {0};

	write_company(&e, client_id, company);
	if (rvo_query_run(&insert_company_or_raise, &e) != 1)
		rvo_fault_raise_bug("a company was not inserted, and its domain does not explain it");
}

/*
 * rvo_store_insert_companies adds companies, in this order; inserted tells for each
 * whether it was, or a key of it is taken.
 */
void
rvo_store_insert_companies(int client_id, Company *const *companies, int n, bool *inserted)
{
	Execution	e = {0};
	const void *const *rows = (const void *const *) companies;

	if (rvo_query_insert(&insert_company, client_id, rows, n, write_company, inserted))
		return;
	rvo_add_integer(&e, client_id);
	rvo_add_ids(&e, rows, n, offsetof(Company, record.id));
	rvo_add_texts(&e, rows, n, offsetof(Company, domain));
	rvo_add_texts(&e, rows, n, offsetof(Company, name));
	rvo_add_texts(&e, rows, n, offsetof(Company, company_status));
	rvo_add_jsons(&e, rows, n, fields_of_company);
	rvo_add_time(&e, companies[0]->record.updated_time);
	run_many(&insert_companies, &e, rows, n, offsetof(Company, record.id), inserted);
}

static JsonbValue
fields_of_contact(const void *row)
{
	const Contact *contact = row;

	return rvo_custom_fields_nested(&contact->record.custom_fields, contact->record.updated_time);
}

/* write_contact gives the parameters of insert_contact. */
static void
write_contact(Execution *e, int client_id, const void *row)
{
	const Contact *contact = row;

	rvo_add_integer(e, client_id);
	rvo_add_id(e, contact->record.id);
	rvo_add_text(e, contact->email);
	rvo_add_text(e, contact->linkedin_url);
	rvo_add_text(e, contact->first_name);
	rvo_add_text(e, contact->last_name);
	rvo_add_id(e, contact->company_id);
	rvo_add_text(e, contact->origin);
	rvo_add_text(e, contact->contact_status);
	rvo_add_text(e, contact->previous_status);
	rvo_add_nullable_time(e, contact->status_changed_at);
	rvo_add_json(e, fields_of_contact(row));
	rvo_add_time(e, contact->record.updated_time);
}

/* rvo_store_insert_contact adds a contact; false if one of its keys is taken. */
bool
rvo_store_insert_contact(int client_id, const Contact *contact)
{
	Execution	e = {0};

	write_contact(&e, client_id, contact);
	return rvo_query_run(&insert_contact, &e) > 0;
}

/*
 * rvo_store_insert_contact_or_raise adds a contact that was not added, though
 * nobody has its keys: what is in the way says so itself.
 */
void
rvo_store_insert_contact_or_raise(int client_id, const Contact *contact)
{
	Execution	e = {0};

	write_contact(&e, client_id, contact);
	if (rvo_query_run(&insert_contact_or_raise, &e) != 1)
		rvo_fault_raise_bug("a contact was not inserted, and no key explains it");
}

/* rvo_add_contacts gives the parameters of a statement that writes many, with an array for each column. */
void
rvo_add_contacts(Execution *e, int client_id, Contact *const *contacts, int n)
{
	const void *const *rows = (const void *const *) contacts;

	rvo_add_integer(e, client_id);
	rvo_add_ids(e, rows, n, offsetof(Contact, record.id));
	rvo_add_texts(e, rows, n, offsetof(Contact, email));
	rvo_add_texts(e, rows, n, offsetof(Contact, linkedin_url));
	rvo_add_texts(e, rows, n, offsetof(Contact, first_name));
	rvo_add_texts(e, rows, n, offsetof(Contact, last_name));
	rvo_add_ids(e, rows, n, offsetof(Contact, company_id));
	rvo_add_texts(e, rows, n, offsetof(Contact, origin));
	rvo_add_texts(e, rows, n, offsetof(Contact, contact_status));
	rvo_add_texts(e, rows, n, offsetof(Contact, previous_status));
	rvo_add_nullable_times(e, rows, n, offsetof(Contact, status_changed_at));
	rvo_add_jsons(e, rows, n, fields_of_contact);
	rvo_add_times(e, rows, n, offsetof(Contact, record.updated_time));
}

/*
 * rvo_store_insert_contacts adds contacts, in this order; inserted tells for each
 * whether it was, or a key of it is taken.
 */
void
rvo_store_insert_contacts(int client_id, Contact *const *contacts, int n, bool *inserted)
{
	Execution	e = {0};
	const void *const *rows = (const void *const *) contacts;

	if (rvo_query_insert(&insert_contact, client_id, rows, n, write_contact, inserted))
		return;
	rvo_add_contacts(&e, client_id, contacts, n);
	run_many(&insert_contacts, &e, rows, n, offsetof(Contact, record.id), inserted);
}
