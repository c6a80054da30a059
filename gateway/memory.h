/*
 * memory.h
 *	  Memory that is there, or the program ends; and octets that grow.
 */
#ifndef GATEWAY_MEMORY_H
#define GATEWAY_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* Octets of somebody else's. */
typedef struct Slice
{
	const char *data;
	size_t		len;
} Slice;

/* Octets of its own.  All zeros is an empty one. */
typedef struct Buffer
{
	char	   *data;
	size_t		len;
	size_t		size;
} Buffer;

extern void *memory_new(size_t size);
extern char *memory_copy(const char *text);
extern void buffer_add(Buffer *buffer, const void *data, size_t len);
extern void buffer_print(Buffer *buffer, const char *format,...) __attribute__((format(printf, 2, 3)));
extern void buffer_free(Buffer *buffer);
extern bool slice_is(Slice slice, const char *text);
extern bool slice_begins(Slice slice, const char *text);
extern Slice slice_cut(Slice *slice, char at);

#endif							/* GATEWAY_MEMORY_H */
