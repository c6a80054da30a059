/*
 * unique_name.h
 *	  Names that are told apart.
 */
#ifndef RVO_UNIQUE_NAME_H
#define RVO_UNIQUE_NAME_H

#include "base/slice_map.h"
#include "base/text.h"

extern Slice rvo_name_unique(SliceMap *taken, Slice name);
extern void rvo_columns_unique(Slice *columns, int n);

#endif							/* RVO_UNIQUE_NAME_H */
