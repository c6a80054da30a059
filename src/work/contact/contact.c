/*
 * contact.c
 *	  The use cases of contacts: the order of steps.
 *
 * The order of checks is the API's: the body (400), the company (404, 401),
 * the do-not-contact list (422), the duplicate keys (409).
 */
#include "postgres.h"

#include "access/xact.h"

#include "base/attempt.h"
#include "base/compat.h"
#include "base/create_outcome.h"
#include "base/failure.h"
#include "base/fault.h"
#include "shape/record/contact_input.h"
#include "shape/record/known_member.h"
#include "shape/record/record_render.h"
#include "store/record/store_company.h"
#include "value/domain.h"
#include "work/company/company_domain.h"
#include "work/company/merged_company.h"
#include "work/contact/contact.h"
#include "work/contact/contact_kind.h"
#include "work/contact/suppression.h"
#include "work/record/field_definition.h"

/* lock_company_of_id locks a company, or the one that it was merged into; returns its id, 0 if there is none. */
static int64
lock_company_of_id(int client_id, int64 id)
{
	return rvo_store_lock_company(client_id, id) ? id : rvo_company_lock_kept(client_id, id);
}

/*
 * rvo_contact_resolve_company returns the id of the company that the contact
 * names, 0 for none, and keeps it from being deleted.  It is made where the client
 * wants that.  Raises FAILURE_COMPANY_NOT_FOUND and FAILURE_COMPANY_OF_OTHER_CLIENT.
 */
int64
rvo_contact_resolve_company(const Caller *caller, const CompanyReference *company)
{
	int64		id = company->id;

	if (company->domain.data != NULL)
		id = rvo_company_of_domain(caller, company);
	else if (id == 0)
		return 0;
	else
		id = lock_company_of_id(caller->client_id, id);
	if (id == 0 && company->id != 0 && rvo_store_has_other_client(&rvo_company_table, caller->client_id, company->id))
		rvo_failure_raise_one(FAILURE_COMPANY_OF_OTHER_CLIENT, "/company_id", FAULT_OTHER_CLIENT);
	if (id == 0 && !company->inferred)
		rvo_failure_raise_one(FAILURE_COMPANY_NOT_FOUND, "/company_id", FAULT_NOT_FOUND);
	return id;
}

/* rvo_contact_infer_company makes an e-mail address name the company, where none is named and the client wants it. */
void
rvo_contact_infer_company(const Caller *caller, const ContactInput *input, CompanyReference *company)
{
	Slice		domain;

	if (caller->settings.infers_company && company->id == 0 && company->domain.data == NULL &&
		input->values.email.data != NULL && rvo_domain_normalize(input->values.email, &domain) == FAULT_NONE)
		*company = (CompanyReference) {.domain = domain, .name = company->name, .inferred = true};
}

static void
set_default(Slice *text, Slice absent)
{
	if (text->len == 0)
		*text = absent;
}

/*
 * rvo_contact_make makes a new contact of what was sent, without ids and
 * company.  What was left out is what the client has set for that.
 */
Contact
rvo_contact_make(const Caller *caller, const ContactInput *input)
{
	Contact		contact = input->values;

	set_default(&contact.origin, caller->settings.default_origin);
	set_default(&contact.contact_status, caller->settings.default_status);
	contact.record.updated_time = GetCurrentTransactionStartTimestamp();
	return contact;
}

/*
 * rvo_contact_read reads a body to a contact without ids and company, and which
 * company it names.  body is NULL for SQL's NULL; fields_member names the list of custom fields.
 */
Contact
rvo_contact_read(const Caller *caller, JsonbContainer *body, const char *fields_member, CompanyReference *company,
				 FaultList *faults)
{
	ContactInput input;

	rvo_field_rules_load(caller, CONTACT_ENTITY);
	input = rvo_contact_input_read(caller, body, fields_member, faults);
	*company = input.company;
	rvo_contact_infer_company(caller, &input, company);
	return rvo_contact_make(caller, &input);
}

/* A create of one contact: what was sent, and what comes of it. */
typedef struct Create
{
	const Caller *caller;
	Jsonb	   *body;
	const char *fields_member;
	Slice		structure_name;
	int64		id;
	JsonbValue	answer;
} Create;

static void
create(void *arg, bool again pg_attribute_unused())
{
	Create	   *this = arg;
	FaultList	faults = {0};
	Structure	structure = rvo_structure_read(this->structure_name, &faults);
	CompanyReference company;
	Contact		contact = rvo_contact_read(this->caller, rvo_json_root(this->body), this->fields_member, &company, &faults);
	Suppression suppression;

	rvo_members_refuse(this->caller, FAILURE_INVALID_REQUEST, &faults);
	contact.company_id = rvo_contact_resolve_company(this->caller, &company);
	suppression = rvo_suppression_apply(this->caller, &contact);
	rvo_record_insert(&rvo_contact_kind, this->caller, &contact.record);
	rvo_field_names_record(this->caller, CONTACT_ENTITY, &contact.record.custom_fields);
	rvo_suppression_note(this->caller, &suppression);
	this->id = contact.record.id;
	this->answer = rvo_record_render_new(&rvo_contact_shape, &contact.record, structure);
}

static void
count_failed(void *arg, int sqlstate)
{
	rvo_create_outcome_count(((Create *) arg)->caller->client_id, rvo_sqlstate_http_status(sqlstate), 1);
}

/*
 * rvo_contact_create adds a contact for a client and returns the
 * answer, in the current context, and the new id where id is not NULL.  body is NULL and
 * structure_name no value for SQL's NULL; fields_member names the list of
 * custom fields.
 */
JsonbValue
rvo_contact_create(const Caller *caller, Jsonb *body, const char *fields_member, Slice structure_name, int64 *id)
{
	Create		this = {.caller = caller, .body = body, .fields_member = fields_member, .structure_name = structure_name};

	if (rvo_create_outcomes_kept())
		rvo_attempt_watched(create, count_failed, &this);
	else
		create(&this, false);
	rvo_create_outcome_count(caller->client_id, 201, 1);
	if (id != NULL)
		*id = this.id;
	return this.answer;
}
