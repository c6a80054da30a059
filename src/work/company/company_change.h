/*
 * company_change.h
 *	  The use cases of companies: changing and deleting.
 */
#ifndef RVO_COMPANY_CHANGE_H
#define RVO_COMPANY_CHANGE_H

#include "base/jsonio.h"
#include "base/text.h"
#include "shape/record/caller.h"
#include "shape/record/company_input.h"
#include "shape/record/custom_field_change.h"

extern bool rvo_company_apply(Company *company, const CompanyInput *changes, bool *other_domain, FaultList *faults);
extern Company rvo_company_new(const CompanyInput *changes, FaultList *faults);
extern Jsonb *rvo_company_update(const Caller *caller, const int64 *id, Jsonb *body, Slice structure_name);
extern void rvo_company_dissolve(const Caller *caller, int64 id, int64 heir_id);
extern void rvo_company_delete(const Caller *caller, const int64 *id);
extern Jsonb *rvo_company_change_field(const Caller *caller, const FieldChange *change);

#endif							/* RVO_COMPANY_CHANGE_H */
