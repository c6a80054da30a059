/*
 * store_company_list.c
 *	  Lists of companies.
 *
 * By domain there is one row at most of a client, by custom field there are few; else they
 * are read in the order of ids, as store_list.c does it.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/compat.h"
#include "store/query/store_distribution.h"
#include "store/list/store_company_list.h"
#include "store/record/store_company.h"

/* The conditions that no index decides about, $2 to $5. */
#define FILTERS " AND ($2 IS NULL OR name = $2)" \
	" AND ($3 IS NULL OR revyops.has_custom_field(custom_fields, $3, $4, $5))"
#define FILTER_TYPES INT4OID, TEXTOID, TEXTOID, TEXTOID, BOOLOID

/* A count of rows in their order, or in any, up to a limit. */
#define COUNT(rows, limit) "SELECT pg_catalog.count(*) FROM (SELECT 1 FROM revyops.company WHERE " rows " LIMIT " limit ") AS c"

#define IN_ORDER " ORDER BY id"
#define IN_ORDER_OF_ANY " ORDER BY id, client_id"

/* Ids of rows with a custom field; $6 is what the index gets. */
#define WITH_FIELD_IDS(rows) { \
	.sql = RARE_IDS("revyops.company", rows FILTERS, "$7"), \
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 7, \
	.types = {FILTER_TYPES, INT8ARRAYOID, INT8OID}, \
}

/* Rows with a domain, $6. */
#define OF_DOMAIN_PAGE(rows) { \
	.sql = "SELECT " READ_COMPANY " FROM revyops.company WHERE " rows FILTERS \
	" AND (id, client_id) > ($7, $8) ORDER BY id, client_id LIMIT $9 OFFSET $10", \
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 10, \
	.types = {FILTER_TYPES, TEXTOID, PAGE_TYPES}, \
}
#define OF_DOMAIN_COUNT(rows) { \
	.sql = COUNT(rows FILTERS " AND (id, client_id) > ($7, $8)", "$9"), \
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 9, \
	.types = {FILTER_TYPES, TEXTOID, COUNT_TYPES}, \
}

/* All rows, or those that fit; a place, and how far. */
#define SCAN_PAGE(rows, order) { \
	.sql = "SELECT " READ_COMPANY " FROM revyops.company WHERE " rows FILTERS order " LIMIT $8 OFFSET $9", \
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 9, \
	.types = {FILTER_TYPES, PAGE_TYPES}, \
}
#define SCAN_COUNT(count) { \
	.sql = count, \
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 8, \
	.types = {FILTER_TYPES, COUNT_TYPES}, \
}
#define LAST_ID(rows) { \
	.sql = "SELECT id FROM revyops.company WHERE " rows " ORDER BY id DESC LIMIT 1", \
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 1, \
	.types = {INT4OID}, \
}

#define BEHIND "client_id = $1 AND id > $6"

static KeptQuery last_id = LAST_ID("client_id = $1");
static KeptQuery scan_page = SCAN_PAGE(BEHIND, IN_ORDER);
static KeptQuery scan_count = SCAN_COUNT(COUNT(BEHIND FILTERS IN_ORDER, "$8"));
static KeptQuery scan_count_all = SCAN_COUNT(COUNT(BEHIND IN_ORDER, "$8"));
static KeptQuery domain_page = OF_DOMAIN_PAGE("client_id = $1 AND domain = $6");
static KeptQuery domain_count = OF_DOMAIN_COUNT("client_id = $1 AND domain = $6");
static KeptQuery rare_ids = WITH_FIELD_IDS("client_id = $1 AND " HAS_HASH("$6"));

/* ---- of all clients; $1 is not looked at */

#define BEHIND_OF_ANY "(id, client_id) > ($6, $7) AND " OF_SERVED

/* A bound, so those that are not shown may have it. */
static KeptQuery last_id_of_any = LAST_ID("client_id > 0");
static KeptQuery scan_page_of_any = SCAN_PAGE(BEHIND_OF_ANY, IN_ORDER_OF_ANY);
static KeptQuery scan_count_of_any = SCAN_COUNT(COUNT(BEHIND_OF_ANY FILTERS IN_ORDER_OF_ANY, "$8"));

/*
 * The index on ids has no client: rows that share the id are counted by themselves, and the rows themselves are read
 * only if some are not shown.  Citus has no plan for a choice between counts.
 */
static KeptQuery scan_count_all_of_any = SCAN_COUNT(
	"SELECT CASE WHEN " SOME_ARE_MOVED " THEN (" COUNT(BEHIND_OF_ANY IN_ORDER_OF_ANY, "$8")
	") ELSE (" COUNT("id = $6 AND client_id > $7 AND client_id > 0", "$8") ") + ("
	COUNT("id > $6 AND client_id > 0" IN_ORDER, "$8") ") END");
static KeptQuery domain_page_of_any = OF_DOMAIN_PAGE("domain = $6 AND " IS_SERVED);
static KeptQuery domain_count_of_any = OF_DOMAIN_COUNT("domain = $6 AND " IS_SERVED);
static KeptQuery rare_ids_of_any = WITH_FIELD_IDS("revyops.custom_field_hashes(client_id, custom_fields) && $6 AND " IS_SERVED);

/* How lists of one client are read, and those of all. */
typedef struct CompanyQueries
{
	ListScan	all;
	ListScan	fitting;
	ListScan	of_domain;
	KeptQuery  *with_field;
} CompanyQueries;

static const CompanyQueries of_client = {
	.all = {&scan_page, &scan_count_all, &last_id, false},
	.fitting = {&scan_page, &scan_count, &last_id, false},
	.of_domain = {&domain_page, &domain_count, &last_id, false},
	.with_field = &rare_ids,
};

static const CompanyQueries of_any = {
	.all = {&scan_page_of_any, &scan_count_all_of_any, &last_id_of_any, false},
	.fitting = {&scan_page_of_any, &scan_count_of_any, &last_id_of_any, false},
	.of_domain = {&domain_page_of_any, &domain_count_of_any, &last_id_of_any, false},
	.with_field = &rare_ids_of_any,
};

/* The condition "industry" has no member of a company behind it, only a custom field. */
#define INDUSTRY CONST_SLICE("industry")

/* rvo_store_list_companies reads a page of the companies that fit, in the order of ids. */
void
rvo_store_list_companies(int client_id, const CompanyFilter *filter, const ListPage *page, ListRows *list)
{
	const CompanyQueries *queries = client_id == ALL_CLIENTS ? &of_any : &of_client;
	bool		by_industry = filter->industry.data != NULL;
	ListField	field = {
		.query = queries->with_field, .client_id = client_id, .name = by_industry ? INDUSTRY : filter->field_name,
		.value = by_industry ? filter->industry : filter->field_value, .any_case = by_industry,
		.narrowed = filter->name.data != NULL
	};
	bool		all = filter->name.data == NULL && field.name.data == NULL;
	ListScan	scan = all && !rvo_citus_is_loaded ? queries->all : queries->fitting;
	Execution	conditions = {0};

	list->table = &rvo_company_table;
	rvo_add_integer(&conditions, client_id);
	rvo_add_text(&conditions, filter->name);
	rvo_add_text(&conditions, field.name);
	rvo_add_text(&conditions, field.value);
	rvo_add_datum(&conditions, BoolGetDatum(by_industry), false);
	if (filter->domain.data != NULL)
	{
		rvo_add_text(&conditions, filter->domain);
		rvo_list_scan(list, &queries->of_domain, &conditions, page);
	}
	else if (!rvo_list_with_field(list, &field, &conditions, page, &scan.is_many))
		rvo_list_scan(list, &scan, &conditions, page);
}
