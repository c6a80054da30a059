/*
 * kept_memory.c
 *	  What malloc keeps between calls.
 *
 * PostgreSQL frees a call's memory at its end.  glibc then gives most of it back to the system, and the
 * next call takes it again, page fault by page fault: for a page of 100 contacts that is
 * half of the time on some virtual machines.  From a large chunk that was freed glibc learns to keep twice as much.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/kept_memory.h"

/* rvo_kept_memory_raise makes the backend keep what calls take that use so many octets; it then keeps up to twice as many. */
void
rvo_kept_memory_raise(Size usual)
{
	static Size kept = 0;

	if (usual <= kept)
		return;
	kept = usual;
	pfree(palloc(usual));
}
