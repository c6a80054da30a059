/*
 * json_parse.c
 *	  JSON text to jsonb, with less memory than jsonb_in takes.
 *
 * The server's parser calls us for each token, and its functions make jsonb of the
 * tree.  The tree is ours: jsonb_in takes 600 octets for an object of two members,
 * for which 150 are enough, and 16 MiB of a body hold 400,000 of those.  What is
 * open lies on two stacks; what is closed is copied to where it has just its size.
 *
 * Who sorts what a caller has ordered sorts it in an order of chance: there are
 * orders that take qsort a second for each 10,000.
 */
#include "postgres.h"

#include "common/jsonapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonfuncs.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "base/json_parse.h"
#include "base/jsonio.h"

#define BLOCK_SIZE (64 * 1024)

/* Members or elements from which on they stay where they are, and a stack grows slowly: two of these would be too much. */
#define LARGE 50000

/* An object or array that is open: where on its stack it begins. */
typedef struct Level
{
	bool		is_object;
	int			first;
} Level;

typedef struct Parsing
{
	char	   *block;			/* memory for what is done, a block at a time */
	Size		left;
	int			nlevels;
	int			levels_capacity;
	Level	   *levels;
	int			npairs;
	int			pairs_capacity;
	JsonbPair  *pairs;			/* of all open objects; the last has no value yet */
	int			nelements;
	int			elements_capacity;
	JsonbValue *elements;		/* of all open arrays */
	bool		what_fits;		/* null for a number that numeric may not hold */
	JsonbValue	root;
} Parsing;

/* keep copies octets to memory that is freed with all else. */
static void *
keep(Parsing *parsing, const void *from, Size size)
{
	Size		aligned = MAXALIGN(size);
	void	   *to;

	if (aligned >= BLOCK_SIZE / 4)
		to = MemoryContextAllocHuge(CurrentMemoryContext, aligned);
	else
	{
		if (parsing->block == NULL || aligned > parsing->left)
		{
			parsing->block = palloc(BLOCK_SIZE);
			parsing->left = BLOCK_SIZE;
		}
		to = parsing->block;
		parsing->block += aligned;
		parsing->left -= aligned;
	}
	if (size > 0)
		memcpy(to, from, size);
	return to;
}

/* room returns a stack with room for one more. */
static void *
room(void *stack, int count, int *capacity, Size size)
{
	if (count < *capacity)
		return stack;
	*capacity += Max(64, *capacity < LARGE ? *capacity : *capacity / 8);
	return stack == NULL ? palloc(*capacity * size) : repalloc_huge(stack, *capacity * size);
}

/*
 * close_top ends what lies on top of a stack, from first on, and returns where it is kept: where it
 * lies, if it is large, and what is below moves.
 */
static void *
close_top(Parsing *parsing, void **stack, int first, int kept, int *capacity, Size size)
{
	char	   *top = (char *) *stack + first * size;

	if (kept < LARGE)
		return keep(parsing, top, kept * size);
	*capacity = first + 64;
	*stack = memcpy(palloc_extended(*capacity * size, MCXT_ALLOC_HUGE), *stack, first * size);
	return top;
}

/* put gives a value its place in what is open. */
static void
put(Parsing *parsing, JsonbValue value)
{
	if (parsing->nlevels == 0)
		parsing->root = value;
	else if (parsing->levels[parsing->nlevels - 1].is_object)
		parsing->pairs[parsing->npairs - 1].value = value;
	else
	{
		parsing->elements = room(parsing->elements, parsing->nelements, &parsing->elements_capacity, sizeof(JsonbValue));
		parsing->elements[parsing->nelements++] = value;
	}
}

/* string makes a value of a token, which it frees. */
static JsonbValue
string(Parsing *parsing, char *token)
{
	JsonbValue	value = {.type = jbvString};

	value.val.string.len = strlen(token);
	value.val.string.val = keep(parsing, token, value.val.string.len);
	pfree(token);
	return value;
}

static JsonbValue
number(Parsing *parsing, char *token)
{
	JsonbValue	value = {.type = jbvNumeric};
	Numeric		numeric;

	if (parsing->what_fits && !rvo_json_number_fits(token))
	{
		pfree(token);
		return rvo_json_null();
	}
	numeric = DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum(token),
												  ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
	value.val.numeric = keep(parsing, numeric, VARSIZE(numeric));
	pfree(numeric);
	pfree(token);
	return value;
}

static void
open_level(Parsing *parsing, bool is_object, int first)
{
	CHECK_FOR_INTERRUPTS();
	parsing->levels = room(parsing->levels, parsing->nlevels, &parsing->levels_capacity, sizeof(Level));
	parsing->levels[parsing->nlevels++] = (Level) {is_object, first};
}

static JsonCallbackResult
begin_object(void *state)
{
	Parsing    *parsing = state;

	parsing->pairs = room(parsing->pairs, parsing->npairs, &parsing->pairs_capacity, sizeof(JsonbPair));
	open_level(parsing, true, parsing->npairs);
	return JSON_GO_ON;
}

static JsonCallbackResult
begin_array(void *state)
{
	Parsing    *parsing = state;

	parsing->elements = room(parsing->elements, parsing->nelements, &parsing->elements_capacity, sizeof(JsonbValue));
	open_level(parsing, false, parsing->nelements);
	return JSON_GO_ON;
}

static JsonCallbackResult
begin_member(void *state, char *name, bool isnull pg_attribute_unused())
{
	Parsing    *parsing = state;
	JsonbPair  *pair;

	CHECK_FOR_INTERRUPTS();
	parsing->pairs = room(parsing->pairs, parsing->npairs, &parsing->pairs_capacity, sizeof(JsonbPair));
	pair = &parsing->pairs[parsing->npairs];
	pair->key = string(parsing, name);
	pair->order = parsing->npairs++;
	return JSON_GO_ON;
}

static JsonCallbackResult
end_object(void *state)
{
	Parsing    *parsing = state;
	int			first = parsing->levels[--parsing->nlevels].first;
	JsonObject	object = {.count = parsing->npairs - first, .pairs = parsing->pairs + first};
	JsonbValue	value = rvo_json_close(&object);

	value.val.object.pairs = close_top(parsing, (void **) &parsing->pairs, first, value.val.object.nPairs,
									   &parsing->pairs_capacity, sizeof(JsonbPair));
	parsing->npairs = first;
	put(parsing, value);
	return JSON_GO_ON;
}

static JsonCallbackResult
end_array(void *state)
{
	Parsing    *parsing = state;
	int			first = parsing->levels[--parsing->nlevels].first;
	JsonbValue	value = {.type = jbvArray};

	value.val.array.nElems = parsing->nelements - first;
	value.val.array.elems = close_top(parsing, (void **) &parsing->elements, first, value.val.array.nElems,
									  &parsing->elements_capacity, sizeof(JsonbValue));
	parsing->nelements = first;
	put(parsing, value);
	return JSON_GO_ON;
}

static JsonCallbackResult
scalar(void *state, char *token, JsonTokenType type)
{
	Parsing    *parsing = state;

	CHECK_FOR_INTERRUPTS();
	switch (type)
	{
		case JSON_TOKEN_STRING:
			put(parsing, string(parsing, token));
			break;
		case JSON_TOKEN_NUMBER:
			put(parsing, number(parsing, token));
			break;
		case JSON_TOKEN_TRUE:
		case JSON_TOKEN_FALSE:
			put(parsing, rvo_json_boolean(type == JSON_TOKEN_TRUE));
			break;
		default:
			put(parsing, rvo_json_null());
	}
	return JSON_GO_ON;
}

/* parse reads JSON text, in the current context. */
static Jsonb *
parse(Slice text, bool what_fits)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext context = AllocSetContextCreate(caller, "revyops JSON", ALLOCSET_DEFAULT_SIZES);
	Parsing		parsing = {.what_fits = what_fits};
	JsonSemAction actions = {
		.semstate = &parsing,
		.object_start = begin_object, .object_end = end_object, .object_field_start = begin_member,
		.array_start = begin_array, .array_end = end_array,
		.scalar = scalar,
	};
	Jsonb	   *jsonb;

	MemoryContextSwitchTo(context);
	pg_parse_json_or_ereport(makeJsonLexContextCstringLen_compat(text.data, text.len), &actions);
	MemoryContextSwitchTo(caller);
	jsonb = rvo_json_encode(&parsing.root);
	MemoryContextDelete(context);
	return jsonb;
}

/* rvo_json_parse reads JSON text to the jsonb that jsonb_in makes, in the current context.  Raises what that raises. */
Jsonb *
rvo_json_parse(Slice text)
{
	return parse(text, false);
}

/* rvo_json_parse_what_fits does so, with null in place of a number that numeric has no room for. */
Jsonb *
rvo_json_parse_what_fits(Slice text)
{
	return parse(text, true);
}

/* rvo_json_list reads a list that came as one text; what is no JSON array or object stays a string. */
JsonbValue
rvo_json_list(Slice text)
{
	Jsonb	   *json;

	if (!rvo_json_is_loadable(text))
		return rvo_json_text(text);
	json = rvo_json_parse(text);
	return JB_ROOT_IS_SCALAR(json) ? rvo_json_text(text) : rvo_json_jsonb(json);
}
