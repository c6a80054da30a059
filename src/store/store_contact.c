/*
 * store_contact.c
 *	  Queries that read, change and delete contacts, one typed function each.
 *
 * A list is read by the index that finds the fewest rows: by e-mail or
 * LinkedIn URL one at most, by custom field and by company few, else in the
 * order of ids.  Every statement names client_id, but for the master lists.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/fault.h"
#include "shape/field_change.h"
#include "store/store_contact.h"
#include "store/store_insert.h"

/* The casts are for an owner who gives a column another type; without, they are nothing. */
#define COLUMNS "client_id, id, email::text, linkedin_url::text, first_name::text, last_name::text, company_id," \
	" origin::text, contact_status::text, previous_status::text, status_changed_at::timestamptz," \
	" first_campaign_email_sent::timestamptz, last_campaign_email_sent::timestamptz," \
	" last_reply_received::timestamptz, custom_fields::jsonb, updated_time::timestamptz"
#define NUMBER_OF_COLUMNS 16

/* The conditions that no index decides about, $2 to $4. */
#define FILTERS " AND ($2 IS NULL OR first_name = $2) AND ($3 IS NULL OR last_name = $3)" \
	" AND ($4 IS NULL OR custom_fields @> $4)"
#define FILTER_TYPES INT4OID, TEXTOID, TEXTOID, JSONBOID

static KeptQuery get_contact = {
	.sql = "SELECT " COLUMNS " FROM revyops.contact WHERE client_id = $1 AND id = $2",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

static KeptQuery has_contact = {
	.sql = "SELECT id FROM revyops.contact WHERE client_id = $1 AND id = $2",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

static KeptQuery get_contact_of_any = {
	.sql = "SELECT " COLUMNS " FROM revyops.contact WHERE id = $1 AND client_id > 0 ORDER BY client_id LIMIT 1",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 1,
	.types = {INT8OID},
};

static KeptQuery get_contact_by_email = {
	.sql = "SELECT " COLUMNS " FROM revyops.contact WHERE email = $1 AND client_id = $2",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 2,
	.types = {TEXTOID, INT4OID},
};

static KeptQuery get_contact_by_linkedin_url = {
	.sql = "SELECT " COLUMNS " FROM revyops.contact WHERE linkedin_url = $1 AND client_id = $2",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 2,
	.types = {TEXTOID, INT4OID},
};

static KeptQuery lock_contact = {
	.sql = "SELECT " COLUMNS " FROM revyops.contact WHERE client_id = $1 AND id = $2 FOR NO KEY UPDATE",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

/* The ids of who has which key first, in a fixed order, so that two such queries don't wait for each other. */
static KeptQuery lock_contacts = {
	.sql = "WITH found AS (SELECT c.id FROM pg_catalog.unnest($2) AS k (email),"
	" LATERAL (SELECT id FROM revyops.contact WHERE email = k.email AND client_id = $1 OFFSET 0) AS c"
	" UNION SELECT c.id FROM pg_catalog.unnest($3) AS k (linkedin_url),"
	" LATERAL (SELECT id FROM revyops.contact WHERE linkedin_url = k.linkedin_url AND client_id = $1 OFFSET 0) AS c"
	" ORDER BY id)"
	" SELECT c.* FROM found, LATERAL (SELECT " COLUMNS " FROM revyops.contact"
	" WHERE client_id = $1 AND id = found.id FOR NO KEY UPDATE) AS c",
	.expected = SPI_OK_SELECT, .nparameters = 3,
	.types = {INT4OID, TEXTARRAYOID, TEXTARRAYOID},
};

static KeptQuery has_contact_of_others = {
	.sql = "SELECT FROM revyops.contact WHERE id = $1 AND client_id <> $2 AND client_id > 0",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 2,
	.types = {INT8OID, INT4OID},
};

static KeptQuery is_of_domain = {
	.sql = "SELECT id FROM revyops.company WHERE client_id = $1 AND id = $2 AND domain = $3",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 3,
	.types = {INT4OID, INT8OID, TEXTOID},
};

static KeptQuery scan_page = {
	.sql = "SELECT " COLUMNS " FROM revyops.contact WHERE client_id = $1 AND id > $5" FILTERS
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
	.sql = "SELECT " COLUMNS " FROM revyops.contact WHERE client_id = $1 AND id >="
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
	.sql = "SELECT " COLUMNS " FROM revyops.contact WHERE" OF_COMPANY " AND id > $6" FILTERS " ORDER BY id LIMIT $8 OFFSET $9",
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
	.sql = RARE_PAGE(COLUMNS, "revyops.contact WHERE client_id = $1 AND " HAS_HASH("$5") FILTERS,
					 "$6", "($7, $8)", "$9", "$10"),
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 10,
	.types = {FILTER_TYPES, INT8ARRAYOID, INT8OID, PAGE_TYPES},
};

/* ---- of all clients; $1 is not looked at */

static KeptQuery scan_page_of_any = {
	.sql = "SELECT " COLUMNS " FROM revyops.contact WHERE (id, client_id) > ($5, $6) AND client_id > 0" FILTERS
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
	.sql = "SELECT " COLUMNS " FROM revyops.contact WHERE " rows FILTERS_OF_ANY \
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
	.sql = RARE_PAGE(COLUMNS, "revyops.contact WHERE revyops.custom_field_hashes(client_id, custom_fields) && $8" FILTERS_OF_ANY,
					 "$9", "($10, $11)", "$12", "$13"),
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 13,
	.types = {FILTER_TYPES_OF_ANY, INT8ARRAYOID, INT8OID, PAGE_TYPES},
};

static KeptQuery update_contact = {
	.sql = "UPDATE revyops.contact SET email = $3, linkedin_url = $4, first_name = $5, last_name = $6,"
	" company_id = $7, origin = $8, contact_status = $9, previous_status = $10, status_changed_at = $11,"
	" custom_fields = $12, updated_time = $13, first_campaign_email_sent = $14, last_campaign_email_sent = $15,"
	" last_reply_received = $16 WHERE client_id = $1 AND id = $2",
	.expected = SPI_OK_UPDATE, .nparameters = 16,
	.types = {INT4OID, INT8OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, INT8OID, TEXTOID, TEXTOID, TEXTOID,
		TIMESTAMPTZOID, JSONBOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TIMESTAMPTZOID},
};

/*
 * Many are written by their primary key.  As an INSERT that always finds it
 * taken: a join of an UPDATE with a list would be planned, while the table is
 * small, as a scan of all of a client.
 */
static KeptQuery update_contacts = {
	.sql = "WITH written AS (INSERT INTO revyops.contact AS c (client_id, id, email, linkedin_url, first_name, last_name,"
	" company_id, origin, contact_status, previous_status, status_changed_at, custom_fields, updated_time)"
	" SELECT $1, pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4), pg_catalog.unnest($5),"
	" pg_catalog.unnest($6), pg_catalog.unnest($7), pg_catalog.unnest($8), pg_catalog.unnest($9),"
	" pg_catalog.unnest($10), pg_catalog.unnest($11), pg_catalog.unnest($12), pg_catalog.unnest($13)"
	" ON CONFLICT (client_id, id) DO UPDATE SET email = EXCLUDED.email, linkedin_url = EXCLUDED.linkedin_url,"
	" first_name = EXCLUDED.first_name, last_name = EXCLUDED.last_name, company_id = EXCLUDED.company_id,"
	" origin = EXCLUDED.origin, contact_status = EXCLUDED.contact_status, previous_status = EXCLUDED.previous_status,"
	" status_changed_at = EXCLUDED.status_changed_at, custom_fields = EXCLUDED.custom_fields,"
	" updated_time = EXCLUDED.updated_time RETURNING 1)"
	" SELECT pg_catalog.count(*) FROM written",
	.expected = SPI_OK_SELECT, .nparameters = 13,
	.types = {INT4OID, INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, INT8ARRAYOID,
		TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TIMESTAMPTZARRAYOID, JSONBARRAYOID, TIMESTAMPTZARRAYOID},
};

static KeptQuery delete_contact = {
	.sql = "DELETE FROM revyops.contact WHERE client_id = $1 AND id = $2",
	.expected = SPI_OK_DELETE, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

/* Locked in the order of ids, as elsewhere; none can be added, since their company is locked. */
static KeptQuery lock_contacts_of_company = {
	.sql = "SELECT COALESCE(pg_catalog.max(updated_time)::timestamptz, '-infinity') FROM (SELECT updated_time FROM revyops.contact"
	" WHERE company_id = $2 AND client_id = $1 ORDER BY id FOR NO KEY UPDATE) AS c",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

static KeptQuery detach_contacts = {
	.sql = "UPDATE revyops.contact SET company_id = NULL, updated_time = $3"
	" WHERE company_id = $2 AND client_id = $1",
	.expected = SPI_OK_UPDATE, .nparameters = 3,
	.types = {INT4OID, INT8OID, TIMESTAMPTZOID},
};

/* read_contact fills a contact from the columns; its texts are in the current context. */
static void
read_contact(void *item, const Datum *values, const bool *nulls)
{
	*(Contact *) item = (Contact) {
		.record.client_id = DatumGetInt32(values[0]),
		.record.id = DatumGetInt64(values[1]),
		.email = rvo_result_text(values[2], nulls[2]),
		.linkedin_url = rvo_result_text(values[3], nulls[3]),
		.first_name = rvo_result_text(values[4], nulls[4]),
		.last_name = rvo_result_text(values[5], nulls[5]),
		.company_id = nulls[6] ? 0 : DatumGetInt64(values[6]),
		.origin = rvo_result_text(values[7], nulls[7]),
		.contact_status = rvo_result_text(values[8], nulls[8]),
		.previous_status = rvo_result_text(values[9], nulls[9]),
		.status_changed_at = rvo_result_time(values[10], nulls[10]),
		.first_campaign_email_sent = rvo_result_time(values[11], nulls[11]),
		.last_campaign_email_sent = rvo_result_time(values[12], nulls[12]),
		.last_reply_received = rvo_result_time(values[13], nulls[13]),
		.record.custom_fields = rvo_result_fields(values[14], nulls[14]),
		.record.updated_time = DatumGetTimestampTz(values[15]),
	};
}

static const ListKind contacts = {sizeof(Contact), NUMBER_OF_COLUMNS, read_contact};

/* get runs a query for one contact; false if there is none. */
static bool
get(KeptQuery *query, Execution *e, Contact *contact)
{
	if (rvo_query_run(query, e) == 0)
		return false;
	read_contact(contact, e->results, e->result_nulls);
	return true;
}

/* rvo_store_get_contact reads a contact of the client; false if there is none with this id. */
bool
rvo_store_get_contact(int client_id, int64 id, Contact *contact)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, id);
	return get(&get_contact, &e, contact);
}

/* rvo_store_has_contact tells whether the client has a contact with this id by now. */
bool
rvo_store_has_contact(int client_id, int64 id)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, id);
	return rvo_query_run(&has_contact, &e) > 0;
}

/* rvo_store_get_contact_of_any reads a contact, whose ever it is. */
bool
rvo_store_get_contact_of_any(int64 id, Contact *contact)
{
	Execution	e = {0};

	rvo_add_id(&e, id);
	return get(&get_contact_of_any, &e, contact);
}

/* rvo_store_lock_contact is rvo_store_get_contact, and keeps others from changing it until the transaction ends. */
bool
rvo_store_lock_contact(int client_id, int64 id, Contact *contact)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, id);
	return get(&lock_contact, &e, contact);
}

/* What show_contact carries through rvo_query_read. */
typedef struct ContactReading
{
	ContactReader read;
	void	   *arg;
} ContactReading;

static void
show_contact(void *arg, const Datum *values, const bool *nulls)
{
	const ContactReading *reading = arg;
	Contact		contact;

	read_contact(&contact, values, nulls);
	reading->read(reading->arg, &contact);
}

/*
 * rvo_store_lock_contacts reads the contacts that have any of these keys (no
 * value = none), in the order of ids, and keeps others from changing them until
 * the transaction ends.  One may have lost the key by the time it is locked.
 */
void
rvo_store_lock_contacts(int client_id, const Slice *emails, const Slice *linkedin_urls, int n,
						ContactReader read, void *arg)
{
	Execution	e = {0};
	ContactReading reading = {read, arg};
	const void **rows = palloc(n * sizeof(void *));

	rvo_add_integer(&e, client_id);
	for (int i = 0; i < n; i++)
		rows[i] = &emails[i];
	rvo_add_texts(&e, rows, n, 0);
	for (int i = 0; i < n; i++)
		rows[i] = &linkedin_urls[i];
	rvo_add_texts(&e, rows, n, 0);
	rvo_query_read(&lock_contacts, &e, show_contact, &reading);
}

/* rvo_store_has_contact_of_others tells another client's contact from none. */
bool
rvo_store_has_contact_of_others(int client_id, int64 id)
{
	Execution	e = {0};

	rvo_add_id(&e, id);
	rvo_add_integer(&e, client_id);
	return rvo_query_run(&has_contact_of_others, &e) > 0;
}

/* ---------------------------------------------------------------- lists */

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
	Execution	e = {0};

	if (differs(filter->email, contact->email) || differs(filter->linkedin_url, contact->linkedin_url) ||
		differs(filter->first_name, contact->first_name) || differs(filter->last_name, contact->last_name))
		return false;
	if (filter->field_name.data != NULL)
	{
		const CustomField *field = rvo_custom_fields_find(&contact->record.custom_fields, filter->field_name);

		if (field == NULL || differs(filter->field_value, field->value))
			return false;
	}
	if (filter->domain.data == NULL)
		return true;
	rvo_add_integer(&e, contact->record.client_id);
	rvo_add_id(&e, contact->company_id);
	rvo_add_text(&e, filter->domain);
	return rvo_query_run(&is_of_domain, &e) > 0;
}

/* list_one lists the contact that has a key, if there is one and it fits.  No cursor leads there: nothing follows. */
static void
list_one(ListRows *list, int client_id, const ContactFilter *filter, const ListPage *page)
{
	bool		by_email = filter->email.data != NULL;
	Execution	e = {0};
	Contact    *contact = palloc(sizeof(Contact));

	rvo_add_text(&e, by_email ? filter->email : filter->linkedin_url);
	rvo_add_integer(&e, client_id);
	list->items = (char *) contact;
	list->total = get(by_email ? &get_contact_by_email : &get_contact_by_linkedin_url, &e, contact) &&
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

	list->kind = &contacts;
	rvo_add_integer(&conditions, client_id);
	rvo_add_text(&conditions, filter->first_name);
	rvo_add_text(&conditions, filter->last_name);
	rvo_add_pattern(&conditions, filter->field_name, filter->field_value);
	if (client_id == ALL_CLIENTS)
		list_of_any(list, filter, &conditions, page);
	else
		list_of_client(list, client_id, filter, &conditions, page);
}

/* ---------------------------------------------------------------- changes */

/* rvo_store_update_contact writes all of a contact that was locked.  Raises a unique violation if a key is taken. */
void
rvo_store_update_contact(int client_id, const Contact *contact)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, contact->record.id);
	rvo_add_text(&e, contact->email);
	rvo_add_text(&e, contact->linkedin_url);
	rvo_add_text(&e, contact->first_name);
	rvo_add_text(&e, contact->last_name);
	rvo_add_id(&e, contact->company_id);
	rvo_add_text(&e, contact->origin);
	rvo_add_text(&e, contact->contact_status);
	rvo_add_text(&e, contact->previous_status);
	rvo_add_nullable_time(&e, contact->status_changed_at);
	rvo_add_json(&e, rvo_custom_fields_nested(&contact->record.custom_fields, contact->record.updated_time));
	rvo_add_time(&e, contact->record.updated_time);
	rvo_add_nullable_time(&e, contact->first_campaign_email_sent);
	rvo_add_nullable_time(&e, contact->last_campaign_email_sent);
	rvo_add_nullable_time(&e, contact->last_reply_received);
	if (rvo_query_run(&update_contact, &e) != 1)
		rvo_fault_raise_bug("a locked contact was not updated");
}

/* rvo_store_update_contacts does so for many, as one statement. */
void
rvo_store_update_contacts(int client_id, Contact *const *contacts, int n)
{
	Execution	e = {0};

	rvo_add_contacts(&e, client_id, contacts, n);
	rvo_query_run(&update_contacts, &e);
	if (DatumGetInt64(e.results[0]) != n)
		rvo_fault_raise_bug("some locked contacts were not updated");
}

/* rvo_store_delete_contact deletes a contact that was locked. */
void
rvo_store_delete_contact(int client_id, int64 id)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, id);
	if (rvo_query_run(&delete_contact, &e) != 1)
		rvo_fault_raise_bug("a locked contact was not deleted");
}

/* rvo_store_detach_contacts takes a company that was locked from its contacts. */
void
rvo_store_detach_contacts(int client_id, int64 company_id)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, company_id);
	rvo_query_run(&lock_contacts_of_company, &e);
	rvo_add_time(&e, rvo_time_of_change(DatumGetTimestampTz(e.results[0])));
	rvo_query_run(&detach_contacts, &e);
}
