/*
 * merge_request.c
 *	  Which two records are to be merged into one.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/failure.h"
#include "shape/record/structure.h"
#include "work/record/merge_request.h"

/*
 * rvo_merge_check raises FAILURE_INVALID_REQUEST if there are not two records to
 * merge, with the fault same if it is one; returns how to show the kept one.
 */
Structure
rvo_merge_check(const MergeRequest *request, FaultCode same)
{
	FaultList	faults = {0};
	Structure	structure;

	if (request->keep == NULL)
		rvo_fault_add(&faults, request->keep_name, FAULT_REQUIRED);
	if (request->other == NULL)
		rvo_fault_add(&faults, request->other_name, FAULT_REQUIRED);
	else if (request->keep != NULL && *request->keep == *request->other)
		rvo_fault_add(&faults, request->other_name, same);
	structure = rvo_structure_read(request->structure, &faults);
	if (faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	return structure;
}
