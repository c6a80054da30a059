/*
 * store_company.c
 *	  Queries that read, change and delete companies, one typed function each.
 *
 * Lists are read as store_contact.c does it: by domain one row at most, by
 * custom field few, else in the order of ids.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/fault.h"
#include "store/store_company.h"

/* The casts are for an owner who gives a column another type; without, they are nothing. */
#define COLUMNS "client_id, id, domain::text, name::text, company_status::text, previous_status::text," \
	" status_changed_at::timestamptz, custom_fields::jsonb, updated_time::timestamptz"
#define NUMBER_OF_COLUMNS 9

/* The conditions that no index decides about, $2 and $3. */
#define FILTERS " AND ($2 IS NULL OR name = $2) AND ($3 IS NULL OR custom_fields @> $3)"
#define FILTER_TYPES INT4OID, TEXTOID, JSONBOID

/* Rows with a custom field; $4 is what the index gets. */
#define WITH_FIELD_PAGE(rows) { \
	.sql = RARE_PAGE(COLUMNS, "revyops.company WHERE " rows FILTERS, "$5", "($6, $7)", "$8", "$9"), \
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 9, \
	.types = {FILTER_TYPES, INT8ARRAYOID, INT8OID, PAGE_TYPES}, \
}

/* Rows with a domain, $4. */
#define OF_DOMAIN_PAGE(rows) { \
	.sql = "SELECT " COLUMNS " FROM revyops.company WHERE " rows FILTERS \
	" AND (id, client_id) > ($5, $6) ORDER BY id, client_id LIMIT $7 OFFSET $8", \
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 8, \
	.types = {FILTER_TYPES, TEXTOID, PAGE_TYPES}, \
}
#define OF_DOMAIN_COUNT(rows) { \
	.sql = "SELECT pg_catalog.count(*) FROM (SELECT FROM revyops.company WHERE " rows FILTERS \
	" AND (id, client_id) > ($5, $6) LIMIT $7) AS c", \
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 7, \
	.types = {FILTER_TYPES, TEXTOID, INT8OID, INT4OID, INT8OID}, \
}

static KeptQuery get_company = {
	.sql = "SELECT " COLUMNS " FROM revyops.company WHERE client_id = $1 AND id = $2",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

static KeptQuery get_company_of_any = {
	.sql = "SELECT " COLUMNS " FROM revyops.company WHERE id = $1 AND client_id > 0 ORDER BY client_id LIMIT 1",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 1,
	.types = {INT8OID},
};

static KeptQuery lock_company_to_change = {
	.sql = "SELECT " COLUMNS " FROM revyops.company WHERE client_id = $1 AND id = $2 FOR NO KEY UPDATE",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

static KeptQuery lock_company_to_delete = {
	.sql = "SELECT id FROM revyops.company WHERE client_id = $1 AND id = $2 FOR UPDATE",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

static KeptQuery scan_page = {
	.sql = "SELECT " COLUMNS " FROM revyops.company WHERE client_id = $1 AND id > $4" FILTERS
	" ORDER BY id LIMIT $6 OFFSET $7",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 7,
	.types = {FILTER_TYPES, PAGE_TYPES},
};

static KeptQuery scan_count = {
	.sql = "SELECT pg_catalog.count(*) FROM (SELECT name, custom_fields FROM revyops.company"
	" WHERE client_id = $1 AND id > $4 ORDER BY id LIMIT $6) AS c WHERE true" FILTERS,
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 6,
	.types = {FILTER_TYPES, INT8OID, INT4OID, INT8OID},
};

static KeptQuery domain_page = OF_DOMAIN_PAGE("client_id = $1 AND domain = $4");
static KeptQuery domain_count = OF_DOMAIN_COUNT("client_id = $1 AND domain = $4");

static KeptQuery rare_page = WITH_FIELD_PAGE("client_id = $1 AND " HAS_HASH("$4"));

/* ---- of all clients; $1 is not looked at */

static KeptQuery scan_page_of_any = {
	.sql = "SELECT " COLUMNS " FROM revyops.company WHERE (id, client_id) > ($4, $5) AND client_id > 0" FILTERS
	" ORDER BY id, client_id LIMIT $6 OFFSET $7",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 7,
	.types = {FILTER_TYPES, PAGE_TYPES},
};

static KeptQuery scan_count_of_any = {
	.sql = "SELECT pg_catalog.count(*) FROM (SELECT name, custom_fields FROM revyops.company"
	" WHERE (id, client_id) > ($4, $5) AND client_id > 0 ORDER BY id, client_id LIMIT $6) AS c WHERE true" FILTERS,
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 6,
	.types = {FILTER_TYPES, INT8OID, INT4OID, INT8OID},
};

static KeptQuery domain_page_of_any = OF_DOMAIN_PAGE("domain = $4");
static KeptQuery domain_count_of_any = OF_DOMAIN_COUNT("domain = $4");

static KeptQuery rare_page_of_any = WITH_FIELD_PAGE("revyops.custom_field_hashes(client_id, custom_fields) && $4");

static KeptQuery update_company = {
	.sql = "UPDATE revyops.company SET domain = $3, name = $4, company_status = $5, previous_status = $6,"
	" status_changed_at = $7, custom_fields = $8, updated_time = $9 WHERE client_id = $1 AND id = $2",
	.expected = SPI_OK_UPDATE, .nparameters = 9,
	.types = {INT4OID, INT8OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID, JSONBOID, TIMESTAMPTZOID},
};

static KeptQuery delete_company = {
	.sql = "DELETE FROM revyops.company WHERE client_id = $1 AND id = $2",
	.expected = SPI_OK_DELETE, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

/* read_company fills a company from the columns; its texts are in the current context. */
static void
read_company(void *item, const Datum *values, const bool *nulls)
{
	*(Company *) item = (Company) {
		.record.client_id = DatumGetInt32(values[0]),
		.record.id = DatumGetInt64(values[1]),
		.domain = rvo_result_text(values[2], nulls[2]),
		.name = rvo_result_text(values[3], nulls[3]),
		.company_status = rvo_result_text(values[4], nulls[4]),
		.previous_status = rvo_result_text(values[5], nulls[5]),
		.status_changed_at = rvo_result_time(values[6], nulls[6]),
		.record.custom_fields = rvo_result_fields(values[7], nulls[7]),
		.record.updated_time = DatumGetTimestampTz(values[8]),
	};
}

static const ListKind companies = {sizeof(Company), NUMBER_OF_COLUMNS, read_company};

/* get runs a query for one company; false if there is none. */
static bool
get(KeptQuery *query, Execution *e, Company *company)
{
	if (rvo_query_run(query, e) == 0)
		return false;
	read_company(company, e->results, e->result_nulls);
	return true;
}

/* rvo_store_get_company reads a company of the client; false if there is none with this id. */
bool
rvo_store_get_company(int client_id, int64 id, Company *company)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, id);
	return get(&get_company, &e, company);
}

/* rvo_store_get_company_of_any reads a company, whose ever it is. */
bool
rvo_store_get_company_of_any(int64 id, Company *company)
{
	Execution	e = {0};

	rvo_add_id(&e, id);
	return get(&get_company_of_any, &e, company);
}

/*
 * rvo_store_lock_company_to_change is rvo_store_get_company, and keeps others
 * from changing it until the transaction ends.  Contacts may be made with it.
 */
bool
rvo_store_lock_company_to_change(int client_id, int64 id, Company *company)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, id);
	return get(&lock_company_to_change, &e, company);
}

/* rvo_store_lock_company_to_delete also waits for, and keeps off, whoever makes a contact with it. */
bool
rvo_store_lock_company_to_delete(int client_id, int64 id)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, id);
	return rvo_query_run(&lock_company_to_delete, &e) > 0;
}

/* rvo_store_list_companies reads a page of the companies that fit, in the order of ids. */
void
rvo_store_list_companies(int client_id, const CompanyFilter *filter, const ListPage *page, ListRows *list)
{
	bool		of_any = client_id == ALL_CLIENTS;
	ListScan	scan = {
		of_any ? &scan_page_of_any : &scan_page, false, of_any ? &scan_count_of_any : &scan_count
	};
	ListScan	of_domain = {
		of_any ? &domain_page_of_any : &domain_page, true, of_any ? &domain_count_of_any : &domain_count
	};
	Execution	conditions = {0};
	Execution	e;

	list->kind = &companies;
	rvo_add_integer(&conditions, client_id);
	rvo_add_text(&conditions, filter->name);
	rvo_add_pattern(&conditions, filter->field_name, filter->field_value);
	e = conditions;
	if (filter->domain.data != NULL)
	{
		rvo_add_text(&e, filter->domain);
		rvo_list_scan(list, &of_domain, &e, page);
		return;
	}
	if (filter->field_name.data != NULL && !page->place.scanned)
	{
		rvo_add_hashes(&e, client_id, filter->field_name, filter->field_value);
		if (rvo_list_rare(list, of_any ? &rare_page_of_any : &rare_page, &e, page))
			return;
	}
	rvo_list_scan(list, &scan, &conditions, page);
}

/* rvo_store_update_company writes all of a company that was locked.  Raises a unique violation if the domain is taken. */
void
rvo_store_update_company(int client_id, const Company *company)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, company->record.id);
	rvo_add_text(&e, company->domain);
	rvo_add_text(&e, company->name);
	rvo_add_text(&e, company->company_status);
	rvo_add_text(&e, company->previous_status);
	rvo_add_nullable_time(&e, company->status_changed_at);
	rvo_add_json(&e, rvo_custom_fields_nested(&company->record.custom_fields, company->record.updated_time));
	rvo_add_time(&e, company->record.updated_time);
	if (rvo_query_run(&update_company, &e) != 1)
		rvo_fault_raise_bug("a locked company was not updated");
}

/* rvo_store_delete_company deletes a company that has no contacts left; false if it is gone, or a trigger kept it. */
bool
rvo_store_delete_company(int client_id, int64 id)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, id);
	return rvo_query_run(&delete_company, &e) > 0;
}
