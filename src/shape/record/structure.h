/*
 * structure.h
 *	  The parameter "structure": how an answer shows custom fields.
 */
#ifndef RVO_STRUCTURE_H
#define RVO_STRUCTURE_H

#include "base/fault.h"
#include "base/text.h"

/* How an answer shows custom fields. */
typedef enum Structure
{
	STRUCTURE_NESTED,			/* [{"id", "updated_time", "field_name", "field_value"}] */
	STRUCTURE_FLAT				/* {field_name: field_value} */
} Structure;

extern Structure rvo_structure_read(Slice name, FaultList *faults);

#endif							/* RVO_STRUCTURE_H */
