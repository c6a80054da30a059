/*
 * jsonio.c
 *	  Reading members of a jsonb object, building jsonb, looking at JSON text.
 *
 * Strings are slices: what is read points into the jsonb that it was read
 * from, what is built into what it was made of, until rvo_json_encode copies
 * it all.
 *
 * A value is built as the tree that the server's own functions build, but
 * without pushJsonbValue, which copies and sorts every object on the way and
 * unpacks a finished part to put it inside another.  jsonb keeps the members of
 * an object by the length of their names, then by bytes; an object filled in
 * that order is not sorted again.
 */
#include "postgres.h"

#include "common/jsonapi.h"
#include "common/pg_prng.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/failure.h"
#include "base/jsonio.h"

/* Well inside what numeric holds, and longer than any value that a contact may have. */
#define NUMBER_MAX_LENGTH 4000
#define EXPONENT_MAX_DIGITS 4

/* Decimals of numbers that are written without a look at how long they are; all limits are higher. */
#define USUAL_SCALE 20

/* Members of an object that are not sorted as they came. */
#define SHUFFLED_FROM 1000

/* What numeric holds before the point. */
#define NUMBER_MAX_DIGITS 131072

/* rvo_json_root returns what jsonb holds; NULL stays NULL. */
JsonbContainer *
rvo_json_root(Jsonb *jsonb)
{
	return jsonb != NULL ? &jsonb->root : NULL;
}

/* rvo_json_is_object tells whether there is an object; NULL is none. */
bool
rvo_json_is_object(JsonbContainer *json)
{
	return json != NULL && JsonContainerIsObject(json);
}

/* rvo_json_is_array tells whether there is an array; NULL and a scalar are none. */
bool
rvo_json_is_array(JsonbContainer *json)
{
	return json != NULL && JsonContainerIsArray(json) && !JsonContainerIsScalar(json);
}

/* rvo_json_get finds a member; false if the object has none of that name. */
bool
rvo_json_get(JsonbContainer *object, Slice name, JsonbValue *value)
{
	return getKeyJsonValueFromContainer(object, name.data, name.len, value) != NULL;
}

/* rvo_json_next_name shows the next name, in jsonb's order: by length, then by bytes. */
bool
rvo_json_next_name(JsonNames *names, Slice *name)
{
	JsonbContainer *object = names->object;
	int			n = JsonContainerSize(object);
	const char *bytes = (const char *) &object->children[2 * n];

	if (names->next == n)
		return false;
	*name = (Slice) {bytes + names->offset, getJsonbLength(object, names->next)};
	names->offset += name->len;
	names->next++;
	return true;
}

/* rvo_json_next_object shows the next object in an array, passing over what is none; no array has any. */
bool
rvo_json_next_object(JsonObjects *objects, JsonbContainer **object)
{
	JsonbContainer *array = objects->array;
	int			n = JsonContainerIsArray(array) ? JsonContainerSize(array) : 0;
	char	   *bytes = (char *) &array->children[n];

	while (objects->next < n)
	{
		JEntry		entry = array->children[objects->next];

		*object = (JsonbContainer *) (bytes + INTALIGN(objects->offset));
		objects->offset += getJsonbLength(array, objects->next++);
		if (JBE_ISCONTAINER(entry) && JsonContainerIsObject(*object))
			return true;
	}
	return false;
}

/* rvo_json_string shows the bytes of a string value. */
Slice
rvo_json_string(const JsonbValue *value)
{
	Assert(value->type == jbvString);
	return (Slice) {value->val.string.val, value->val.string.len};
}

/* rvo_json_to_id reads a number as an id; false if it is no whole number from 1 on. */
bool
rvo_json_to_id(const JsonbValue *value, int64 *id)
{
	Datum		number = NumericGetDatum(value->val.numeric);
	Datum		zero = NumericGetDatum(int64_to_numeric(0));
	Datum		max = NumericGetDatum(int64_to_numeric(PG_INT64_MAX));

	Assert(value->type == jbvNumeric);
	if (numeric_is_nan(value->val.numeric) || numeric_is_inf(value->val.numeric) ||
		!DatumGetBool(DirectFunctionCall2(numeric_gt, number, zero)) ||
		!DatumGetBool(DirectFunctionCall2(numeric_le, number, max)))
		return false;
	*id = DatumGetInt64(DirectFunctionCall1(numeric_int8, number));
	return DatumGetBool(DirectFunctionCall2(numeric_eq, number, NumericGetDatum(int64_to_numeric(*id))));
}

/* power_of_ten makes 10^exponent, as short as any number. */
static Numeric
power_of_ten(int exponent)
{
	char		text[16];

	snprintf(text, sizeof(text), "1e%d", exponent);
	return DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum(text),
											   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
}

/* is_usual tells whether a number is one of those that nearly all are: of an integer's size, and few decimals. */
static bool
is_usual(Datum number, int scale)
{
	static Numeric most = NULL;
	static Numeric least = NULL;

	if (most == NULL)
	{
		MemoryContext caller = MemoryContextSwitchTo(TopMemoryContext);

		least = int64_to_numeric(-PG_INT64_MAX);
		most = int64_to_numeric(PG_INT64_MAX);
		MemoryContextSwitchTo(caller);
	}
	return scale <= USUAL_SCALE &&
		DatumGetBool(DirectFunctionCall2(numeric_lt, number, NumericGetDatum(most))) &&
		DatumGetBool(DirectFunctionCall2(numeric_gt, number, NumericGetDatum(least)));
}

/* is_below tells whether a size has fewer digits before the point than a number of so many. */
static bool
is_below(Datum size, int digits)
{
	return DatumGetBool(DirectFunctionCall2(numeric_lt, size, NumericGetDatum(power_of_ten(digits))));
}

/* digits_before_point counts them: they are the exponent of the least power of ten that is larger. */
static int
digits_before_point(Datum size)
{
	int			fewer = 0;
	int			digits = NUMBER_MAX_DIGITS;

	while (digits - fewer > 1)
	{
		int			middle = fewer + (digits - fewer) / 2;

		if (is_below(size, middle))
			digits = middle;
		else
			fewer = middle;
	}
	return digits;
}

/* length_of returns how long the text of a number is, that is not written; 0 if it has no more digits than max_digits. */
static int
length_of(Datum number, int scale, int max_digits)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext context = AllocSetContextCreate(caller, "revyops number", ALLOCSET_SMALL_SIZES);
	int			length = 0;
	Datum		size;

	/* It takes some twenty numbers to find out. */
	MemoryContextSwitchTo(context);
	size = DirectFunctionCall1(numeric_abs, number);
	if (scale > max_digits || !is_below(size, max_digits))
		length = digits_before_point(size) + (scale > 0 ? 1 + scale : 0) +
			DatumGetBool(DirectFunctionCall2(numeric_lt, number, NumericGetDatum(int64_to_numeric(0))));
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return length;
}

/*
 * rvo_json_number_text writes a number as jsonb shows it, in memory of its own;
 * no value, but how long it would be, if it had more digits than max_digits on
 * either side of the point.  It is not written then: 1e131071 is eight octets
 * of a body, a millisecond and 128 KiB.
 */
Slice
rvo_json_number_text(const JsonbValue *value, int max_digits, int *length)
{
	Datum		number = NumericGetDatum(value->val.numeric);
	int			scale = DatumGetInt32(DirectFunctionCall1(numeric_scale, number));
	Slice		text;

	Assert(value->type == jbvNumeric);

	*length = is_usual(number, scale) ? 0 : length_of(number, scale, max_digits);
	if (*length > 0)
		return NO_SLICE;
	text = rvo_slice(DatumGetCString(DirectFunctionCall1(numeric_out, number)));
	*length = text.len;
	return text;
}

/*
 * rvo_json_id_text is that of a number that is an id: without a fraction that is nothing, which programs that
 * have floating numbers only write behind one.
 */
Slice
rvo_json_id_text(const JsonbValue *value, int max_digits)
{
	int			length;
	Slice		number = rvo_json_number_text(value, max_digits, &length);
	Slice		fraction = number;
	Slice		integer = number;

	if (number.data != NULL)
		integer = rvo_text_split(&fraction, '.');
	while (rvo_text_take(&fraction, "0"))
		;
	return fraction.len > 0 ? number : integer;
}

JsonbValue
rvo_json_null(void)
{
	return (JsonbValue) {.type = jbvNull};
}

JsonbValue
rvo_json_boolean(bool boolean)
{
	return (JsonbValue) {.type = jbvBool, .val.boolean = boolean};
}

JsonbValue
rvo_json_integer(int64 integer)
{
	JsonbValue	value = {.type = jbvNumeric};

	value.val.numeric = int64_to_numeric(integer);
	return value;
}

/* rvo_json_array makes an array for as many elements. */
JsonbValue
rvo_json_array(int capacity)
{
	JsonbValue	value = {.type = jbvArray};

	value.val.array.elems = palloc(Max(capacity, 1) * sizeof(JsonbValue));
	value.val.array.nElems = 0;
	value.val.array.rawScalar = false;
	return value;
}

void
rvo_json_append(JsonbValue *array, JsonbValue element)
{
	array->val.array.elems[array->val.array.nElems++] = element;
}

/* rvo_json_open starts an object for as many members. */
JsonObject
rvo_json_open(int capacity)
{
	return (JsonObject) {0, capacity, palloc(Max(capacity, 1) * sizeof(JsonbPair))};
}

/* rvo_json_put adds a member; of equal names the last one counts. */
void
rvo_json_put(JsonObject *object, Slice name, JsonbValue value)
{
	JsonbPair  *pair = &object->pairs[object->count];

	Assert(object->count < object->capacity);
	pair->key = rvo_json_text(name);
	pair->value = value;
	pair->order = object->count++;
}

/* compare_names is jsonb's order of members: by length, then by bytes. */
static int
compare_names(const JsonbPair *a, const JsonbPair *b)
{
	if (a->key.val.string.len != b->key.val.string.len)
		return a->key.val.string.len - b->key.val.string.len;
	return memcmp(a->key.val.string.val, b->key.val.string.val, a->key.val.string.len);
}

/* by_name_then_last sorts equal names so that the last one put comes first; a million members take seconds. */
static int
by_name_then_last(const void *a, const void *b)
{
	int			order = compare_names(a, b);

	CHECK_FOR_INTERRUPTS();
	if (order == 0)
		order = (int) ((const JsonbPair *) b)->order - (int) ((const JsonbPair *) a)->order;
	return order;
}

/* shuffle puts many members in an order of chance: that which a caller has chosen may be the worst for qsort. */
static void
shuffle(JsonbPair *pairs, int n)
{
	for (int i = n - 1; i > 0 && n > SHUFFLED_FROM; i--)
	{
		int			other = (int) pg_prng_uint64_range(&pg_global_prng_state, 0, i);
		JsonbPair	pair = pairs[i];

		pairs[i] = pairs[other];
		pairs[other] = pair;
	}
}

/* rvo_json_close makes a value of an object: sorts its members unless they came in order. */
JsonbValue
rvo_json_close(JsonObject *object)
{
	JsonbValue	value = {.type = jbvObject};
	JsonbPair  *pairs = object->pairs;
	bool		sorted = true;
	int			kept = 0;

	for (int i = 1; i < object->count && sorted; i++)
		sorted = compare_names(&pairs[i - 1], &pairs[i]) < 0;
	if (!sorted)
	{
		shuffle(pairs, object->count);
		qsort(pairs, object->count, sizeof(JsonbPair), by_name_then_last);
		for (int i = 0; i < object->count; i++)
			if (i == 0 || compare_names(&pairs[kept - 1], &pairs[i]) != 0)
				pairs[kept++] = pairs[i];
		object->count = kept;
	}
	value.val.object.pairs = pairs;
	value.val.object.nPairs = object->count;
	return value;
}

/* rvo_json_encode writes a value as jsonb, in the current context. */
Jsonb *
rvo_json_encode(JsonbValue *value)
{
	return JsonbValueToJsonb(value);
}

/* The same octet eight times. */
#define EIGHT(octet) (UINT64CONST(0x0101010101010101) * (octet))

/* below marks octets that are smaller than another, up to 0x80; those in front of the first one that is are right. */
static uint64
below(uint64 octets, uint8 bound)
{
	return (octets - EIGHT(bound)) & ~octets & EIGHT(0x80);
}

/* needs_escape looks for a quote, a backslash or a control character, eight octets at a time. */
static bool
needs_escape(Slice string)
{
	uint64		found = 0;

	for (int i = 0; i < string.len; i += sizeof(uint64))
	{
		uint64		octets = EIGHT(' ');

		if (string.len - i >= (int) sizeof(uint64))
			memcpy(&octets, string.data + i, sizeof(uint64));
		else
			memcpy(&octets, string.data + i, string.len - i);
		found |= below(octets, 0x20) | below(octets ^ EIGHT('"'), 1) | below(octets ^ EIGHT('\\'), 1);
	}
	return found != 0;
}

/* write_string writes a string; almost none has anything to escape. */
static void
write_string(StringInfo to, Slice string)
{
	if (needs_escape(string))
	{
		escape_json(to, rvo_slice_cstring(string));
		return;
	}
	appendStringInfoCharMacro(to, '"');
	appendBinaryStringInfo(to, string.data, string.len);
	appendStringInfoCharMacro(to, '"');
}

/*
 * rvo_json_write writes a value as text, as jsonb shows it.  For what is built
 * here, not for a caller's data: it goes down by recursion, and numbers are
 * rvo_json_integer's.
 */
void
rvo_json_write(StringInfo to, const JsonbValue *value)
{
	switch (value->type)
	{
		case jbvString:
			write_string(to, rvo_json_string(value));
			break;
		case jbvBool:
			appendStringInfoString(to, value->val.boolean ? "true" : "false");
			break;
		case jbvNumeric:
			enlargeStringInfo(to, MAXINT8LEN);
			to->len += pg_lltoa(DatumGetInt64(DirectFunctionCall1(numeric_int8,
																  NumericGetDatum(value->val.numeric))),
								to->data + to->len);
			break;
		case jbvArray:
			appendStringInfoCharMacro(to, '[');
			for (int i = 0; i < value->val.array.nElems; i++)
			{
				if (i > 0)
					appendStringInfoString(to, ", ");
				rvo_json_write(to, &value->val.array.elems[i]);
			}
			appendStringInfoCharMacro(to, ']');
			break;
		case jbvObject:
			appendStringInfoCharMacro(to, '{');
			for (int i = 0; i < value->val.object.nPairs; i++)
			{
				if (i > 0)
					appendStringInfoString(to, ", ");
				write_string(to, rvo_json_string(&value->val.object.pairs[i].key));
				appendStringInfoString(to, ": ");
				rvo_json_write(to, &value->val.object.pairs[i].value);
			}
			appendStringInfoCharMacro(to, '}');
			break;
		default:
			Assert(value->type == jbvNull);
			appendStringInfoString(to, "null");
	}
}

/* rvo_json_unpack unpacks jsonb to a value that can stand inside another; not for hot paths. */
JsonbValue
rvo_json_unpack(JsonbContainer *container)
{
	JsonbValue	scalar;
	JsonbInState state = {0};
	JsonbIterator *it = JsonbIteratorInit(container);
	JsonbValue	value;
	JsonbIteratorToken token;

	if (JsonbExtractScalar(container, &scalar))
		return scalar;
	while ((token = JsonbIteratorNext(&it, &value, false)) != WJB_DONE)
		pushJsonbValue_compat(&state, token, token < WJB_BEGIN_ARRAY ? &value : NULL);
	return *state.result;
}

/* rvo_json_jsonb is rvo_json_unpack for a whole one. */
JsonbValue
rvo_json_jsonb(Jsonb *jsonb)
{
	return rvo_json_unpack(&jsonb->root);
}

/* put_digits writes a number of fixed width and returns what comes behind it. */
static char *
put_digits(char *to, int number, int width, char separator)
{
	for (int i = width - 1; i >= 0; i--)
	{
		to[i] = '0' + number % 10;
		number /= 10;
	}
	to[width] = separator;
	return to + width + 1;
}

/*
 * rvo_json_time writes a time as the API shows it, in the current context:
 * ISO 8601, UTC, six decimals.
 */
Slice
rvo_json_time(TimestampTz time)
{
	struct pg_tm tm;
	fsec_t		microseconds;
	char	   *text = palloc(sizeof("2026-11-23T20:23:39.061879Z"));
	char	   *end = text;

	if (timestamp2tm(time, NULL, &tm, &microseconds, NULL, NULL) != 0 || tm.tm_year < 0 || tm.tm_year > 9999)
		rvo_failure_raise_bug("time out of range");
	end = put_digits(end, tm.tm_year, 4, '-');
	end = put_digits(end, tm.tm_mon, 2, '-');
	end = put_digits(end, tm.tm_mday, 2, 'T');
	end = put_digits(end, tm.tm_hour, 2, ':');
	end = put_digits(end, tm.tm_min, 2, ':');
	end = put_digits(end, tm.tm_sec, 2, '.');
	end = put_digits(end, microseconds, 6, 'Z');
	return (Slice) {text, end - text};
}

/* rvo_json_nullable_time shows a time, or null if there is none. */
JsonbValue
rvo_json_nullable_time(NullableTime time)
{
	return time.given ? rvo_json_text(rvo_json_time(time.time)) : rvo_json_null();
}

/* rvo_json_is_valid tells whether the text is JSON.  Raises only on stack depth. */
bool
rvo_json_is_valid(Slice text)
{
	JsonLexContext *lex = makeJsonLexContextCstringLen_compat(text.data, text.len);

	return pg_parse_json(lex, &nullSemAction) == JSON_SUCCESS;
}

/*
 * rvo_json_measure counts, outside strings, how deep arrays and objects nest
 * and how much there is, without recursion and without memory: so that no parser
 * has to find out.  depth is how many are around the text.
 */
JsonExtent
rvo_json_measure(Slice text, int depth)
{
	JsonExtent	extent = {.too_deep = -1};
	bool		in_string = false;

	for (int i = 0; i < text.len; i++)
	{
		char		c = text.data[i];

		if (in_string && c == '\\')
			i++;
		else if (c == '"')
			in_string = !in_string;
		else if (in_string)
			continue;
		else if (c == '[' || c == '{')
		{
			extent.containers++;
			if (++depth > JSON_MAX_DEPTH && extent.too_deep < 0)
				extent.too_deep = i;
			extent.depth = Max(extent.depth, depth);
		}
		else if (c == ']' || c == '}')
			depth--;
		else if (c == ',')
			extent.commas++;
	}
	return extent;
}

/* is_too_large tells whether a text is more than any body may be. */
static bool
is_too_large(Slice text)
{
	JsonExtent	extent = rvo_json_measure(text, 0);

	return extent.depth > JSON_MAX_DEPTH || extent.containers > JSON_MAX_CONTAINERS ||
		extent.commas > JSON_MAX_COMMAS;
}

/* rvo_json_number_fits tells whether numeric is sure to hold a number, by its length and the digits of its exponent. */
bool
rvo_json_number_fits(const char *number)
{
	const char *exponent = number + strcspn(number, "eE");

	return strlen(number) <= NUMBER_MAX_LENGTH && strlen(exponent + strspn(exponent, "eE+-0")) <= EXPONENT_MAX_DIGITS;
}

/* check_number notes a number that numeric may not hold. */
static JsonCallbackResult
check_number(void *all_fit, char *token, JsonTokenType type)
{
	if (type == JSON_TOKEN_NUMBER && !rvo_json_number_fits(token))
		*(bool *) all_fit = false;
	return JSON_GO_ON;
}

/* rvo_json_is_encoded tells a string that is the JSON text of an object or array: somebody has encoded it twice. */
bool
rvo_json_is_encoded(const JsonbValue *value)
{
	Slice		text;

	if (value->type != jbvString)
		return false;
	text = rvo_text_trim(rvo_json_string(value));
	return text.len > 0 && (text.data[0] == '{' || text.data[0] == '[') && rvo_json_is_loadable(text);
}

/* rvo_json_is_encoded_root is rvo_json_is_encoded for a whole body; NULL is none. */
bool
rvo_json_is_encoded_root(JsonbContainer *json)
{
	return json != NULL && JsonContainerIsScalar(json) && rvo_json_is_encoded(getIthJsonbValueFromContainer(json, 0));
}

/* rvo_json_is_well_formed tells whether rvo_json_parse_what_fits may be given the text: it is JSON, no larger than a body may be. */
bool
rvo_json_is_well_formed(Slice text)
{
	JsonSemAction actions = {0};

	return !is_too_large(text) && pg_parse_json(makeJsonLexContextCstringLen_compat(text.data, text.len), &actions) == JSON_SUCCESS;
}

/*
 * rvo_json_is_loadable tells whether rvo_json_parse may be given the text: it
 * is JSON, no larger than a body may be, and has no numbers that jsonb has no
 * room for.
 */
bool
rvo_json_is_loadable(Slice text)
{
	JsonLexContext *lex = makeJsonLexContextCstringLen_compat(text.data, text.len);
	bool		all_fit = true;
	JsonSemAction actions = {.semstate = &all_fit, .scalar = check_number};

	if (is_too_large(text))
		return false;
	return pg_parse_json(lex, &actions) == JSON_SUCCESS && all_fit;
}

/* What rvo_json_find_strings carries through the parser. */
typedef struct FindState
{
	JsonLexContext *lex;
	const JsonStringMember *members;
	int			count;
	Slice	   *here;			/* where the next scalar belongs, if anywhere */
} FindState;

static JsonCallbackResult
find_member(void *state, char *name, bool isnull pg_attribute_unused())
{
	FindState  *find = state;

	find->here = NULL;
	for (int i = 0; i < find->count && find->lex->lex_level == 1; i++)
		if (strcmp(name, find->members[i].name) == 0)
			find->here = find->members[i].value;
	if (find->here != NULL)
		*find->here = CONST_SLICE("");
	return JSON_GO_ON;
}

static JsonCallbackResult
find_scalar(void *state, char *token, JsonTokenType type)
{
	FindState  *find = state;

	if (find->here != NULL && type == JSON_TOKEN_STRING)
		*find->here = rvo_slice(token);
	find->here = NULL;
	return JSON_GO_ON;
}

static JsonCallbackResult
find_container(void *state)
{
	((FindState *) state)->here = NULL;
	return JSON_GO_ON;
}

/*
 * rvo_json_find_strings looks for string members of a JSON object given as
 * text.  Returns false if the text is no JSON object.  Otherwise the values are
 * in the current context: what is absent is left as it is, what is not a string
 * gives "", and of equal names the last counts.
 */
bool
rvo_json_find_strings(Slice text, const JsonStringMember *members, int count)
{
	FindState	find = {.members = members, .count = count};
	JsonSemAction actions = {0};
	Slice		trimmed = rvo_text_trim(text);

	if (trimmed.len == 0 || trimmed.data[0] != '{' || is_too_large(text))
		return false;
	find.lex = makeJsonLexContextCstringLen_compat(text.data, text.len);
	actions.semstate = &find;
	actions.object_field_start = find_member;
	actions.object_start = find_container;
	actions.array_start = find_container;
	actions.scalar = find_scalar;
	return pg_parse_json(find.lex, &actions) == JSON_SUCCESS;
}
