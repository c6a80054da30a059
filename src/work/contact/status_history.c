/*
 * status_history.c
 *	  What statuses contacts had.
 *
 * A status that a contact is created with is no change: the history tells it as what was
 * before the first one.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/record/record_member.h"
#include "work/contact/status_history.h"

/* rvo_status_is_changed tells whether the status of a contact is another than when it was read. */
bool
rvo_status_is_changed(const Contact *contact)
{
	return (contact->record.changed & rvo_member_bit(&rvo_contact_shape, MEMBER_STATUS)) != 0;
}

/* rvo_status_change_of returns the change that gave a contact its status. */
StatusChange
rvo_status_change_of(const Contact *contact)
{
	return (StatusChange) {
		.contact_id = contact->record.id,
		.changed_at = contact->status_changed_at.time,
		.status = contact->contact_status,
		.previous_status = contact->previous_status,
	};
}

/* rvo_status_note keeps the change of the status of a contact that was written, if it is another. */
void
rvo_status_note(int client_id, const Contact *contact)
{
	StatusChange change;

	if (!rvo_status_is_changed(contact))
		return;
	change = rvo_status_change_of(contact);
	rvo_store_insert_status_changes(client_id, &change, 1);
}
