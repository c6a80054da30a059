/*
 * delivery_text.h
 *	  The octets of a delivery as text that jsonb can hold.
 */
#ifndef RVO_DELIVERY_TEXT_H
#define RVO_DELIVERY_TEXT_H

#include "base/text.h"

extern Slice rvo_delivery_text(Slice body);

#endif							/* RVO_DELIVERY_TEXT_H */
