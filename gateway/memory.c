/*
 * memory.c
 *	  Memory that is there, or the program ends; and octets that grow.
 *
 * What callers can make the gateway hold is bounded (lane.c), so that no memory
 * is a fault of the machine.  The service manager starts the program again.
 */
#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

/* memory_new returns memory of zeros, for free(). */
void *
memory_new(size_t size)
{
	void	   *memory = calloc(1, size);

	if (memory == NULL)
		errx(1, "out of memory");
	return memory;
}

/* memory_copy copies a text, for free(). */
char *
memory_copy(const char *text)
{
	return strcpy(memory_new(strlen(text) + 1), text);
}

/* make_room sees to it that so many octets more have room, and one for the end of a text. */
static void
make_room(Buffer *buffer, size_t len)
{
	size_t		size = buffer->size == 0 ? 256 : buffer->size;

	while (size < buffer->len + len + 1)
		size *= 2;
	if (size == buffer->size)
		return;
	buffer->data = realloc(buffer->data, size);
	if (buffer->data == NULL)
		errx(1, "out of memory");
	buffer->size = size;
}

/* buffer_add appends octets; behind the last one is always a zero. */
void
buffer_add(Buffer *buffer, const void *data, size_t len)
{
	make_room(buffer, len);
	if (len > 0)
		memcpy(buffer->data + buffer->len, data, len);
	buffer->len += len;
	buffer->data[buffer->len] = '\0';
}

/* buffer_print appends what printf would print, up to 1023 octets of it. */
void
buffer_print(Buffer *buffer, const char *format,...)
{
	char		line[1024];
	va_list		arguments;
	int			len;

	va_start(arguments, format);
	len = vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	if (len > 0)
		buffer_add(buffer, line, len < (int) sizeof(line) ? (size_t) len : sizeof(line) - 1);
}

/* buffer_free leaves an empty buffer. */
void
buffer_free(Buffer *buffer)
{
	free(buffer->data);
	*buffer = (Buffer) {0};
}

bool
slice_is(Slice slice, const char *text)
{
	return slice.len == strlen(text) && memcmp(slice.data, text, slice.len) == 0;
}

/* slice_begins tells whether a slice has a text at its front. */
bool
slice_begins(Slice slice, const char *text)
{
	return slice.len >= strlen(text) && memcmp(slice.data, text, strlen(text)) == 0;
}

/* slice_cut takes off the front what stands before an octet, and the octet; all, if it is not there. */
Slice
slice_cut(Slice *slice, char at)
{
	const char *end = slice->len > 0 ? memchr(slice->data, at, slice->len) : NULL;
	Slice		taken = {slice->data, end != NULL ? (size_t) (end - slice->data) : slice->len};
	size_t		gone = taken.len + (end != NULL);

	*slice = (Slice) {slice->data + gone, slice->len - gone};
	return taken;
}
