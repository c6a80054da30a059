/*
 * contact_render.c
 *	  Shows a contact as the API does.
 *
 * Floor 1, on top of its other files.  The answer to a create is the contract's
 * ContactPostResponseV2: members that are not nullable there are left out when
 * they have no value, the nullable ones are null.
 */
#include "postgres.h"

#include "compat.h"
#include "contact_render.h"

/* rvo_contact_render_created returns the answer to a create, in the current context. */
Jsonb *
rvo_contact_render_created(const Contact *contact, Structure structure)
{
	JsonObject	answer = rvo_json_open(15);
	JsonbValue	value;

	/* In jsonb's own order. */
	rvo_json_put(&answer, CONST_SLICE("id"), rvo_json_integer(contact->id));
	if (contact->email.data != NULL)
		rvo_json_put(&answer, CONST_SLICE("email"), rvo_json_text(contact->email));
	rvo_json_put(&answer, CONST_SLICE("origin"), rvo_json_text(contact->origin));
	rvo_json_put(&answer, CONST_SLICE("last_name"), rvo_json_text(contact->last_name));
	if (contact->company_id != 0)
		rvo_json_put(&answer, CONST_SLICE("company_id"), rvo_json_integer(contact->company_id));
	rvo_json_put(&answer, CONST_SLICE("first_name"), rvo_json_text(contact->first_name));
	if (contact->linkedin_url.data != NULL)
		rvo_json_put(&answer, CONST_SLICE("linkedin_url"), rvo_json_text(contact->linkedin_url));
	rvo_json_put(&answer, CONST_SLICE("updated_time"), rvo_json_text(rvo_json_time(contact->updated_time)));
	rvo_json_put(&answer, CONST_SLICE("contact_status"), rvo_json_text(contact->contact_status));
	rvo_json_put(&answer, CONST_SLICE("previous_status"), rvo_json_null());
	rvo_json_put(&answer, CONST_SLICE("status_changed_at"), rvo_json_null());
	rvo_json_put(&answer, CONST_SLICE("last_reply_received"), rvo_json_null());
	rvo_json_put(&answer, CONST_SLICE("contact_custom_fields"),
				 structure == STRUCTURE_FLAT ?
				 rvo_custom_fields_flat(&contact->custom_fields) :
				 rvo_custom_fields_nested(&contact->custom_fields, contact->updated_time));
	rvo_json_put(&answer, CONST_SLICE("last_campaign_email_sent"), rvo_json_null());
	rvo_json_put(&answer, CONST_SLICE("first_campaign_email_sent"), rvo_json_null());
	value = rvo_json_close(&answer);
	return rvo_json_encode(&value);
}
