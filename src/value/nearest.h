/*
 * nearest.h
 *	  Names that are nearly the one that was given.
 */
#ifndef RVO_NEAREST_H
#define RVO_NEAREST_H

#include "base/text.h"

/* How many are given at most. */
#define NEAREST_MAX 3

extern int	rvo_nearest(Slice name, const Slice *names, int n, Slice *nearest);

#endif							/* RVO_NEAREST_H */
