/*
 * company.h
 *	  The use cases of companies.
 */
#ifndef RVO_COMPANY_H
#define RVO_COMPANY_H

#include "base/jsonio.h"
#include "base/text.h"
#include "shape/record/caller.h"
#include "shape/record/record.h"

extern Company rvo_company_read(const Caller *caller, JsonbContainer *body, FaultList *faults);
extern JsonbValue rvo_company_create(const Caller *caller, Jsonb *body, Slice structure_name, int64 *id);

#endif							/* RVO_COMPANY_H */
