/*
 * api_email.c
 *	  The SQL functions of e-mails.
 *
 * Unpack the arguments and hand on.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "api/api_batch.h"
#include "api/argument.h"
#include "base/compat.h"
#include "base/jsonio.h"
#include "shape/record/known_member.h"
#include "work/activity/email.h"
#include "work/activity/email_batch.h"
#include "work/activity/email_change.h"
#include "work/activity/email_interest.h"
#include "work/activity/email_read.h"
#include "work/caller/auth.h"
#include "work/caller/idempotency.h"

PG_FUNCTION_INFO_V1(revyops_create_email);
PG_FUNCTION_INFO_V1(revyops_create_emails);
PG_FUNCTION_INFO_V1(revyops_get_email);
PG_FUNCTION_INFO_V1(revyops_list_emails);
PG_FUNCTION_INFO_V1(revyops_list_contact_emails);
PG_FUNCTION_INFO_V1(revyops_delete_email);
PG_FUNCTION_INFO_V1(revyops_set_email_interested);
PG_FUNCTION_INFO_V1(revyops_add_email_custom_field);
PG_FUNCTION_INFO_V1(revyops_update_email_custom_field);
PG_FUNCTION_INFO_V1(revyops_delete_email_custom_field);

/* revyops_create_email(email jsonb, structure text, idempotency_key text) returns jsonb */
Datum
revyops_create_email(PG_FUNCTION_ARGS)
{
	Caller		caller = rvo_auth_caller_of_call();
	KeyedRequest request = {
		.caller = &caller,
		.key = rvo_argument_text(fcinfo, 2),
		.key_name = "idempotency_key",
		.endpoint = "revyops_create_email",
		.structure = rvo_argument_text(fcinfo, 1),
		.body = rvo_argument_jsonb(fcinfo, 0),
	};
	KeptAnswer	kept;
	Jsonb	   *answer = rvo_idempotency_find(&request, &kept);

	if (answer == NULL)
		answer = rvo_idempotency_keep(&request, &kept, rvo_email_create(&caller, request.body, request.structure, NULL));
	PG_RETURN_JSONB_P(rvo_members_told(&caller, answer));
}

/* revyops_create_emails(emails jsonb, structure text, mode text) returns setof record */
Datum
revyops_create_emails(PG_FUNCTION_ARGS)
{
	return rvo_batch_call(fcinfo, &rvo_email_batch);
}

/* revyops_get_email(id bigint, structure text) returns jsonb */
Datum
revyops_get_email(PG_FUNCTION_ARGS)
{
	int			client_id = rvo_auth_client_id_of_call();
	JsonbValue	email = rvo_email_get(client_id, rvo_argument_id(fcinfo, 0), rvo_argument_text(fcinfo, 1));

	PG_RETURN_JSONB_P(rvo_json_encode(&email));
}

/*
 * revyops_list_emails(campaign_id text, contact_email text, origin text, subject text, contact_id bigint,
 * page integer, page_size integer, structure text, after text, count text) returns json
 */
Datum
revyops_list_emails(PG_FUNCTION_ARGS)
{
	int			client_id = rvo_auth_client_id_of_call();
	const int64 *contact_id = rvo_argument_id(fcinfo, 4);
	EmailQuery	query = {
		.campaign_id = rvo_argument_text(fcinfo, 0),
		.contact_email = rvo_argument_text(fcinfo, 1),
		.origin = rvo_argument_text(fcinfo, 2),
		.subject = rvo_argument_text(fcinfo, 3),
		.contact_id = contact_id != NULL ? rvo_slice(psprintf(INT64_FORMAT, *contact_id)) : NO_SLICE,
		.list = rvo_argument_list(fcinfo, 5),
	};

	PG_RETURN_TEXT_P(rvo_email_list(client_id, &query));
}

/*
 * revyops_list_contact_emails(contact_id bigint, page integer, page_size integer, structure text, after text,
 * count text) returns json
 */
Datum
revyops_list_contact_emails(PG_FUNCTION_ARGS)
{
	int			client_id = rvo_auth_client_id_of_call();
	ListRequest list = rvo_argument_list(fcinfo, 1);

	PG_RETURN_TEXT_P(rvo_email_thread(client_id, rvo_argument_id(fcinfo, 0), "contact_id", &list));
}

/* revyops_delete_email(id bigint) returns void */
Datum
revyops_delete_email(PG_FUNCTION_ARGS)
{
	Caller		caller = rvo_auth_caller_of_call();

	rvo_email_delete(&caller, rvo_argument_id(fcinfo, 0));
	PG_RETURN_VOID();
}

/* revyops_set_email_interested(email text, subject text, disposition text) returns jsonb */
Datum
revyops_set_email_interested(PG_FUNCTION_ARGS)
{
	Caller		caller = rvo_auth_caller_of_call();
	InterestRequest request = {
		.email = rvo_argument_text(fcinfo, 0),
		.subject = rvo_argument_text(fcinfo, 1),
		.disposition = rvo_argument_text(fcinfo, 2),
		.email_name = "email",
		.subject_name = "subject",
	};

	PG_RETURN_JSONB_P(rvo_email_set_interested(&caller, &request));
}

/* revyops_add_email_custom_field(email_id bigint, field jsonb) returns jsonb */
Datum
revyops_add_email_custom_field(PG_FUNCTION_ARGS)
{
	Caller		caller = rvo_auth_caller_of_call();
	FieldChange change = {FIELD_ADD, rvo_argument_id(fcinfo, 0), NULL, rvo_argument_jsonb(fcinfo, 1)};

	PG_RETURN_JSONB_P(rvo_members_told(&caller, rvo_email_change_field(&caller, &change)));
}

/* revyops_update_email_custom_field(email_id bigint, field_id bigint, changes jsonb) returns jsonb */
Datum
revyops_update_email_custom_field(PG_FUNCTION_ARGS)
{
	Caller		caller = rvo_auth_caller_of_call();
	FieldChange change = {
		FIELD_CHANGE, rvo_argument_id(fcinfo, 0), rvo_argument_id(fcinfo, 1), rvo_argument_jsonb(fcinfo, 2)
	};

	PG_RETURN_JSONB_P(rvo_members_told(&caller, rvo_email_change_field(&caller, &change)));
}

/* revyops_delete_email_custom_field(email_id bigint, field_id bigint) returns void */
Datum
revyops_delete_email_custom_field(PG_FUNCTION_ARGS)
{
	Caller		caller = rvo_auth_caller_of_call();
	FieldChange change = {FIELD_DELETE, rvo_argument_id(fcinfo, 0), rvo_argument_id(fcinfo, 1), NULL};

	(void) rvo_email_change_field(&caller, &change);
	PG_RETURN_VOID();
}
