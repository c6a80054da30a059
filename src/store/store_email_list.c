/*
 * store_email_list.c
 *	  Lists of e-mails.
 *
 * A list is read by the index that finds the fewest rows: by contact few, by address and by
 * campaign in the order of ids, else all in that order.  The thread of a contact has
 * an index in its own order.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/compat.h"
#include "store/store_email.h"
#include "store/store_email_list.h"

/* The conditions, $2 to $6. */
#define FILTERS " AND ($2 IS NULL OR campaign_id = $2) AND ($3 IS NULL OR contact_email = $3)" \
	" AND ($4 IS NULL OR origin = $4) AND ($5 IS NULL OR subject = $5) AND ($6 IS NULL OR contact_id = $6)"
#define FILTER_TYPES INT4OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, INT8OID

#define COUNT(rows, limit) "SELECT pg_catalog.count(*) FROM (SELECT FROM revyops.email WHERE " rows " LIMIT " limit ") AS c"

/* Rows in the order of ids, behind $7; of each index, its own condition besides. */
#define SCAN_PAGE(rows) { \
	.sql = "SELECT " READ_EMAIL " FROM revyops.email WHERE client_id = $1 AND id > $7" rows " ORDER BY id LIMIT $9 OFFSET $10", \
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 10, \
	.types = {FILTER_TYPES, PAGE_TYPES}, \
}
#define SCAN_COUNT(rows) { \
	.sql = COUNT("client_id = $1 AND id > $7" rows " ORDER BY id", "$9"), \
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 9, \
	.types = {FILTER_TYPES, COUNT_TYPES}, \
}
#define OF_CAMPAIGN " AND campaign_id = $2"
#define OF_ADDRESS " AND contact_email = $3"

static KeptQuery page_all = SCAN_PAGE("");
static KeptQuery count_all = SCAN_COUNT("");
static KeptQuery page_fitting = SCAN_PAGE(FILTERS);
static KeptQuery count_fitting = SCAN_COUNT(FILTERS);
static KeptQuery page_of_campaign = SCAN_PAGE(OF_CAMPAIGN FILTERS);
static KeptQuery count_of_campaign = SCAN_COUNT(OF_CAMPAIGN FILTERS);
static KeptQuery page_of_address = SCAN_PAGE(OF_ADDRESS FILTERS);
static KeptQuery count_of_address = SCAN_COUNT(OF_ADDRESS FILTERS);

static KeptQuery page_of_contact = {
	.sql = RARE_PAGE(READ_EMAIL, "revyops.email", "client_id = $1 AND contact_id = $6" FILTERS, "$7", "($8, $9)", "$10", "$11"),
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 11,
	.types = {FILTER_TYPES, INT8OID, PAGE_TYPES},
};

static KeptQuery last_id = {
	.sql = "SELECT id FROM revyops.email WHERE client_id = $1 ORDER BY id DESC LIMIT 1",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 1,
	.types = {INT4OID},
};

/* How the index on the e-mails of a contact has their time. */
#define TIME "COALESCE(email_timestamp, 'infinity'::timestamptz)"
#define OF_CONTACT "client_id = $1 AND contact_id = $2"

static KeptQuery thread_page = {
	.sql = "SELECT " READ_EMAIL ", " TIME " FROM revyops.email WHERE " OF_CONTACT " AND (" TIME ", id) > ($3, $4)"
	" ORDER BY " TIME ", id LIMIT $5 OFFSET $6",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 6,
	.types = {INT4OID, INT8OID, TIMESTAMPTZOID, INT8OID, INT8OID, INT8OID},
};

static KeptQuery thread_count = {
	.sql = COUNT(OF_CONTACT, "$3"),
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 3,
	.types = {INT4OID, INT8OID, INT8OID},
};

/* scan_of tells by which index a list is read in the order of ids. */
static ListScan
scan_of(const EmailFilter *filter)
{
	if (filter->contact_email.data != NULL)
		return (ListScan) {&page_of_address, &count_of_address, &last_id, false};
	if (filter->campaign_id.data != NULL)
		return (ListScan) {&page_of_campaign, &count_of_campaign, &last_id, false};
	if (filter->origin.data != NULL || filter->subject.data != NULL || filter->contact_id.data != NULL)
		return (ListScan) {&page_fitting, &count_fitting, &last_id, false};
	return (ListScan) {&page_all, &count_all, &last_id, false};
}

/* rvo_store_list_emails reads a page of the e-mails that fit, in the order of ids. */
void
rvo_store_list_emails(int client_id, const EmailFilter *filter, const ListPage *page, ListRows *list)
{
	ListScan	scan = scan_of(filter);
	Execution	conditions = {0};
	int64		contact_id = 0;

	list->table = &rvo_email_table;
	if (filter->contact_id.data != NULL)
		(void) rvo_text_to_id(filter->contact_id, &contact_id);
	rvo_add_integer(&conditions, client_id);
	rvo_add_text(&conditions, filter->campaign_id);
	rvo_add_text(&conditions, filter->contact_email);
	rvo_add_text(&conditions, filter->origin);
	rvo_add_text(&conditions, filter->subject);
	rvo_add_id(&conditions, contact_id);
	if (contact_id != 0 && !page->place.scanned && rvo_list_rare(list, &page_of_contact, &conditions, page))
		return;
	scan.is_many = contact_id != 0;
	rvo_list_scan(list, &scan, &conditions, page);
}

/* rvo_store_list_thread reads a page of the e-mails of a contact in the order of their time. */
void
rvo_store_list_thread(int client_id, int64 contact_id, const ListPage *page, ListRows *list)
{
	static const ListByTime order = {&thread_page, &thread_count, &last_id};
	Execution	conditions = {0};

	list->table = &rvo_email_table;
	rvo_add_integer(&conditions, client_id);
	rvo_add_id(&conditions, contact_id);
	rvo_list_by_time(list, &order, &conditions, page);
}
