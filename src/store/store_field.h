/*
 * store_field.h
 *	  Queries on custom-field definitions and on the values of a field, one typed function each.
 */
#ifndef RVO_STORE_FIELD_H
#define RVO_STORE_FIELD_H

#include "datatype/timestamp.h"

#include "base/jsonio.h"
#include "base/text.h"

/* A field that is defined, or was recorded: then it has neither type nor options. */
typedef struct ListedField
{
	Slice		name;
	Slice		state;			/* "defined" or "seen" */
	Slice		type;
	Jsonb	   *options;
	TimestampTz created_time;
} ListedField;

/* Contacts or companies that are locked. */
typedef struct LockedRows
{
	Datum		ids;			/* bigint[] */
	TimestampTz latest;			/* when the last of them was changed */
} LockedRows;

typedef void (*DefinitionReader) (void *arg, Slice name, Slice type, Jsonb *options);

extern void rvo_store_read_definitions(int client_id, Slice entity, DefinitionReader read, void *arg);
extern void rvo_store_insert_seen(int client_id, Slice entity, Slice name, TimestampTz time);
extern bool rvo_store_is_seen(int client_id, Slice entity, Slice name);
extern bool rvo_store_delete_seen(int client_id, Slice entity, Slice name);

extern void rvo_store_lock_client(int client_id);
extern void rvo_store_note_defined(int client_id, Slice entity);
extern bool rvo_store_is_defined(int client_id, Slice entity, Slice name);
extern void rvo_store_define(int client_id, Slice entity, Slice name, Slice type, Jsonb *options, TimestampTz time);
extern void rvo_store_rename_definition(int client_id, Slice entity, Slice name, Slice new_name);
extern bool rvo_store_delete_definition(int client_id, Slice entity, Slice name);
extern void rvo_store_list_fields(int client_id, Slice entity, void (*put) (void *arg, const ListedField *field),
								  void *arg);

extern LockedRows rvo_store_lock_rows_with(int client_id, Slice entity, Slice name);
extern int64 rvo_store_count_rows_with_both(int client_id, Slice entity, Slice name, Slice other, int64 *first);
extern int64 rvo_store_rename_values(int client_id, Slice entity, Slice name, Slice new_name, LockedRows rows);
extern int64 rvo_store_delete_values(int client_id, Slice entity, Slice name, LockedRows rows);

#endif							/* RVO_STORE_FIELD_H */
