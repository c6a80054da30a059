/*
 * seen.h
 *	  Which transactions a reader has seen.
 */
#ifndef RVO_SEEN_H
#define RVO_SEEN_H

/* More than are under way at once on any server that gets on with its work. */
#define SEEN_MAX_OPEN 1000

/* As a snapshot has it, in 64 bits: all that are numbered below end, but for those that were under way. */
typedef struct Seen
{
	uint64		end;
	int			nopen;
	uint64	   *open;			/* ascending, below end */
} Seen;

/* A transaction that none is numbered below. */
#define FIRST_TRANSACTION 3

extern bool rvo_seen_has(const Seen *seen, uint64 xid);
extern uint64 rvo_seen_first_not(const Seen *seen);
extern Seen rvo_seen_both(const Seen *a, const Seen *b);
extern bool rvo_seen_includes(const Seen *seen, const Seen *other);
extern Seen rvo_seen_of(uint64 end, uint64 *open, int nopen);

#endif							/* RVO_SEEN_H */
