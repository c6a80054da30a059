/*
 * custom_field_rules.h
 *	  What a client has defined of its custom fields, and whether a value fits.
 */
#ifndef RVO_CUSTOM_FIELD_RULES_H
#define RVO_CUSTOM_FIELD_RULES_H

#include "base/fault.h"
#include "base/jsonio.h"
#include "base/slice_map.h"
#include "base/text.h"

typedef enum FieldType
{
	FIELD_TEXT,
	FIELD_NUMBER,
	FIELD_BOOLEAN,
	FIELD_DATE,
	FIELD_URL,
	FIELD_CHOICE
} FieldType;

#define FIELD_TYPES 6

/* One definition. */
typedef struct FieldRule
{
	Slice		name;
	FieldType	type;
	int			nchoices;
	Slice	   *choices;		/* of FIELD_CHOICE */
} FieldRule;

/* All of a client's, of contacts or of companies. */
typedef struct FieldRules
{
	bool		strict;			/* a field that is not defined is a fault */
	bool		dots_may_group; /* in 1.234 the dot may be one between thousands, so that it is no number */
	int			count;
	int			capacity;
	FieldRule  *items;
	Slice	   *names;
	SliceMap   *by_name;		/* position in items */
	SliceMap   *noted;			/* names that are not defined, and were written in this call */
	int			nnoted;
	int			noted_capacity;
	Slice	   *noted_names;	/* the same as a list */
} FieldRules;

extern const Slice rvo_field_types[FIELD_TYPES];

extern FieldRules *rvo_field_rules_create(bool strict);
extern void rvo_field_rules_add(FieldRules *rules, Slice name, Slice type, Jsonb *options);
extern void rvo_field_rules_note_name(FieldRules *rules, Slice name);
extern Slice *rvo_field_rules_noted_names(FieldRules *rules, int *n);
extern Slice *rvo_field_choices(JsonbContainer *options, int *n, FaultList *faults);
extern FaultCode rvo_field_rules_check(const FieldRules *rules, Slice name, Slice *value);
extern void rvo_field_rules_explain(const FieldRules *rules, Slice name, FaultCode code, const char *pointer,
									FaultList *faults);

#endif							/* RVO_CUSTOM_FIELD_RULES_H */
