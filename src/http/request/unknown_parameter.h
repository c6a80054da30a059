/*
 * unknown_parameter.h
 *	  Parameters of a query that nobody knows: a fault, or told of.
 */
#ifndef RVO_UNKNOWN_PARAMETER_H
#define RVO_UNKNOWN_PARAMETER_H

#include "base/fault.h"
#include "shape/record/record_member.h"

/* What a query may say, and what was meant as a condition of it. */
typedef struct KnownParameters
{
	const Slice *conditions;	/* what entries are asked for by */
	int			nconditions;
	const Slice *others;
	int			nothers;
	const RecordShape *shape;	/* whose members callers take for conditions; NULL = no such */
} KnownParameters;

extern const char *rvo_parameters_check(Slice query, const KnownParameters *known, bool strict, FaultList *faults);

#endif							/* RVO_UNKNOWN_PARAMETER_H */
