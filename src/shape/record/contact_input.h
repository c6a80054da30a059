/*
 * contact_input.h
 *	  What a caller sent to create or change a contact.
 */
#ifndef RVO_CONTACT_INPUT_H
#define RVO_CONTACT_INPUT_H

#include "base/fault.h"
#include "base/jsonio.h"
#include "base/text.h"
#include "shape/record/caller.h"
#include "shape/record/custom_field.h"
#include "shape/record/record.h"
#include "shape/record/record_input.h"

/* Whether a body has a key. */
#define CONTACT_EMAIL_GIVEN ((GivenMembers) 1 << 0)
#define CONTACT_LINKEDIN_URL_GIVEN ((GivenMembers) 1 << 1)

typedef struct ContactInput
{
	Contact		values;			/* its custom fields: of contact_custom_fields, or all of a create's */
	GivenMembers given;			/* what a change does not have stays */
	CompanyReference company;
	CustomFields more_fields;	/* of a change, from contact_custom_fields_input: they come after those */
} ContactInput;

extern ContactInput rvo_contact_input_read(const Caller *caller, JsonbContainer *body, const char *fields_member,
										   FaultList *faults);
extern ContactInput rvo_contact_changes_read(const Caller *caller, JsonbContainer *body, FaultList *faults);
extern ContactInput rvo_contact_upsert_read(const Caller *caller, JsonbContainer *body, FaultList *faults);

#endif							/* RVO_CONTACT_INPUT_H */
