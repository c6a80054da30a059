/*
 * store_sequence.h
 *	  New ids.
 */
#ifndef RVO_STORE_SEQUENCE_H
#define RVO_STORE_SEQUENCE_H

#include "shape/custom_field.h"

typedef enum IdSequence
{
	COMPANY_IDS,
	CONTACT_IDS,
	CUSTOM_FIELD_IDS
} IdSequence;

extern int64 rvo_store_next_id(IdSequence sequence);
extern void rvo_store_number_fields(CustomFields *fields);

#endif							/* RVO_STORE_SEQUENCE_H */
