/*
 * contact_render.h
 *	  How a contact is shown.
 */
#ifndef RVO_CONTACT_RENDER_H
#define RVO_CONTACT_RENDER_H

#include "base/jsonio.h"
#include "shape/record.h"

extern Jsonb *rvo_contact_render_created(const Contact *contact, Structure structure);
extern Jsonb *rvo_contact_render_upserted(const Contact *contact, Structure structure, bool created);
extern JsonbValue rvo_contact_render(const Contact *contact, Structure structure, bool with_client);

#endif							/* RVO_CONTACT_RENDER_H */
