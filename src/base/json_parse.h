/*
 * json_parse.h
 *	  JSON text to jsonb.
 */
#ifndef RVO_JSON_PARSE_H
#define RVO_JSON_PARSE_H

#include "utils/jsonb.h"

#include "base/text.h"

extern Jsonb *rvo_json_parse(Slice text);
extern Jsonb *rvo_json_parse_what_fits(Slice text);
extern JsonbValue rvo_json_list(Slice text);

#endif							/* RVO_JSON_PARSE_H */
