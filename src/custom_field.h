/*
 * custom_field.h
 *	  The custom fields of a contact or company.
 */
#ifndef RVO_CUSTOM_FIELD_H
#define RVO_CUSTOM_FIELD_H

#include "fault.h"
#include "jsonio.h"
#include "text.h"

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
	Slice		value;
	int64		id;				/* 0 until it is stored */
} CustomField;

typedef struct CustomFields
{
	int			count;
	CustomField *items;
} CustomFields;

extern Structure rvo_structure_read(Slice name, FaultList *faults);

extern CustomFields rvo_custom_fields_read(JsonbContainer *body, const char *member, FaultList *faults);
extern JsonbValue rvo_custom_fields_nested(const CustomFields *fields, TimestampTz updated_time);
extern JsonbValue rvo_custom_fields_flat(const CustomFields *fields);
extern int	rvo_custom_fields_hash(int client_id, JsonbContainer *nested, int64 **hashes);

#endif							/* RVO_CUSTOM_FIELD_H */
