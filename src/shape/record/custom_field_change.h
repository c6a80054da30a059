/*
 * custom_field_change.h
 *	  Adding, changing and deleting one custom field.
 */
#ifndef RVO_CUSTOM_FIELD_CHANGE_H
#define RVO_CUSTOM_FIELD_CHANGE_H

#include "base/fault.h"
#include "base/jsonio.h"
#include "shape/record/caller.h"
#include "shape/record/custom_field.h"
#include "shape/record/custom_field_rules.h"

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

#endif							/* RVO_CUSTOM_FIELD_CHANGE_H */
