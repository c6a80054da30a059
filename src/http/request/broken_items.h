/*
 * broken_items.h
 *	  A body of many items, some of whose texts can't be read.
 */
#ifndef RVO_BROKEN_ITEMS_H
#define RVO_BROKEN_ITEMS_H

#include "utils/jsonb.h"

#include "base/json_flaw.h"

extern Jsonb *rvo_broken_items_read(Slice text, const char *list, int items_max, BrokenItems *broken);

#endif							/* RVO_BROKEN_ITEMS_H */
