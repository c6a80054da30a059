/*
 * contact_change.c
 *	  The use cases of contacts: changing, deleting, and their custom fields one by one.
 *
 * A change locks the row, so that of two changes at once the second starts
 * from what the first left.  Where a company is named, it is locked before the
 * contact, as in a create and in the deletion of a company: nobody waits for a
 * company while holding a contact.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/failure.h"
#include "shape/record/contact_input.h"
#include "shape/record/known_member.h"
#include "shape/record/record_render.h"
#include "work/contact/contact.h"
#include "work/contact/contact_change.h"
#include "work/contact/contact_kind.h"
#include "work/record/change_feed.h"
#include "work/record/field_definition.h"

/* set_fields applies both lists of custom fields; returns whether that makes a difference, and notes if they are too many or too large. */
static bool
set_fields(Contact *contact, const ContactInput *changes, FaultList *faults)
{
	CustomFields fields = changes->values.record.custom_fields;
	bool		different;

	if (changes->more_fields.count > 0)
		rvo_custom_fields_join(&fields, &changes->more_fields);
	different = rvo_custom_fields_merge(&contact->record.custom_fields, &fields);
	if (changes->more_fields.count > 0)
		pfree(fields.items);	/* many items of a batch may change one large contact */
	if (different)
	{
		contact->record.changed |= rvo_member_bit(&rvo_contact_shape, MEMBER_FIELDS);
		rvo_fields_note_excess(&contact->record.custom_fields,
							   changes->more_fields.count > 0 ? "/" CONTACT_FIELDS_INPUT : "/" CONTACT_FIELDS, faults);
	}
	return different;
}

/*
 * rvo_contact_conflicts tells which keys an upsert gives that differ from those of the
 * contact which it found by another key: that may be somebody else.  None if the client
 * means it so.
 */
GivenMembers
rvo_contact_conflicts(const Caller *caller, const Contact *contact, const ContactInput *changes)
{
	GivenMembers conflicts = 0;

	if (caller->settings.updates_keys)
		return 0;
	if (contact->email.data != NULL && !rvo_slice_equal(contact->email, changes->values.email))
		conflicts |= CONTACT_EMAIL_GIVEN;
	if (contact->linkedin_url.data != NULL && !rvo_slice_equal(contact->linkedin_url, changes->values.linkedin_url))
		conflicts |= CONTACT_LINKEDIN_URL_GIVEN;
	return conflicts & changes->given;
}

/*
 * rvo_contact_apply applies changes to a contact, company_id being the company
 * that they name.  Returns whether that makes a difference, and whether to the
 * keys; notes what is wrong with the contact then, which must not be written.
 */
bool
rvo_contact_apply(Contact *contact, const ContactInput *changes, int64 company_id, bool *other_keys, FaultList *faults)
{
	bool		different = rvo_record_apply(&rvo_contact_shape, &contact->record, &changes->values.record, changes->given,
											 other_keys);

	if (!rvo_record_has_key(&rvo_contact_shape, &contact->record))
		rvo_fault_add(faults, "", FAULT_IDENTIFIER_REQUIRED);
	if (changes->company.given && contact->company_id != company_id)
	{
		contact->company_id = company_id;
		contact->record.changed |= rvo_member_bit(&rvo_contact_shape, MEMBER_COMPANY);
		different = true;
	}
	return set_fields(contact, changes, faults) || different;
}

/* rvo_contact_new makes a contact of changes to one that is not there yet, without id; notes what is wrong with it. */
Contact
rvo_contact_new(const Caller *caller, const ContactInput *changes, int64 company_id, FaultList *faults)
{
	Contact		contact = rvo_contact_make(caller, changes);

	contact.record.custom_fields = (CustomFields) {0};
	contact.company_id = company_id;
	(void) set_fields(&contact, changes, faults);
	return contact;
}

/* find_company locks the company that a change names, 0 for none, if the contact is there. */
static int64
find_company(const Caller *caller, int64 id, const ContactInput *changes)
{
	if (!changes->company.given)
		return 0;
	if (!rvo_store_has_contact(caller->client_id, id))
		rvo_record_raise_missing(&rvo_contact_kind, caller->client_id, id, "id");
	return rvo_contact_resolve_company(caller, &changes->company);
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
	ContactInput changes;
	int64		company_id;
	Contact		contact;
	bool		different;
	bool		other_keys;

	if (id == NULL)
		rvo_fault_add(&faults, "id", FAULT_REQUIRED);
	structure = rvo_structure_read(structure_name, &faults);
	rvo_field_rules_load(caller, CONTACT_ENTITY);
	changes = rvo_contact_changes_read(caller, rvo_json_root(body), &faults);
	rvo_members_refuse(caller, FAILURE_INVALID_REQUEST, &faults);

	company_id = find_company(caller, *id, &changes);
	rvo_record_lock(&rvo_contact_kind, caller->client_id, *id, "id", &contact.record);
	different = rvo_contact_apply(&contact, &changes, company_id, &other_keys, &faults);
	if (faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	if (different)
		rvo_record_save(&rvo_contact_kind, caller, &contact.record, other_keys);
	return rvo_record_render_created(&rvo_contact_shape, &contact.record, structure);
}

/* rvo_contact_delete deletes a contact.  id is NULL for SQL's NULL. */
void
rvo_contact_delete(const Caller *caller, const int64 *id)
{
	Contact		contact;

	if (id == NULL)
		rvo_failure_raise_one(FAILURE_INVALID_REQUEST, "id", FAULT_REQUIRED);
	rvo_record_lock(&rvo_contact_kind, caller->client_id, *id, "id", &contact.record);
	rvo_store_delete_contact(caller->client_id, *id);
	rvo_changes_note_one(caller, CONTACT_ENTITY, CHANGE_DELETED, &contact.record);
}

/* rvo_contact_change_field changes one custom field and returns it, in the current context; NULL if it was deleted. */
Jsonb *
rvo_contact_change_field(const Caller *caller, const FieldChange *change)
{
	return rvo_record_change_field(&rvo_contact_kind, caller, change);
}
