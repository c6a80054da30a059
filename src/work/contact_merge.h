/*
 * contact_merge.h
 *	  Merging two contacts of one person.
 */
#ifndef RVO_CONTACT_MERGE_H
#define RVO_CONTACT_MERGE_H

#include "base/jsonio.h"
#include "base/text.h"
#include "shape/caller.h"

/* What is to be merged; NULL for SQL's NULL, and where errors say that an id comes from. */
typedef struct ContactMerge
{
	const int64 *keep;
	const char *keep_name;
	const int64 *other;
	const char *other_name;
	Slice		structure;
} ContactMerge;

extern Jsonb *rvo_contact_merge(const Caller *caller, const ContactMerge *merge);

#endif							/* RVO_CONTACT_MERGE_H */
