/*
 * api_company.c
 *	  The SQL functions of companies.
 *
 * Unpack the arguments and hand on.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "api/argument.h"
#include "base/compat.h"
#include "base/jsonio.h"
#include "shape/record/known_member.h"
#include "value/hostname.h"
#include "work/caller/auth.h"
#include "work/caller/idempotency.h"
#include "work/company/company.h"
#include "work/company/company_change.h"
#include "work/company/company_domain_change.h"
#include "work/company/company_merge.h"
#include "work/company/company_read.h"
#include "work/company/company_upsert.h"

PG_FUNCTION_INFO_V1(revyops_create_company);
PG_FUNCTION_INFO_V1(revyops_upsert_company);
PG_FUNCTION_INFO_V1(revyops_get_company);
PG_FUNCTION_INFO_V1(revyops_list_companies);
PG_FUNCTION_INFO_V1(revyops_lookup_companies);
PG_FUNCTION_INFO_V1(revyops_update_company);
PG_FUNCTION_INFO_V1(revyops_delete_company);
PG_FUNCTION_INFO_V1(revyops_merge_companies);
PG_FUNCTION_INFO_V1(revyops_list_company_domains);
PG_FUNCTION_INFO_V1(revyops_add_company_domain);
PG_FUNCTION_INFO_V1(revyops_remove_company_domain);
PG_FUNCTION_INFO_V1(revyops_add_company_custom_field);
PG_FUNCTION_INFO_V1(revyops_update_company_custom_field);
PG_FUNCTION_INFO_V1(revyops_delete_company_custom_field);

/* revyops_create_company(company jsonb, structure text, idempotency_key text) returns jsonb */
Datum
revyops_create_company(PG_FUNCTION_ARGS)
{
	Caller		caller = rvo_auth_caller_of_call();
	KeyedRequest request = {
		.caller = &caller,
		.key = rvo_argument_text(fcinfo, 2),
		.key_name = "idempotency_key",
		.endpoint = "revyops_create_company",
		.structure = rvo_argument_text(fcinfo, 1),
		.body = rvo_argument_jsonb(fcinfo, 0),
	};
	KeptAnswer	kept;
	Jsonb	   *answer = rvo_idempotency_find(&request, &kept);

	if (answer == NULL)
		answer = rvo_idempotency_keep(&request, &kept,
									  rvo_company_create(&caller, request.body, request.structure, NULL));
	PG_RETURN_JSONB_P(rvo_members_told(&caller, answer));
}

/* revyops_upsert_company(company jsonb, structure text) returns jsonb */
Datum
revyops_upsert_company(PG_FUNCTION_ARGS)
{
	Caller		caller = rvo_auth_caller_of_call();
	Jsonb	   *answer = rvo_company_upsert(&caller, rvo_argument_jsonb(fcinfo, 0), rvo_argument_text(fcinfo, 1),
											NULL, NULL);

	PG_RETURN_JSONB_P(rvo_members_told(&caller, answer));
}

/* revyops_get_company(id bigint, structure text) returns jsonb */
Datum
revyops_get_company(PG_FUNCTION_ARGS)
{
	int			client_id = rvo_auth_client_id_of_call();
	JsonbValue	company = rvo_company_get(client_id, rvo_argument_id(fcinfo, 0), rvo_argument_text(fcinfo, 1));

	PG_RETURN_JSONB_P(rvo_json_encode(&company));
}

/*
 * revyops_list_companies(domain text, name text, industry text, page integer,
 * page_size integer, structure text, after text, count text) returns json
 */
Datum
revyops_list_companies(PG_FUNCTION_ARGS)
{
	int			client_id = rvo_auth_client_id_of_call();
	CompanyQuery query = {
		.domain = rvo_argument_text(fcinfo, 0),
		.name = rvo_argument_text(fcinfo, 1),
		.industry = rvo_argument_text(fcinfo, 2),
		.list = rvo_argument_list(fcinfo, 3),
	};

	PG_RETURN_TEXT_P(rvo_company_list(client_id, &query));
}

/*
 * revyops_lookup_companies(field_name text, field_value text, page integer,
 * page_size integer, structure text, after text, count text) returns json
 */
Datum
revyops_lookup_companies(PG_FUNCTION_ARGS)
{
	int			client_id = rvo_auth_client_id_of_call();
	CompanyQuery query = {.list = rvo_argument_lookup(fcinfo)};

	PG_RETURN_TEXT_P(rvo_company_list(client_id, &query));
}

/* revyops_update_company(id bigint, changes jsonb, structure text) returns jsonb */
Datum
revyops_update_company(PG_FUNCTION_ARGS)
{
	Caller		caller = rvo_auth_caller_of_call();
	Jsonb	   *answer = rvo_company_update(&caller, rvo_argument_id(fcinfo, 0), rvo_argument_jsonb(fcinfo, 1),
											rvo_argument_text(fcinfo, 2));

	PG_RETURN_JSONB_P(rvo_members_told(&caller, answer));
}

/* revyops_delete_company(id bigint) returns void */
Datum
revyops_delete_company(PG_FUNCTION_ARGS)
{
	Caller		caller = rvo_auth_caller_of_call();

	rvo_company_delete(&caller, rvo_argument_id(fcinfo, 0));
	PG_RETURN_VOID();
}

/* revyops_merge_companies(keep bigint, other bigint, structure text) returns jsonb */
Datum
revyops_merge_companies(PG_FUNCTION_ARGS)
{
	Caller		caller = rvo_auth_caller_of_call();
	MergeRequest merge = rvo_argument_merge(fcinfo);

	PG_RETURN_JSONB_P(rvo_company_merge(&caller, &merge));
}

static Datum
text_of(Slice slice)
{
	return PointerGetDatum(cstring_to_text_with_len(slice.data, slice.len));
}

/* put_domain adds (domain, readable_domain, is_first). */
static void
put_domain(void *arg, Slice domain, bool is_first)
{
	ReturnSetInfo *result = arg;
	Datum		values[] = {text_of(domain), text_of(rvo_hostname_readable(domain)), BoolGetDatum(is_first)};
	bool		nulls[] = {false, false, false};

	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* revyops_list_company_domains(company_id bigint) returns setof record */
Datum
revyops_list_company_domains(PG_FUNCTION_ARGS)
{
	int			client_id = rvo_auth_client_id_of_call();

	InitMaterializedSRF(fcinfo, 0);
	rvo_company_list_domains(client_id, rvo_argument_id(fcinfo, 0), put_domain, fcinfo->resultinfo);
	return (Datum) 0;
}

/* revyops_add_company_domain(company_id bigint, domain text) returns void */
Datum
revyops_add_company_domain(PG_FUNCTION_ARGS)
{
	Caller		caller = rvo_auth_caller_of_call();

	rvo_company_add_domain(caller.client_id, rvo_argument_id(fcinfo, 0), rvo_argument_text(fcinfo, 1));
	PG_RETURN_VOID();
}

/* revyops_remove_company_domain(company_id bigint, domain text) returns void */
Datum
revyops_remove_company_domain(PG_FUNCTION_ARGS)
{
	Caller		caller = rvo_auth_caller_of_call();

	rvo_company_remove_domain(caller.client_id, rvo_argument_id(fcinfo, 0), rvo_argument_text(fcinfo, 1));
	PG_RETURN_VOID();
}

/* revyops_add_company_custom_field(company_id bigint, field jsonb) returns jsonb */
Datum
revyops_add_company_custom_field(PG_FUNCTION_ARGS)
{
	Caller		caller = rvo_auth_caller_of_call();
	FieldChange change = {FIELD_ADD, rvo_argument_id(fcinfo, 0), NULL, rvo_argument_jsonb(fcinfo, 1)};

	PG_RETURN_JSONB_P(rvo_members_told(&caller, rvo_company_change_field(&caller, &change)));
}

/* revyops_update_company_custom_field(company_id bigint, field_id bigint, changes jsonb) returns jsonb */
Datum
revyops_update_company_custom_field(PG_FUNCTION_ARGS)
{
	Caller		caller = rvo_auth_caller_of_call();
	FieldChange change = {
		FIELD_CHANGE, rvo_argument_id(fcinfo, 0), rvo_argument_id(fcinfo, 1), rvo_argument_jsonb(fcinfo, 2)
	};

	PG_RETURN_JSONB_P(rvo_members_told(&caller, rvo_company_change_field(&caller, &change)));
}

/* revyops_delete_company_custom_field(company_id bigint, field_id bigint) returns void */
Datum
revyops_delete_company_custom_field(PG_FUNCTION_ARGS)
{
	Caller		caller = rvo_auth_caller_of_call();
	FieldChange change = {FIELD_DELETE, rvo_argument_id(fcinfo, 0), rvo_argument_id(fcinfo, 1), NULL};

	(void) rvo_company_change_field(&caller, &change);
	PG_RETURN_VOID();
}
