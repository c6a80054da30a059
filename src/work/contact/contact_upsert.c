/*
 * contact_upsert.c
 *	  The use cases of contacts: creating one, or changing the one that is there.
 *
 * It looks first and inserts then, so that a contact that is there costs no
 * ids.  Whatever others do in between (create the contact, delete it, give it
 * other keys, take a key that it is to have) makes it look again.
 */
#include "postgres.h"

#include "base/attempt.h"
#include "base/compat.h"
#include "base/failure.h"
#include "shape/record/contact_input.h"
#include "shape/record/known_member.h"
#include "shape/record/record_render.h"
#include "store/query/store_violation.h"
#include "work/contact/contact.h"
#include "work/contact/contact_change.h"
#include "work/contact/contact_kind.h"
#include "work/contact/contact_owner.h"
#include "work/contact/contact_upsert.h"
#include "work/contact/suppression.h"
#include "work/record/change_feed.h"
#include "work/record/field_definition.h"
#include "work/record/retry.h"

/* What is asked for, and the contact that came of it. */
typedef struct Upsert
{
	const Caller *caller;
	ContactInput changes;
	int64		company_id;		/* that the changes name */
	int64		id;				/* of the contact that is there; 0 = none */
	ContactOwners owners;		/* of the keys, when that was found */
	Contact		contact;
	Suppression suppression;	/* what the do-not-contact list says, if that decided on something */
	ErrorData  *taken;			/* what kept it from being changed; NULL = another reason */
} Upsert;

/* find returns the id of the contact whose the keys are, 0 for none.  Raises FAILURE_CONTACT_EXISTS if they are of two. */
static int64
find(Upsert *upsert)
{
	const Contact *keys = &upsert->changes.values;
	ContactOwners *owners = &upsert->owners;

	*owners = rvo_contact_find_owners(upsert->caller, keys->email, keys->linkedin_url);
	if (owners->of_email == 0)
		return owners->of_linkedin_url;
	if (owners->of_linkedin_url != 0 && owners->of_linkedin_url != owners->of_email)
		rvo_contact_raise_taken(owners, 0);
	return owners->of_email;
}

static void
check(const FaultList *faults)
{
	if (faults->count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, faults);
}

/* company_of_email returns the company that a new contact's e-mail address names, where the client wants that; 0 for none. */
static int64
company_of_email(const Upsert *upsert)
{
	CompanyReference company = {.name = upsert->changes.company.name};

	rvo_contact_infer_company(upsert->caller, &upsert->changes, &company);
	return rvo_contact_resolve_company(upsert->caller, &company);
}

/* add adds the contact; false if a key is somebody's by now. */
static bool
add(void *arg)
{
	Upsert	   *upsert = arg;
	int			client_id = upsert->caller->client_id;
	FaultList	faults = {0};

	upsert->contact = rvo_contact_new(upsert->caller, &upsert->changes,
									  upsert->company_id != 0 ? upsert->company_id : company_of_email(upsert), &faults);
	check(&faults);
	upsert->suppression = rvo_suppression_apply(upsert->caller, &upsert->contact);
	rvo_record_number(&rvo_contact_kind, &upsert->contact.record);
	if (!rvo_store_insert(&rvo_contact_table, client_id, &upsert->contact.record))
		return false;
	if (!rvo_contact_is_kept(upsert->caller, upsert->contact.email, upsert->contact.linkedin_url) &&
		rvo_suppressions_missed(upsert->caller, (Contact *[]) {&upsert->contact}, 1) == NULL)
		return true;
	rvo_store_delete_contact(client_id, upsert->contact.record.id);
	return false;
}

/* create is add; a company that is made for a contact who is there by now is undone. */
static bool
create(Upsert *upsert)
{
	const ClientSettings *settings = &upsert->caller->settings;

	return upsert->company_id == 0 && settings->infers_company && settings->creates_companies ? rvo_attempt_kept(add, upsert) : add(upsert);
}

/* has_key tells whether a contact has one of the keys that are looked for. */
static bool
has_key(const Contact *contact, const Contact *keys)
{
	return (keys->email.data != NULL && rvo_slice_equal(contact->email, keys->email)) ||
		(keys->linkedin_url.data != NULL && rvo_slice_equal(contact->linkedin_url, keys->linkedin_url));
}

/* own_changes returns the changes without keys by which the contact was found, but which it does not have. */
static ContactInput
own_changes(const Upsert *upsert)
{
	ContactInput changes = upsert->changes;

	if (upsert->owners.kept_for_email)
		changes.given &= ~CONTACT_EMAIL_GIVEN;
	if (upsert->owners.kept_for_linkedin_url)
		changes.given &= ~CONTACT_LINKEDIN_URL_GIVEN;
	return changes;
}

/* raise_conflict raises FAILURE_CONTACT_EXISTS: the contact has other keys than are given, and which those are. */
static void
raise_conflict(const Upsert *upsert, GivenMembers conflicts)
{
	int64		id = upsert->contact.record.id;
	FaultList	faults = {0};

	rvo_fault_add_key(&faults, "/email", conflicts & CONTACT_EMAIL_GIVEN ? FAULT_KEY_CONFLICT : FAULT_ALREADY_EXISTS, id, -1);
	rvo_fault_add_key(&faults, "/linkedin_url",
					  conflicts & CONTACT_LINKEDIN_URL_GIVEN ? FAULT_KEY_CONFLICT : FAULT_ALREADY_EXISTS, id, -1);
	rvo_failure_raise(FAILURE_CONTACT_EXISTS, &faults);
}

/*
 * check_conflict raises FAILURE_CONTACT_EXISTS if the contact, which is locked, has other
 * keys than are given; false if it is another by now, whose they are.
 */
static bool
check_conflict(Upsert *upsert, int64 id)
{
	ContactInput changes = own_changes(upsert);
	GivenMembers conflicts;

	if (rvo_contact_conflicts(upsert->caller, &upsert->contact, &changes) == 0)
		return true;

	/* What was found before it was locked may be of then. */
	if (find(upsert) != id)
		return false;
	changes = own_changes(upsert);
	conflicts = rvo_contact_conflicts(upsert->caller, &upsert->contact, &changes);
	if (conflicts != 0)
		raise_conflict(upsert, conflicts);
	return true;
}

/* keep_to_list has the changes keep to the do-not-contact list, or raises FAILURE_DO_NOT_CONTACT. */
static void
keep_to_list(Upsert *upsert, ContactInput *changes)
{
	bool		refused;

	upsert->suppression = rvo_suppression_of_upsert(upsert->caller, &upsert->contact, changes, NULL, &refused);
	if (refused)
		rvo_failure_raise_one(FAILURE_DO_NOT_CONTACT, "/email", FAULT_DO_NOT_CONTACT);
}

/*
 * change applies the changes to the contact; false if it is another by now, or
 * somebody has a key that it is to have.  As an update, it looks before it writes.
 * Raises FAILURE_CONTACT_EXISTS if a key differs from the one that it has.
 */
static bool
change(Upsert *upsert, int64 id)
{
	FaultList	faults = {0};
	ContactInput changes;
	bool		different;
	bool		other_keys;

	upsert->taken = NULL;
	if (!rvo_store_lock(&rvo_contact_table, upsert->caller->client_id, id, &upsert->contact.record) ||
		(!has_key(&upsert->contact, &upsert->changes.values) && find(upsert) != id) ||
		!check_conflict(upsert, id))
		return false;
	changes = own_changes(upsert);
	keep_to_list(upsert, &changes);
	different = rvo_contact_apply(&upsert->contact, &changes, upsert->company_id, &other_keys, &faults);
	check(&faults);
	if (other_keys && find(upsert) != id)
		return false;
	if (different)
		upsert->taken = rvo_record_write(&rvo_contact_kind, upsert->caller, &upsert->contact.record, other_keys);
	if (upsert->taken != NULL)
		rvo_store_check_repeatable(upsert->taken);
	return upsert->taken == NULL;
}

static bool
create_or_change(void *arg)
{
	Upsert	   *upsert = arg;

	upsert->id = find(upsert);
	return upsert->id == 0 ? create(upsert) : change(upsert, upsert->id);
}

/* carry_out creates or changes the contact, whatever others do; returns whether it is new. */
static bool
carry_out(Upsert *upsert)
{
	if (rvo_retry(create_or_change, upsert))
		return upsert->id == 0;
	if (upsert->id == 0)
		rvo_store_insert_or_raise(&rvo_contact_table, upsert->caller->client_id, &upsert->contact.record);
	else if (upsert->taken != NULL)
		ReThrowError(upsert->taken);
	else
		rvo_failure_raise_serialization();	/* each time it was another one by then */
	return true;
}

/*
 * rvo_contact_upsert changes the contact that has the e-mail or LinkedIn URL of
 * body, as rvo_contact_update does, or adds one, and returns the contact, in the
 * current context; also its id, and whether it is new, where these are not NULL.
 * body is NULL and structure_name no value for SQL's NULL.
 */
Jsonb *
rvo_contact_upsert(const Caller *caller, Jsonb *body, Slice structure_name, int64 *id, bool *created)
{
	FaultList	faults = {0};
	Structure	structure = rvo_structure_read(structure_name, &faults);
	Upsert		upsert = {.caller = caller};
	bool		is_new;

	rvo_field_rules_load(caller, CONTACT_ENTITY);
	upsert.changes = rvo_contact_upsert_read(caller, rvo_json_root(body), &faults);
	rvo_members_refuse(caller, FAILURE_INVALID_REQUEST, &faults);

	/* Before the contact, as everywhere. */
	upsert.company_id = rvo_contact_resolve_company(caller, &upsert.changes.company);
	is_new = carry_out(&upsert);
	if (is_new)
		rvo_changes_note_one(caller, CONTACT_ENTITY, CHANGE_CREATED, &upsert.contact.record);
	rvo_field_names_record(caller, CONTACT_ENTITY, &upsert.contact.record.custom_fields);
	rvo_suppression_note(caller, &upsert.suppression);
	if (id != NULL)
		*id = upsert.contact.record.id;
	if (created != NULL)
		*created = is_new;
	return rvo_record_render_upserted(&rvo_contact_shape, &upsert.contact.record, structure, is_new);
}
