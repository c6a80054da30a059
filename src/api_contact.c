/*
 * api_contact.c
 *	  The SQL functions of contacts.
 *
 * Floor 4: unpack the arguments and hand on.
 */
#include "postgres.h"

#include "fmgr.h"

#include "auth.h"
#include "compat.h"
#include "contact.h"

PG_FUNCTION_INFO_V1(revyops_create_contact);

/* revyops_create_contact(contact jsonb, structure text) returns jsonb */
Datum
revyops_create_contact(PG_FUNCTION_ARGS)
{
	Jsonb	   *body = PG_ARGISNULL(0) ? NULL : PG_GETARG_JSONB_P(0);
	text	   *structure = PG_ARGISNULL(1) ? NULL : PG_GETARG_TEXT_PP(1);
	Request		request = rvo_request_read();
	int64		id;

	PG_RETURN_JSONB_P(rvo_contact_create(rvo_auth_client_id(&request), body, rvo_slice_of_text(structure), &id));
}
