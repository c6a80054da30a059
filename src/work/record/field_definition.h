/*
 * field_definition.h
 *	  The use cases of custom-field definitions: using, making, changing and listing them.
 */
#ifndef RVO_FIELD_DEFINITION_H
#define RVO_FIELD_DEFINITION_H

#include "shape/record/caller.h"
#include "shape/record/custom_field.h"
#include "store/record/store_field_definition.h"

extern void rvo_field_rules_load(const Caller *caller, Entity entity);
extern void rvo_field_names_note(const Caller *caller, Entity entity, const CustomFields *fields);
extern void rvo_field_names_record_noted(const Caller *caller);
extern void rvo_field_names_record(const Caller *caller, Entity entity, const CustomFields *fields);

extern void rvo_field_define(const Caller *caller, Slice entity, Slice name, Slice type, Jsonb *options);
extern int64 rvo_field_rename(const Caller *caller, Slice entity, Slice name, Slice new_name);
extern int64 rvo_field_remove(const Caller *caller, Slice entity, Slice name, Slice mode);
extern void rvo_field_list(int client_id, Slice entity, void (*put) (void *arg, const ListedField *field), void *arg);

#endif							/* RVO_FIELD_DEFINITION_H */
