/*
 * contact_privacy.h
 *	  All that is held about the person of a contact.
 */
#ifndef RVO_CONTACT_PRIVACY_H
#define RVO_CONTACT_PRIVACY_H

#include "utils/jsonb.h"

#include "shape/record/caller.h"

extern Jsonb *rvo_contact_export(int client_id, const int64 *id);
extern Jsonb *rvo_contact_erase(const Caller *caller, const int64 *id, bool suppress);

#endif							/* RVO_CONTACT_PRIVACY_H */
