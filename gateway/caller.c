/*
 * caller.c
 *	  Those who call: what each has under way, and waiting.
 *
 * Fair is one key against another.  But whoever has none can invent a thousand;
 * so all keys that no answer has proved good are one caller together.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "caller.h"

#define BUCKETS 4096
#define KNOWN_MAX 16384			/* more are forgotten, as far as they have nothing under way */

static Caller strangers;
static Caller nobody;			/* without a key: asks whether the database is there */
static Caller *buckets[BUCKETS];
static int	known;
static uint64_t seed;			/* so that nobody can choose their bucket */

static void
set_up(Caller *caller)
{
	for (int lane = 0; lane < LANES; lane++)
		TAILQ_INIT(&caller->lanes[lane].waiting);
}

void
caller_open(void)
{
	set_up(&strangers);
	set_up(&nobody);
	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		seed = (uintptr_t) &seed;
}

/* bucket_of hashes a key: FNV-1a from a secret start. */
static Caller **
bucket_of(const char *key)
{
	uint64_t	hash = seed;

	for (; *key != '\0'; key++)
		hash = (hash ^ (unsigned char) *key) * 1099511628211u;
	return &buckets[(hash ^ hash >> 32) % BUCKETS];
}

static Caller *
find(const char *key)
{
	Caller	   *caller = *bucket_of(key);

	while (caller != NULL && strcmp(caller->key, key) != 0)
		caller = caller->next;
	return caller;
}

/* caller_of returns whoever a key is of; all that are not known to be good are one. */
Caller *
caller_of(const char *key)
{
	Caller	   *caller;

	if (key == NULL)
		return &nobody;
	caller = find(key);
	return caller != NULL ? caller : &strangers;
}

/* forget_idle frees the callers that have nothing under way. */
static void
forget_idle(void)
{
	for (int i = 0; i < BUCKETS; i++)
		for (Caller **at = &buckets[i]; *at != NULL;)
		{
			Caller	   *caller = *at;

			if (caller->requests > 0)
			{
				at = &caller->next;
				continue;
			}
			*at = caller->next;
			free(caller->key);
			free(caller);
			known--;
		}
}

/* caller_is_good makes a key one that was proved good. */
void
caller_is_good(const char *key)
{
	Caller	   *caller;
	Caller	  **bucket;

	if (key == NULL || find(key) != NULL)
		return;
	if (known >= KNOWN_MAX)
		forget_idle();
	caller = memory_new(sizeof(Caller));
	set_up(caller);
	caller->key = memory_copy(key);
	bucket = bucket_of(key);
	caller->next = *bucket;
	*bucket = caller;
	known++;
}
