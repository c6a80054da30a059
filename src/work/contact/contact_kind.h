/*
 * contact_kind.h
 *	  Contacts as a kind of records.
 */
#ifndef RVO_CONTACT_KIND_H
#define RVO_CONTACT_KIND_H

#include "store/record/store_contact.h"
#include "work/record/entity_kind.h"

extern const EntityKind rvo_contact_kind;

extern void rvo_contact_raise_taken(const ContactOwners *owners, int64 id);

#endif							/* RVO_CONTACT_KIND_H */
