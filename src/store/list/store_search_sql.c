/*
 * store_search_sql.c
 *	  A search as SQL text and parameters.
 *
 * The text is made of constants: of the tables' columns, which record_member.c
 * names, and of operators.  What a caller gave are elements of arrays, which are the
 * parameters; so searches of one form share their text, and its kept plan.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/failure.h"
#include "store/list/store_search_sql.h"

/* Where the values of each type are: $2 to $5. */
static const char *const value_arrays[] = {
	[SEARCH_TEXT] = "$2", [SEARCH_ID] = "$3", [SEARCH_TIME] = "$4", [SEARCH_NUMBER] = "$5",
};

/* Between the two sides; in the order of SearchOperator. */
static const char *const operators[] = {
	[SEARCH_EQ] = "=", [SEARCH_NE] = "IS DISTINCT FROM", [SEARCH_IN] = "= ANY", [SEARCH_CONTAINS] = "ILIKE",
	[SEARCH_STARTS_WITH] = "ILIKE", [SEARCH_LT] = "<", [SEARCH_LE] = "<=", [SEARCH_GT] = ">", [SEARCH_GE] = ">=",
	[SEARCH_EXISTS] = "IS NOT NULL",
};

/* rvo_search_values makes room for all values that a search can have. */
SearchValues
rvo_search_values(const SearchQuery *query)
{
	int			most = query->nvalues + query->count + 3;	/* places, and what a scan is of */

	return (SearchValues) {
		.texts = palloc(most * sizeof(Slice)),
		.ids = palloc(most * sizeof(Datum)),
		.times = palloc(most * sizeof(Datum)),
		.numbers = palloc(most * sizeof(Datum)),
	};
}

/* add_value adds a value and returns its number, from 1 on. */
static int
add_value(SearchValues *values, SearchType type, const SearchValue *value)
{
	switch (type)
	{
		case SEARCH_TEXT:
			values->texts[values->ntexts++] = value->text;
			return values->ntexts;
		case SEARCH_ID:
			values->ids[values->nids++] = Int64GetDatum(value->number);
			return values->nids;
		case SEARCH_TIME:
			values->times[values->ntimes++] = TimestampTzGetDatum(value->number);
			return values->ntimes;
		case SEARCH_NUMBER:
			values->numbers[values->nnumbers++] =
				DirectFunctionCall3(numeric_in, CStringGetDatum(rvo_slice_cstring(value->text)), ObjectIdGetDatum(InvalidOid),
									Int32GetDatum(-1));
			return values->nnumbers;
	}
	pg_unreachable();
}

/* add_array adds the values of a type as a parameter. */
static void
add_array(Execution *e, Datum *values, int n, Oid type)
{
	if (type == NUMERICOID)
		rvo_add_datum(e, PointerGetDatum(construct_array(values, n, type, -1, false, TYPALIGN_INT)), false);
	else
		rvo_add_datum(e, PointerGetDatum(construct_array(values, n, type, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE)), false);
}

/* rvo_add_search_values adds the parameters $2 to $5. */
void
rvo_add_search_values(Execution *e, const SearchValues *values)
{
	rvo_add_slices(e, values->texts, values->ntexts);
	add_array(e, values->ids, values->nids, INT8OID);
	add_array(e, values->times, values->ntimes, TIMESTAMPTZOID);
	add_array(e, values->numbers, values->nnumbers, NUMERICOID);
}

/* column_of returns the expression of a member: its column, as what it is compared as, whatever its owner made of it. */
static const char *
column_of(const RecordMember *member)
{
	static const char *const types[] = {[SEARCH_TEXT] = "text", [SEARCH_ID] = "bigint", [SEARCH_TIME] = "timestamptz"};

	return psprintf("%.*s::%s", member->name.len, member->name.data, types[rvo_search_type(member)]);
}

/* can_be_empty tells the texts that are empty where there is none: a key never is. */
static bool
can_be_empty(const RecordMember *member)
{
	return rvo_search_type(member) == SEARCH_TEXT && member->kind != MEMBER_KEY;
}

/* rvo_search_given returns the expression of a member's value; NULL where there is none, which an empty text is. */
const char *
rvo_search_given(const RecordMember *member)
{
	const char *column = column_of(member);

	return can_be_empty(member) ? psprintf("nullif(%s, '')", column) : column;
}

/* subject returns the expression of what a condition is about. */
static const char *
subject(const SearchCondition *condition, SearchValues *values)
{
	const SearchValue name = {.text = condition->field};

	if (condition->member != NULL)
		return column_of(condition->member);
	return psprintf("revyops.custom_field%s(custom_fields, ($2)[%d])", condition->type == SEARCH_NUMBER ? "_number" : "",
					add_value(values, SEARCH_TEXT, &name));
}

/* pattern_of makes what ILIKE takes for a part of a text, or its beginning. */
static SearchValue
pattern_of(const SearchCondition *condition)
{
	Slice		text = condition->values[0].text;
	StringInfoData pattern;

	initStringInfo(&pattern);
	if (condition->operator == SEARCH_CONTAINS)
		appendStringInfoChar(&pattern, '%');
	for (int i = 0; i < text.len; i++)
	{
		if (text.data[i] == '%' || text.data[i] == '_' || text.data[i] == '\\')
			appendStringInfoChar(&pattern, '\\');
		appendStringInfoChar(&pattern, text.data[i]);
	}
	appendStringInfoChar(&pattern, '%');
	return (SearchValue) {.text = {pattern.data, pattern.len}};
}

/* append_exists appends that there is a value: of a custom field an empty one as well. */
static void
append_exists(StringInfo to, const SearchCondition *condition, SearchValues *values)
{
	appendStringInfo(to, "%s IS %sNULL", condition->member != NULL ? rvo_search_given(condition->member) : subject(condition, values),
					 condition->wanted ? "NOT " : "");
}

/* append_field_equal appends that a custom field has a value, or has not: no text is made of the row's for that. */
static void
append_field_equal(StringInfo to, const SearchCondition *condition, SearchValues *values)
{
	const SearchValue name = {.text = condition->field};
	int			number = add_value(values, SEARCH_TEXT, &name);

	appendStringInfo(to, "%srevyops.has_custom_field(custom_fields, ($2)[%d], ($2)[%d], false)",
					 condition->operator == SEARCH_NE ? "NOT " : "", number, add_value(values, SEARCH_TEXT, &condition->values[0]));
}

/* append_condition appends one condition. */
static void
append_condition(StringInfo to, const SearchCondition *condition, SearchValues *values)
{
	const char *left;
	const char *array = value_arrays[condition->type];
	const char *operator = operators[condition->operator];
	SearchValue pattern;
	int			number = 0;

	if (condition->member == NULL && (condition->operator == SEARCH_EQ || condition->operator == SEARCH_NE))
	{
		append_field_equal(to, condition, values);
		return;
	}
	if (condition->operator == SEARCH_EXISTS)
	{
		append_exists(to, condition, values);
		return;
	}
	left = subject(condition, values);
	switch (condition->operator)
	{
		case SEARCH_IN:
			for (int i = 0; i < condition->nvalues; i++)
				number = add_value(values, condition->type, &condition->values[i]);
			appendStringInfo(to, "%s %s ((%s)[%d:%d])", left, operator, array, number - condition->nvalues + 1, number);
			return;
		case SEARCH_CONTAINS:
		case SEARCH_STARTS_WITH:
			pattern = pattern_of(condition);
			number = add_value(values, SEARCH_TEXT, &pattern);
			break;
		default:
			number = add_value(values, condition->type, &condition->values[0]);
	}
	/* A field's texts have no order of their own: that of the octets, in which days follow each other. */
	appendStringInfo(to, "%s%s %s (%s)[%d]", left,
					 condition->member == NULL && condition->type == SEARCH_TEXT && operator[0] != 'I' ? " COLLATE \"C\"" : "",
					 operator, array, number);
}

/* rvo_search_conditions returns " AND (… OR …) AND …", and adds the values of the conditions. */
const char *
rvo_search_conditions(const SearchQuery *query, SearchValues *values)
{
	StringInfoData sql;

	initStringInfo(&sql);
	for (int i = 0; i < query->count; i++)
	{
		bool		first = i == 0 || query->conditions[i - 1].number != query->conditions[i].number;
		bool		last = i + 1 == query->count || query->conditions[i + 1].number != query->conditions[i].number;

		appendStringInfoString(&sql, first ? " AND (" : " OR ");
		append_condition(&sql, &query->conditions[i], values);
		if (last)
			appendStringInfoChar(&sql, ')');
	}
	return sql.data;
}

/* ---------------------------------------------------------------- order */

/* rvo_search_order returns what stands behind ORDER BY; key is the expression of what is sorted by, "id" for nothing else. */
const char *
rvo_search_order(const SearchQuery *query, const char *key)
{
	const char *direction = query->descending ? " DESC" : "";

	if (query->sort->kind == MEMBER_ID)
		return psprintf("id%s", direction);
	return psprintf("%s%s%s, id", key, direction, query->descending && rvo_search_is_nullable(query->sort) ? " NULLS LAST" : "");
}

/* The octets of a key: whether there is a value, then its own. */
#define HAS_VALUE '1'
#define HAS_NONE '0'

/* rvo_search_key returns what a record is sorted by, for a cursor. */
Slice
rvo_search_key(const SearchQuery *query, const Record *record)
{
	const RecordMember *member = query->sort;
	StringInfoData key;
	NullableTime time = {true, record->updated_time};
	Slice		text = NO_SLICE;

	initStringInfo(&key);
	appendStringInfoChar(&key, HAS_NONE);
	if (member->kind == MEMBER_ID)
		return (Slice) {key.data, key.len};
	if (rvo_search_type(member) == SEARCH_TEXT)
		text = *CONST_MEMBER_OF(record, member, Slice);
	else if (rvo_search_type(member) == SEARCH_ID)
		time = (NullableTime) {*CONST_MEMBER_OF(record, member, int64) != 0, *CONST_MEMBER_OF(record, member, int64)};
	else if (member->kind != MEMBER_UPDATED_TIME)
		time = *CONST_MEMBER_OF(record, member, NullableTime);
	if (rvo_search_type(member) != SEARCH_TEXT)
		text = (Slice) {time.given ? (const char *) &time.time : NULL, sizeof(time.time)};
	if (text.data == NULL || (text.len == 0 && can_be_empty(member)))
		return (Slice) {key.data, key.len};
	key.data[0] = HAS_VALUE;
	appendBinaryStringInfo(&key, text.data, text.len);
	return (Slice) {key.data, key.len};
}

/* read_key reads the value out of a key; false for none. */
static bool
read_key(const SearchQuery *query, Slice key, SearchValue *value)
{
	Slice		octets = {key.data + 1, key.len - 1};

	if (key.len == 0 || key.data[0] != HAS_VALUE)
		return false;
	if (rvo_search_type(query->sort) == SEARCH_TEXT)
		value->text = octets;
	else if (octets.len != sizeof(int64))
		rvo_failure_raise_bug("a cursor has a key of another type");
	else
		memcpy(&value->number, octets.data, sizeof(int64));
	return true;
}

/* rvo_search_behind returns " AND …" for what is behind the page's place, and adds the value there; nothing for the first page. */
const char *
rvo_search_behind(const SearchQuery *query, const char *key, SearchValues *values)
{
	const ListPlace *place = &query->page.place;
	const char *before = query->descending ? "<" : ">";
	SearchValue value = {.text = NO_SLICE};
	const char *array;
	int			number;

	if (query->sort->kind == MEMBER_ID)
		return psprintf(" AND id %s " SEARCH_PLACE, before);
	if (place->key.data == NULL)
		return "";
	if (!read_key(query, place->key, &value))
		return psprintf(" AND %s IS NULL AND id > " SEARCH_PLACE, key);
	array = value_arrays[rvo_search_type(query->sort)];
	number = add_value(values, rvo_search_type(query->sort), &value);
	return psprintf(" AND (%s %s (%s)[%d] OR (%s = (%s)[%d] AND id > " SEARCH_PLACE ")%s)", key, before, array, number, key, array, number,
					rvo_search_is_nullable(query->sort) ? psprintf(" OR %s IS NULL", key) : "");
}
