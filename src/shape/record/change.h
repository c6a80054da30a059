/*
 * change.h
 *	  A change of a record, as the change feed tells it.
 */
#ifndef RVO_CHANGE_H
#define RVO_CHANGE_H

#include "base/text.h"
#include "shape/record/entity.h"
#include "shape/record/record.h"

/* What became of a record. */
typedef enum ChangeKind
{
	CHANGE_CREATED,
	CHANGE_UPDATED,
	CHANGE_DELETED,
	CHANGE_MERGED,				/* into another, and so deleted */
	CHANGE_ERASED,				/* with all that is held about the person */
	CHANGE_KINDS				/* how many there are */
} ChangeKind;

extern const Slice rvo_change_kind_names[CHANGE_KINDS];

#endif							/* RVO_CHANGE_H */
