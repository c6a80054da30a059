/*
 * entity.h
 *	  What has records with custom fields.
 */
#ifndef RVO_ENTITY_H
#define RVO_ENTITY_H

#include "base/text.h"

/*
 * Each with its name: that of its table, and of its sequence and its flag in
 * revyops.client but for their endings; and what definitions of custom fields
 * call it.  Whoever needs something for each defines X and writes ENTITY_LIST(X).
 */
#define ENTITY_LIST(X) \
	X(CONTACT_ENTITY, "contact") \
	X(COMPANY_ENTITY, "company") \
	X(EMAIL_ENTITY, "email")

#define ENTITY_CONSTANT(constant, name) constant,

typedef enum Entity
{
	ENTITY_LIST(ENTITY_CONSTANT)
	ENTITIES					/* how many there are */
} Entity;

extern const Slice rvo_entity_names[ENTITIES];

#endif							/* RVO_ENTITY_H */
