/*
 * contact_upsert.h
 *	  The use cases of contacts: creating one, or changing the one that is there.
 */
#ifndef RVO_CONTACT_UPSERT_H
#define RVO_CONTACT_UPSERT_H

#include "base/jsonio.h"
#include "base/text.h"
#include "shape/record/caller.h"

extern Jsonb *rvo_contact_upsert(const Caller *caller, Jsonb *body, Slice structure_name, int64 *id, bool *created);

#endif							/* RVO_CONTACT_UPSERT_H */
