/*
 * caller.c
 *	  Those who call: what each has under way, and waiting.
 *
 * Fair is one key against another.  But whoever has none can invent a thousand;
 * so all keys that no answer has proved good are one caller together.
 */
#include <err.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "caller.h"

#define KNOWN_MAX 16384			/* more are forgotten, as far as they have nothing under way */

static Caller strangers;
static Caller nobody;			/* without a key: asks whether the database is there */
static CallerList known = TAILQ_HEAD_INITIALIZER(known);
static void *by_key;			/* the same, as a tree: no choice of keys makes it slow */
static int	count;

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
}

static int
compare(const void *a, const void *b)
{
	return strcmp(((const Caller *) a)->key, ((const Caller *) b)->key);
}

static Caller *
find(const char *key)
{
	Caller		sought = {.key = (char *) key};
	Caller	  **found = tfind(&sought, &by_key, compare);

	return found != NULL ? *found : NULL;
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
	Caller	   *next;

	for (Caller *caller = TAILQ_FIRST(&known); caller != NULL; caller = next)
	{
		next = TAILQ_NEXT(caller, entry);
		if (caller->requests > 0)
			continue;
		TAILQ_REMOVE(&known, caller, entry);
		tdelete(caller, &by_key, compare);
		free(caller->key);
		free(caller);
		count--;
	}
}

/* caller_is_good makes a key one that was proved good. */
void
caller_is_good(const char *key)
{
	Caller	   *caller;

	if (key == NULL || find(key) != NULL)
		return;
	if (count >= KNOWN_MAX)
		forget_idle();
	caller = memory_new(sizeof(Caller));
	set_up(caller);
	caller->key = memory_copy(key);
	if (tsearch(caller, &by_key, compare) == NULL)
		errx(1, "out of memory");
	TAILQ_INSERT_TAIL(&known, caller, entry);
	count++;
}
