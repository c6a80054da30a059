/*
 * nearest.c
 *	  Names that are nearly the one that was given.
 *
 * Near is what a typing error makes: few letters added, left out or exchanged.
 * ASCII case and the white space between words don't count, as "first name"
 * and "First_Name" are meant for first_name.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/varlena.h"

#include "base/compat.h"
#include "value/nearest.h"

/* Octets of a name that is compared; a longer one is nothing that anybody meant. */
#define NAME_MAX_OCTETS 255

/* A name as it is compared. */
typedef struct Folded
{
	int			len;
	char		data[NAME_MAX_OCTETS];
} Folded;

static Folded
fold(Slice name)
{
	Folded		folded = {.len = name.len};

	for (int i = 0; i < name.len; i++)
		folded.data[i] = name.data[i] == ' ' || name.data[i] == '-' ? '_' : rvo_ascii_lower(name.data[i]);
	return folded;
}

/* distance returns how many letters differ, more than max if they are more. */
static int
distance(const Folded *a, Slice name, int max)
{
	Folded		b;

	if (name.len > NAME_MAX_OCTETS)
		return max + 1;
	b = fold(name);
	return varstr_levenshtein_less_equal(a->data, a->len, b.data, b.len, 1, 1, 1, max, true);
}

/*
 * rvo_nearest finds the names that are nearest to one, at most NEAREST_MAX, and
 * returns how many there are: the nearest first, of equal ones the first.
 */
int
rvo_nearest(Slice name, const Slice *names, int n, Slice *nearest)
{
	int			distances[NEAREST_MAX + 1];
	Slice		found[NEAREST_MAX + 1];
	int			count = 0;
	int			max = Min(3, 1 + name.len / 4);
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext context;
	Folded		folded;

	if (name.len > NAME_MAX_OCTETS)
		return 0;
	folded = fold(name);

	/* The server's function leaves its rows behind. */
	context = AllocSetContextCreate(caller, "revyops nearest", ALLOCSET_SMALL_SIZES);
	MemoryContextSwitchTo(context);
	for (int i = 0; i < n; i++)
	{
		int			d = distance(&folded, names[i], max);
		int			at = count;

		CHECK_FOR_INTERRUPTS();
		if (d > max)
			continue;
		for (; at > 0 && distances[at - 1] > d; at--)
		{
			distances[at] = distances[at - 1];
			found[at] = found[at - 1];
		}
		distances[at] = d;
		found[at] = names[i];
		count = Min(count + 1, NEAREST_MAX);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	memcpy(nearest, found, count * sizeof(Slice));
	return count;
}
