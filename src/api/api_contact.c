/*
 * api_contact.c
 *	  The SQL functions of contacts.
 *
 * Unpack the arguments and hand on.
 */
#include "postgres.h"

#include "fmgr.h"

#include "api/argument.h"
#include "base/compat.h"
#include "base/jsonio.h"
#include "shape/record/known_member.h"
#include "work/caller/auth.h"
#include "work/caller/idempotency.h"
#include "work/contact/contact.h"
#include "work/contact/contact_change.h"
#include "work/contact/contact_merge.h"
#include "work/contact/contact_privacy.h"
#include "work/contact/contact_read.h"
#include "work/contact/contact_upsert.h"

PG_FUNCTION_INFO_V1(revyops_create_contact);
PG_FUNCTION_INFO_V1(revyops_upsert_contact);
PG_FUNCTION_INFO_V1(revyops_get_contact);
PG_FUNCTION_INFO_V1(revyops_list_contacts);
PG_FUNCTION_INFO_V1(revyops_lookup_contacts);
PG_FUNCTION_INFO_V1(revyops_update_contact);
PG_FUNCTION_INFO_V1(revyops_delete_contact);
PG_FUNCTION_INFO_V1(revyops_merge_contacts);
PG_FUNCTION_INFO_V1(revyops_export_contact);
PG_FUNCTION_INFO_V1(revyops_erase_contact);
PG_FUNCTION_INFO_V1(revyops_add_contact_custom_field);
PG_FUNCTION_INFO_V1(revyops_update_contact_custom_field);
PG_FUNCTION_INFO_V1(revyops_delete_contact_custom_field);

/* revyops_create_contact(contact jsonb, structure text, idempotency_key text) returns jsonb */
Datum
revyops_create_contact(PG_FUNCTION_ARGS)
{
	Caller		caller = rvo_auth_caller_of_call();
	KeyedRequest request = {
		.caller = &caller,
		.key = rvo_argument_text(fcinfo, 2),
		.key_name = "idempotency_key",
		.endpoint = "revyops_create_contact",
		.structure = rvo_argument_text(fcinfo, 1),
		.body = rvo_argument_jsonb(fcinfo, 0),
	};
	KeptAnswer	kept;
	Jsonb	   *answer = rvo_idempotency_find(&request, &kept);

	if (answer == NULL)
		answer = rvo_idempotency_keep(&request, &kept,
									  rvo_contact_create(&caller, request.body, CONTACT_FIELDS_INPUT, request.structure, NULL));
	PG_RETURN_JSONB_P(rvo_members_told(&caller, answer));
}

/* revyops_upsert_contact(contact jsonb, structure text) returns jsonb */
Datum
revyops_upsert_contact(PG_FUNCTION_ARGS)
{
	Caller		caller = rvo_auth_caller_of_call();
	Jsonb	   *answer = rvo_contact_upsert(&caller, rvo_argument_jsonb(fcinfo, 0), rvo_argument_text(fcinfo, 1),
											NULL, NULL);

	PG_RETURN_JSONB_P(rvo_members_told(&caller, answer));
}

/* revyops_get_contact(id bigint, structure text) returns jsonb */
Datum
revyops_get_contact(PG_FUNCTION_ARGS)
{
	int			client_id = rvo_auth_client_id_of_call();
	JsonbValue	contact = rvo_contact_get(client_id, rvo_argument_id(fcinfo, 0), rvo_argument_text(fcinfo, 1));

	PG_RETURN_JSONB_P(rvo_json_encode(&contact));
}

/*
 * revyops_list_contacts(domain text, email text, firstname text, lastname text,
 * linkedin_url text, page integer, page_size integer, structure text,
 * after text, count text) returns json
 */
Datum
revyops_list_contacts(PG_FUNCTION_ARGS)
{
	int			client_id = rvo_auth_client_id_of_call();
	ContactQuery query = {
		.domain = rvo_argument_text(fcinfo, 0),
		.email = rvo_argument_text(fcinfo, 1),
		.firstname = rvo_argument_text(fcinfo, 2),
		.lastname = rvo_argument_text(fcinfo, 3),
		.linkedin_url = rvo_argument_text(fcinfo, 4),
		.list = rvo_argument_list(fcinfo, 5),
	};

	PG_RETURN_TEXT_P(rvo_contact_list(client_id, &query));
}

/*
 * revyops_lookup_contacts(field_name text, field_value text, page integer,
 * page_size integer, structure text, after text, count text) returns json
 */
Datum
revyops_lookup_contacts(PG_FUNCTION_ARGS)
{
	int			client_id = rvo_auth_client_id_of_call();
	ContactQuery query = {.list = rvo_argument_lookup(fcinfo)};

	PG_RETURN_TEXT_P(rvo_contact_list(client_id, &query));
}

/* revyops_update_contact(id bigint, changes jsonb, structure text) returns jsonb */
Datum
revyops_update_contact(PG_FUNCTION_ARGS)
{
	Caller		caller = rvo_auth_caller_of_call();
	Jsonb	   *answer = rvo_contact_update(&caller, rvo_argument_id(fcinfo, 0), rvo_argument_jsonb(fcinfo, 1),
											rvo_argument_text(fcinfo, 2));

	PG_RETURN_JSONB_P(rvo_members_told(&caller, answer));
}

/* revyops_delete_contact(id bigint) returns void */
Datum
revyops_delete_contact(PG_FUNCTION_ARGS)
{
	Caller		caller = rvo_auth_caller_of_call();

	rvo_contact_delete(&caller, rvo_argument_id(fcinfo, 0));
	PG_RETURN_VOID();
}

/* revyops_merge_contacts(keep bigint, other bigint, structure text) returns jsonb */
Datum
revyops_merge_contacts(PG_FUNCTION_ARGS)
{
	Caller		caller = rvo_auth_caller_of_call();
	MergeRequest merge = rvo_argument_merge(fcinfo);

	PG_RETURN_JSONB_P(rvo_contact_merge(&caller, &merge));
}

/* revyops_export_contact(id bigint) returns jsonb */
Datum
revyops_export_contact(PG_FUNCTION_ARGS)
{
	int			client_id = rvo_auth_client_id_of_call();

	PG_RETURN_JSONB_P(rvo_contact_export(client_id, rvo_argument_id(fcinfo, 0)));
}

/* revyops_erase_contact(id bigint, suppress boolean) returns jsonb */
Datum
revyops_erase_contact(PG_FUNCTION_ARGS)
{
	Caller		caller = rvo_auth_caller_of_call();

	PG_RETURN_JSONB_P(rvo_contact_erase(&caller, rvo_argument_id(fcinfo, 0), !PG_ARGISNULL(1) && PG_GETARG_BOOL(1)));
}

/* revyops_add_contact_custom_field(contact_id bigint, field jsonb) returns jsonb */
Datum
revyops_add_contact_custom_field(PG_FUNCTION_ARGS)
{
	Caller		caller = rvo_auth_caller_of_call();
	FieldChange change = {FIELD_ADD, rvo_argument_id(fcinfo, 0), NULL, rvo_argument_jsonb(fcinfo, 1)};

	PG_RETURN_JSONB_P(rvo_members_told(&caller, rvo_contact_change_field(&caller, &change)));
}

/* revyops_update_contact_custom_field(contact_id bigint, field_id bigint, changes jsonb) returns jsonb */
Datum
revyops_update_contact_custom_field(PG_FUNCTION_ARGS)
{
	Caller		caller = rvo_auth_caller_of_call();
	FieldChange change = {
		FIELD_CHANGE, rvo_argument_id(fcinfo, 0), rvo_argument_id(fcinfo, 1), rvo_argument_jsonb(fcinfo, 2)
	};

	PG_RETURN_JSONB_P(rvo_members_told(&caller, rvo_contact_change_field(&caller, &change)));
}

/* revyops_delete_contact_custom_field(contact_id bigint, field_id bigint) returns void */
Datum
revyops_delete_contact_custom_field(PG_FUNCTION_ARGS)
{
	Caller		caller = rvo_auth_caller_of_call();
	FieldChange change = {FIELD_DELETE, rvo_argument_id(fcinfo, 0), rvo_argument_id(fcinfo, 1), NULL};

	(void) rvo_contact_change_field(&caller, &change);
	PG_RETURN_VOID();
}
