/*
 * record_merge.h
 *	  Merging two records: which value of each member is kept.
 */
#ifndef RVO_RECORD_MERGE_H
#define RVO_RECORD_MERGE_H

#include "shape/record/record.h"
#include "shape/record/record_member.h"

extern void rvo_record_fill(const RecordShape *shape, Record *keep, const Record *other);

#endif							/* RVO_RECORD_MERGE_H */
