/*
 * digest_map.h
 *	  A hash table from texts to numbers, without the texts.
 */
#ifndef RVO_DIGEST_MAP_H
#define RVO_DIGEST_MAP_H

#include "base/text.h"

typedef struct digest_map_hash DigestMap;

extern DigestMap *rvo_digest_map_create(int expected);
extern int64 *rvo_digest_map_put(DigestMap *map, Slice key, bool *found);
extern int64 *rvo_digest_map_find(DigestMap *map, Slice key);

#endif							/* RVO_DIGEST_MAP_H */
