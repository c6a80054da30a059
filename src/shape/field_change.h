/*
 * field_change.h
 *	  Adding, changing and deleting one custom field; when a change was.
 */
#ifndef RVO_FIELD_CHANGE_H
#define RVO_FIELD_CHANGE_H

#include "datatype/timestamp.h"

#include "base/fault.h"
#include "base/jsonio.h"
#include "shape/custom_field.h"

typedef enum FieldAction
{
	FIELD_ADD,
	FIELD_CHANGE,
	FIELD_DELETE
} FieldAction;

/* What is to become of one custom field of one contact or company. */
typedef struct FieldChange
{
	FieldAction action;
	const int64 *owner_id;		/* the contact or company; NULL for SQL's NULL */
	const int64 *field_id;		/* not to add */
	Jsonb	   *body;			/* not to delete */
} FieldChange;

extern CustomField rvo_field_change_read(const Caller *caller, Entity entity, const FieldChange *change,
										 const char *owner);
extern CustomField *rvo_field_change_apply(const FieldRules *rules, const FieldChange *change, CustomField input,
										   CustomFields *fields, bool *different);
extern void rvo_fields_note_count(const CustomFields *fields, const char *pointer, FaultList *faults);
extern void rvo_fields_check_count(const CustomFields *fields, const char *pointer);
extern TimestampTz rvo_time_of_change(TimestampTz before);

#endif							/* RVO_FIELD_CHANGE_H */
