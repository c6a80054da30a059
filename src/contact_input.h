/*
 * contact_input.h
 *	  What a caller sent to create a contact.
 */
#ifndef RVO_CONTACT_INPUT_H
#define RVO_CONTACT_INPUT_H

#include "custom_field.h"
#include "fault.h"
#include "jsonio.h"
#include "text.h"

/* How a contact names its company: not at all, by domain, or by id. */
typedef struct CompanyReference
{
	int64		id;				/* 0 = not by id */
	Slice		domain;			/* canonical; no value = not by domain */
} CompanyReference;

/* Strings are canonical or trimmed, and point into the body or were palloc'd. */
typedef struct ContactInput
{
	Slice		email;			/* no value = none */
	Slice		linkedin_url;	/* no value = none */
	Slice		first_name;
	Slice		last_name;
	CompanyReference company;
	Slice		origin;
	Slice		contact_status;
	CustomFields custom_fields;
} ContactInput;

extern ContactInput rvo_contact_input_read(JsonbContainer *body, FaultList *faults);

#endif							/* RVO_CONTACT_INPUT_H */
