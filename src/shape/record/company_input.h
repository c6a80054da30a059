/*
 * company_input.h
 *	  What a caller sent to create or change a company.
 */
#ifndef RVO_COMPANY_INPUT_H
#define RVO_COMPANY_INPUT_H

#include "base/fault.h"
#include "base/jsonio.h"
#include "shape/record/caller.h"
#include "shape/record/custom_field.h"
#include "shape/record/record.h"
#include "shape/record/record_input.h"

typedef struct CompanyInput
{
	Company		values;
	GivenMembers given;			/* what a change does not have stays */
} CompanyInput;

extern CompanyInput rvo_company_input_read(const Caller *caller, JsonbContainer *body, FaultList *faults);
extern CompanyInput rvo_company_upsert_read(const Caller *caller, JsonbContainer *body, FaultList *faults);
extern CompanyInput rvo_company_changes_read(const Caller *caller, JsonbContainer *body, FaultList *faults);

#endif							/* RVO_COMPANY_INPUT_H */
