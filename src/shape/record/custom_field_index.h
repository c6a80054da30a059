/*
 * custom_field_index.h
 *	  What the index on custom fields holds, and what is looked for in it.
 */
#ifndef RVO_CUSTOM_FIELD_INDEX_H
#define RVO_CUSTOM_FIELD_INDEX_H

#include "base/jsonio.h"
#include "base/text.h"

extern bool rvo_custom_fields_have(JsonbContainer *nested, Slice name, Slice value, bool any_case);
extern Slice rvo_custom_fields_value(JsonbContainer *nested, Slice name);
extern int64 rvo_custom_field_hash(int client_id, Slice name, Slice value);
extern int	rvo_custom_fields_hash(int client_id, JsonbContainer *nested, int64 **hashes);

#endif							/* RVO_CUSTOM_FIELD_INDEX_H */
