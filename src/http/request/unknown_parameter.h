/*
 * unknown_parameter.h
 *	  Parameters of a query that nobody knows: a fault, or told of.
 */
#ifndef RVO_UNKNOWN_PARAMETER_H
#define RVO_UNKNOWN_PARAMETER_H

#include "base/fault.h"
#include "shape/record/record_member.h"

/* A member of what is listed that is no record. */
typedef struct ListedMember
{
	Slice		name;
	Slice		condition;		/* by which it is asked for; no value = none */
} ListedMember;

#define LISTED(member) {.name = CONST_SLICE(member)}
#define LISTED_AS(member, asked_by) {.name = CONST_SLICE(member), .condition = CONST_SLICE(asked_by)}

/* What a query may say, and what was meant as a condition of it. */
typedef struct KnownParameters
{
	const Slice *conditions;	/* what entries are asked for by */
	int			nconditions;
	const Slice *others;
	int			nothers;
	const RecordShape *shape;	/* whose members callers take for conditions; NULL = no such */
	const ListedMember *listed; /* members that they take for conditions as well */
	int			nlisted;
} KnownParameters;

extern const char *rvo_parameters_check(Slice query, const KnownParameters *known, bool strict, FaultList *faults);

#endif							/* RVO_UNKNOWN_PARAMETER_H */
