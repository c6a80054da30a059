/*
 * company_upsert.c
 *	  The use cases of companies: creating one, or changing the one that is there.
 *
 * As contact_upsert.c, with one key, which never changes: the domain, by which the
 * company is found, be it the first of the company's or another one.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/failure.h"
#include "shape/record/known_member.h"
#include "shape/record/record_render.h"
#include "store/record/store_company.h"
#include "work/company/company_change.h"
#include "work/company/company_domain.h"
#include "work/company/company_kind.h"
#include "work/company/company_upsert.h"
#include "work/record/change_feed.h"
#include "work/record/field_definition.h"
#include "work/record/retry.h"

/* What is asked for, and the company that came of it. */
typedef struct Upsert
{
	const Caller *caller;
	CompanyInput changes;
	int64		id;				/* of the company that is there; 0 = none */
	Company		company;
} Upsert;

static void
check(const FaultList *faults)
{
	if (faults->count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, faults);
}

/* create adds the company; false if somebody has the domain by now. */
static bool
create(Upsert *upsert)
{
	FaultList	faults = {0};

	upsert->company = rvo_company_new(&upsert->changes, &faults);
	check(&faults);
	if (rvo_company_claim_domain(upsert->caller->client_id, upsert->company.domain) != 0)
		return false;
	rvo_record_number(&rvo_company_kind, &upsert->company.record);
	return rvo_store_insert(&rvo_company_table, upsert->caller->client_id, &upsert->company.record);
}

/* change applies the changes to the company; false if the domain is not its own by now. */
static bool
change(Upsert *upsert)
{
	FaultList	faults = {0};
	Slice		domain = upsert->changes.values.domain;
	bool		other_domain;
	bool		different;

	if (!rvo_store_lock(&rvo_company_table, upsert->caller->client_id, upsert->id, &upsert->company.record))
		return false;
	if (!rvo_slice_equal(upsert->company.domain, domain) && rvo_store_find_company(upsert->caller->client_id, domain) != upsert->id)
		return false;
	different = rvo_company_apply(&upsert->company, &upsert->changes, &other_domain, &faults);
	check(&faults);
	if (different)
		(void) rvo_record_write(&rvo_company_kind, upsert->caller, &upsert->company.record, other_domain);
	return true;
}

static bool
create_or_change(void *arg)
{
	Upsert	   *upsert = arg;

	upsert->id = rvo_store_find_company(upsert->caller->client_id, upsert->changes.values.domain);
	return upsert->id == 0 ? create(upsert) : change(upsert);
}

/* carry_out creates or changes the company, whatever others do; returns whether it is new. */
static bool
carry_out(Upsert *upsert)
{
	if (rvo_retry(create_or_change, upsert))
		return upsert->id == 0;
	if (upsert->id == 0)
		rvo_store_insert_or_raise(&rvo_company_table, upsert->caller->client_id, &upsert->company.record);
	else
		rvo_failure_raise_serialization();	/* each time it was another one by then */
	return true;
}

/* rvo_company_upsert_input reads the body of an upsert, whose domain finds the company and changes nothing. */
CompanyInput
rvo_company_upsert_input(const Caller *caller, JsonbContainer *body, FaultList *faults)
{
	CompanyInput input;

	rvo_field_rules_load(caller, COMPANY_ENTITY);
	input = rvo_company_upsert_read(caller, body, faults);
	for (int i = 0; i < rvo_company_shape.nkeys; i++)
		input.given &= ~((GivenMembers) 1 << i);
	return input;
}

/*
 * rvo_company_upsert changes the company that has the domain of body, as
 * rvo_company_update does, or adds one, and returns the company, in the current
 * context; also its id, and whether it is new, where these are not NULL.  body is
 * NULL and structure_name no value for SQL's NULL.
 */
Jsonb *
rvo_company_upsert(const Caller *caller, Jsonb *body, Slice structure_name, int64 *id, bool *created)
{
	FaultList	faults = {0};
	Structure	structure = rvo_structure_read(structure_name, &faults);
	Upsert		upsert = {.caller = caller};
	bool		is_new;

	upsert.changes = rvo_company_upsert_input(caller, rvo_json_root(body), &faults);
	rvo_members_refuse(caller, FAILURE_INVALID_REQUEST, &faults);
	is_new = carry_out(&upsert);
	if (is_new)
		rvo_changes_note_one(caller, COMPANY_ENTITY, CHANGE_CREATED, &upsert.company.record);
	rvo_field_names_record(caller, COMPANY_ENTITY, &upsert.company.record.custom_fields);
	if (id != NULL)
		*id = upsert.company.record.id;
	if (created != NULL)
		*created = is_new;
	return rvo_record_render_upserted(&rvo_company_shape, &upsert.company.record, structure, is_new);
}
