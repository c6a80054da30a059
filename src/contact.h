/*
 * contact.h
 *	  The use cases of contacts.
 */
#ifndef RVO_CONTACT_H
#define RVO_CONTACT_H

#include "jsonio.h"
#include "text.h"

extern Jsonb *rvo_contact_create(int client_id, Jsonb *body, Slice structure_name, int64 *id);

#endif							/* RVO_CONTACT_H */
