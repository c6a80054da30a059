/*
 * retry.c
 *	  Doing again what others were in the way of.
 */
#include "postgres.h"

#include "base/compat.h"
#include "work/record/retry.h"

/* rvo_retry tries until it is done; false if it never was. */
bool
rvo_retry(Try attempt, void *arg)
{
	for (int i = 0; i < RETRIES; i++)
		if (attempt(arg))
			return true;
	return false;
}
