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
#include "base/siphash.h"
#include "base/slice_map.h"

typedef struct SliceEntry
{
	Slice		key;
	int64		value;
	uint32		hash;
	char		status;			/* of simplehash.h */
} SliceEntry;

#define SH_PREFIX slice_map
#define SH_ELEMENT_TYPE SliceEntry
#define SH_KEY_TYPE Slice
#define SH_KEY key
#define SH_HASH_KEY(map, key) ((uint32) rvo_siphash_here(key))
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
	rvo_siphash_ready();
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
