/*
 * search_query.c
 *	  A search, as a caller asks for it: reads a body, and notes every fault in it.
 *
 * An unknown member of the body is a fault, strict or not: who misspells "filters"
 * would get everybody.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/compat.h"
#include "shape/list/search_query.h"
#include "shape/record/custom_field.h"
#include "shape/record/known_member.h"
#include "shape/record/member.h"
#include "value/iso_time.h"
#include "value/nearest.h"

/* In the order of SearchOperator. */
static const Slice operators[SEARCH_OPERATORS] = {
	CONST_SLICE("eq"), CONST_SLICE("ne"), CONST_SLICE("in"), CONST_SLICE("contains"), CONST_SLICE("starts_with"),
	CONST_SLICE("lt"), CONST_SLICE("le"), CONST_SLICE("gt"), CONST_SLICE("ge"), CONST_SLICE("exists"),
};

/* Names in jsonb's order. */
static const Slice query_members[] = {
	CONST_SLICE("sort"), CONST_SLICE("after"), CONST_SLICE("count"), CONST_SLICE("filters"), CONST_SLICE("page_size"),
	CONST_SLICE("structure"),
};
static const Slice condition_members[] = {
	CONST_SLICE("value"), CONST_SLICE("member"), CONST_SLICE("operator"), CONST_SLICE("custom_field"),
};
static const Slice any_members[] = {CONST_SLICE("any")};
static const Slice sort_members[] = {CONST_SLICE("member"), CONST_SLICE("direction")};

/* A body being read. */
typedef struct Reading
{
	const RecordShape *shape;
	SearchQuery *query;
	FaultList  *faults;
} Reading;

/* ---------------------------------------------------------------- members */

/* is_searched tells whether a member can be searched for. */
static bool
is_searched(const RecordMember *member)
{
	return IS_COLUMN(member->kind) || member->kind == MEMBER_ID || member->kind == MEMBER_UPDATED_TIME;
}

/* rvo_search_is_nullable tells whether a record can be without a value; an empty text is none. */
bool
rvo_search_is_nullable(const RecordMember *member)
{
	return member->kind != MEMBER_ID && member->kind != MEMBER_UPDATED_TIME;
}

/* rvo_search_type tells what a member is compared as. */
SearchType
rvo_search_type(const RecordMember *member)
{
	switch (member->kind)
	{
		case MEMBER_KEY:
		case MEMBER_TEXT:
		case MEMBER_STATUS:
		case MEMBER_PREVIOUS_STATUS:
			return SEARCH_TEXT;
		case MEMBER_ID:
		case MEMBER_COMPANY:
			return SEARCH_ID;
		default:
			return SEARCH_TIME;
	}
}

/* check_members notes members of an object that nobody knows. */
static void
check_members(const Reading *reading, JsonbContainer *object, const char *above, const Slice *known, int nknown)
{
	const Caller strict = {.strict = true};

	rvo_members_check(&strict, object, above, known, nknown, reading->faults);
}

/* read_string reads a member that is a string; no value, and a fault, for anything else but none where that may be. */
static Slice
read_string(const Reading *reading, JsonbContainer *object, const char *above, const char *name, bool required)
{
	JsonbValue	value;
	const char *pointer = psprintf("%s/%s", above, name);

	if (!rvo_json_get(object, rvo_slice(name), &value))
	{
		if (required)
			rvo_fault_add(reading->faults, pointer, FAULT_REQUIRED);
		return NO_SLICE;
	}
	if (value.type == jbvString)
		return rvo_json_string(&value);
	if (value.type != jbvNull || required)
		rvo_fault_add(reading->faults, pointer, value.type == jbvNull ? FAULT_NULL_NOT_ALLOWED : FAULT_NOT_A_STRING);
	return NO_SLICE;
}

/* read_member finds the member that a condition, or the order, is about; NULL, and a fault, if there is none. */
static const RecordMember *
read_member(const Reading *reading, JsonbContainer *object, const char *above)
{
	Slice		name = read_string(reading, object, above, "member", true);
	Slice		names[RECORD_MAX_MEMBERS];
	Slice		nearest[NEAREST_MAX];
	int			n = 0;

	if (name.data == NULL)
		return NULL;
	for (int i = 0; i < reading->shape->count; i++)
	{
		const RecordMember *member = &reading->shape->members[i];

		if (!is_searched(member))
			continue;
		if (rvo_slice_equal(member->name, name))
			return member;
		names[n++] = member->name;
	}
	rvo_fault_add_names(reading->faults, psprintf("%s/member", above), FAULT_UNKNOWN_MEMBER, "nearest", nearest,
						rvo_nearest(name, names, n, nearest));
	return NULL;
}

/* ---------------------------------------------------------------- values */

/* is_order tells the operators that ask which of two comes first. */
static bool
is_order(SearchOperator operator)
{
	return operator >= SEARCH_LT && operator <= SEARCH_GE;
}

/* is_pattern tells the operators for a part of a text. */
static bool
is_pattern(SearchOperator operator)
{
	return operator == SEARCH_CONTAINS || operator == SEARCH_STARTS_WITH;
}

/* read_key brings a key that is to be equal to its canonical form. */
static FaultCode
read_key(const RecordMember *member, Slice *text)
{
	Slice		key;
	FaultCode	fault = member->normalize(*text, &key);

	if (fault != FAULT_NONE)
		return fault;
	*text = key;
	return key.data == NULL ? FAULT_REQUIRED : FAULT_NONE;
}

static void
read_text(const Reading *reading, const SearchCondition *condition, const JsonbValue *value, const char *pointer, SearchValue *read)
{
	FaultCode	fault = FAULT_NONE;
	int			before = reading->faults->count;

	if (value->type != jbvString)
	{
		rvo_fault_add(reading->faults, pointer, value->type == jbvNull ? FAULT_NULL_NOT_ALLOWED : FAULT_NOT_A_STRING);
		return;
	}
	read->text = rvo_text_trim(rvo_json_string(value));
	rvo_member_check_text(read->text, pointer, CUSTOM_FIELD_VALUE_MAX_LENGTH, true, reading->faults);
	if (reading->faults->count > before)
		return;
	if (is_pattern(condition->operator))
		fault = read->text.len == 0 ? FAULT_REQUIRED : FAULT_NONE;
	else if (condition->member != NULL && condition->member->kind == MEMBER_KEY && !is_order(condition->operator))
		fault = read_key(condition->member, &read->text);
	if (fault != FAULT_NONE)
		rvo_fault_add(reading->faults, pointer, fault);
}

/* read_id reads an id, or where an order is asked for 0: a loop over all ids begins behind it. */
static void
read_id(const Reading *reading, const SearchCondition *condition, const JsonbValue *value, const char *pointer, SearchValue *read)
{
	Slice		text = NO_SLICE;

	if (value->type == jbvNumeric)
		text = rvo_json_id_text(value, CUSTOM_FIELD_VALUE_MAX_LENGTH);
	else if (value->type == jbvString)
		text = rvo_text_trim(rvo_json_string(value));
	if (is_order(condition->operator) && rvo_slice_equal(text, CONST_SLICE("0")))
		read->number = 0;
	else if (!rvo_text_to_id(text, &read->number))
		rvo_fault_add(reading->faults, pointer, FAULT_INVALID_NUMBER);
}

static void
read_time(const Reading *reading, const JsonbValue *value, const char *pointer, SearchValue *read)
{
	if (value->type != jbvString || !rvo_iso_time_read(rvo_text_trim(rvo_json_string(value)), &read->number))
		rvo_fault_add(reading->faults, pointer, FAULT_INVALID_TIME);
}

/*
 * read_field_value reads a value of a custom field: a number or boolean is the text that it
 * becomes when it is written.  A number that asks which comes first is compared as one.
 */
static void
read_field_value(const Reading *reading, SearchCondition *condition, const JsonbValue *value, const char *pointer, SearchValue *read)
{
	int			length = 0;

	read->is_text = value->type == jbvString;
	if (value->type == jbvBool)
		read->text = rvo_slice(value->val.boolean ? "true" : "false");
	else if (value->type == jbvNumeric)
	{
		read->text = rvo_json_number_text(value, CUSTOM_FIELD_VALUE_MAX_LENGTH, &length);
		if (length > CUSTOM_FIELD_VALUE_MAX_LENGTH)
			rvo_fault_add_limit(reading->faults, pointer, FAULT_TOO_LONG, CUSTOM_FIELD_VALUE_MAX_LENGTH, length);
		if (is_order(condition->operator))
			condition->type = SEARCH_NUMBER;
	}
	else
		read_text(reading, condition, value, pointer, read);
}

/* read_one reads one value of a condition. */
static void
read_one(const Reading *reading, SearchCondition *condition, const JsonbValue *value, const char *pointer)
{
	SearchValue *read = &condition->values[condition->nvalues++];

	*read = (SearchValue) {.text = NO_SLICE};
	reading->query->nvalues++;
	if (condition->member == NULL)
		read_field_value(reading, condition, value, pointer, read);
	else if (condition->type == SEARCH_ID)
		read_id(reading, condition, value, pointer, read);
	else if (condition->type == SEARCH_TIME)
		read_time(reading, value, pointer, read);
	else
		read_text(reading, condition, value, pointer, read);
}

/* read_list reads the values of SEARCH_IN. */
static void
read_list(const Reading *reading, SearchCondition *condition, const JsonbValue *value, const char *pointer)
{
	JsonbContainer *list = value->type == jbvBinary ? value->val.binary.data : NULL;
	int			n;

	if (!rvo_json_is_array(list))
	{
		rvo_fault_add(reading->faults, pointer, FAULT_NOT_AN_ARRAY);
		return;
	}
	n = JsonContainerSize(list);
	if (n == 0)
		rvo_fault_add(reading->faults, pointer, FAULT_REQUIRED);
	if (reading->query->nvalues + n > SEARCH_MAX_VALUES)
	{
		rvo_fault_add_limit(reading->faults, pointer, FAULT_TOO_MANY, SEARCH_MAX_VALUES, reading->query->nvalues + n);
		return;
	}
	condition->values = palloc(Max(n, 1) * sizeof(SearchValue));
	for (int i = 0; i < n; i++)
		read_one(reading, condition, getIthJsonbValueFromContainer(list, i), psprintf("%s/%d", pointer, i));
}

/* read_value reads what a condition compares with. */
static void
read_value(const Reading *reading, JsonbContainer *object, const char *above, SearchCondition *condition)
{
	const char *pointer = psprintf("%s/value", above);
	JsonbValue	value;
	bool		given = rvo_json_get(object, CONST_SLICE("value"), &value);

	if (condition->operator == SEARCH_EXISTS)
	{
		condition->wanted = !given || (value.type == jbvBool && value.val.boolean);
		if (given && value.type != jbvBool)
			rvo_fault_add(reading->faults, pointer, FAULT_NOT_A_BOOLEAN);
	}
	else if (!given)
		rvo_fault_add(reading->faults, pointer, FAULT_REQUIRED);
	else if (condition->operator == SEARCH_IN)
		read_list(reading, condition, &value, pointer);
	else
	{
		condition->values = palloc(sizeof(SearchValue));
		read_one(reading, condition, &value, pointer);
	}
}

/* ---------------------------------------------------------------- conditions */

/* read_operator reads which operator; false, and a fault, if the condition can't have it. */
static bool
read_operator(const Reading *reading, JsonbContainer *object, const char *above, SearchCondition *condition)
{
	int			before = reading->faults->count;
	Slice		name = read_string(reading, object, above, "operator", true);
	Slice		allowed[SEARCH_OPERATORS];
	int			n = 0;

	for (int i = 0; i < SEARCH_OPERATORS; i++)
	{
		if (is_pattern(i) && condition->type != SEARCH_TEXT)
			continue;
		condition->operator = i;
		if (name.data != NULL && rvo_slice_equal(name, operators[i]))
			return true;
		allowed[n++] = operators[i];
	}
	if (reading->faults->count == before)
		rvo_fault_add_names(reading->faults, psprintf("%s/operator", above), FAULT_INVALID_OPERATOR, "allowed", allowed, n);
	return false;
}

/* read_subject reads what a condition is about: a member, or a custom field; false, and a fault, for neither or both. */
static bool
read_subject(const Reading *reading, JsonbContainer *object, const char *above, SearchCondition *condition)
{
	JsonbValue	value;
	int			before = reading->faults->count;

	condition->type = SEARCH_TEXT;
	if (!rvo_json_get(object, CONST_SLICE("custom_field"), &value))
	{
		condition->member = read_member(reading, object, above);
		if (condition->member != NULL)
			condition->type = rvo_search_type(condition->member);
		return condition->member != NULL;
	}
	condition->field = rvo_text_trim(read_string(reading, object, above, "custom_field", true));
	if (reading->faults->count == before && condition->field.len == 0)
		rvo_fault_add(reading->faults, psprintf("%s/custom_field", above), FAULT_REQUIRED);
	rvo_member_check_text(condition->field, psprintf("%s/custom_field", above), MEMBER_MAX_LENGTH, false, reading->faults);
	if (rvo_json_get(object, CONST_SLICE("member"), &value))
		rvo_fault_add(reading->faults, psprintf("%s/member", above), FAULT_AMBIGUOUS_CONDITION);
	return reading->faults->count == before;
}

/* read_condition reads a condition, which is the number-th of those that must all hold. */
static void
read_condition(const Reading *reading, JsonbValue *entry, const char *above, int number)
{
	SearchQuery *query = reading->query;
	SearchCondition *condition = &query->conditions[query->count];
	JsonbContainer *object = entry->type == jbvBinary ? entry->val.binary.data : NULL;

	if (!rvo_json_is_object(object))
	{
		rvo_fault_add(reading->faults, above, FAULT_NOT_AN_OBJECT);
		return;
	}
	if (rvo_json_get(object, CONST_SLICE("any"), &(JsonbValue) {0}))
	{
		rvo_fault_add(reading->faults, psprintf("%s/any", above), FAULT_TOO_DEEP);
		return;
	}
	check_members(reading, object, above, condition_members, lengthof(condition_members));
	*condition = (SearchCondition) {.number = number};
	query->count++;
	if (read_subject(reading, object, above, condition) && read_operator(reading, object, above, condition))
		read_value(reading, object, above, condition);
}

/* read_alternatives reads an entry with several conditions, of which one is to hold; false if it is none. */
static bool
read_alternatives(const Reading *reading, JsonbValue *entry, const char *above, int number)
{
	JsonbContainer *object = entry->type == jbvBinary ? entry->val.binary.data : NULL;
	const char *pointer = psprintf("%s/any", above);
	JsonbContainer *list;
	JsonbValue	value;

	if (!rvo_json_is_object(object) || !rvo_json_get(object, CONST_SLICE("any"), &value))
		return false;
	check_members(reading, object, above, any_members, lengthof(any_members));
	list = value.type == jbvBinary ? value.val.binary.data : NULL;
	if (!rvo_json_is_array(list))
		rvo_fault_add(reading->faults, pointer, FAULT_NOT_AN_ARRAY);
	else if (JsonContainerSize(list) == 0)
		rvo_fault_add(reading->faults, pointer, FAULT_REQUIRED);
	else
		for (uint32 i = 0; i < JsonContainerSize(list); i++)
			read_condition(reading, getIthJsonbValueFromContainer(list, i), psprintf("%s/%u", pointer, i), number);
	return true;
}

/* count_conditions tells how many conditions a list has, those within its entries as well. */
static int64
count_conditions(JsonbContainer *list)
{
	int64		count = 0;

	for (uint32 i = 0; i < JsonContainerSize(list); i++)
	{
		JsonbValue *entry = getIthJsonbValueFromContainer(list, i);
		JsonbValue	any;

		CHECK_FOR_INTERRUPTS();
		if (entry->type == jbvBinary && rvo_json_is_object(entry->val.binary.data) &&
			rvo_json_get(entry->val.binary.data, CONST_SLICE("any"), &any) && any.type == jbvBinary)
			count += JsonContainerSize(any.val.binary.data);
		else
			count++;
		pfree(entry);
	}
	return count;
}

/* read_filters reads the conditions. */
static void
read_filters(const Reading *reading, JsonbContainer *body)
{
	JsonbValue	value;
	JsonbContainer *list;
	int64		count;

	if (!rvo_json_get(body, CONST_SLICE("filters"), &value) || value.type == jbvNull)
		return;
	list = value.type == jbvBinary ? value.val.binary.data : NULL;
	if (!rvo_json_is_array(list))
	{
		rvo_fault_add(reading->faults, "/filters", rvo_member_wrong(&value, FAULT_NOT_AN_ARRAY));
		return;
	}
	count = count_conditions(list);
	if (count > SEARCH_MAX_CONDITIONS)
	{
		rvo_fault_add_limit(reading->faults, "/filters", FAULT_TOO_MANY, SEARCH_MAX_CONDITIONS, (int) Min(count, PG_INT32_MAX));
		return;
	}
	for (uint32 i = 0; i < JsonContainerSize(list); i++)
	{
		JsonbValue *entry = getIthJsonbValueFromContainer(list, i);
		const char *pointer = psprintf("/filters/%u", i);

		if (!read_alternatives(reading, entry, pointer, i))
			read_condition(reading, entry, pointer, i);
	}
}

/* ---------------------------------------------------------------- the rest */

/* read_sort reads the order; by id, if nothing is said. */
static void
read_sort(const Reading *reading, JsonbContainer *body)
{
	const Slice allowed[] = {CONST_SLICE("asc"), CONST_SLICE("desc")};
	SearchQuery *query = reading->query;
	JsonbContainer *object;
	JsonbValue	value;
	Slice		direction;
	int			before = reading->faults->count;

	for (int i = 0; i < reading->shape->count; i++)
		if (reading->shape->members[i].kind == MEMBER_ID)
			query->sort = &reading->shape->members[i];
	if (!rvo_json_get(body, CONST_SLICE("sort"), &value) || value.type == jbvNull)
		return;
	object = value.type == jbvBinary ? value.val.binary.data : NULL;
	if (!rvo_json_is_object(object))
	{
		rvo_fault_add(reading->faults, "/sort", FAULT_NOT_AN_OBJECT);
		return;
	}
	check_members(reading, object, "/sort", sort_members, lengthof(sort_members));
	query->sort = read_member(reading, object, "/sort");
	direction = read_string(reading, object, "/sort", "direction", false);
	query->descending = direction.data != NULL && rvo_slice_equal(direction, allowed[1]);
	if (reading->faults->count == before && direction.data != NULL && !query->descending && !rvo_slice_equal(direction, allowed[0]))
		rvo_fault_add_names(reading->faults, "/sort/direction", FAULT_INVALID_OPTION, "allowed", allowed, lengthof(allowed));
}

/* read_page_size reads how many records are wanted at once. */
static int
read_page_size(const Reading *reading, JsonbContainer *body)
{
	JsonbValue	value;
	int64		size = 0;

	if (!rvo_json_get(body, CONST_SLICE("page_size"), &value) || value.type == jbvNull)
		return PAGE_MAX_SIZE;
	if (!(value.type == jbvNumeric && rvo_json_to_id(&value, &size)) &&
		!(value.type == jbvString && rvo_text_to_id(rvo_json_string(&value), &size)))
		rvo_fault_add(reading->faults, "/page_size", FAULT_INVALID_NUMBER);
	return (int) Min(Max(size, 1), PAGE_MAX_SIZE);
}

/* read_structure reads how custom fields are shown: as the body says, or else the parameter beside it. */
static Structure
read_structure(const Reading *reading, JsonbContainer *body, Slice parameter)
{
	JsonbValue	value;
	FaultList	faults = {0};
	Structure	structure;

	if (!rvo_json_get(body, CONST_SLICE("structure"), &value))
		return rvo_structure_read(parameter, reading->faults);
	structure = rvo_structure_read(value.type == jbvString ? rvo_json_string(&value) : NO_SLICE, &faults);
	if (faults.count > 0)
		rvo_fault_add(reading->faults, "/structure", FAULT_INVALID_STRUCTURE);
	return structure;
}

/* scope_of returns what a cursor is of: a part of the body, in jsonb's form. */
static Slice
scope_of(JsonbContainer *body, Slice name)
{
	JsonbValue	value;

	if (!rvo_json_get(body, name, &value) || value.type != jbvBinary)
		return NO_SLICE;
	return (Slice) {(const char *) value.val.binary.data, value.val.binary.len};
}

/* rvo_search_read reads a search out of a body; what is wrong with it is noted.  structure is the parameter beside it. */
SearchQuery *
rvo_search_read(const RecordShape *shape, Jsonb *body, Slice structure, FaultList *faults)
{
	SearchQuery *query = palloc0(sizeof(SearchQuery));
	Reading		reading = {shape, query, faults};
	JsonbContainer *object = rvo_json_root(body);
	const Slice exact = CONST_SLICE("exact");
	Slice		count;

	if (!rvo_json_is_object(object))
	{
		rvo_member_note_no_object(object, faults);
		return query;
	}
	check_members(&reading, object, "", query_members, lengthof(query_members));
	read_filters(&reading, object);
	read_sort(&reading, object);
	query->page = (ListPage) {.place = {NO_ROW}, .size = read_page_size(&reading, object)};
	query->after = read_string(&reading, object, "", "after", false);
	count = read_string(&reading, object, "", "count", false);
	query->page.exact = count.data != NULL && rvo_slice_equal(count, exact);
	if (count.data != NULL && !query->page.exact)
		rvo_fault_add_names(faults, "/count", FAULT_INVALID_OPTION, "allowed", &exact, 1);
	query->structure = read_structure(&reading, object, structure);
	query->scope[0] = scope_of(object, CONST_SLICE("filters"));
	query->scope[1] = scope_of(object, CONST_SLICE("sort"));
	return query;
}
