/*
 * company_render.c
 *	  Shows a company as the API does.
 *
 * Every member is always present, but for client_id, which only the master
 * list has.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/company_render.h"

/* rvo_company_render shows a company; with_client: as the master list does. */
JsonbValue
rvo_company_render(const Company *company, Structure structure, bool with_client)
{
	JsonObject	answer = rvo_json_open(9);

	/* In jsonb's own order. */
	rvo_json_put(&answer, CONST_SLICE("id"), rvo_json_integer(company->record.id));
	rvo_json_put(&answer, CONST_SLICE("name"), rvo_json_text(company->name));
	rvo_json_put(&answer, CONST_SLICE("domain"), rvo_json_text(company->domain));
	if (with_client)
		rvo_json_put(&answer, CONST_SLICE("client_id"), rvo_json_text(rvo_slice(psprintf("%d", company->record.client_id))));
	rvo_json_put(&answer, CONST_SLICE("updated_time"), rvo_json_text(rvo_json_time(company->record.updated_time)));
	rvo_json_put(&answer, CONST_SLICE("company_status"), rvo_json_text(company->company_status));
	rvo_json_put(&answer, CONST_SLICE("previous_status"), rvo_json_text(company->previous_status));
	rvo_json_put(&answer, CONST_SLICE("status_changed_at"), rvo_json_nullable_time(company->status_changed_at));
	rvo_json_put(&answer, CONST_SLICE("company_custom_fields"),
				 rvo_custom_fields_show(&company->record.custom_fields, structure, company->record.updated_time));
	return rvo_json_close(&answer);
}

/* rvo_company_render_created returns the answer to a create or change, in the current context. */
Jsonb *
rvo_company_render_created(const Company *company, Structure structure)
{
	JsonbValue	value = rvo_company_render(company, structure, false);

	return rvo_json_encode(&value);
}
