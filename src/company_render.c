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
	JsonBuilder b = {0};

	rvo_json_begin_object(&b);
	rvo_json_put_name(&b, CONST_SLICE("id"));
	rvo_json_put_integer(&b, company->id);
	rvo_json_put_name(&b, CONST_SLICE("updated_time"));
	rvo_json_put_time(&b, company->updated_time);
	rvo_json_put_name(&b, CONST_SLICE("domain"));
	rvo_json_put_string(&b, company->domain);
	rvo_json_put_name(&b, CONST_SLICE("name"));
	rvo_json_put_string(&b, company->name);
	rvo_json_put_name(&b, CONST_SLICE("company_status"));
	rvo_json_put_string(&b, company->company_status);
	rvo_json_put_name(&b, CONST_SLICE("company_custom_fields"));
	rvo_json_put_jsonb(&b, structure == STRUCTURE_FLAT ?
					   rvo_custom_fields_to_flat(&company->custom_fields) : company->nested_fields);
	rvo_json_put_name(&b, CONST_SLICE("previous_status"));
	rvo_json_put_null(&b);
	rvo_json_put_name(&b, CONST_SLICE("status_changed_at"));
	rvo_json_put_null(&b);
	rvo_json_end_object(&b);
	return rvo_json_built(&b);
}
