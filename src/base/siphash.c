/*
 * siphash.c
 *	  SipHash-1-3 (Aumasson and Bernstein): who doesn't know the key can't tell which texts
 *	  have one hash.
 *
 * The hash is of this machine's byte order, since it is kept nowhere.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/failure.h"
#include "base/siphash.h"

/* The backend's key; its memory is zero until it has one. */
static SipKey backend_key;
static bool has_key = false;

static inline uint64
rotate(uint64 x, int bits)
{
	return (x << bits) | (x >> (64 - bits));
}

static inline void
mix(uint64 *v)
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] = rotate(v[0], 32) + v[3];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] = rotate(v[2], 32);
}

static inline void
take_word(uint64 *v, uint64 word)
{
	v[3] ^= word;
	mix(v);
	v[0] ^= word;
}

/* rvo_siphash hashes a text: a round for each eight octets, three at the end. */
uint64
rvo_siphash(const SipKey *key, Slice s)
{
	uint64		v[] = {
		key->words[0] ^ UINT64CONST(0x736f6d6570736575), key->words[1] ^ UINT64CONST(0x646f72616e646f6d),
		key->words[0] ^ UINT64CONST(0x6c7967656e657261), key->words[1] ^ UINT64CONST(0x7465646279746573)
	};
	uint64		word;
	int			i;

	for (i = 0; i + (int) sizeof(word) <= s.len; i += sizeof(word))
	{
		memcpy(&word, s.data + i, sizeof(word));
		take_word(v, word);
	}
	word = 0;
	if (i < s.len)
		memcpy(&word, s.data + i, s.len - i);
	take_word(v, word ^ ((uint64) s.len << 56));
	v[2] ^= 0xff;
	for (i = 0; i < 3; i++)
		mix(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* rvo_siphash_ready sees to it that the backend has a key of its own. */
void
rvo_siphash_ready(void)
{
	if (has_key)
		return;
	if (!pg_strong_random(&backend_key, sizeof(backend_key)))
		rvo_failure_raise_bug("no random octets to be had");
	has_key = true;
}

/* rvo_siphash_here hashes a text by that key: the same in this backend only. */
uint64
rvo_siphash_here(Slice s)
{
	return rvo_siphash(&backend_key, s);
}
