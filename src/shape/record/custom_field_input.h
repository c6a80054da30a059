/*
 * custom_field_input.h
 *	  Reads custom fields out of a body, and notes every fault in them.
 */
#ifndef RVO_CUSTOM_FIELD_INPUT_H
#define RVO_CUSTOM_FIELD_INPUT_H

#include "base/fault.h"
#include "base/jsonio.h"
#include "shape/record/caller.h"
#include "shape/record/custom_field.h"
#include "shape/record/custom_field_rules.h"

extern CustomFields rvo_custom_fields_read(const Caller *caller, Entity entity, JsonbContainer *body,
										   const char *member, FaultList *faults);
extern CustomFields rvo_custom_fields_read_list(const Caller *caller, Entity entity, JsonbContainer *body,
												const char *member, FaultList *faults);
extern CustomFields rvo_custom_fields_read_changes(const Caller *caller, Entity entity, JsonbContainer *body,
												   const char *member, FaultList *faults);
extern CustomField rvo_custom_field_read(const Caller *caller, Entity entity, JsonbContainer *body, bool whole,
										 FaultList *faults);
extern void rvo_custom_field_check(const FieldRules *rules, CustomField *field, FaultList *faults);

#endif							/* RVO_CUSTOM_FIELD_INPUT_H */
