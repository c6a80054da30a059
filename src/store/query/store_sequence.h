/*
 * store_sequence.h
 *	  New ids.
 */
#ifndef RVO_STORE_SEQUENCE_H
#define RVO_STORE_SEQUENCE_H

#include "shape/record/custom_field.h"
#include "shape/record/entity.h"

extern int64 rvo_store_next_id(Entity entity);
extern int64 rvo_store_next_change_id(void);
extern int64 rvo_store_next_status_change_id(void);
extern int64 rvo_store_next_do_not_contact_id(void);
extern void rvo_store_number_fields(CustomFields *fields);

#endif							/* RVO_STORE_SEQUENCE_H */
