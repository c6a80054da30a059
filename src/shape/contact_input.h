/*
 * contact_input.h
 *	  What a caller sent to create or change a contact.
 */
#ifndef RVO_CONTACT_INPUT_H
#define RVO_CONTACT_INPUT_H

#include "base/fault.h"
#include "base/jsonio.h"
#include "base/text.h"
#include "shape/caller.h"
#include "shape/custom_field.h"

/* How a contact names its company: not at all, by domain, or by id. */
typedef struct CompanyReference
{
	int64		id;				/* 0 = not by id */
	Slice		domain;			/* canonical; no value = not by domain */
	bool		inferred;		/* the domain is its e-mail address's: it may be nobody's */
	int64		found;			/* in a batch: the company's id, 0 = none */
	bool		made;			/* and it was made for this contact and others like it */
} CompanyReference;

/* Strings are canonical or trimmed, and point into the body or were palloc'd. */
typedef struct ContactInput
{
	Slice		email;			/* no value = none */
	Slice		linkedin_url;	/* no value = none */
	Slice		first_name;
	Slice		last_name;
	CompanyReference company;
	Slice		origin;			/* no value = not given */
	Slice		contact_status;
	CustomFields custom_fields;
} ContactInput;

/* The members of a change that are given, and their values; the others stay. */
typedef struct ContactChanges
{
	bool		has_email;
	bool		has_linkedin_url;
	bool		has_first_name;
	bool		has_last_name;
	bool		has_company;
	bool		has_origin;
	bool		has_contact_status;
	ContactInput values;		/* custom_fields: of contact_custom_fields */
	CustomFields more_fields;	/* of contact_custom_fields_input, which come after those */
} ContactChanges;

/* The two names of the list of custom fields: v2 creates with the second, all else has the first. */
#define CONTACT_FIELDS "contact_custom_fields"
#define CONTACT_FIELDS_INPUT "contact_custom_fields_input"

extern ContactInput rvo_contact_input_read(const Caller *caller, JsonbContainer *body, const char *fields_member,
										   FaultList *faults);
extern ContactChanges rvo_contact_changes_read(const Caller *caller, JsonbContainer *body, FaultList *faults);
extern ContactChanges rvo_contact_upsert_read(const Caller *caller, JsonbContainer *body, FaultList *faults);

#endif							/* RVO_CONTACT_INPUT_H */
