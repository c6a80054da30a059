/*
 * siphash.h
 *	  A hash with a secret, for short texts that somebody else has chosen.
 */
#ifndef RVO_SIPHASH_H
#define RVO_SIPHASH_H

#include "base/text.h"

typedef struct SipKey
{
	uint64		words[2];
} SipKey;

extern uint64 rvo_siphash(const SipKey *key, Slice s);
extern void rvo_siphash_ready(void);
extern uint64 rvo_siphash_here(Slice s);

#endif							/* RVO_SIPHASH_H */
