/*
 * store_company_list.c
 *	  Lists of companies.
 *
 * By domain there is one row at most, by custom field there are few; else they are
 * read in the order of ids, as store_list.c does it.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/compat.h"
#include "store/store_company.h"
#include "store/store_company_list.h"

/* The conditions that no index decides about, $2 and $3. */
#define FILTERS " AND ($2 IS NULL OR name = $2) AND ($3 IS NULL OR custom_fields @> $3)"
#define FILTER_TYPES INT4OID, TEXTOID, JSONBOID

/* Rows with a custom field; $4 is what the index gets. */
#define WITH_FIELD_PAGE(rows) { \
	.sql = RARE_PAGE(READ_COMPANY, "revyops.company WHERE " rows FILTERS, "$5", "($6, $7)", "$8", "$9"), \
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 9, \
	.types = {FILTER_TYPES, INT8ARRAYOID, INT8OID, PAGE_TYPES}, \
}

/* Rows with a domain, $4. */
#define OF_DOMAIN_PAGE(rows) { \
	.sql = "SELECT " READ_COMPANY " FROM revyops.company WHERE " rows FILTERS \
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

static KeptQuery scan_page = {
	.sql = "SELECT " READ_COMPANY " FROM revyops.company WHERE client_id = $1 AND id > $4" FILTERS
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
	.sql = "SELECT " READ_COMPANY " FROM revyops.company WHERE (id, client_id) > ($4, $5) AND client_id > 0" FILTERS
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

	list->table = &rvo_company_table;
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
