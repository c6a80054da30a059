/*
 * store_field_rows.h
 *	  The rows that have a custom field, read without a plan.
 */
#ifndef RVO_STORE_FIELD_ROWS_H
#define RVO_STORE_FIELD_ROWS_H

#include "utils/array.h"

#include "shape/record/entity.h"
#include "store/list/store_found.h"

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

extern bool rvo_find_with_field(const FieldRows *rows, int64 bound, FoundRows *found);

#endif							/* RVO_STORE_FIELD_ROWS_H */
