/*
 * contact.h
 *	  The use cases of contacts: creating one.
 */
#ifndef RVO_CONTACT_H
#define RVO_CONTACT_H

#include "caller.h"
#include "contact_input.h"
#include "contact_render.h"
#include "jsonio.h"
#include "text.h"

extern Contact rvo_contact_read(JsonbContainer *body, const char *fields_member, CompanyReference *company,
								FaultList *faults);
extern void rvo_contact_number(Contact *contact);
extern int64 rvo_contact_resolve_company(const Caller *caller, const CompanyReference *company);
extern Jsonb *rvo_contact_create(const Caller *caller, Jsonb *body, const char *fields_member, Slice structure_name,
								 int64 *id);

#endif							/* RVO_CONTACT_H */
