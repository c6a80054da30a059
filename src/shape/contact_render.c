/*
 * contact_render.c
 *	  Shows a contact as the API does.
 *
 * The answer to a create or change is the contract's ContactPostResponseV2:
 * members that are not nullable there are left out when they have no value.
 * The answer to a read is ContactV2, where they are null.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/contact_render.h"

/* How an answer shows a contact. */
typedef struct Shape
{
	bool		show_null_keys; /* as null, or left out */
	bool		with_client;
	const bool *created;		/* NULL = does not tell */
} Shape;

static JsonbValue
render(const Contact *contact, Structure structure, Shape shape)
{
	JsonObject	answer = rvo_json_open(17);

	/* In jsonb's own order. */
	rvo_json_put(&answer, CONST_SLICE("id"), rvo_json_integer(contact->record.id));
	if (contact->email.data != NULL || shape.show_null_keys)
		rvo_json_put(&answer, CONST_SLICE("email"), rvo_json_text(contact->email));
	rvo_json_put(&answer, CONST_SLICE("origin"), rvo_json_text(contact->origin));
	if (shape.created != NULL)
		rvo_json_put(&answer, CONST_SLICE("created"), rvo_json_boolean(*shape.created));
	if (shape.with_client)
		rvo_json_put(&answer, CONST_SLICE("client_id"), rvo_json_text(rvo_slice(psprintf("%d", contact->record.client_id))));
	rvo_json_put(&answer, CONST_SLICE("last_name"), rvo_json_text(contact->last_name));
	if (contact->company_id != 0)
		rvo_json_put(&answer, CONST_SLICE("company_id"), rvo_json_integer(contact->company_id));
	else if (shape.show_null_keys)
		rvo_json_put(&answer, CONST_SLICE("company_id"), rvo_json_null());
	rvo_json_put(&answer, CONST_SLICE("first_name"), rvo_json_text(contact->first_name));
	if (contact->linkedin_url.data != NULL || shape.show_null_keys)
		rvo_json_put(&answer, CONST_SLICE("linkedin_url"), rvo_json_text(contact->linkedin_url));
	rvo_json_put(&answer, CONST_SLICE("updated_time"), rvo_json_text(rvo_json_time(contact->record.updated_time)));
	rvo_json_put(&answer, CONST_SLICE("contact_status"), rvo_json_text(contact->contact_status));
	rvo_json_put(&answer, CONST_SLICE("previous_status"), rvo_json_text(contact->previous_status));
	rvo_json_put(&answer, CONST_SLICE("status_changed_at"), rvo_json_nullable_time(contact->status_changed_at));
	rvo_json_put(&answer, CONST_SLICE("last_reply_received"), rvo_json_nullable_time(contact->last_reply_received));
	rvo_json_put(&answer, CONST_SLICE("contact_custom_fields"),
				 rvo_custom_fields_show(&contact->record.custom_fields, structure, contact->record.updated_time));
	rvo_json_put(&answer, CONST_SLICE("last_campaign_email_sent"),
				 rvo_json_nullable_time(contact->last_campaign_email_sent));
	rvo_json_put(&answer, CONST_SLICE("first_campaign_email_sent"),
				 rvo_json_nullable_time(contact->first_campaign_email_sent));
	return rvo_json_close(&answer);
}

/* rvo_contact_render_created returns the answer to a create or change, in the current context. */
Jsonb *
rvo_contact_render_created(const Contact *contact, Structure structure)
{
	JsonbValue	value = render(contact, structure, (Shape) {0});

	return rvo_json_encode(&value);
}

/* rvo_contact_render_upserted is the same with a member that tells whether the contact is new. */
Jsonb *
rvo_contact_render_upserted(const Contact *contact, Structure structure, bool created)
{
	JsonbValue	value = render(contact, structure, (Shape) {.created = &created});

	return rvo_json_encode(&value);
}

/* rvo_contact_render shows a contact that was read; with_client: as the master list does. */
JsonbValue
rvo_contact_render(const Contact *contact, Structure structure, bool with_client)
{
	return render(contact, structure, (Shape) {.show_null_keys = true, .with_client = with_client});
}
