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

static void
put_text(JsonBuilder *b, Slice name, Slice value)
{
	rvo_json_put_name(b, name);
	rvo_json_put_string(b, value);
}

static void
put_text_if_any(JsonBuilder *b, Slice name, Slice value)
{
	if (value.data != NULL)
		put_text(b, name, value);
}

/* rvo_contact_render_created returns the answer to a create, in the current context. */
Jsonb *
rvo_contact_render_created(const Contact *contact, Structure structure)
{
	JsonBuilder b = {0};

	rvo_json_begin_object(&b);
	rvo_json_put_name(&b, CONST_SLICE("id"));
	rvo_json_put_integer(&b, contact->id);
	rvo_json_put_name(&b, CONST_SLICE("updated_time"));
	rvo_json_put_time(&b, contact->updated_time);
	put_text_if_any(&b, CONST_SLICE("email"), contact->email);
	put_text_if_any(&b, CONST_SLICE("linkedin_url"), contact->linkedin_url);
	put_text(&b, CONST_SLICE("first_name"), contact->first_name);
	put_text(&b, CONST_SLICE("last_name"), contact->last_name);
	if (contact->company_id != 0)
	{
		rvo_json_put_name(&b, CONST_SLICE("company_id"));
		rvo_json_put_integer(&b, contact->company_id);
	}
	rvo_json_put_name(&b, CONST_SLICE("contact_custom_fields"));
	rvo_json_put_jsonb(&b, structure == STRUCTURE_FLAT ?
					   rvo_custom_fields_to_flat(&contact->custom_fields) : contact->nested_fields);
	put_text(&b, CONST_SLICE("origin"), contact->origin);
	put_text(&b, CONST_SLICE("contact_status"), contact->contact_status);
	put_text(&b, CONST_SLICE("first_campaign_email_sent"), NO_SLICE);
	put_text(&b, CONST_SLICE("last_campaign_email_sent"), NO_SLICE);
	put_text(&b, CONST_SLICE("last_reply_received"), NO_SLICE);
	put_text(&b, CONST_SLICE("previous_status"), NO_SLICE);
	put_text(&b, CONST_SLICE("status_changed_at"), NO_SLICE);
	rvo_json_end_object(&b);
	return rvo_json_built(&b);
}
