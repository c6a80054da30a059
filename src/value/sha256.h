/*
 * sha256.h
 *	  SHA-256 of texts.
 */
#ifndef RVO_SHA256_H
#define RVO_SHA256_H

#include "common/sha2.h"

#include "base/text.h"

extern void rvo_sha256(const Slice *parts, int count, uint8 *digest);

#endif							/* RVO_SHA256_H */
