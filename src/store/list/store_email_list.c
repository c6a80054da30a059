/*
 * store_email_list.c
 *	  Lists of e-mails.
 *
 * A list is read by the index that finds the fewest rows: by contact, else by address, else by
 * campaign; else all in the order of ids, with the conditions that are there and no others, so
 * that the planner knows how many fit.  Only ids are sought, which the indexes have; whatever
 * else is shown is read of those on the page.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/compat.h"
#include "store/list/store_email_list.h"
#include "store/record/store_email.h"

/* The conditions, $2 to $6. */
#define FILTERS " AND ($2 IS NULL OR campaign_id = $2) AND ($3 IS NULL OR contact_email = $3)" \
	" AND ($4 IS NULL OR origin = $4) AND ($5 IS NULL OR subject = $5) AND ($6 IS NULL OR contact_id = $6)"
#define FILTER_TYPES INT4OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, INT8OID

#define COUNT(rows, limit) "SELECT pg_catalog.count(*) FROM (SELECT 1 FROM revyops.email WHERE " rows " LIMIT " limit ") AS c"

/* A page of the rows behind $7 that fit, and how many there are. */
#define PAGE(rows) { \
	.sql = "SELECT " READ_EMAIL " FROM (SELECT id AS found_id FROM revyops.email WHERE client_id = $1 AND id > $7" rows \
	" ORDER BY id LIMIT $9 OFFSET $10) AS f JOIN revyops.email ON client_id = $1 AND id = found_id ORDER BY id", \
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 10, \
	.types = {FILTER_TYPES, PAGE_TYPES}, \
}
#define ROWS(rows) { \
	.sql = COUNT("client_id = $1 AND id > $7" rows, "$9"), \
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 9, \
	.types = {FILTER_TYPES, COUNT_TYPES}, \
}
#define IN_ORDER " ORDER BY id"
#define OF_CAMPAIGN " AND campaign_id = $2"
#define OF_ADDRESS " AND contact_email = $3"
#define OF_CONTACT " AND contact_id = $6"
#define BY_ORIGIN " AND origin = $4"
#define BY_SUBJECT " AND subject = $5"

/* By an index and nothing else, and with other conditions. */
typedef struct Narrowed
{
	KeptQuery	page;
	KeptQuery	count;
	KeptQuery	page_fitting;
	KeptQuery	count_fitting;
} Narrowed;

#define NARROWED(rows) {PAGE(rows), ROWS(rows), PAGE(rows FILTERS), ROWS(rows FILTERS)}

static Narrowed of_campaign = NARROWED(OF_CAMPAIGN);
static Narrowed of_address = NARROWED(OF_ADDRESS);
static Narrowed of_contact = NARROWED(OF_CONTACT);

static KeptQuery page_all = PAGE("");
static KeptQuery count_all = ROWS(IN_ORDER);
static KeptQuery page_by_origin = PAGE(BY_ORIGIN);
static KeptQuery count_by_origin = ROWS(BY_ORIGIN IN_ORDER);
static KeptQuery page_by_subject = PAGE(BY_SUBJECT);
static KeptQuery count_by_subject = ROWS(BY_SUBJECT IN_ORDER);
static KeptQuery page_by_both = PAGE(BY_ORIGIN BY_SUBJECT);
static KeptQuery count_by_both = ROWS(BY_ORIGIN BY_SUBJECT IN_ORDER);

static KeptQuery last_id = {
	.sql = "SELECT id FROM revyops.email WHERE client_id = $1 ORDER BY id DESC LIMIT 1",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 1,
	.types = {INT4OID},
};

/* How the index on the e-mails of a contact has their time. */
#define TIME "COALESCE(email_timestamp, 'infinity'::timestamptz)"
#define OF_THREAD "client_id = $1 AND contact_id = $2"

static KeptQuery thread_page = {
	.sql = "SELECT " READ_EMAIL ", " TIME " FROM revyops.email WHERE " OF_THREAD " AND (" TIME ", id) > ($3, $4)"
	" ORDER BY " TIME ", id LIMIT $5 OFFSET $6",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 6,
	.types = {INT4OID, INT8OID, TIMESTAMPTZOID, INT8OID, INT8OID, INT8OID},
};

static KeptQuery thread_count = {
	.sql = COUNT(OF_THREAD, "$3"),
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 3,
	.types = {INT4OID, INT8OID, INT8OID},
};

/* scan_of tells how a list is read. */
static ListScan
scan_of(const EmailFilter *filter)
{
	const Slice *conditions = (const Slice *) filter;
	Narrowed   *narrowed = filter->contact_id.data != NULL ? &of_contact : filter->contact_email.data != NULL ? &of_address :
		filter->campaign_id.data != NULL ? &of_campaign : NULL;
	int			n = 0;

	for (size_t i = 0; i < sizeof(EmailFilter) / sizeof(Slice); i++)
		n += conditions[i].data != NULL;
	if (narrowed != NULL && n == 1)
		return (ListScan) {&narrowed->page, &narrowed->count, &last_id, false};
	if (narrowed != NULL)
		return (ListScan) {&narrowed->page_fitting, &narrowed->count_fitting, &last_id, false};
	if (n == 2)
		return (ListScan) {&page_by_both, &count_by_both, &last_id, false};
	if (filter->origin.data != NULL)
		return (ListScan) {&page_by_origin, &count_by_origin, &last_id, false};
	if (filter->subject.data != NULL)
		return (ListScan) {&page_by_subject, &count_by_subject, &last_id, false};
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
