/*
 * sha256.h
 *	  SHA-256 of texts, and HMAC with it.
 */
#ifndef RVO_SHA256_H
#define RVO_SHA256_H

#include "common/sha2.h"

#include "base/text.h"

extern void rvo_sha256(const Slice *parts, int count, uint8 *digest);
extern void rvo_hmac_sha256(Slice key, const Slice *parts, int count, uint8 *code);

#endif							/* RVO_SHA256_H */
