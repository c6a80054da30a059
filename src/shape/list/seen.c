/*
 * seen.c
 *	  Which transactions a reader has seen.
 *
 * A set that only grows: what two servers, of which one is behind the other, have shown
 * is put together by rvo_seen_both.  So a reader never goes back, whichever answers.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/list/seen.h"

static int
compare(const void *a, const void *b)
{
	uint64		x = *(const uint64 *) a;
	uint64		y = *(const uint64 *) b;

	return (x > y) - (x < y);
}

/* rvo_seen_of makes a set; open may be in any order, and have some from end on, which say nothing. */
Seen
rvo_seen_of(uint64 end, uint64 *open, int nopen)
{
	Seen		seen = {.end = end, .open = open};

	qsort(open, nopen, sizeof(uint64), compare);
	while (seen.nopen < nopen && open[seen.nopen] < end)
		seen.nopen++;
	return seen;
}

/* rvo_seen_has tells whether a transaction was seen. */
bool
rvo_seen_has(const Seen *seen, uint64 xid)
{
	return xid < seen->end && (seen->nopen == 0 ||
							   bsearch(&xid, seen->open, seen->nopen, sizeof(uint64), compare) == NULL);
}

/* rvo_seen_first_not returns the first transaction that was not seen. */
uint64
rvo_seen_first_not(const Seen *seen)
{
	return seen->nopen > 0 ? seen->open[0] : seen->end;
}

/* rvo_seen_both returns what was seen in either, in the current context. */
Seen
rvo_seen_both(const Seen *a, const Seen *b)
{
	uint64	   *open = palloc((a->nopen + b->nopen + 1) * sizeof(uint64));
	int			n = 0;

	for (int i = 0; i < a->nopen; i++)
		if (!rvo_seen_has(b, a->open[i]))
			open[n++] = a->open[i];
	for (int i = 0; i < b->nopen; i++)
		if (b->open[i] >= a->end)	/* the others are among those */
			open[n++] = b->open[i];
	return rvo_seen_of(Max(a->end, b->end), open, n);
}

/* rvo_seen_includes tells whether all of another set was seen. */
bool
rvo_seen_includes(const Seen *seen, const Seen *other)
{
	if (other->end > seen->end)
		return false;
	for (int i = 0; i < seen->nopen; i++)
		if (rvo_seen_has(other, seen->open[i]))
			return false;
	return true;
}
