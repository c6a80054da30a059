/*
 * jsonio.c
 *	  Reading members of a jsonb object, building jsonb, looking at JSON text.
 *
 * Floor 0.  The only place that calls pushJsonbValue.  Strings are slices; what
 * is read points into the jsonb it was read from, what is built is copied when
 * rvo_json_built is called, so every slice must live until then.
 */
#include "postgres.h"

#include "common/jsonapi.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "fault.h"
#include "jsonio.h"

bool
rvo_json_is_object(JsonbContainer *json)
{
	return JsonContainerIsObject(json);
}

/* rvo_json_get finds a member; false if the object has none of that name. */
bool
rvo_json_get(JsonbContainer *object, Slice name, JsonbValue *value)
{
	return getKeyJsonValueFromContainer(object, name.data, name.len, value) != NULL;
}

/* rvo_json_string shows the bytes of a string value. */
Slice
rvo_json_string(const JsonbValue *value)
{
	Assert(value->type == jbvString);
	return (Slice) {value->val.string.val, value->val.string.len};
}

static void
push(JsonBuilder *b, JsonbIteratorToken token, JsonbValue *value)
{
	b->result = pushJsonbValue(&b->state, token, value);
}

/* put_value adds an element to an array, or the value of the name just put. */
static void
put_value(JsonBuilder *b, JsonbValue *value)
{
	push(b, b->state->contVal.type == jbvArray ? WJB_ELEM : WJB_VALUE, value);
}

void
rvo_json_begin_object(JsonBuilder *b)
{
	push(b, WJB_BEGIN_OBJECT, NULL);
}

void
rvo_json_end_object(JsonBuilder *b)
{
	push(b, WJB_END_OBJECT, NULL);
}

void
rvo_json_begin_array(JsonBuilder *b)
{
	push(b, WJB_BEGIN_ARRAY, NULL);
}

void
rvo_json_end_array(JsonBuilder *b)
{
	push(b, WJB_END_ARRAY, NULL);
}

static JsonbValue
string_value(Slice s)
{
	JsonbValue	v = {.type = jbvString};

	v.val.string.val = unconstify(char *, s.data);
	v.val.string.len = s.len;
	return v;
}

/* rvo_json_put_name adds a member's name; of equal names the last one counts. */
void
rvo_json_put_name(JsonBuilder *b, Slice name)
{
	JsonbValue	v = string_value(name);

	push(b, WJB_KEY, &v);
}

void
rvo_json_put_null(JsonBuilder *b)
{
	JsonbValue	v = {.type = jbvNull};

	put_value(b, &v);
}

/* rvo_json_put_string adds a string, or null if there is no value. */
void
rvo_json_put_string(JsonBuilder *b, Slice string)
{
	JsonbValue	v = string_value(string);

	if (string.data == NULL)
		rvo_json_put_null(b);
	else
		put_value(b, &v);
}

void
rvo_json_put_integer(JsonBuilder *b, int64 integer)
{
	JsonbValue	v = {.type = jbvNumeric};

	v.val.numeric = int64_to_numeric(integer);
	put_value(b, &v);
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

	if (timestamp2tm(time, NULL, &tm, &microseconds, NULL, NULL) != 0)
		rvo_fault_raise_bug("time out of range");
	return rvo_slice(psprintf("%04d-%02d-%02dT%02d:%02d:%02d.%06dZ",
							  tm.tm_year, tm.tm_mon, tm.tm_mday,
							  tm.tm_hour, tm.tm_min, tm.tm_sec, microseconds));
}

void
rvo_json_put_time(JsonBuilder *b, TimestampTz time)
{
	rvo_json_put_string(b, rvo_json_time(time));
}

/* rvo_json_put_jsonb adds a whole array or object as it is. */
void
rvo_json_put_jsonb(JsonBuilder *b, Jsonb *jsonb)
{
	JsonbValue	v = {.type = jbvBinary};

	v.val.binary.data = &jsonb->root;
	v.val.binary.len = VARSIZE(jsonb) - VARHDRSZ;
	put_value(b, &v);
}

/* rvo_json_built returns what was built, in the current context. */
Jsonb *
rvo_json_built(JsonBuilder *b)
{
	return JsonbValueToJsonb(b->result);
}

/* rvo_json_is_valid tells whether the text is JSON.  Raises only on stack depth. */
bool
rvo_json_is_valid(Slice text)
{
	JsonLexContext *lex = rvo_make_json_lexer(NULL, unconstify(char *, text.data), text.len);

	return pg_parse_json(lex, &nullSemAction) == JSON_SUCCESS;
}

/*
 * rvo_json_is_too_deep tells whether arrays and objects nest deeper than
 * JSON_MAX_DEPTH.  It counts brackets outside strings, without recursion, so
 * that no parser has to go down first.
 */
bool
rvo_json_is_too_deep(Slice text)
{
	bool		in_string = false;
	int			depth = 0;

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
			if (++depth > JSON_MAX_DEPTH)
				return true;
		}
		else if (c == ']' || c == '}')
			depth--;
	}
	return false;
}

/* What rvo_json_find_string carries through the parser. */
typedef struct FindState
{
	JsonLexContext *lex;
	const char *name;
	bool		here;			/* the next scalar is the wanted member's */
	bool		found;
	Slice		value;
} FindState;

static void
find_member(void *state, char *name, bool isnull pg_attribute_unused())
{
	FindState  *find = state;

	find->here = find->lex->lex_level == 1 && strcmp(name, find->name) == 0;
	if (find->here)
	{
		find->found = true;
		find->value = NO_SLICE;
	}
}

static void
find_scalar(void *state, char *token, JsonTokenType type)
{
	FindState  *find = state;

	if (find->here && type == JSON_TOKEN_STRING)
		find->value = rvo_slice(token);
	find->here = false;
}

static void
find_container(void *state)
{
	((FindState *) state)->here = false;
}

/*
 * rvo_json_find_string looks for a string member of a JSON object given as
 * text.  Returns false if the text is no JSON object.  Otherwise *value is the
 * member's string in the current context, no value if it is absent, and ""
 * if it is not a string.
 */
bool
rvo_json_find_string(Slice text, const char *name, Slice *value)
{
	FindState	find = {.name = name};
	JsonSemAction actions = {0};

	if (rvo_json_is_too_deep(text))
		return false;
	find.lex = rvo_make_json_lexer(NULL, unconstify(char *, text.data), text.len);
	actions.semstate = &find;
	actions.object_field_start = find_member;
	actions.object_start = find_container;
	actions.array_start = find_container;
	actions.scalar = find_scalar;
	if (pg_parse_json(find.lex, &actions) != JSON_SUCCESS)
		return false;
	if (find.found && find.value.data == NULL)
		find.value = CONST_SLICE("");
	*value = find.value;
	return rvo_text_trim(text).data[0] == '{';
}

/* rvo_json_parse reads JSON text.  Raises what jsonb_in raises. */
Jsonb *
rvo_json_parse(Slice text)
{
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in,
											  CStringGetDatum(rvo_slice_cstring(text))));
}
