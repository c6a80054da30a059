/*
 * item_path.h
 *	  What stands where in an item of a delivery.
 */
#ifndef RVO_ITEM_PATH_H
#define RVO_ITEM_PATH_H

#include "utils/jsonb.h"

#include "base/text.h"

extern bool rvo_loosely_equal(Slice name, Slice other);
extern bool rvo_loosely_among(Slice name, const char *texts);
extern int	rvo_loosely_begins(Slice name, Slice start);
extern bool rvo_loosely_begin_among(Slice name, const char *texts);
extern bool rvo_loosely_find(JsonbContainer *object, Slice name, JsonbValue *value);
extern bool rvo_item_find(JsonbContainer *item, const char *path, JsonbValue *value);
extern Slice rvo_item_value_text(const JsonbValue *value);
extern Slice rvo_item_text(JsonbContainer *item, const char *path);

#endif							/* RVO_ITEM_PATH_H */
