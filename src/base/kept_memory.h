/*
 * kept_memory.h
 *	  What malloc keeps between calls.
 */
#ifndef RVO_KEPT_MEMORY_H
#define RVO_KEPT_MEMORY_H

extern void rvo_kept_memory_raise(Size usual);

#endif							/* RVO_KEPT_MEMORY_H */
