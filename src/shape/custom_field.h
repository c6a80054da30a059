/*
 * custom_field.h
 *	  The custom fields of a contact or company.
 */
#ifndef RVO_CUSTOM_FIELD_H
#define RVO_CUSTOM_FIELD_H

#include "base/fault.h"
#include "base/jsonio.h"
#include "base/text.h"
#include "shape/caller.h"
#include "shape/field_rules.h"

#define CUSTOM_FIELDS_MAX 1000
#define CUSTOM_FIELD_VALUE_MAX_LENGTH 2500	/* characters */

/* How an answer shows custom fields. */
typedef enum Structure
{
	STRUCTURE_NESTED,			/* [{"id", "updated_time", "field_name", "field_value"}] */
	STRUCTURE_FLAT				/* {field_name: field_value} */
} Structure;

typedef struct CustomField
{
	Slice		name;
	Slice		value;			/* no value: in a change, the field is to go */
	int64		id;				/* 0 until it is stored */
	Slice		updated_time;	/* as it is stored; no value until then */
} CustomField;

typedef struct CustomFields
{
	int			count;
	CustomField *items;
} CustomFields;

extern Structure rvo_structure_read(Slice name, FaultList *faults);

extern CustomFields rvo_custom_fields_read(const Caller *caller, Entity entity, JsonbContainer *body,
										   const char *member, FaultList *faults);
extern CustomFields rvo_custom_fields_read_changes(const Caller *caller, Entity entity, JsonbContainer *body,
												   const char *member, FaultList *faults);
extern CustomField rvo_custom_field_read(const Caller *caller, Entity entity, JsonbContainer *body, bool whole,
										 FaultList *faults);
extern void rvo_custom_field_check(const FieldRules *rules, CustomField *field, const char *member, int i,
								   FaultList *faults);
extern CustomFields rvo_custom_fields_of_jsonb(Jsonb *nested);
extern CustomField *rvo_custom_fields_find(const CustomFields *fields, Slice name);
extern CustomField *rvo_custom_fields_find_id(const CustomFields *fields, int64 id);
extern CustomField *rvo_custom_fields_add(CustomFields *fields, CustomField field);
extern void rvo_custom_fields_remove(CustomFields *fields, CustomField *field);
extern bool rvo_custom_field_change(CustomField *field, Slice name, Slice value);
extern bool rvo_custom_fields_merge(CustomFields *fields, const CustomFields *changes);
extern void rvo_custom_fields_fill(CustomFields *fields, const CustomFields *more);
extern JsonbValue rvo_custom_field_nested(const CustomField *field, Slice updated_time);
extern JsonbValue rvo_custom_fields_nested(const CustomFields *fields, TimestampTz updated_time);
extern JsonbValue rvo_custom_fields_show(const CustomFields *fields, Structure structure, TimestampTz updated_time);
extern JsonbValue rvo_custom_field_pattern(Slice name, Slice value);
extern int64 rvo_custom_field_hash(int client_id, Slice name, Slice value);
extern int	rvo_custom_fields_hash(int client_id, JsonbContainer *nested, int64 **hashes);

#endif							/* RVO_CUSTOM_FIELD_H */
