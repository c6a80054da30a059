/*
 * api_search.c
 *	  The SQL functions of searching.
 *
 * Unpack the arguments and hand on.
 */
#include "postgres.h"

#include "fmgr.h"

#include "api/argument.h"
#include "base/compat.h"
#include "work/caller/auth.h"
#include "work/company/company_kind.h"
#include "work/contact/contact_kind.h"
#include "work/record/search.h"

PG_FUNCTION_INFO_V1(revyops_search_contacts);
PG_FUNCTION_INFO_V1(revyops_search_companies);
PG_FUNCTION_INFO_V1(revyops_enable_text_search);

static Datum
search(FunctionCallInfo fcinfo, const EntityKind *kind)
{
	Caller		caller = rvo_auth_reader_of_call();
	SearchRequest request = {.body = rvo_argument_jsonb(fcinfo, 0), .structure = CONST_SLICE("NESTED")};

	PG_RETURN_TEXT_P(rvo_record_search(kind, &caller, &request));
}

/* revyops_search_contacts(query jsonb) returns json */
Datum
revyops_search_contacts(PG_FUNCTION_ARGS)
{
	return search(fcinfo, &rvo_contact_kind);
}

/* revyops_search_companies(query jsonb) returns json */
Datum
revyops_search_companies(PG_FUNCTION_ARGS)
{
	return search(fcinfo, &rvo_company_kind);
}

/* revyops_enable_text_search() returns void */
Datum
revyops_enable_text_search(PG_FUNCTION_ARGS)
{
	rvo_search_enable_text();
	PG_RETURN_VOID();
}
