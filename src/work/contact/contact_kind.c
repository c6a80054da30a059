/*
 * contact_kind.c
 *	  Contacts as a kind of records.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/failure.h"
#include "store/record/store_merged.h"
#include "work/contact/contact_kind.h"
#include "work/contact/contact_owner.h"
#include "work/contact/status_history.h"
#include "work/contact/suppression.h"

/* rvo_contact_raise_taken raises FAILURE_CONTACT_EXISTS if others than this contact have keys, naming them. */
void
rvo_contact_raise_taken(const ContactOwners *owners, int64 id)
{
	FaultList	faults = {0};

	if (owners->of_email != 0 && owners->of_email != id)
		rvo_fault_add_existing(&faults, "/email", owners->of_email);
	if (owners->of_linkedin_url != 0 && owners->of_linkedin_url != id)
		rvo_fault_add_existing(&faults, "/linkedin_url", owners->of_linkedin_url);
	if (faults.count > 0)
		rvo_failure_raise(FAILURE_CONTACT_EXISTS, &faults);
}

static void
raise_taken(int client_id, const Record *record, int64 id)
{
	const Contact *contact = (const Contact *) record;
	ContactOwners owners = rvo_store_find_contact_owners(client_id, contact->email, contact->linkedin_url);

	/* A change may take a key that only leads to somebody; what is new may not. */
	if (id == 0 && (owners.of_email != 0 || owners.of_linkedin_url != 0) && rvo_store_has_merged(client_id))
		rvo_contact_complete_owners(client_id, contact->email, contact->linkedin_url, &owners);
	rvo_contact_raise_taken(&owners, id);
}

/*
 * check_new raises FAILURE_CONTACT_EXISTS if who had a key of a new contact was merged into another.  If the contact has
 * to be marked, or refused, because of an erasure of who had the key, it is taken back, marked.
 */
static bool
check_new(const Caller *caller, Record *record)
{
	Contact    *contact = (Contact *) record;
	ContactOwners kept;

	if (rvo_store_has_merged_since(caller))
	{
		kept = rvo_store_find_kept_by_keys(caller->client_id, contact->email, contact->linkedin_url);
		rvo_contact_raise_taken(&kept, 0);
	}
	if (!rvo_suppression_apply_late(caller, contact))
		return true;
	rvo_store_delete_contact(caller->client_id, record->id);
	return false;
}

static void
note_written(int client_id, const Record *record)
{
	rvo_status_note(client_id, (const Contact *) record);
}

/* raise_gone raises FAILURE_CONTACT_MERGED, naming the one that was kept. */
static void
raise_gone(int client_id, int64 id, const char *where)
{
	int64		kept_id = client_id == ALL_CLIENTS ? rvo_store_find_kept_contact_of_any(id) :
		rvo_store_find_kept_contact(client_id, id);
	FaultList	faults = {0};

	if (kept_id == 0)
		return;
	rvo_fault_add_merged(&faults, where, kept_id);
	rvo_failure_raise(FAILURE_CONTACT_MERGED, &faults);
}

const EntityKind rvo_contact_kind = {
	.entity = CONTACT_ENTITY,
	.shape = &rvo_contact_shape,
	.table = &rvo_contact_table,
	.plural = "contacts",
	.id_name = "contact_id",
	.key_pointers = {"/email", "/linkedin_url"},
	.taken = FAILURE_CONTACT_EXISTS,
	.not_found = FAILURE_CONTACT_NOT_FOUND,
	.of_other_client = FAILURE_CONTACT_OF_OTHER_CLIENT,
	.raise_taken = raise_taken,
	.check_new = check_new,
	.note_written = note_written,
	.raise_gone = raise_gone,
};
