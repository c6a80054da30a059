/*
 * jsonio.h
 *	  Reading members of a jsonb object, and building jsonb.
 */
#ifndef RVO_JSONIO_H
#define RVO_JSONIO_H

#include "datatype/timestamp.h"
#include "utils/jsonb.h"

#include "text.h"

/* How deep a body over HTTP may nest; the documented ones need 3. */
#define JSON_MAX_DEPTH 64

/* What is being built.  Starts as {0}. */
typedef struct JsonBuilder
{
	JsonbParseState *state;
	JsonbValue *result;
} JsonBuilder;

extern bool rvo_json_is_object(JsonbContainer *json);
extern bool rvo_json_get(JsonbContainer *object, Slice name, JsonbValue *value);
extern Slice rvo_json_string(const JsonbValue *value);

extern void rvo_json_begin_object(JsonBuilder *b);
extern void rvo_json_end_object(JsonBuilder *b);
extern void rvo_json_begin_array(JsonBuilder *b);
extern void rvo_json_end_array(JsonBuilder *b);
extern void rvo_json_put_name(JsonBuilder *b, Slice name);
extern void rvo_json_put_null(JsonBuilder *b);
extern void rvo_json_put_string(JsonBuilder *b, Slice string);
extern void rvo_json_put_integer(JsonBuilder *b, int64 integer);
extern void rvo_json_put_time(JsonBuilder *b, TimestampTz time);
extern void rvo_json_put_jsonb(JsonBuilder *b, Jsonb *jsonb);
extern Jsonb *rvo_json_built(JsonBuilder *b);
extern Slice rvo_json_time(TimestampTz time);

extern bool rvo_json_is_valid(Slice text);
extern bool rvo_json_is_too_deep(Slice text);
extern bool rvo_json_find_string(Slice text, const char *name, Slice *value);
extern Jsonb *rvo_json_parse(Slice text);

#endif							/* RVO_JSONIO_H */
