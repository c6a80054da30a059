/*
 * suppression.h
 *	  What the do-not-contact list says of addresses, and what that makes of new contacts.
 */
#ifndef RVO_SUPPRESSION_H
#define RVO_SUPPRESSION_H

#include "base/text.h"
#include "shape/activity/do_not_contact_entry.h"
#include "shape/record/caller.h"
#include "shape/record/contact_input.h"
#include "shape/record/record.h"

extern Slice rvo_suppression_address(Slice text);
extern void rvo_suppressions_find(int client_id, const Slice *addresses, int n, Suppression *found);
extern void rvo_suppressions_of_new(const Caller *caller, const Slice *emails, int n, Suppression *found);
extern bool rvo_suppression_refuses(const Caller *caller, const Suppression *suppression);
extern void rvo_suppressions_by_erasure(const Caller *caller, const Slice *emails, int n, bool *erased);
extern void rvo_suppressions_of_events(const Caller *caller, const Slice *emails, int n, bool *barred);
extern void rvo_suppression_mark(const Suppression *suppression, Contact *contact);
extern Suppression *rvo_suppressions_missed(const Caller *caller, Contact *const *contacts, int n);
extern Suppression rvo_suppression_apply(const Caller *caller, Contact *contact);
extern bool rvo_suppression_apply_late(const Caller *caller, Contact *contact);
extern Suppression rvo_suppression_of_upsert(const Caller *caller, const Contact *contact, ContactInput *changes,
											 const Suppression *known, bool *refused);
extern void rvo_suppression_note(const Caller *caller, const Suppression *suppression);

#endif							/* RVO_SUPPRESSION_H */
