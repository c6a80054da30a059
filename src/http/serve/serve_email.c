/*
 * serve_email.c
 *	  What the endpoints of e-mails have of their own.
 *
 * serve_record.c has what they share with others, and calls the functions of rvo_emails.
 */
#include "postgres.h"

#include "base/compat.h"
#include "http/request/answer.h"
#include "http/request/parameter.h"
#include "http/serve/serve_email.h"
#include "shape/record/known_member.h"
#include "shape/record/member.h"
#include "work/activity/email.h"
#include "work/activity/email_batch.h"
#include "work/activity/email_change.h"
#include "work/activity/email_interest.h"
#include "work/activity/email_kind.h"
#include "work/activity/email_read.h"

static text *
list(const HttpRequest *request, const ListRequest *list)
{
	EmailQuery	query = {
		.campaign_id = rvo_parameter(request->query, "campaign_id"),
		.contact_email = rvo_parameter_address(request->query, "contact_email"),
		.origin = rvo_parameter(request->query, "origin"),
		.subject = rvo_parameter(request->query, "subject"),
		.contact_id = rvo_parameter(request->query, "contact_id"),
		.list = *list,
	};

	return rvo_email_list(request->caller.client_id, &query);
}

static text *
list_thread(const HttpRequest *request, const ListRequest *list)
{
	return rvo_email_thread(request->caller.client_id, &request->id, "id", list);
}

static JsonbValue
create(const HttpRequest *request, int64 *id)
{
	return rvo_email_create(&request->caller, request->body, request->structure, id);
}

/* rvo_serve_set_interested notes of an e-mail whether the contact is interested. */
void
rvo_serve_set_interested(const HttpRequest *request, Answer *answer)
{
	static const Slice known[] = {CONST_SLICE("email"), CONST_SLICE("subject"), CONST_SLICE("disposition")};
	InterestRequest interest = {.email_name = "/email", .subject_name = "/subject"};
	JsonbContainer *body = rvo_json_root(request->body);

	if (!rvo_json_is_object(body))
		rvo_member_note_no_object(body, &interest.faults);
	else
	{
		interest.email = rvo_member_string(body, "email", &interest.faults);
		interest.subject = rvo_member_string(body, "subject", &interest.faults);
		interest.disposition = rvo_member_string(body, "disposition", &interest.faults);
		rvo_members_check(&request->caller, body, "", known, lengthof(known), &interest.faults);
	}
	rvo_answer(answer, 200, rvo_email_set_interested(&request->caller, &interest));
}

static const Slice conditions[] = {
	CONST_SLICE("campaign_id"), CONST_SLICE("contact_email"), CONST_SLICE("origin"), CONST_SLICE("subject"), CONST_SLICE("contact_id")
};

const Resource rvo_emails = {
	.envelope = {&rvo_email_batch, "emails", "email"},
	.kind = &rvo_email_kind,
	.shape = &rvo_email_shape,
	.conditions = conditions,
	.nconditions = lengthof(conditions),
	.status_of_added_field = 201,
	.create = create,
	.get = rvo_email_get,
	.list = list,
	.delete = rvo_email_delete,
	.change_field = rvo_email_change_field,
};

/* Those of one contact. */
const Resource rvo_contact_emails = {
	.shape = &rvo_email_shape,
	.list = list_thread,
};
