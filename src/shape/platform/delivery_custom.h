/*
 * delivery_custom.h
 *	  Texts of a delivery as members have them, and custom variables.
 */
#ifndef RVO_DELIVERY_CUSTOM_H
#define RVO_DELIVERY_CUSTOM_H

#include "utils/jsonb.h"

#include "base/text.h"

extern Slice rvo_delivery_line(Slice text, int max_length);
extern JsonbContainer *rvo_delivery_custom(JsonbContainer *item, const char *path, const char *const *own_names, Slice *linkedin_url);

#endif							/* RVO_DELIVERY_CUSTOM_H */
