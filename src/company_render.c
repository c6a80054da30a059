/*
 * company_render.c
 *	  Shows a company as the API does.
 *
 * Floor 1, on top of its other files.  Every member is always present.
 */
#include "postgres.h"

#include "company_render.h"
#include "compat.h"

/* rvo_company_render_created returns the answer to a create, in the current context. */
Jsonb *
rvo_company_render_created(const Company *company, Structure structure)
{
	JsonObject	answer = rvo_json_open(8);
	JsonbValue	value;

	/* In jsonb's own order. */
	rvo_json_put(&answer, CONST_SLICE("id"), rvo_json_integer(company->id));
	rvo_json_put(&answer, CONST_SLICE("name"), rvo_json_text(company->name));
	rvo_json_put(&answer, CONST_SLICE("domain"), rvo_json_text(company->domain));
	rvo_json_put(&answer, CONST_SLICE("updated_time"), rvo_json_text(rvo_json_time(company->updated_time)));
	rvo_json_put(&answer, CONST_SLICE("company_status"), rvo_json_text(company->company_status));
	rvo_json_put(&answer, CONST_SLICE("previous_status"), rvo_json_null());
	rvo_json_put(&answer, CONST_SLICE("status_changed_at"), rvo_json_null());
	rvo_json_put(&answer, CONST_SLICE("company_custom_fields"),
				 structure == STRUCTURE_FLAT ?
				 rvo_custom_fields_flat(&company->custom_fields) :
				 rvo_custom_fields_nested(&company->custom_fields, company->updated_time));
	value = rvo_json_close(&answer);
	return rvo_json_encode(&value);
}
