/*
 * caller.c
 *	  Those who call: what each has under way, and waiting.
 *
 * Fair is one key against another, and one webhook's path.  But whoever has none can
 * invent a thousand; so all that no answer has proved good are one caller together.
 */
#include <err.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "caller.h"

#define KNOWN_MAX 16384			/* more are forgotten, as far as they have nothing under way */

static void *known;				/* a tree: no choice of keys makes it slow */
static int	count;				/* of its callers */
static Caller *strangers;

static int
compare(const void *a, const void *b)
{
	return strcmp(((const Caller *) a)->key, ((const Caller *) b)->key);
}

static Caller *
make(const char *key)
{
	Caller	   *caller = memory_new(sizeof(Caller));

	caller->key = memory_copy(key);
	for (int lane = 0; lane < LANES; lane++)
		TAILQ_INIT(&caller->lanes[lane].waiting);
	return caller;
}

void
caller_open(void)
{
	strangers = make("");
}

static Caller *
find(const char *key)
{
	Caller		sought = {.key = (char *) key};
	Caller	  **found = tfind(&sought, &known, compare);

	return found != NULL ? *found : NULL;
}

/* caller_of returns whoever a key, or NULL, is of; all that are not known to be good are one. */
Caller *
caller_of(const char *key)
{
	Caller	   *caller = key != NULL ? find(key) : NULL;

	return caller != NULL ? caller : strangers;
}

static void
add(Caller *caller)
{
	if (tsearch(caller, &known, compare) == NULL)
		errx(1, "out of memory");
	count++;
}

/* keep_busy forgets a caller of the tree that was, unless it has something under way. */
static void
keep_busy(void *data)
{
	Caller	   *caller = data;

	if (caller->requests > 0)
		add(caller);
	else
	{
		free(caller->key);
		free(caller);
	}
}

/* caller_is_good makes a key one that was proved good. */
void
caller_is_good(const char *key)
{
	void	   *before = known;

	if (key == NULL || find(key) != NULL)
		return;
	if (count >= KNOWN_MAX)
	{
		known = NULL;
		count = 0;
		tdestroy(before, keep_busy);
	}
	add(make(key));
}
