/*
 * known_member.h
 *	  Members of a body that nobody knows: a fault, or told of.
 */
#ifndef RVO_KNOWN_MEMBER_H
#define RVO_KNOWN_MEMBER_H

#include "base/failure.h"
#include "base/fault.h"
#include "base/jsonio.h"
#include "shape/record/caller.h"

extern void rvo_members_check(const Caller *caller, JsonbContainer *object, const char *above,
							  const Slice *known, int nknown, FaultList *faults);
extern void rvo_members_tell(const Caller *caller);
extern void rvo_members_refuse(const Caller *caller, Failure failure, const FaultList *faults);
extern Jsonb *rvo_members_told(const Caller *caller, Jsonb *answer);
extern const char *rvo_names_header(const Slice *names, int n, bool more);
extern const char *rvo_members_header(const Caller *caller);

#endif							/* RVO_KNOWN_MEMBER_H */
