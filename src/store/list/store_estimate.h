/*
 * store_estimate.h
 *	  How many rows have a custom field, by what ANALYZE found.
 */
#ifndef RVO_STORE_ESTIMATE_H
#define RVO_STORE_ESTIMATE_H

#include "utils/array.h"

#include "shape/record/entity.h"

extern Oid	rvo_index_on_fields(Entity entity);
extern double rvo_estimate_with_field(Entity entity, ArrayType *hashes);
extern bool rvo_many_have_field(Entity entity, ArrayType *hashes, double bound);

#endif							/* RVO_STORE_ESTIMATE_H */
