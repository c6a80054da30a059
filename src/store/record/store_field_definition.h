/*
 * store_field_definition.h
 *	  Queries on definitions of custom fields, and on names that were seen, one typed function each.
 */
#ifndef RVO_STORE_FIELD_DEFINITION_H
#define RVO_STORE_FIELD_DEFINITION_H

#include "datatype/timestamp.h"

#include "base/jsonio.h"
#include "base/text.h"
#include "shape/record/entity.h"

/* A field that is defined, or was recorded: then it has neither type nor options. */
typedef struct ListedField
{
	Slice		name;
	Slice		state;			/* "defined" or "seen" */
	Slice		type;
	Jsonb	   *options;
	TimestampTz created_time;
} ListedField;

typedef void (*DefinitionReader) (void *arg, Slice name, Slice type, Jsonb *options);

extern void rvo_store_read_definitions(int client_id, Entity entity, DefinitionReader read, void *arg);
extern void rvo_store_insert_seen(int client_id, Entity entity, Slice name, TimestampTz time);
extern bool rvo_store_is_seen(int client_id, Entity entity, Slice name);
extern bool rvo_store_delete_seen(int client_id, Entity entity, Slice name);
extern bool rvo_store_is_defined(int client_id, Entity entity, Slice name);
extern void rvo_store_define(int client_id, Entity entity, Slice name, Slice type, Jsonb *options, TimestampTz time);
extern void rvo_store_rename_definition(int client_id, Entity entity, Slice name, Slice new_name);
extern bool rvo_store_delete_definition(int client_id, Entity entity, Slice name);
extern void rvo_store_list_fields(int client_id, Entity entity, void (*put) (void *arg, const ListedField *field),
								  void *arg);

#endif							/* RVO_STORE_FIELD_DEFINITION_H */
