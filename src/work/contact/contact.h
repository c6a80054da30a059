/*
 * contact.h
 *	  The use cases of contacts: creating one.
 */
#ifndef RVO_CONTACT_H
#define RVO_CONTACT_H

#include "base/jsonio.h"
#include "base/text.h"
#include "shape/record/caller.h"
#include "shape/record/contact_input.h"
#include "shape/record/record.h"

extern void rvo_contact_infer_company(const Caller *caller, const ContactInput *input, CompanyReference *company);
extern Contact rvo_contact_make(const Caller *caller, const ContactInput *input);
extern Contact rvo_contact_read(const Caller *caller, JsonbContainer *body, const char *fields_member,
								CompanyReference *company, FaultList *faults);
extern int64 rvo_contact_resolve_company(const Caller *caller, const CompanyReference *company);
extern JsonbValue rvo_contact_create(const Caller *caller, Jsonb *body, const char *fields_member, Slice structure_name,
								 int64 *id);

#endif							/* RVO_CONTACT_H */
