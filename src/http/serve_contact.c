/*
 * serve_contact.c
 *	  What the endpoints of contacts have of their own.
 *
 * serve_record.c has what they share, and calls the functions of rvo_contacts.
 */
#include "postgres.h"

#include "base/compat.h"
#include "http/answer.h"
#include "http/parameter.h"
#include "http/serve_contact.h"
#include "shape/known_member.h"
#include "work/contact.h"
#include "work/contact_batch.h"
#include "work/contact_change.h"
#include "work/contact_merge.h"
#include "work/contact_read.h"
#include "work/contact_upsert.h"
#include "work/contact_upsert_batch.h"

static text *
list(const HttpRequest *request, const ListRequest *list)
{
	ContactQuery query = {.list = *list};

	if (!list->by_field)
	{
		query.domain = rvo_parameter(request->query, "domain");
		query.email = rvo_parameter(request->query, "email");
		query.firstname = rvo_parameter(request->query, "firstname");
		query.lastname = rvo_parameter(request->query, "lastname");
		query.linkedin_url = rvo_parameter(request->query, "linkedin_url");
	}
	return rvo_contact_list(request->caller.client_id, &query);
}

static Jsonb *
create(const HttpRequest *request, int64 *id)
{
	return rvo_contact_create(&request->caller, request->body, request->endpoint->list_member, request->structure, id);
}

/* Adding a custom field answers 200, where that of companies answers 201: the hosted service does so. */
const Resource rvo_contacts = {
	.envelope = {&rvo_contact_batch, "contacts", "contact"},
	.status_of_added_field = 200,
	.create = create,
	.get = rvo_contact_get,
	.list = list,
	.update = rvo_contact_update,
	.delete = rvo_contact_delete,
	.change_field = rvo_contact_change_field,
};

/* read_other returns the id of the contact to merge, 0 if there is none, and notes what is wrong with it. */
static int64
read_other(const Caller *caller, Jsonb *body, FaultList *faults)
{
	static const Slice known[] = {CONST_SLICE("other_id")};
	JsonbValue	value;
	int64		id = 0;

	if (!rvo_json_is_object(rvo_json_root(body)))
	{
		rvo_fault_add(faults, "", FAULT_NOT_AN_OBJECT);
		return 0;
	}
	rvo_members_check(caller, &body->root, "", known, lengthof(known), faults);
	if (!rvo_json_get(&body->root, CONST_SLICE("other_id"), &value) || value.type == jbvNull)
		rvo_fault_add(faults, "/other_id", FAULT_REQUIRED);
	else if (!(value.type == jbvNumeric && rvo_json_to_id(&value, &id)) &&
			 !(value.type == jbvString && rvo_text_to_id(rvo_text_trim(rvo_json_string(&value)), &id)))
		rvo_fault_add(faults, "/other_id", FAULT_INVALID_NUMBER);
	return id;
}

/* rvo_serve_merge merges another contact into this one. */
void
rvo_serve_merge(const HttpRequest *request, Answer *answer)
{
	FaultList	faults = {0};
	int64		other = read_other(&request->caller, request->body, &faults);
	ContactMerge merge = {&request->id, "id", &other, "/other_id", request->structure};

	if (faults.count > 0)
		rvo_fault_raise(FAILURE_INVALID_REQUEST, &faults);
	rvo_answer(answer, 200, rvo_contact_merge(&request->caller, &merge));
}

/* What is upserted in batches. */
const Resource rvo_contact_upserts = {
	.envelope = {&rvo_contact_upsert_batch, "contacts", "contact"},
};

/* rvo_serve_upsert creates or changes one, and points at a new one. */
void
rvo_serve_upsert(const HttpRequest *request, Answer *answer)
{
	int64		id;
	bool		created;
	Jsonb	   *contact = rvo_contact_upsert(&request->caller, request->body, request->structure, &id, &created);

	rvo_answer(answer, created ? 201 : 200, contact);
	if (created)
		rvo_answer_add_location(answer, request->route, id);
}
