/*
 * contact_privacy.c
 *	  All that is held about the person of a contact: to be shown to them, or to be
 *	  removed.
 *
 * A new table that can hold something about a person belongs in
 * store_trace.c, and thereby in both.
 */
#include "postgres.h"

#include "access/xact.h"

#include "base/compat.h"
#include "base/failure.h"
#include "shape/record/record_render.h"
#include "store/record/store_company.h"
#include "store/record/store_trace.h"
#include "store/service/store_lock.h"
#include "work/contact/contact_kind.h"
#include "work/contact/contact_privacy.h"
#include "work/contact/do_not_contact.h"
#include "work/record/change_feed.h"

/* check_id raises FAILURE_INVALID_REQUEST for SQL's NULL. */
static void
check_id(const int64 *id)
{
	if (id == NULL)
		rvo_failure_raise_one(FAILURE_INVALID_REQUEST, "id", FAULT_REQUIRED);
}

/* show_company shows as much of a company as tells which it is; null for none. */
static JsonbValue
show_company(int client_id, int64 id)
{
	Company		company;
	JsonObject	object = rvo_json_open(3);

	if (id == 0 || !rvo_store_get(&rvo_company_table, client_id, id, &company.record))
		return rvo_json_null();
	rvo_json_put(&object, CONST_SLICE("id"), rvo_json_integer(id));
	rvo_json_put(&object, CONST_SLICE("name"), rvo_json_text(company.name));
	rvo_json_put(&object, CONST_SLICE("domain"), rvo_json_text(company.domain));
	return rvo_json_close(&object);
}

/* rvo_contact_export returns all that is held about a contact's person, in the current context. */
Jsonb *
rvo_contact_export(int client_id, const int64 *id)
{
	Contact		contact;
	JsonObject	answer = rvo_json_open(2 + rvo_store_trace_kinds());
	JsonbValue	value;

	check_id(id);
	if (!rvo_store_get(&rvo_contact_table, client_id, *id, &contact.record))
		rvo_record_raise_gone(&rvo_contact_kind, client_id, *id, "id");
	rvo_json_put(&answer, CONST_SLICE("company"), show_company(client_id, contact.company_id));
	rvo_json_put(&answer, CONST_SLICE("contact"), rvo_record_render(&rvo_contact_shape, &contact.record, STRUCTURE_NESTED, true));
	rvo_store_show_traces(client_id, *id, &answer);
	value = rvo_json_close(&answer);
	return rvo_json_encode(&value);
}

/* The addresses of a person, as entries of the do-not-contact list. */
typedef struct PersonEntries
{
	DoNotContactEntry *entries;
	int			count;
	int			capacity;
} PersonEntries;

static void
add_entry(void *arg, const Datum *values, const bool *nulls pg_attribute_unused())
{
	PersonEntries *person = arg;

	if (person->count == person->capacity)
	{
		person->capacity = 2 * person->capacity + 2;
		person->entries = person->entries == NULL ? palloc(person->capacity * sizeof(DoNotContactEntry)) :
			repalloc(person->entries, person->capacity * sizeof(DoNotContactEntry));
	}
	person->entries[person->count++] = (DoNotContactEntry) {
		.email = rvo_result_text(values[0], false),
		.reason = DO_NOT_CONTACT_ERASED,
		.since = GetCurrentTransactionStartTimestamp(),
		.source = DO_NOT_CONTACT_BY_ERASURE,
	};
}

/*
 * rvo_contact_erase removes all that is held about a contact's person, and
 * returns how much that was, in the current context.  Of entries on the do-not-contact list
 * a hash is left; suppress adds such for each address.
 */
Jsonb *
rvo_contact_erase(const Caller *caller, const int64 *id, bool suppress)
{
	int			client_id = caller->client_id;
	PersonEntries person = {0};
	Contact		contact;
	IdList		emails;
	JsonObject	answer = rvo_json_open(1 + rvo_store_trace_kinds());
	JsonbValue	value;

	check_id(id);
	rvo_store_line_up_addresses(client_id, true);
	if (!rvo_store_lock(&rvo_contact_table, client_id, *id, &contact.record))
		rvo_record_raise_gone(&rvo_contact_kind, client_id, *id, "id");
	if (suppress)
		rvo_store_read_person_emails(client_id, *id, add_entry, &person);
	rvo_json_put(&answer, CONST_SLICE("contacts"), rvo_json_integer(1));
	emails = rvo_store_delete_traces(client_id, *id, &answer);
	rvo_store_delete_contact(client_id, *id);
	rvo_changes_note(caller, EMAIL_ENTITY, CHANGE_DELETED, emails.ids, emails.count, NULL);
	rvo_changes_note_one(caller, CONTACT_ENTITY, CHANGE_ERASED, &contact.record);
	rvo_do_not_contact_add(caller, person.entries, person.count);
	value = rvo_json_close(&answer);
	return rvo_json_encode(&value);
}
