/*
 * api_company.c
 *	  The SQL functions of companies.
 *
 * Floor 4: unpack the arguments and hand on.
 */
#include "postgres.h"

#include "fmgr.h"

#include "auth.h"
#include "company.h"
#include "compat.h"

PG_FUNCTION_INFO_V1(revyops_create_company);

/* revyops_create_company(company jsonb, structure text) returns jsonb */
Datum
revyops_create_company(PG_FUNCTION_ARGS)
{
	Jsonb	   *body = PG_ARGISNULL(0) ? NULL : PG_GETARG_JSONB_P(0);
	text	   *structure = PG_ARGISNULL(1) ? NULL : PG_GETARG_TEXT_PP(1);
	Request		request = rvo_request_read();
	int64		id;

	PG_RETURN_JSONB_P(rvo_company_create(rvo_auth_client_id(&request), body, rvo_slice_of_text(structure), &id));
}
