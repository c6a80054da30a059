/*
 * company_upsert.h
 *	  The use cases of companies: creating one, or changing the one that is there.
 */
#ifndef RVO_COMPANY_UPSERT_H
#define RVO_COMPANY_UPSERT_H

#include "base/jsonio.h"
#include "base/text.h"
#include "shape/record/caller.h"
#include "shape/record/company_input.h"

extern CompanyInput rvo_company_upsert_input(const Caller *caller, JsonbContainer *body, FaultList *faults);
extern Jsonb *rvo_company_upsert(const Caller *caller, Jsonb *body, Slice structure_name, int64 *id, bool *created);

#endif							/* RVO_COMPANY_UPSERT_H */
