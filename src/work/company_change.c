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
#include "shape/company_input.h"
#include "shape/company_render.h"
#include "store/store_company.h"
#include "store/store_contact.h"
#include "store/store_record.h"
#include "store/store_sequence.h"
#include "store/store_violation.h"
#include "work/company_change.h"
#include "work/company_read.h"
#include "work/field_definition.h"

/* A company to write, in a subtransaction. */
typedef struct Writing
{
	int			client_id;
	const Company *company;
} Writing;

static void
write_company(void *arg, bool again pg_attribute_unused())
{
	Writing    *writing = arg;

	rvo_store_update_company(writing->client_id, writing->company);
}

/* check_domain raises FAILURE_COMPANY_EXISTS if another company has the domain by now, naming it. */
static void
check_domain(int client_id, const Company *company)
{
	FaultList	faults = {0};
	int64		owner = rvo_store_find_company(client_id, company->domain);

	if (owner == 0 || owner == company->record.id)
		return;
	rvo_fault_add_existing(&faults, "/domain", owner);
	rvo_fault_raise(FAILURE_COMPANY_EXISTS, &faults);
}

/* save_with_domain writes a company whose domain is another than before; as for a contact's keys. */
static void
save_with_domain(int client_id, const Company *company)
{
	Writing		writing = {client_id, company};
	ErrorData  *error = NULL;

	check_domain(client_id, company);
	for (int attempt = 0; attempt < INSERT_ATTEMPTS; attempt++)
	{
		error = rvo_attempt_once(write_company, &writing);
		if (error == NULL)
			return;
		if (!rvo_fault_is_taken_key(error->sqlerrcode))
			ReThrowError(error);
		check_domain(client_id, company);
		rvo_store_check_repeatable(error);
	}
	ReThrowError(error);
}

/* save writes a company that was changed. */
static void
save(const Caller *caller, Company *company, bool other_domain)
{
	company->record.updated_time = rvo_time_of_change(company->record.updated_time);
	rvo_store_number_fields(&company->record.custom_fields);
	if (other_domain)
		save_with_domain(caller->client_id, company);
	else
		rvo_store_update_company(caller->client_id, company);
	rvo_field_names_record(caller, COMPANY_ENTITY, &company->record.custom_fields);
}

/* lock reads a company and keeps others from changing it. */
static Company
lock(int client_id, int64 id, const char *where)
{
	Company		company;

	if (!rvo_store_lock_company_to_change(client_id, id, &company))
		rvo_company_raise_missing(client_id, id, where);
	return company;
}

/* set_text gives a text another value, if there is one; returns whether that makes a difference. */
static bool
set_text(Slice *text, bool given, Slice value)
{
	if (!given || rvo_slice_equal(*text, value))
		return false;
	*text = value;
	return true;
}

/* set_others applies all but the domain; returns whether that makes a difference. */
static bool
set_others(Company *company, const CompanyChanges *changes)
{
	Slice		before = company->company_status;
	bool		different = set_text(&company->name, changes->has_name, changes->values.name);

	if (set_text(&company->company_status, changes->has_company_status, changes->values.company_status))
	{
		company->previous_status = before;
		company->status_changed_at = (NullableTime) {true, rvo_time_of_change(company->record.updated_time)};
		different = true;
	}
	if (!rvo_custom_fields_merge(&company->record.custom_fields, &changes->values.custom_fields))
		return different;
	rvo_fields_check_count(&company->record.custom_fields, "/" COMPANY_FIELDS);
	return true;
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
	CompanyChanges changes;
	Company		company;
	bool		other_domain;

	if (id == NULL)
		rvo_fault_add(&faults, "id", FAULT_REQUIRED);
	structure = rvo_structure_read(structure_name, &faults);
	rvo_field_rules_load(caller, COMPANY_ENTITY);
	changes = rvo_company_changes_read(caller, rvo_json_root(body), &faults);
	if (faults.count > 0)
		rvo_fault_raise(FAILURE_INVALID_REQUEST, &faults);

	company = lock(caller->client_id, *id, "id");
	other_domain = set_text(&company.domain, changes.has_domain, changes.values.domain);
	if (set_others(&company, &changes) || other_domain)
		save(caller, &company, other_domain);
	return rvo_company_render_created(&company, structure);
}

/* A company to delete, perhaps in a subtransaction. */
typedef struct Deletion
{
	int			client_id;
	int64		id;
} Deletion;

static void
delete_company(void *arg, bool again pg_attribute_unused())
{
	Deletion   *deletion = arg;

	if (!rvo_store_delete_company(deletion->client_id, deletion->id))
		rvo_fault_raise_bug("a locked company was not deleted");
}

/* delete_by_snapshot deletes a company that may have contacts which this transaction can't see. */
static void
delete_by_snapshot(Deletion *deletion)
{
	ErrorData  *error = rvo_attempt_once(delete_company, deletion);

	if (error == NULL)
		return;
	if (rvo_fault_is_in_use(error->sqlerrcode) && error->constraint_name != NULL &&
		strcmp(error->constraint_name, "contact_company_fkey") == 0)
		rvo_fault_raise_serialization();
	ReThrowError(error);
}

/*
 * rvo_company_delete deletes a company and leaves its contacts without one.
 * The lock waits for whoever is making a contact with it, whose row is then
 * seen, but under REPEATABLE READ.
 */
void
rvo_company_delete(int client_id, const int64 *id)
{
	Deletion	deletion;

	if (id == NULL)
		rvo_fault_raise_one(FAILURE_INVALID_REQUEST, "id", FAULT_REQUIRED);
	if (!rvo_store_lock_company_to_delete(client_id, *id))
		rvo_company_raise_missing(client_id, *id, "id");
	rvo_store_detach_contacts(client_id, *id);
	deletion = (Deletion) {client_id, *id};
	if (IsolationUsesXactSnapshot())
		delete_by_snapshot(&deletion);
	else
		delete_company(&deletion, false);
}

/* rvo_company_change_field changes one custom field and returns it, in the current context; NULL if it was deleted. */
Jsonb *
rvo_company_change_field(const Caller *caller, const FieldChange *change)
{
	CustomField input;
	Company		company;
	bool		different;
	CustomField *field;
	JsonbValue	value;

	rvo_field_rules_load(caller, COMPANY_ENTITY);
	input = rvo_field_change_read(caller, COMPANY_ENTITY, change, "company_id");
	company = lock(caller->client_id, *change->owner_id, "company_id");
	field = rvo_field_change_apply(caller->notes->rules[COMPANY_ENTITY], change, input, &company.record.custom_fields, &different);
	if (different)
		save(caller, &company, false);
	if (field == NULL)
		return NULL;
	value = rvo_custom_field_nested(field, rvo_json_time(company.record.updated_time));
	return rvo_json_encode(&value);
}
