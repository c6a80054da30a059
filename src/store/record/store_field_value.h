/*
 * store_field_value.h
 *	  The values that the records of a client have of one custom field.
 */
#ifndef RVO_STORE_FIELD_VALUE_H
#define RVO_STORE_FIELD_VALUE_H

#include "datatype/timestamp.h"

#include "base/text.h"
#include "shape/record/entity.h"

/* Contacts or companies that are locked. */
typedef struct LockedRows
{
	Datum		ids;			/* bigint[] */
	TimestampTz latest;			/* when the last of them was changed */
} LockedRows;

extern LockedRows rvo_store_lock_rows_with(int client_id, Entity entity, Slice name);
extern int64 rvo_store_count_rows_with_both(int client_id, Entity entity, Slice name, Slice other, int64 *first);
extern bool rvo_store_has_large(int client_id, Entity entity, LockedRows rows, int octets);
extern int64 rvo_store_rename_values(int client_id, Entity entity, Slice name, Slice new_name, LockedRows rows);
extern int64 rvo_store_delete_values(int client_id, Entity entity, Slice name, LockedRows rows);

#endif							/* RVO_STORE_FIELD_VALUE_H */
