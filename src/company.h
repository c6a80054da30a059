/*
 * company.h
 *	  The use cases of companies.
 */
#ifndef RVO_COMPANY_H
#define RVO_COMPANY_H

#include "caller.h"
#include "company_render.h"
#include "jsonio.h"
#include "text.h"

extern Company rvo_company_read(JsonbContainer *body, FaultList *faults);
extern void rvo_company_number(Company *company);
extern Jsonb *rvo_company_create(const Caller *caller, Jsonb *body, Slice structure_name, int64 *id);

#endif							/* RVO_COMPANY_H */
