/*
 * record_difference.h
 *	  In which members two states of a record differ.
 */
#ifndef RVO_RECORD_DIFFERENCE_H
#define RVO_RECORD_DIFFERENCE_H

#include "shape/record/record.h"
#include "shape/record/record_member.h"

extern ChangedMembers rvo_record_difference(const RecordShape *shape, const Record *a, const Record *b);

#endif							/* RVO_RECORD_DIFFERENCE_H */
