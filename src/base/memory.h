/*
 * memory.h
 *	  What malloc keeps between calls.
 */
#ifndef RVO_MEMORY_H
#define RVO_MEMORY_H

extern void rvo_memory_keep(Size usual);

#endif							/* RVO_MEMORY_H */
