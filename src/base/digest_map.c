/*
 * digest_map.c
 *	  A hash table from texts to numbers, without the texts.
 *
 * It keeps a digest of 64 bits in place of a text, SipHash by the backend's own key: 24
 * octets an entry, where slice_map.c needs what the text is long, and more.  Two of a
 * million texts have the same digest once in 37 million tables, and nobody can choose
 * texts that do.  So it is for what only tells, and never for what is stored.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/digest_map.h"
#include "base/siphash.h"

typedef struct DigestEntry
{
	uint64		digest;
	int64		value;
	char		status;			/* of simplehash.h */
} DigestEntry;

#define SH_PREFIX digest_map
#define SH_ELEMENT_TYPE DigestEntry
#define SH_KEY_TYPE uint64
#define SH_KEY digest
#define SH_HASH_KEY(map, key) ((uint32) (key))
#define SH_EQUAL(map, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* rvo_digest_map_create makes an empty table with room for as many entries, in the current context; it grows. */
DigestMap *
rvo_digest_map_create(int expected)
{
	rvo_siphash_ready();
	return digest_map_create(CurrentMemoryContext, expected, NULL);
}

/* rvo_digest_map_put finds the value of a text, or adds one that is 0.  The pointer holds until the next put. */
int64 *
rvo_digest_map_put(DigestMap *map, Slice key, bool *found)
{
	DigestEntry *entry = digest_map_insert(map, rvo_siphash_here(key), found);

	if (!*found)
		entry->value = 0;
	return &entry->value;
}

/* rvo_digest_map_find returns where the value of a text is, NULL if there is none. */
int64 *
rvo_digest_map_find(DigestMap *map, Slice key)
{
	DigestEntry *entry = digest_map_lookup(map, rvo_siphash_here(key));

	return entry != NULL ? &entry->value : NULL;
}
