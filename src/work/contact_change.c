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

#include "base/compat.h"
#include "shape/contact_input.h"
#include "shape/contact_render.h"
#include "work/contact.h"
#include "work/contact_change.h"
#include "work/contact_kind.h"
#include "work/field_definition.h"

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
		rvo_record_raise_missing(&rvo_contact_kind, caller->client_id, id, "id");
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
	rvo_record_lock(&rvo_contact_kind, caller->client_id, *id, "id", &contact.record);
	different = rvo_contact_apply(&contact, &changes, company_id, &other_keys, &faults);
	if (faults.count > 0)
		rvo_fault_raise(FAILURE_INVALID_REQUEST, &faults);
	if (different)
		rvo_record_save(&rvo_contact_kind, caller, &contact.record, other_keys);
	return rvo_contact_render_created(&contact, structure);
}

/* rvo_contact_delete deletes a contact.  id is NULL for SQL's NULL. */
void
rvo_contact_delete(int client_id, const int64 *id)
{
	Contact		contact;

	if (id == NULL)
		rvo_fault_raise_one(FAILURE_INVALID_REQUEST, "id", FAULT_REQUIRED);
	rvo_record_lock(&rvo_contact_kind, client_id, *id, "id", &contact.record);
	rvo_store_delete_contact(client_id, *id);
}

/* rvo_contact_change_field changes one custom field and returns it, in the current context; NULL if it was deleted. */
Jsonb *
rvo_contact_change_field(const Caller *caller, const FieldChange *change)
{
	return rvo_record_change_field(&rvo_contact_kind, caller, change);
}
