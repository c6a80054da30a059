/*
 * company_change.c
 *	  The use cases of companies: changing, deleting, and their custom fields one by one.
 *
 * A change locks the row, so that of two changes at once the second starts
 * from what the first left.
 */
#include "postgres.h"

#include "access/xact.h"

#include "base/attempt.h"
#include "base/compat.h"
#include "base/failure.h"
#include "shape/record/company_input.h"
#include "shape/record/known_member.h"
#include "shape/record/record_render.h"
#include "store/record/store_activity.h"
#include "store/record/store_company.h"
#include "store/record/store_company_domain.h"
#include "store/query/store_violation.h"
#include "store/record/store_contact.h"
#include "store/service/store_lock.h"
#include "work/record/change_feed.h"
#include "work/company/company_change.h"
#include "work/company/company_domain.h"
#include "work/company/company_kind.h"
#include "work/record/field_definition.h"
#include "work/record/retry.h"

/*
 * rvo_company_apply applies changes to a company.  Returns whether that makes a
 * difference, and whether to the domain; notes what is wrong with the company
 * then, which must not be written.
 */
bool
rvo_company_apply(Company *company, const CompanyInput *changes, bool *other_domain, FaultList *faults)
{
	bool		different = rvo_record_apply(&rvo_company_shape, &company->record, &changes->values.record, changes->given,
											 other_domain);

	if (!rvo_custom_fields_merge(&company->record.custom_fields, &changes->values.record.custom_fields))
		return different;
	company->record.changed |= rvo_member_bit(&rvo_company_shape, MEMBER_FIELDS);
	rvo_fields_note_excess(&company->record.custom_fields, "/" COMPANY_FIELDS, faults);
	return true;
}

/* rvo_company_new makes a company of changes to one that is not there yet, without id; notes what is wrong with it. */
Company
rvo_company_new(const CompanyInput *changes, FaultList *faults)
{
	Company		company = changes->values;
	bool		other_domain;

	company.record.custom_fields = (CustomFields) {0};
	company.record.updated_time = GetCurrentTransactionStartTimestamp();
	(void) rvo_company_apply(&company, changes, &other_domain, faults);
	return company;
}

/* A company to change. */
typedef struct Locking
{
	int			client_id;
	int64		id;
	Slice		domain;			/* that it is to have; no value = that which it has */
	Company		company;
} Locking;

/* lock_company locks it; false if its domain is to be another one. */
static bool
lock_company(void *arg)
{
	Locking    *locking = arg;

	rvo_record_lock(&rvo_company_kind, locking->client_id, locking->id, "id", &locking->company.record);
	return locking->domain.data == NULL || rvo_slice_equal(locking->company.domain, locking->domain);
}

/*
 * lock locks a company.  If its domain is to be another one, the lock on the client's
 * domains comes first, as in a merge: so the company is let go of again.
 */
static void
lock(Locking *locking)
{
	if (locking->domain.data == NULL)
		(void) lock_company(locking);
	else if (!rvo_attempt_kept(lock_company, locking))
	{
		rvo_store_line_up_domains(locking->client_id, true);
		(void) lock_company(locking);
	}
}

/* save writes a company.  If its first domain was one beside the first before, they change places. */
static void
save(const Caller *caller, Company *company, Slice first, bool other_domain)
{
	bool		was_own = other_domain && rvo_store_delete_company_domain(caller->client_id, company->domain, company->record.id);

	if (other_domain && !was_own)
		(void) rvo_company_claim_domain(caller->client_id, company->domain);	/* of another's the save tells */
	rvo_record_save(&rvo_company_kind, caller, &company->record, other_domain);
	if (was_own)
		rvo_store_insert_company_domain(caller->client_id, first, company->record.id);
}

/*
 * rvo_company_update changes the members of a company that body has, and
 * returns the company, in the current context.  Nothing is written if all are
 * as they were.  id and body are NULL, and structure_name no value, for SQL's NULL.
 */
Jsonb *
rvo_company_update(const Caller *caller, const int64 *id, Jsonb *body, Slice structure_name)
{
	FaultList	faults = {0};
	Structure	structure;
	CompanyInput changes;
	Locking		locking;
	Company		company;
	bool		other_domain;
	bool		different;

	if (id == NULL)
		rvo_fault_add(&faults, "id", FAULT_REQUIRED);
	structure = rvo_structure_read(structure_name, &faults);
	rvo_field_rules_load(caller, COMPANY_ENTITY);
	changes = rvo_company_changes_read(caller, rvo_json_root(body), &faults);
	rvo_members_refuse(caller, FAILURE_INVALID_REQUEST, &faults);

	locking = (Locking) {.client_id = caller->client_id, .id = *id, .domain = changes.values.domain};
	lock(&locking);
	company = locking.company;
	different = rvo_company_apply(&company, &changes, &other_domain, &faults);
	if (faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	if (different)
		save(caller, &company, locking.company.domain, other_domain);
	return rvo_record_render_created(&rvo_company_shape, &company.record, structure);
}

/* A company to delete, and the one that gets its contacts, 0 for none. */
typedef struct Deletion
{
	const Caller *caller;
	int64		id;
	int64		heir_id;
} Deletion;

static void
delete_company(void *arg, bool again pg_attribute_unused())
{
	Deletion   *deletion = arg;

	if (!rvo_store_delete_company(deletion->caller->client_id, deletion->id))
		rvo_failure_raise_bug("a locked company was not deleted");
}

/* delete_without_contacts gives away a company's contacts, and deletes it; false if it has others by then. */
static bool
delete_without_contacts(void *arg)
{
	Deletion   *deletion = arg;
	int			client_id = deletion->caller->client_id;
	Datum		contacts = rvo_store_move_contacts(client_id, deletion->id, deletion->heir_id);
	ErrorData  *error;

	if (deletion->heir_id != 0)
		rvo_store_move_filled(client_id, contacts, deletion->id, deletion->heir_id);
	rvo_changes_note_member(deletion->caller, CONTACT_ENTITY, contacts, MEMBER_COMPANY);
	error = rvo_attempt_once(delete_company, deletion);
	if (error != NULL && !rvo_store_is_of_foreign_key(error, "contact_company_fkey"))
		ReThrowError(error);
	return error == NULL;
}

/*
 * rvo_company_dissolve gives the contacts of a company, which rvo_store_lock_company_to_delete
 * has locked, to another, 0 for none, and deletes it.  The lock has waited for whoever was making
 * a contact with it, whose row is then seen, but under REPEATABLE READ.  One that came all the
 * same is given away, too.
 */
void
rvo_company_dissolve(const Caller *caller, int64 id, int64 heir_id)
{
	Deletion	deletion = {caller, id, heir_id};

	if (!(IsolationUsesXactSnapshot() ? delete_without_contacts(&deletion) : rvo_retry(delete_without_contacts, &deletion)))
		rvo_failure_raise_serialization();
}

/* rvo_company_delete deletes a company and leaves its contacts without one. */
void
rvo_company_delete(const Caller *caller, const int64 *id)
{
	if (id == NULL)
		rvo_failure_raise_one(FAILURE_INVALID_REQUEST, "id", FAULT_REQUIRED);
	if (!rvo_store_lock_company_to_delete(caller->client_id, *id))
		rvo_record_raise_missing(&rvo_company_kind, caller->client_id, *id, "id");
	rvo_company_dissolve(caller, *id, 0);
	rvo_changes_note(caller, COMPANY_ENTITY, CHANGE_DELETED, id, 1, NULL);
}

/* rvo_company_change_field changes one custom field and returns it, in the current context; NULL if it was deleted. */
Jsonb *
rvo_company_change_field(const Caller *caller, const FieldChange *change)
{
	return rvo_record_change_field(&rvo_company_kind, caller, change);
}
