/*
 * company_input.h
 *	  What a caller sent to create or change a company.
 */
#ifndef RVO_COMPANY_INPUT_H
#define RVO_COMPANY_INPUT_H

#include "base/fault.h"
#include "base/jsonio.h"
#include "base/text.h"
#include "shape/caller.h"
#include "shape/custom_field.h"

/* Strings are canonical or trimmed, and point into the body or were palloc'd. */
typedef struct CompanyInput
{
	Slice		domain;
	Slice		name;
	Slice		company_status;
	CustomFields custom_fields;
} CompanyInput;

/* The members of a change that are given, and their values; the others stay. */
typedef struct CompanyChanges
{
	bool		has_domain;
	bool		has_name;
	bool		has_company_status;
	CompanyInput values;
} CompanyChanges;

#define COMPANY_FIELDS "company_custom_fields"

extern CompanyInput rvo_company_input_read(const Caller *caller, JsonbContainer *body, FaultList *faults);
extern CompanyChanges rvo_company_changes_read(const Caller *caller, JsonbContainer *body, FaultList *faults);

#endif							/* RVO_COMPANY_INPUT_H */
