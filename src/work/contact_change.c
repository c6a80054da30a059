/*
 * contact_change.c
 *	  The use cases of contacts: changing, deleting, and their custom fields one by one.
 *
 * A change locks the row, so that of two changes at once the second starts
 * from what the first left.  Where a company is named, it is locked before the
 * contact, as in a create and in the deletion of a company: nobody waits for a
 * company while he holds a contact.
 */
#include "postgres.h"

#include "base/attempt.h"
#include "base/compat.h"
#include "shape/contact_input.h"
#include "shape/contact_render.h"
#include "store/store_contact.h"
#include "store/store_record.h"
#include "store/store_sequence.h"
#include "store/store_violation.h"
#include "work/contact.h"
#include "work/contact_change.h"
#include "work/contact_read.h"
#include "work/field_definition.h"

/* A contact to write, in a subtransaction. */
typedef struct Writing
{
	int			client_id;
	const Contact *contact;
} Writing;

static void
write_contact(void *arg, bool again pg_attribute_unused())
{
	Writing    *writing = arg;

	rvo_store_update_contact(writing->client_id, writing->contact);
}

/* rvo_contact_stamp gives a contact that was changed its time, and new custom fields their ids. */
void
rvo_contact_stamp(Contact *contact)
{
	contact->record.updated_time = rvo_time_of_change(contact->record.updated_time);
	rvo_store_number_fields(&contact->record.custom_fields);
}

/*
 * rvo_contact_save writes a contact that was changed, and returns NULL.  If its
 * keys are others than before, a unique violation is returned, and nothing is
 * written.  Only the index can tell whether somebody is about to take them, and
 * an UPDATE has no ON CONFLICT: hence the subtransaction.
 */
ErrorData *
rvo_contact_save(int client_id, Contact *contact, bool other_keys)
{
	Writing		writing = {client_id, contact};
	ErrorData  *error;

	rvo_contact_stamp(contact);
	if (!other_keys)
	{
		rvo_store_update_contact(client_id, contact);
		return NULL;
	}
	error = rvo_attempt_once(write_contact, &writing);
	if (error != NULL && !rvo_fault_is_taken_key(error->sqlerrcode))
		ReThrowError(error);
	return error;
}

/* check_keys raises FAILURE_CONTACT_EXISTS if other contacts have the keys by now, naming them. */
static void
check_keys(int client_id, const Contact *contact)
{
	ContactOwners owners = rvo_store_find_contact_owners(client_id, contact->email, contact->linkedin_url);

	rvo_contact_raise_taken(&owners, contact->record.id);
}

/*
 * save does so, and raises FAILURE_CONTACT_EXISTS if other contacts have the keys.
 * It looks before it writes, too: two that want each other's key would both
 * write, and then wait for each other.
 */
static void
save(const Caller *caller, Contact *contact, bool other_keys)
{
	ErrorData  *error = NULL;

	if (other_keys)
		check_keys(caller->client_id, contact);
	for (int attempt = 0; attempt < INSERT_ATTEMPTS; attempt++)
	{
		error = rvo_contact_save(caller->client_id, contact, other_keys);
		if (error == NULL)
		{
			rvo_field_names_record(caller, CONTACT_ENTITY, &contact->record.custom_fields);
			return;
		}
		check_keys(caller->client_id, contact);

		/* Who had the key is gone, or is not to be seen by this transaction's snapshot, or it is no key of ours. */
		rvo_store_check_repeatable(error);
	}
	ReThrowError(error);
}

/* lock reads a contact and keeps others from changing it. */
static Contact
lock(int client_id, int64 id, const char *where)
{
	Contact		contact;

	if (!rvo_store_lock_contact(client_id, id, &contact))
		rvo_contact_raise_missing(client_id, id, where);
	return contact;
}

/* set_text gives a text another value, if there is one; returns whether that makes a difference. */
static bool
set_text(Slice *text, bool given, Slice value)
{
	if (!given || ((text->data == NULL) == (value.data == NULL) && rvo_slice_equal(*text, value)))
		return false;
	*text = value;
	return true;
}

/* set_status does so for the status, and keeps the one before. */
static bool
set_status(Contact *contact, const ContactChanges *changes)
{
	Slice		before = contact->contact_status;

	if (!set_text(&contact->contact_status, changes->has_contact_status, changes->values.contact_status))
		return false;
	contact->previous_status = before;
	contact->status_changed_at = (NullableTime) {true, rvo_time_of_change(contact->record.updated_time)};
	return true;
}

/* set_fields applies both lists of custom fields; returns whether that makes a difference, and notes if they are too many. */
static bool
set_fields(Contact *contact, const ContactChanges *changes, FaultList *faults)
{
	bool		different = rvo_custom_fields_merge(&contact->record.custom_fields, &changes->values.custom_fields);

	different |= rvo_custom_fields_merge(&contact->record.custom_fields, &changes->more_fields);
	if (different)
		rvo_fields_note_count(&contact->record.custom_fields,
							  changes->more_fields.count > 0 ? "/" CONTACT_FIELDS_INPUT : "/" CONTACT_FIELDS, faults);
	return different;
}

/* set_others applies all but the keys and custom fields; returns whether that makes a difference. */
static bool
set_others(Contact *contact, const ContactChanges *changes, int64 company_id)
{
	bool		different = changes->has_company && contact->company_id != company_id;

	if (different)
		contact->company_id = company_id;
	different |= set_text(&contact->first_name, changes->has_first_name, changes->values.first_name);
	different |= set_text(&contact->last_name, changes->has_last_name, changes->values.last_name);
	different |= set_text(&contact->origin, changes->has_origin, changes->values.origin);
	return set_status(contact, changes) || different;
}

/*
 * rvo_contact_apply applies changes to a contact, company_id being the company
 * that they name.  Returns whether that makes a difference, and whether to the
 * keys; notes what is wrong with the contact then, which must not be written.
 */
bool
rvo_contact_apply(Contact *contact, const ContactChanges *changes, int64 company_id, bool *other_keys,
				  FaultList *faults)
{
	bool		different;

	*other_keys = set_text(&contact->email, changes->has_email, changes->values.email);
	*other_keys |= set_text(&contact->linkedin_url, changes->has_linkedin_url, changes->values.linkedin_url);
	if (contact->email.data == NULL && contact->linkedin_url.data == NULL)
		rvo_fault_add(faults, "", FAULT_IDENTIFIER_REQUIRED);
	different = set_others(contact, changes, company_id);
	return set_fields(contact, changes, faults) || different || *other_keys;
}

/* rvo_contact_new makes a contact of changes to one that is not there yet, without id; notes what is wrong with it. */
Contact
rvo_contact_new(const Caller *caller, const ContactChanges *changes, int64 company_id, FaultList *faults)
{
	ContactInput input = changes->values;
	Contact		contact;

	input.custom_fields = (CustomFields) {0};
	contact = rvo_contact_make(caller, &input);
	contact.company_id = company_id;
	(void) set_fields(&contact, changes, faults);
	return contact;
}

/* find_company locks the company that a change names, 0 for none, if the contact is there. */
static int64
find_company(const Caller *caller, int64 id, const ContactChanges *changes)
{
	if (!changes->has_company)
		return 0;
	if (!rvo_store_has_contact(caller->client_id, id))
		rvo_contact_raise_missing(caller->client_id, id, "id");
	return rvo_contact_resolve_company(caller, &changes->values.company);
}

/*
 * rvo_contact_update changes the members of a contact that body has, and
 * returns the contact, in the current context.  Nothing is written if all are
 * as they were.  id and body are NULL, and structure_name no value, for SQL's NULL.
 */
Jsonb *
rvo_contact_update(const Caller *caller, const int64 *id, Jsonb *body, Slice structure_name)
{
	FaultList	faults = {0};
	Structure	structure;
	ContactChanges changes;
	int64		company_id;
	Contact		contact;
	bool		different;
	bool		other_keys;

	if (id == NULL)
		rvo_fault_add(&faults, "id", FAULT_REQUIRED);
	structure = rvo_structure_read(structure_name, &faults);
	rvo_field_rules_load(caller, CONTACT_ENTITY);
	changes = rvo_contact_changes_read(caller, rvo_json_root(body), &faults);
	if (faults.count > 0)
		rvo_fault_raise(FAILURE_INVALID_REQUEST, &faults);

	company_id = find_company(caller, *id, &changes);
	contact = lock(caller->client_id, *id, "id");
	different = rvo_contact_apply(&contact, &changes, company_id, &other_keys, &faults);
	if (faults.count > 0)
		rvo_fault_raise(FAILURE_INVALID_REQUEST, &faults);
	if (different)
		save(caller, &contact, other_keys);
	return rvo_contact_render_created(&contact, structure);
}

/* rvo_contact_delete deletes a contact.  id is NULL for SQL's NULL. */
void
rvo_contact_delete(int client_id, const int64 *id)
{
	if (id == NULL)
		rvo_fault_raise_one(FAILURE_INVALID_REQUEST, "id", FAULT_REQUIRED);
	(void) lock(client_id, *id, "id");
	rvo_store_delete_contact(client_id, *id);
}

/* rvo_contact_change_field changes one custom field and returns it, in the current context; NULL if it was deleted. */
Jsonb *
rvo_contact_change_field(const Caller *caller, const FieldChange *change)
{
	CustomField input;
	Contact		contact;
	bool		different;
	CustomField *field;
	JsonbValue	value;

	rvo_field_rules_load(caller, CONTACT_ENTITY);
	input = rvo_field_change_read(caller, CONTACT_ENTITY, change, "contact_id");
	contact = lock(caller->client_id, *change->owner_id, "contact_id");
	field = rvo_field_change_apply(caller->notes->rules[CONTACT_ENTITY], change, input, &contact.record.custom_fields, &different);
	if (different)
		save(caller, &contact, false);
	if (field == NULL)
		return NULL;
	value = rvo_custom_field_nested(field, rvo_json_time(contact.record.updated_time));
	return rvo_json_encode(&value);
}
