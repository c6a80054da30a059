/*
 * store_estimate.h
 *	  How many rows have a custom field, by what ANALYZE found.
 */
#ifndef RVO_STORE_ESTIMATE_H
#define RVO_STORE_ESTIMATE_H

#include "utils/array.h"

#include "shape/record/entity.h"

extern double rvo_estimate_with_field(Entity entity, ArrayType *hashes);

#endif							/* RVO_STORE_ESTIMATE_H */
