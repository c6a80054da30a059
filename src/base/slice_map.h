/*
 * slice_map.h
 *	  A hash table from slices to numbers.
 */
#ifndef RVO_SLICE_MAP_H
#define RVO_SLICE_MAP_H

#include "base/text.h"

typedef struct slice_map_hash SliceMap;

extern SliceMap *rvo_slice_map_create(int expected);
extern int64 *rvo_slice_map_put(SliceMap *map, Slice key, bool *found);
extern int64 *rvo_slice_map_find(SliceMap *map, Slice key);

#endif							/* RVO_SLICE_MAP_H */
