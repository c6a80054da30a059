/*
 * change.c
 *	  A change of a record, as the change feed tells it.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/record/change.h"

const Slice rvo_change_kind_names[CHANGE_KINDS] = {
	[CHANGE_CREATED] = CONST_SLICE("created"),
	[CHANGE_UPDATED] = CONST_SLICE("updated"),
	[CHANGE_DELETED] = CONST_SLICE("deleted"),
	[CHANGE_MERGED] = CONST_SLICE("merged"),
	[CHANGE_ERASED] = CONST_SLICE("erased"),
};
