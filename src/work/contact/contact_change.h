/*
 * contact_change.h
 *	  The use cases of contacts: changing and deleting.
 */
#ifndef RVO_CONTACT_CHANGE_H
#define RVO_CONTACT_CHANGE_H

#include "base/jsonio.h"
#include "base/text.h"
#include "shape/record/caller.h"
#include "shape/record/contact_input.h"
#include "shape/record/custom_field_change.h"
#include "shape/record/record.h"

extern GivenMembers rvo_contact_conflicts(const Caller *caller, const Contact *contact, const ContactInput *changes);
extern bool rvo_contact_apply(Contact *contact, const ContactInput *changes, int64 company_id, bool *other_keys,
							  FaultList *faults);
extern Contact rvo_contact_new(const Caller *caller, const ContactInput *changes, int64 company_id,
							   FaultList *faults);
extern Jsonb *rvo_contact_update(const Caller *caller, const int64 *id, Jsonb *body, Slice structure_name);
extern void rvo_contact_delete(const Caller *caller, const int64 *id);
extern Jsonb *rvo_contact_change_field(const Caller *caller, const FieldChange *change);

#endif							/* RVO_CONTACT_CHANGE_H */
