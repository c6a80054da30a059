/*
 * company_render.h
 *	  A stored company, and how it is shown.
 */
#ifndef RVO_COMPANY_RENDER_H
#define RVO_COMPANY_RENDER_H

#include "datatype/timestamp.h"

#include "base/jsonio.h"
#include "base/text.h"
#include "shape/custom_field.h"

typedef struct Company
{
	int			client_id;		/* of one that was read */
	int64		id;
	Slice		domain;
	Slice		name;
	Slice		company_status;
	Slice		previous_status;	/* no value = none */
	NullableTime status_changed_at;
	CustomFields custom_fields;
	TimestampTz updated_time;
} Company;

extern Jsonb *rvo_company_render_created(const Company *company, Structure structure);
extern JsonbValue rvo_company_render(const Company *company, Structure structure, bool with_client);

#endif							/* RVO_COMPANY_RENDER_H */
