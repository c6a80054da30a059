/*
 * jsonio.h
 *	  Reading members of a jsonb object, and building jsonb.
 */
#ifndef RVO_JSONIO_H
#define RVO_JSONIO_H

#include "datatype/timestamp.h"
#include "lib/stringinfo.h"
#include "utils/jsonb.h"

#include "base/text.h"

/*
 * How deep a body over HTTP may nest; the documented ones need 5.  And how much
 * it may hold: a batch of 10,000 contacts with 35 custom fields each.  For an
 * object of two members json_parse.c takes some 200 octets.
 */
#define JSON_MAX_DEPTH 64
#define JSON_MAX_CONTAINERS 400000
#define JSON_MAX_COMMAS 1500000

typedef struct JsonExtent
{
	int			depth;
	int			too_deep;		/* where more than JSON_MAX_DEPTH are open for the first time; -1 = nowhere */
	int			containers;		/* arrays and objects */
	int			commas;
} JsonExtent;

/* A walk over the names of an object's members.  Starts as {object}. */
typedef struct JsonNames
{
	JsonbContainer *object;
	int			next;
	uint32		offset;
} JsonNames;

/* A walk over the objects in an array.  Starts as {array}. */
typedef struct JsonObjects
{
	JsonbContainer *array;
	int			next;
	uint32		offset;
} JsonObjects;

/* An object being filled; rvo_json_close makes a value of it. */
typedef struct JsonObject
{
	int			count;
	int			capacity;
	JsonbPair  *pairs;
} JsonObject;

/* A time, or none.  Starts as {0}: none. */
typedef struct NullableTime
{
	bool		given;
	TimestampTz time;
} NullableTime;

/* A truth value, or none.  Starts as {0}: none. */
typedef struct NullableBoolean
{
	bool		given;
	bool		value;
} NullableBoolean;

/* A string member to look for in JSON text, and where to put it. */
typedef struct JsonStringMember
{
	const char *name;
	Slice	   *value;
} JsonStringMember;

extern JsonbContainer *rvo_json_root(Jsonb *jsonb);
extern bool rvo_json_is_object(JsonbContainer *json);
extern bool rvo_json_is_array(JsonbContainer *json);
extern bool rvo_json_next_name(JsonNames *names, Slice *name);
extern bool rvo_json_next_object(JsonObjects *objects, JsonbContainer **object);
extern bool rvo_json_get(JsonbContainer *object, Slice name, JsonbValue *value);
extern Slice rvo_json_string(const JsonbValue *value);
extern bool rvo_json_to_id(const JsonbValue *value, int64 *id);
extern Slice rvo_json_number_text(const JsonbValue *value, int max_digits, int *length);
extern Slice rvo_json_id_text(const JsonbValue *value, int max_digits);

extern JsonbValue rvo_json_null(void);
extern JsonbValue rvo_json_boolean(bool boolean);
extern JsonbValue rvo_json_integer(int64 integer);
extern JsonbValue rvo_json_nullable_time(NullableTime time);
extern JsonbValue rvo_json_unpack(JsonbContainer *container);
extern JsonbValue rvo_json_jsonb(Jsonb *jsonb);
extern JsonbValue rvo_json_array(int capacity);
extern void rvo_json_append(JsonbValue *array, JsonbValue element);
extern JsonObject rvo_json_open(int capacity);
extern void rvo_json_put(JsonObject *object, Slice name, JsonbValue value);
extern JsonbValue rvo_json_close(JsonObject *object);
extern Jsonb *rvo_json_encode(JsonbValue *value);
extern void rvo_json_write(StringInfo to, const JsonbValue *value);
extern Slice rvo_json_time(TimestampTz time);

extern bool rvo_json_is_valid(Slice text);
extern bool rvo_json_number_fits(const char *number);
extern bool rvo_json_is_well_formed(Slice text);
extern bool rvo_json_is_loadable(Slice text);
extern JsonExtent rvo_json_measure(Slice text, int depth);
extern bool rvo_json_is_encoded(const JsonbValue *value);
extern bool rvo_json_is_encoded_root(JsonbContainer *json);
extern bool rvo_json_find_strings(Slice text, const JsonStringMember *members, int count);

/* rvo_json_text makes a string, or null if there is no value. */
static inline JsonbValue
rvo_json_text(Slice text)
{
	JsonbValue	value = {.type = text.data != NULL ? jbvString : jbvNull};

	value.val.string.val = unconstify(char *, text.data);
	value.val.string.len = text.len;
	return value;
}

#endif							/* RVO_JSONIO_H */
