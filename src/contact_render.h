/*
 * contact_render.h
 *	  A stored contact, and how it is shown.
 */
#ifndef RVO_CONTACT_RENDER_H
#define RVO_CONTACT_RENDER_H

#include "custom_field.h"
#include "datatype/timestamp.h"
#include "jsonio.h"
#include "text.h"

typedef struct Contact
{
	int64		id;
	Slice		email;			/* no value = none */
	Slice		linkedin_url;	/* no value = none */
	Slice		first_name;
	Slice		last_name;
	int64		company_id;		/* 0 = none */
	Slice		origin;
	Slice		contact_status;
	CustomFields custom_fields;
	TimestampTz updated_time;
} Contact;

extern Jsonb *rvo_contact_render_created(const Contact *contact, Structure structure);

#endif							/* RVO_CONTACT_RENDER_H */
