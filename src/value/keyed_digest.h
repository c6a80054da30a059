/*
 * keyed_digest.h
 *	  A hash of a text that nobody can compute without a key.
 */
#ifndef RVO_KEYED_DIGEST_H
#define RVO_KEYED_DIGEST_H

#include "utils/uuid.h"

#include "base/text.h"

extern pg_uuid_t *rvo_keyed_digest(Slice key, Slice text);

#endif							/* RVO_KEYED_DIGEST_H */
