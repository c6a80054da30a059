/*
 * slice_map.c
 *	  A hash table from slices to numbers.
 *
 * The table lives in the memory context that is current when it is made; the
 * keys' bytes stay where they are and must outlive it.
 *
 * Keys are a caller's: names, addresses, domains.  The server's hash_bytes has no
 * secret, so 80,000 names with one hash can be computed, and took 41 seconds.
 * Here it is SipHash-1-3, by a key of the backend's own.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/fault.h"
#include "base/slice_map.h"

typedef struct SliceEntry
{
	Slice		key;
	int64		value;
	uint32		hash;
	char		status;			/* of simplehash.h */
} SliceEntry;

/* The backend's key; its memory is zero until it has one. */
static struct
{
	bool		drawn;
	uint64		words[2];
}			hash_key;

static inline uint64
rotate(uint64 x, int bits)
{
	return (x << bits) | (x >> (64 - bits));
}

/* sip_round mixes the state, as the paper of SipHash has it. */
static inline void
sip_round(uint64 *v)
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
sip_word(uint64 *v, uint64 word)
{
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
}

/* hash_slice is SipHash-1-3: one round a word, three at the end. */
static uint32
hash_slice(Slice s)
{
	uint64		v[] = {
		hash_key.words[0] ^ UINT64CONST(0x736f6d6570736575), hash_key.words[1] ^ UINT64CONST(0x646f72616e646f6d),
		hash_key.words[0] ^ UINT64CONST(0x6c7967656e657261), hash_key.words[1] ^ UINT64CONST(0x7465646279746573)
	};
	uint64		word;
	int			i;

	for (i = 0; i + (int) sizeof(word) <= s.len; i += sizeof(word))
	{
		memcpy(&word, s.data + i, sizeof(word));
		sip_word(v, word);
	}
	word = 0;
	if (i < s.len)
		memcpy(&word, s.data + i, s.len - i);
	sip_word(v, word ^ ((uint64) s.len << 56));
	v[2] ^= 0xff;
	for (i = 0; i < 3; i++)
		sip_round(v);
	word = v[0] ^ v[1] ^ v[2] ^ v[3];
	return (uint32) (word ^ (word >> 32));
}

#define SH_PREFIX slice_map
#define SH_ELEMENT_TYPE SliceEntry
#define SH_KEY_TYPE Slice
#define SH_KEY key
#define SH_HASH_KEY(map, key) hash_slice(key)
#define SH_EQUAL(map, a, b) rvo_slice_equal(a, b)
#define SH_STORE_HASH
#define SH_GET_HASH(map, entry) (entry)->hash
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* rvo_slice_map_create makes an empty table with room for as many entries; it grows. */
SliceMap *
rvo_slice_map_create(int expected)
{
	if (!hash_key.drawn)
	{
		if (!pg_strong_random(hash_key.words, sizeof(hash_key.words)))
			rvo_fault_raise_bug("no random octets to be had");
		hash_key.drawn = true;
	}
	return slice_map_create(CurrentMemoryContext, expected, NULL);
}

/*
 * rvo_slice_map_put finds the value of a key, or adds one that is 0.  The
 * pointer holds until the next put.
 */
int64 *
rvo_slice_map_put(SliceMap *map, Slice key, bool *found)
{
	SliceEntry *entry = slice_map_insert(map, key, found);

	if (!*found)
		entry->value = 0;
	return &entry->value;
}

/* rvo_slice_map_find returns where the value of a key is, NULL if there is none. */
int64 *
rvo_slice_map_find(SliceMap *map, Slice key)
{
	SliceEntry *entry = slice_map_lookup(map, key);

	return entry != NULL ? &entry->value : NULL;
}
