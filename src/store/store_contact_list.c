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
#include "store/store_company.h"
#include "store/store_contact.h"
#include "store/store_contact_list.h"

/* The conditions that no index decides about, $2 to $4. */
#define FILTERS " AND ($2 IS NULL OR first_name = $2) AND ($3 IS NULL OR last_name = $3)" \
	" AND ($4 IS NULL OR custom_fields @> $4)"
#define FILTER_TYPES INT4OID, TEXTOID, TEXTOID, JSONBOID

static KeptQuery scan_page = {
	.sql = "SELECT " READ_CONTACT " FROM revyops.contact WHERE client_id = $1 AND id > $5" FILTERS
	" ORDER BY id LIMIT $7 OFFSET $8",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 8,
	.types = {FILTER_TYPES, PAGE_TYPES},
};

static KeptQuery scan_count = {
	.sql = "SELECT pg_catalog.count(*) FROM (SELECT first_name, last_name, custom_fields FROM revyops.contact"
	" WHERE client_id = $1 AND id > $5 ORDER BY id LIMIT $7) AS c WHERE true" FILTERS,
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 7,
	.types = {FILTER_TYPES, INT8OID, INT4OID, INT8OID},
};

/* The same without conditions but the client: what is not shown is passed over within the index. */
static KeptQuery scan_page_all = {
	.sql = "SELECT " READ_CONTACT " FROM revyops.contact WHERE client_id = $1 AND id >="
	" (SELECT id FROM revyops.contact WHERE client_id = $1 AND id > $5 ORDER BY id LIMIT 1 OFFSET $8) ORDER BY id LIMIT $7",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 8,
	.types = {FILTER_TYPES, PAGE_TYPES},
};

static KeptQuery scan_count_all = {
	.sql = "SELECT pg_catalog.count(*) FROM (SELECT FROM revyops.contact"
	" WHERE client_id = $1 AND id > $5 ORDER BY id LIMIT $7) AS c",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 7,
	.types = {FILTER_TYPES, INT8OID, INT4OID, INT8OID},
};

#define OF_COMPANY " client_id = $1 AND company_id = (SELECT id FROM revyops.company WHERE domain = $5 AND client_id = $1)"

static KeptQuery company_page = {
	.sql = "SELECT " READ_CONTACT " FROM revyops.contact WHERE" OF_COMPANY " AND id > $6" FILTERS " ORDER BY id LIMIT $8 OFFSET $9",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 9,
	.types = {FILTER_TYPES, TEXTOID, PAGE_TYPES},
};

static KeptQuery company_count = {
	.sql = "SELECT pg_catalog.count(*) FROM (SELECT first_name, last_name, custom_fields FROM revyops.contact"
	" WHERE" OF_COMPANY " AND id > $6 ORDER BY id LIMIT $8) AS c WHERE true" FILTERS,
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 8,
	.types = {FILTER_TYPES, TEXTOID, INT8OID, INT4OID, INT8OID},
};

static KeptQuery rare_page = {
	.sql = RARE_PAGE(READ_CONTACT, "revyops.contact WHERE client_id = $1 AND " HAS_HASH("$5") FILTERS,
					 "$6", "($7, $8)", "$9", "$10"),
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 10,
	.types = {FILTER_TYPES, INT8ARRAYOID, INT8OID, PAGE_TYPES},
};

/* ---- of all clients; $1 is not looked at */

static KeptQuery scan_page_of_any = {
	.sql = "SELECT " READ_CONTACT " FROM revyops.contact WHERE (id, client_id) > ($5, $6) AND client_id > 0" FILTERS
	" ORDER BY id, client_id LIMIT $7 OFFSET $8",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 8,
	.types = {FILTER_TYPES, PAGE_TYPES},
};

static KeptQuery scan_count_of_any = {
	.sql = "SELECT pg_catalog.count(*) FROM (SELECT first_name, last_name, custom_fields FROM revyops.contact"
	" WHERE (id, client_id) > ($5, $6) AND client_id > 0 ORDER BY id, client_id LIMIT $7) AS c WHERE true" FILTERS,
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 7,
	.types = {FILTER_TYPES, INT8OID, INT4OID, INT8OID},
};

/* What may stand beside the condition that the index serves, $5 to $7. */
#define FILTERS_OF_ANY " AND ($5 IS NULL OR email = $5) AND ($6 IS NULL OR linkedin_url = $6)" \
	" AND ($7 IS NULL OR EXISTS (SELECT FROM revyops.company AS o WHERE o.client_id = contact.client_id" \
	" AND o.id = contact.company_id AND o.domain = $7))" FILTERS
#define FILTER_TYPES_OF_ANY FILTER_TYPES, TEXTOID, TEXTOID, TEXTOID

/* Rows that an index finds in an order of its own; they are sorted. */
#define PAGE_OF_ANY(rows) { \
	.sql = "SELECT " READ_CONTACT " FROM revyops.contact WHERE " rows FILTERS_OF_ANY \
	" AND (id, client_id) > ($8, $9) ORDER BY id, client_id LIMIT $10 OFFSET $11", \
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 11, \
	.types = {FILTER_TYPES_OF_ANY, PAGE_TYPES}, \
}
#define COUNT_OF_ANY(rows) { \
	.sql = "SELECT pg_catalog.count(*) FROM (SELECT FROM revyops.contact WHERE " rows FILTERS_OF_ANY \
	" AND (id, client_id) > ($8, $9) LIMIT $10) AS c", \
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 10, \
	.types = {FILTER_TYPES_OF_ANY, INT8OID, INT4OID, INT8OID}, \
}
#define HAS_EMAIL "email = $5"
#define HAS_LINKEDIN_URL "linkedin_url = $6"
#define IS_OF_COMPANY "(company_id, client_id) IN (SELECT id, client_id FROM revyops.company WHERE domain = $7)"

static KeptQuery email_page_of_any = PAGE_OF_ANY(HAS_EMAIL);
static KeptQuery email_count_of_any = COUNT_OF_ANY(HAS_EMAIL);
static KeptQuery linkedin_url_page_of_any = PAGE_OF_ANY(HAS_LINKEDIN_URL);
static KeptQuery linkedin_url_count_of_any = COUNT_OF_ANY(HAS_LINKEDIN_URL);
static KeptQuery company_page_of_any = PAGE_OF_ANY(IS_OF_COMPANY);
static KeptQuery company_count_of_any = COUNT_OF_ANY(IS_OF_COMPANY);

static KeptQuery rare_page_of_any = {
	.sql = RARE_PAGE(READ_CONTACT, "revyops.contact WHERE revyops.custom_field_hashes(client_id, custom_fields) && $8" FILTERS_OF_ANY,
					 "$9", "($10, $11)", "$12", "$13"),
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 13,
	.types = {FILTER_TYPES_OF_ANY, INT8ARRAYOID, INT8OID, PAGE_TYPES},
};

/* differs tells that a text is wanted which this is not. */
static bool
differs(Slice wanted, Slice text)
{
	return wanted.data != NULL && (text.data == NULL || !rvo_slice_equal(wanted, text));
}

/* fits tells whether a contact that was found by a key fits the rest of the filter. */
static bool
fits(const Contact *contact, const ContactFilter *filter)
{
	if (differs(filter->email, contact->email) || differs(filter->linkedin_url, contact->linkedin_url) ||
		differs(filter->first_name, contact->first_name) || differs(filter->last_name, contact->last_name))
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

/* list_one lists the contact that has a key, if there is one and it fits.  No cursor leads there: nothing follows. */
static void
list_one(ListRows *list, int client_id, const ContactFilter *filter, const ListPage *page)
{
	Contact    *contact = palloc(sizeof(Contact));

	list->items = (char *) contact;
	list->total = rvo_store_get_contact_with_key(client_id, filter->email, filter->linkedin_url, contact) &&
		fits(contact, filter);
	list->count = page->place.entries == 0 ? list->total : 0;
}

/* list_of_client lists contacts of one client. */
static void
list_of_client(ListRows *list, int client_id, const ContactFilter *filter, const Execution *conditions, const ListPage *page)
{
	bool		all = filter->first_name.data == NULL && filter->last_name.data == NULL &&
		filter->field_name.data == NULL;
	ListScan	scan = {all ? &scan_page_all : &scan_page, all, all ? &scan_count_all : &scan_count};
	Execution	e = *conditions;

	if (filter->email.data != NULL || filter->linkedin_url.data != NULL)
		list_one(list, client_id, filter, page);
	else if (filter->domain.data != NULL)
	{
		static const ListScan of_company = {&company_page, true, &company_count};

		rvo_add_text(&e, filter->domain);
		rvo_list_scan(list, &of_company, &e, page);
	}
	else
	{
		if (filter->field_name.data != NULL && !page->place.scanned)
		{
			rvo_add_hashes(&e, client_id, filter->field_name, filter->field_value);
			if (rvo_list_rare(list, &rare_page, &e, page))
				return;
		}
		rvo_list_scan(list, &scan, conditions, page);
	}
}

/* list_of_any lists contacts of all clients. */
static void
list_of_any(ListRows *list, const ContactFilter *filter, const Execution *conditions, const ListPage *page)
{
	static const ListScan scan = {&scan_page_of_any, false, &scan_count_of_any};
	static const ListScan by_email = {&email_page_of_any, true, &email_count_of_any};
	static const ListScan by_linkedin_url = {&linkedin_url_page_of_any, true, &linkedin_url_count_of_any};
	static const ListScan of_company = {&company_page_of_any, true, &company_count_of_any};
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
		if (filter->field_name.data != NULL && !page->place.scanned)
		{
			rvo_add_hashes(&e, ALL_CLIENTS, filter->field_name, filter->field_value);
			if (rvo_list_rare(list, &rare_page_of_any, &e, page))
				return;
		}
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
	rvo_add_pattern(&conditions, filter->field_name, filter->field_value);
	if (client_id == ALL_CLIENTS)
		list_of_any(list, filter, &conditions, page);
	else
		list_of_client(list, client_id, filter, &conditions, page);
}
