/*
 * store_contact_list.c
 *	  Lists of contacts.
 *
 * A list is read by the index that finds the fewest rows: by e-mail or LinkedIn URL one
 * at most, by custom field and by company few, else in the order of ids.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/compat.h"
#include "store/query/store_distribution.h"
#include "store/list/store_contact_list.h"
#include "store/record/store_company.h"
#include "store/record/store_contact.h"
#include "store/record/store_merged.h"

/* The conditions that no index decides about, $2 to $5. */
#define FILTERS " AND ($2 IS NULL OR first_name = $2) AND ($3 IS NULL OR last_name = $3)" \
	" AND ($4 IS NULL OR revyops.has_custom_field(custom_fields, $4, $5, false))"
#define FILTER_TYPES INT4OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID

/* A count of rows in their order, or in any, up to a limit. */
#define COUNT(rows, limit) "SELECT pg_catalog.count(*) FROM (SELECT 1 FROM revyops.contact WHERE " rows " LIMIT " limit ") AS c"

#define IN_ORDER " ORDER BY id"
#define IN_ORDER_OF_ANY " ORDER BY id, client_id"

static KeptQuery last_id = {
	.sql = "SELECT id FROM revyops.contact WHERE client_id = $1 ORDER BY id DESC LIMIT 1",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 1,
	.types = {INT4OID},
};

/* Those of one client that fit; conditions that are there and no others, so that an index of the owner's may serve them. */
#define SCAN_PAGE(filters) { \
	.sql = "SELECT " READ_CONTACT " FROM revyops.contact WHERE client_id = $1 AND id > $6" filters \
	" ORDER BY id LIMIT $8 OFFSET $9", \
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 9, \
	.types = {FILTER_TYPES, PAGE_TYPES}, \
}
#define SCAN_COUNT(filters) { \
	.sql = COUNT("client_id = $1 AND id > $6" filters IN_ORDER, "$8"), \
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 8, \
	.types = {FILTER_TYPES, COUNT_TYPES}, \
}
#define BY_FIRST_NAME " AND first_name = $2"
#define BY_LAST_NAME " AND last_name = $3"
#define BY_FIELD " AND revyops.has_custom_field(custom_fields, $4, $5, false)"

static KeptQuery first_name_page = SCAN_PAGE(BY_FIRST_NAME);
static KeptQuery first_name_count = SCAN_COUNT(BY_FIRST_NAME);
static KeptQuery last_name_page = SCAN_PAGE(BY_LAST_NAME);
static KeptQuery last_name_count = SCAN_COUNT(BY_LAST_NAME);
static KeptQuery names_page = SCAN_PAGE(BY_FIRST_NAME BY_LAST_NAME);
static KeptQuery names_count = SCAN_COUNT(BY_FIRST_NAME BY_LAST_NAME);
static KeptQuery field_page = SCAN_PAGE(BY_FIELD);
static KeptQuery field_count = SCAN_COUNT(BY_FIELD);

/* The same without conditions but the client: what is not shown is passed over within the index. */
static KeptQuery scan_page_all = {
	.sql = "SELECT " READ_CONTACT " FROM revyops.contact WHERE client_id = $1 AND id >="
	" (SELECT id FROM revyops.contact WHERE client_id = $1 AND id > $6 ORDER BY id LIMIT 1 OFFSET $9) ORDER BY id LIMIT $8",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 9,
	.types = {FILTER_TYPES, PAGE_TYPES},
};

static KeptQuery scan_count_all = SCAN_COUNT("");

#define OF_COMPANY "client_id = $1 AND company_id = (SELECT id FROM revyops.company WHERE domain = $6 AND client_id = $1)"

static KeptQuery company_page = {
	.sql = "SELECT " READ_CONTACT " FROM revyops.contact WHERE " OF_COMPANY " AND id > $7" FILTERS " ORDER BY id LIMIT $9 OFFSET $10",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 10,
	.types = {FILTER_TYPES, TEXTOID, PAGE_TYPES},
};

static KeptQuery company_count = {
	.sql = COUNT(OF_COMPANY " AND id > $7" FILTERS IN_ORDER, "$9"),
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 9,
	.types = {FILTER_TYPES, TEXTOID, COUNT_TYPES},
};

static KeptQuery company_count_all = {
	.sql = COUNT(OF_COMPANY " AND id > $7" IN_ORDER, "$9"),
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 9,
	.types = {FILTER_TYPES, TEXTOID, COUNT_TYPES},
};

static KeptQuery rare_ids = {
	.sql = RARE_IDS("revyops.contact", "client_id = $1 AND " HAS_HASH("$6") FILTERS, "$7"),
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 7,
	.types = {FILTER_TYPES, INT8ARRAYOID, INT8OID},
};

static KeptQuery common_page = {
	.sql = "SELECT " READ_CONTACT " FROM (SELECT * FROM revyops.contact WHERE client_id = $1 AND id > $8 ORDER BY id LIMIT $7) AS contact"
	" WHERE true" FILTERS " ORDER BY id LIMIT $10 OFFSET $11",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 11,
	.types = {FILTER_TYPES, INT8ARRAYOID, INT8OID, PAGE_TYPES},
};

/* ---- of all clients; $1 is not looked at */

/* A bound, so those that are not shown may have it. */
static KeptQuery last_id_of_any = {
	.sql = "SELECT id FROM revyops.contact WHERE client_id > 0 ORDER BY id DESC LIMIT 1",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 1,
	.types = {INT4OID},
};

static KeptQuery scan_page_of_any = {
	.sql = "SELECT " READ_CONTACT " FROM revyops.contact WHERE (id, client_id) > ($6, $7) AND " OF_SERVED FILTERS
	" ORDER BY id, client_id LIMIT $8 OFFSET $9",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 9,
	.types = {FILTER_TYPES, PAGE_TYPES},
};

static KeptQuery scan_count_of_any = {
	.sql = COUNT("(id, client_id) > ($6, $7) AND " OF_SERVED FILTERS IN_ORDER_OF_ANY, "$8"),
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 8,
	.types = {FILTER_TYPES, COUNT_TYPES},
};

/*
 * The index on ids has no client: rows that share the id are counted by themselves, and the rows themselves are read
 * only if some are not shown.  Citus has no plan for a choice between counts.
 */
static KeptQuery scan_count_all_of_any = {
	.sql = "SELECT CASE WHEN " SOME_ARE_MOVED " THEN (" COUNT("(id, client_id) > ($6, $7) AND " OF_SERVED IN_ORDER_OF_ANY, "$8")
	") ELSE (" COUNT("id = $6 AND client_id > $7 AND client_id > 0", "$8") ") + ("
	COUNT("id > $6 AND client_id > 0" IN_ORDER, "$8") ") END",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 8,
	.types = {FILTER_TYPES, COUNT_TYPES},
};

/* Whose a key is: who has it, else who was kept when who had it was merged. */
#define LEADS_FROM(key, value) "(client_id, id) IN (SELECT client_id, id FROM revyops.contact WHERE " key " = " value \
	" AND client_id > 0 UNION ALL SELECT m.client_id, m.kept_id FROM revyops.merged_contact AS m WHERE m." key " = " value \
	" AND m.client_id > 0 AND NOT EXISTS (SELECT FROM revyops.contact AS c WHERE c." key " = m." key " AND c.client_id = m.client_id))"

/* What may stand beside the condition that the index serves, $8, and $2 to $5; $6 and $7 are such conditions. */
#define FILTERS_OF_ANY " AND ($8 IS NULL OR EXISTS (SELECT FROM revyops.company AS o WHERE o.client_id = contact.client_id" \
	" AND o.id = contact.company_id AND o.domain = $8)) AND " IS_SERVED FILTERS
#define FILTER_TYPES_OF_ANY FILTER_TYPES, TEXTOID, TEXTOID, TEXTOID

/* Rows that an index finds in an order of its own; they are sorted. */
#define PAGE_OF_ANY(rows) { \
	.sql = "SELECT " READ_CONTACT " FROM revyops.contact WHERE " rows FILTERS_OF_ANY \
	" AND (id, client_id) > ($9, $10) ORDER BY id, client_id LIMIT $11 OFFSET $12", \
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 12, \
	.types = {FILTER_TYPES_OF_ANY, PAGE_TYPES}, \
}
#define COUNT_OF_ANY(rows) { \
	.sql = COUNT(rows FILTERS_OF_ANY " AND (id, client_id) > ($9, $10)", "$11"), \
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 11, \
	.types = {FILTER_TYPES_OF_ANY, COUNT_TYPES}, \
}
#define HAS_LINKEDIN_URL LEADS_FROM("linkedin_url", "$7")
#define HAS_EMAIL LEADS_FROM("email", "$6") " AND ($7 IS NULL OR " HAS_LINKEDIN_URL ")"
#define IS_OF_COMPANY "(company_id, client_id) IN (SELECT id, client_id FROM revyops.company WHERE domain = $8)"

static KeptQuery email_page_of_any = PAGE_OF_ANY(HAS_EMAIL);
static KeptQuery email_count_of_any = COUNT_OF_ANY(HAS_EMAIL);
static KeptQuery linkedin_url_page_of_any = PAGE_OF_ANY(HAS_LINKEDIN_URL);
static KeptQuery linkedin_url_count_of_any = COUNT_OF_ANY(HAS_LINKEDIN_URL);
static KeptQuery company_page_of_any = PAGE_OF_ANY(IS_OF_COMPANY);
static KeptQuery company_count_of_any = COUNT_OF_ANY(IS_OF_COMPANY);

static KeptQuery rare_ids_of_any = {
	.sql = RARE_IDS("revyops.contact", "revyops.custom_field_hashes(client_id, custom_fields) && $9" FILTERS_OF_ANY, "$10"),
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 10,
	.types = {FILTER_TYPES_OF_ANY, INT8ARRAYOID, INT8OID},
};

/* differs tells that a text is wanted which this is not. */
static bool
differs(Slice wanted, Slice text)
{
	return wanted.data != NULL && (text.data == NULL || !rvo_slice_equal(wanted, text));
}

/* fits tells whether a contact that was found by a key fits the rest of the filter, but for keys. */
static bool
fits(const Contact *contact, const ContactFilter *filter)
{
	if (differs(filter->first_name, contact->first_name) || differs(filter->last_name, contact->last_name))
		return false;
	if (filter->field_name.data != NULL)
	{
		const CustomField *field = rvo_custom_fields_find(&contact->record.custom_fields, filter->field_name);

		if (field == NULL || differs(filter->field_value, field->value))
			return false;
	}
	return filter->domain.data == NULL ||
		rvo_store_is_company_of_domain(contact->record.client_id, contact->company_id, filter->domain);
}

/*
 * find_one finds the contact that has the keys of the filter.  If nobody has one of
 * them, it is that of the contact that was kept when who had it was merged.
 */
static bool
find_one(int client_id, const ContactFilter *filter, Contact *contact)
{
	ContactOwners owners;
	int64		id;

	if (rvo_store_get_contact_with_key(client_id, filter->email, filter->linkedin_url, contact) &&
		!differs(filter->email, contact->email) && !differs(filter->linkedin_url, contact->linkedin_url))
		return true;
	if (!rvo_store_has_merged(client_id))
		return false;
	owners = rvo_store_find_owners_to_list(client_id, filter->email, filter->linkedin_url);
	id = filter->email.data != NULL ? owners.of_email : owners.of_linkedin_url;
	if (id == 0 || (filter->email.data != NULL && filter->linkedin_url.data != NULL && owners.of_linkedin_url != id))
		return false;
	return rvo_store_get(&rvo_contact_table, client_id, id, &contact->record);
}

/* list_one lists the contact that has a key, if there is one and it fits.  No cursor leads there: nothing follows. */
static void
list_one(ListRows *list, int client_id, const ContactFilter *filter, const ListPage *page)
{
	Contact    *contact = palloc(sizeof(Contact));

	list->items = (char *) contact;
	list->total.entries = find_one(client_id, filter, contact) && fits(contact, filter);
	list->total.exact = true;
	list->count = page->place.entries == 0 ? list->total.entries : 0;
}

/* needs_rows tells whether rows must be looked at to know which of them fit. */
static bool
needs_rows(const ContactFilter *filter)
{
	return filter->first_name.data != NULL || filter->last_name.data != NULL || filter->field_name.data != NULL;
}

/* list_of_company lists contacts of a company of one client. */
static void
list_of_company(ListRows *list, const ContactFilter *filter, const Execution *conditions, const ListPage *page)
{
	ListScan	scan = {&company_page, needs_rows(filter) ? &company_count : &company_count_all, &last_id, false};
	Execution	e = *conditions;

	rvo_add_text(&e, filter->domain);
	rvo_list_scan(list, &scan, &e, page);
}

/* scan_of_client tells how contacts of one client are read in their order: by names, or by a custom field, or all. */
static ListScan
scan_of_client(const ContactFilter *filter)
{
	if (filter->field_name.data != NULL)
		return (ListScan) {&field_page, &field_count, &last_id, false};
	if (filter->first_name.data != NULL && filter->last_name.data != NULL)
		return (ListScan) {&names_page, &names_count, &last_id, false};
	if (filter->first_name.data != NULL)
		return (ListScan) {&first_name_page, &first_name_count, &last_id, false};
	if (filter->last_name.data != NULL)
		return (ListScan) {&last_name_page, &last_name_count, &last_id, false};
	return (ListScan) {&scan_page_all, &scan_count_all, &last_id, false};
}

/* list_of_client lists contacts of one client. */
static void
list_of_client(ListRows *list, int client_id, const ContactFilter *filter, const Execution *conditions, const ListPage *page)
{
	ListScan	scan = scan_of_client(filter);

	if (filter->email.data != NULL || filter->linkedin_url.data != NULL)
		list_one(list, client_id, filter, page);
	else if (filter->domain.data != NULL)
		list_of_company(list, filter, conditions, page);
	else
	{
		ListField	field = {
			.query = &rare_ids, .common = &common_page, .client_id = client_id, .name = filter->field_name, .value = filter->field_value,
			.narrowed = filter->first_name.data != NULL || filter->last_name.data != NULL
		};

		if (!rvo_list_with_field(list, &field, conditions, page, &scan.is_many))
			rvo_list_scan(list, &scan, conditions, page);
	}
}

/* list_of_any lists contacts of all clients. */
static void
list_of_any(ListRows *list, const ContactFilter *filter, const Execution *conditions, const ListPage *page)
{
	static const ListScan by_email = {&email_page_of_any, &email_count_of_any, &last_id_of_any, false};
	static const ListScan by_linkedin_url = {&linkedin_url_page_of_any, &linkedin_url_count_of_any, &last_id_of_any, false};
	static const ListScan of_company = {&company_page_of_any, &company_count_of_any, &last_id_of_any, false};
	ListScan	scan = {
		&scan_page_of_any, needs_rows(filter) || rvo_citus_is_loaded ? &scan_count_of_any : &scan_count_all_of_any, &last_id_of_any, false
	};
	Execution	e = *conditions;

	rvo_add_text(&e, filter->email);
	rvo_add_text(&e, filter->linkedin_url);
	rvo_add_text(&e, filter->domain);
	if (filter->email.data != NULL)
		rvo_list_scan(list, &by_email, &e, page);
	else if (filter->linkedin_url.data != NULL)
		rvo_list_scan(list, &by_linkedin_url, &e, page);
	else if (filter->domain.data != NULL)
		rvo_list_scan(list, &of_company, &e, page);
	else
	{
		ListField	field = {
			.query = &rare_ids_of_any, .client_id = ALL_CLIENTS, .name = filter->field_name, .value = filter->field_value
		};

		if (!rvo_list_with_field(list, &field, &e, page, &scan.is_many))
			rvo_list_scan(list, &scan, conditions, page);
	}
}

/* rvo_store_list_contacts reads a page of the contacts that fit, in the order of ids. */
void
rvo_store_list_contacts(int client_id, const ContactFilter *filter, const ListPage *page, ListRows *list)
{
	Execution	conditions = {0};

	list->table = &rvo_contact_table;
	rvo_add_integer(&conditions, client_id);
	rvo_add_text(&conditions, filter->first_name);
	rvo_add_text(&conditions, filter->last_name);
	rvo_add_text(&conditions, filter->field_name);
	rvo_add_text(&conditions, filter->field_value);
	if (client_id == ALL_CLIENTS)
		list_of_any(list, filter, &conditions, page);
	else
		list_of_client(list, client_id, filter, &conditions, page);
}
