/*
 * custom_field_rules.c
 *	  What a client has defined of its custom fields, and whether a value fits.
 *
 * A value stays a text: what a type decides is which texts there may be, and
 * that equal values are equal texts, so that they are found.  A blank value is
 * one of every type.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/compat.h"
#include "shape/record/custom_field_rules.h"
#include "value/field_date.h"
#include "value/field_value.h"
#include "value/nearest.h"

#define CHOICES_MAX 1000
#define CHOICE_MAX_LENGTH 255	/* characters */
#define CHOICES_SHOWN 20
#define NAMES_NOTED_MAX 1000	/* a call: each is a row, and for people to look at */

/* In the order of FieldType. */
const Slice rvo_field_types[FIELD_TYPES] = {
	CONST_SLICE("text"), CONST_SLICE("number"), CONST_SLICE("boolean"), CONST_SLICE("date"), CONST_SLICE("url"),
	CONST_SLICE("choice"),
};

/* rvo_field_rules_create makes rules without a definition, in the current context. */
FieldRules *
rvo_field_rules_create(bool strict)
{
	FieldRules *rules = palloc0(sizeof(FieldRules));

	rules->strict = strict;
	rules->capacity = 16;
	rules->items = palloc(rules->capacity * sizeof(FieldRule));
	rules->names = palloc(rules->capacity * sizeof(Slice));
	rules->by_name = rvo_slice_map_create(rules->capacity);
	rules->noted = rvo_slice_map_create(rules->capacity);
	rules->noted_capacity = rules->capacity;
	rules->noted_names = palloc(rules->noted_capacity * sizeof(Slice));
	return rules;
}

/* is_choice tells whether a choice is among those before, ASCII case apart. */
static bool
is_among(const Slice *choices, int n, Slice choice)
{
	for (int i = 0; i < n; i++)
		if (choices[i].len == choice.len && pg_strncasecmp(choices[i].data, choice.data, choice.len) == 0)
			return true;
	return false;
}

/* check_choice returns what is wrong with an entry of the list. */
static FaultCode
check_choice(const JsonbValue *value, const Slice *choices, int n)
{
	Slice		choice;

	if (value->type != jbvString)
		return FAULT_NOT_A_STRING;
	choice = rvo_text_trim(rvo_json_string(value));
	if (choice.len == 0)
		return FAULT_REQUIRED;
	if (rvo_text_has_control(choice, false))
		return FAULT_CONTROL_CHARACTER;
	if (rvo_text_characters(choice) > CHOICE_MAX_LENGTH)
		return FAULT_TOO_LONG;
	return is_among(choices, n, choice) ? FAULT_DUPLICATE : FAULT_NONE;
}

/* find_choices finds the list of choices of a definition's options; returns what is wrong with it. */
static FaultCode
find_choices(JsonbContainer *options, JsonbContainer **choices)
{
	JsonbValue	list;

	if (options == NULL || !rvo_json_is_object(options) || !rvo_json_get(options, CONST_SLICE("choices"), &list))
		return FAULT_REQUIRED;
	if (list.type != jbvBinary || !rvo_json_is_array(list.val.binary.data))
		return FAULT_NOT_AN_ARRAY;
	*choices = list.val.binary.data;
	if (JsonContainerSize(*choices) == 0)
		return FAULT_REQUIRED;
	return JsonContainerSize(*choices) > CHOICES_MAX ? FAULT_TOO_MANY : FAULT_NONE;
}

/*
 * rvo_field_choices reads the choices of a definition's options, and notes what
 * is wrong with them.  NULL stands for SQL's NULL.  They point into the options.
 */
Slice *
rvo_field_choices(JsonbContainer *options, int *n, FaultList *faults)
{
	JsonbContainer *list;
	JsonbValue	value;
	JsonbIterator *it;
	JsonbIteratorToken token;
	FaultCode	fault = find_choices(options, &list);
	Slice	   *choices;

	*n = 0;
	if (fault != FAULT_NONE)
	{
		rvo_fault_add(faults, "options", fault);
		return NULL;
	}
	choices = palloc(JsonContainerSize(list) * sizeof(Slice));
	it = JsonbIteratorInit(list);
	while ((token = JsonbIteratorNext(&it, &value, true)) != WJB_DONE)
	{
		CHECK_FOR_INTERRUPTS();
		if (token != WJB_ELEM)
			continue;
		fault = check_choice(&value, choices, *n);
		if (fault != FAULT_NONE)
			rvo_fault_add(faults, "options", fault);
		else
			choices[(*n)++] = rvo_text_trim(rvo_json_string(&value));
	}
	return choices;
}

/* read_choices fills a rule with the choices of a stored definition, which were checked when it was made. */
static void
read_choices(FieldRule *rule, JsonbContainer *options)
{
	JsonbContainer *list;
	JsonbValue	value;
	JsonbIterator *it;
	JsonbIteratorToken token;

	if (find_choices(options, &list) != FAULT_NONE)
		return;
	rule->choices = palloc(JsonContainerSize(list) * sizeof(Slice));
	it = JsonbIteratorInit(list);
	while ((token = JsonbIteratorNext(&it, &value, true)) != WJB_DONE)
		if (token == WJB_ELEM && value.type == jbvString)
			rule->choices[rule->nchoices++] = rvo_json_string(&value);
}

/* rvo_field_rules_add adds a stored definition, into which the rules then point. */
void
rvo_field_rules_add(FieldRules *rules, Slice name, Slice type, Jsonb *options)
{
	FieldRule	rule = {.name = name};
	bool		found;

	for (int i = 0; i < FIELD_TYPES; i++)
		if (rvo_slice_equal(rvo_field_types[i], type))
			rule.type = i;
	if (rule.type == FIELD_CHOICE)
		read_choices(&rule, rvo_json_root(options));
	if (rules->count == rules->capacity)
	{
		rules->capacity *= 2;
		rules->items = repalloc(rules->items, rules->capacity * sizeof(FieldRule));
		rules->names = repalloc(rules->names, rules->capacity * sizeof(Slice));
	}
	*rvo_slice_map_put(rules->by_name, name, &found) = rules->count;
	rules->names[rules->count] = name;
	rules->items[rules->count++] = rule;
}

/* find returns the definition of a name; NULL for none. */
static const FieldRule *
find(const FieldRules *rules, Slice name)
{
	const int64 *position = rvo_slice_map_find(rules->by_name, name);

	return position != NULL ? &rules->items[*position] : NULL;
}

/* rvo_field_rules_note_name remembers a name that was written, in the current context, if it is not defined, and there is room. */
void
rvo_field_rules_note_name(FieldRules *rules, Slice name)
{
	bool		found;

	if (rules->nnoted == NAMES_NOTED_MAX ||
		find(rules, name) != NULL || rvo_slice_map_find(rules->noted, name) != NULL)
		return;
	name.data = rvo_slice_cstring(name);
	(void) rvo_slice_map_put(rules->noted, name, &found);
	if (rules->nnoted == rules->noted_capacity)
	{
		rules->noted_capacity *= 2;
		rules->noted_names = repalloc(rules->noted_names, rules->noted_capacity * sizeof(Slice));
	}
	rules->noted_names[rules->nnoted++] = name;
}

/* rvo_field_rules_noted_names returns the names that were noted, in their order. */
Slice *
rvo_field_rules_noted_names(FieldRules *rules, int *n)
{
	qsort(rules->noted_names, rules->nnoted, sizeof(Slice), rvo_slice_compare);
	*n = rules->nnoted;
	return rules->noted_names;
}

/* canonical brings a value to the one form that equal values share; false if it is none of the type. */
static bool
canonical(const FieldRule *rule, bool dots_may_group, Slice *value)
{
	switch (rule->type)
	{
		case FIELD_NUMBER:
			return !(dots_may_group && rvo_field_number_is_unclear(*value)) && rvo_field_number(value);
		case FIELD_BOOLEAN:
			return rvo_field_boolean(value);
		case FIELD_DATE:
			return rvo_field_date(value);
		case FIELD_URL:
			return rvo_field_url(value);
		case FIELD_CHOICE:
			return rvo_field_choice(rule->choices, rule->nchoices, value);
		case FIELD_TEXT:
			break;
	}
	return true;
}

/*
 * rvo_field_rules_check gives a value its canonical form, or returns what is
 * wrong: FAULT_UNKNOWN_FIELD with the name, FAULT_INVALID_VALUE with the value.
 * No rules let everything pass.
 */
FaultCode
rvo_field_rules_check(const FieldRules *rules, Slice name, Slice *value)
{
	const FieldRule *rule = rules != NULL ? find(rules, name) : NULL;

	if (rule == NULL)
		return rules != NULL && rules->strict ? FAULT_UNKNOWN_FIELD : FAULT_NONE;
	return value->len == 0 || canonical(rule, rules->dots_may_group, value) ? FAULT_NONE : FAULT_INVALID_VALUE;
}

/* rvo_field_rules_explain notes what rvo_field_rules_check has found. */
void
rvo_field_rules_explain(const FieldRules *rules, Slice name, FaultCode code, const char *pointer, FaultList *faults)
{
	Slice		nearest[NEAREST_MAX];
	const FieldRule *rule;

	if (code == FAULT_UNKNOWN_FIELD)
	{
		rvo_fault_add_names(faults, pointer, code, "nearest", nearest,
							rvo_fault_is_full(faults) ? 0 : rvo_nearest(name, rules->names, rules->count, nearest));
		return;
	}
	rule = find(rules, name);
	rvo_fault_add_type(faults, pointer, code, rvo_field_types[rule->type], rule->choices,
					   Min(rule->nchoices, CHOICES_SHOWN));
}
