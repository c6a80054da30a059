/*
 * custom_field.h
 *	  The custom fields of a record: a list, as it is stored, changed and shown.
 */
#ifndef RVO_CUSTOM_FIELD_H
#define RVO_CUSTOM_FIELD_H

#include "base/fault.h"
#include "base/jsonio.h"
#include "base/text.h"
#include "shape/record/structure.h"

#define CUSTOM_FIELDS_MAX 1000
#define CUSTOM_FIELD_VALUE_MAX_LENGTH 2500	/* characters */

/* Octets of all names and values of one record: answers show many of these at once. */
#define CUSTOM_FIELDS_MAX_OCTETS (256 * 1024)

/* About what a field takes in an answer beside name and value: its id, its time, the names of its members. */
#define CUSTOM_FIELD_SHOWN_OCTETS 128

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

extern CustomFields rvo_custom_fields_of_jsonb(Jsonb *nested);
extern CustomField *rvo_custom_fields_find(const CustomFields *fields, Slice name);
extern CustomField *rvo_custom_fields_find_id(const CustomFields *fields, int64 id);
extern CustomField *rvo_custom_fields_add(CustomFields *fields, CustomField field);
extern void rvo_custom_fields_remove(CustomFields *fields, CustomField *field);
extern bool rvo_custom_field_change(CustomField *field, Slice name, Slice value);
extern bool rvo_custom_fields_merge(CustomFields *fields, const CustomFields *changes);
extern void rvo_custom_fields_join(CustomFields *changes, const CustomFields *later);
extern void rvo_custom_fields_fill(CustomFields *fields, const CustomFields *more);
extern int64 rvo_fields_octets(const CustomFields *fields);
extern int64 rvo_fields_shown_octets(const CustomFields *fields);
extern void rvo_fields_note_octets(const CustomFields *fields, const char *pointer, FaultList *faults);
extern void rvo_fields_note_excess(const CustomFields *fields, const char *pointer, FaultList *faults);
extern void rvo_fields_check_excess(const CustomFields *fields, const char *pointer);
extern JsonbValue rvo_custom_field_nested(const CustomField *field, Slice updated_time);
extern JsonbValue rvo_custom_fields_nested(const CustomFields *fields, TimestampTz updated_time);
extern JsonbValue rvo_custom_fields_show(const CustomFields *fields, Structure structure, TimestampTz updated_time);

#endif							/* RVO_CUSTOM_FIELD_H */
