/*
 * store_estimate.h
 *	  How many rows have a custom field, by what ANALYZE found and by a sample.
 */
#ifndef RVO_STORE_ESTIMATE_H
#define RVO_STORE_ESTIMATE_H

#include "utils/array.h"

#include "base/text.h"
#include "shape/record/entity.h"

/* Which rows have a custom field, of one client. */
typedef struct FieldRows
{
	Entity		entity;
	int			client_id;
	Slice		name;
	Slice		value;
	bool		any_case;		/* ASCII case of the name doesn't count */
	ArrayType  *hashes;			/* of the name and value */
} FieldRows;

extern double rvo_estimate_with_field(Entity entity, ArrayType *hashes);
extern bool rvo_many_have_field(Entity entity, ArrayType *hashes, double bound);
extern bool rvo_more_have_field(const FieldRows *rows, int64 bound);

#endif							/* RVO_STORE_ESTIMATE_H */
