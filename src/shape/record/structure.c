/*
 * structure.c
 *	  The parameter "structure": how an answer shows custom fields.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/record/structure.h"

/* rvo_structure_read reads the parameter "structure"; it has a default, but may not be null. */
Structure
rvo_structure_read(Slice name, FaultList *faults)
{
	if (name.data != NULL && rvo_slice_equal(name, CONST_SLICE("FLAT")))
		return STRUCTURE_FLAT;
	if (name.data == NULL || !rvo_slice_equal(name, CONST_SLICE("NESTED")))
		rvo_fault_add(faults, "structure", FAULT_INVALID_STRUCTURE);
	return STRUCTURE_NESTED;
}
