/*
 * contact_render.h
 *	  A stored contact, and how it is shown.
 */
#ifndef RVO_CONTACT_RENDER_H
#define RVO_CONTACT_RENDER_H

#include "datatype/timestamp.h"

#include "base/jsonio.h"
#include "base/text.h"
#include "shape/custom_field.h"

typedef struct Contact
{
	int			client_id;		/* of one that was read */
	int64		id;
	Slice		email;			/* no value = none */
	Slice		linkedin_url;	/* no value = none */
	Slice		first_name;
	Slice		last_name;
	int64		company_id;		/* 0 = none */
	Slice		origin;
	Slice		contact_status;
	Slice		previous_status;	/* no value = none */
	NullableTime status_changed_at;
	NullableTime first_campaign_email_sent;
	NullableTime last_campaign_email_sent;
	NullableTime last_reply_received;
	CustomFields custom_fields;
	TimestampTz updated_time;
} Contact;

extern Jsonb *rvo_contact_render_created(const Contact *contact, Structure structure);
extern Jsonb *rvo_contact_render_upserted(const Contact *contact, Structure structure, bool created);
extern JsonbValue rvo_contact_render(const Contact *contact, Structure structure, bool with_client);

#endif							/* RVO_CONTACT_RENDER_H */
