/*
 * company_input.h
 *	  What a caller sent to create a company.
 */
#ifndef RVO_COMPANY_INPUT_H
#define RVO_COMPANY_INPUT_H

#include "custom_field.h"
#include "fault.h"
#include "jsonio.h"
#include "text.h"

/* Strings are canonical or trimmed, and point into the body or were palloc'd. */
typedef struct CompanyInput
{
	Slice		domain;
	Slice		name;
	Slice		company_status;
	CustomFields custom_fields;
} CompanyInput;

extern CompanyInput rvo_company_input_read(JsonbContainer *body, FaultList *faults);

#endif							/* RVO_COMPANY_INPUT_H */
