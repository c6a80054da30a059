/*
 * hmac.h
 *	  HMAC-SHA256 of texts.
 */
#ifndef RVO_HMAC_H
#define RVO_HMAC_H

#include "common/sha2.h"

#include "base/text.h"

extern void rvo_hmac_sha256(Slice key, const Slice *parts, int count, uint8 *digest);

#endif							/* RVO_HMAC_H */
