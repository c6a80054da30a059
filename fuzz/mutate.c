/*
 * mutate.c
 *	  Mutations that keep the shape of what is fuzzed: JSON, forms, names with dots.
 *
 * A piece of the input is a JSON value, or a run of characters up to a
 * separator.  Half of the mutations move, copy, repeat, wrap or drop pieces,
 * and the others are libFuzzer's own, which has the dictionary.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

extern size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
extern size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);

#define WORK_SIZE (1 << 21)

typedef struct Piece
{
	size_t		start;
	size_t		len;
} Piece;

static uint64_t state;

static size_t
below(size_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return n == 0 ? 0 : state % n;
}

static bool
is_separator(uint8_t c)
{
	return strchr("{}[]\",:&=;./@%?#+- \r\n\t", c) != NULL;
}

/* piece_at finds the piece that starts at a place: up to the closing bracket or quote, or the next separator. */
static Piece
piece_at(const uint8_t *data, size_t size, size_t start)
{
	size_t		end = start;
	int			depth = 0;

	if (data[start] == '"')
	{
		for (end++; end < size && data[end] != '"'; end++)
			if (data[end] == '\\')
				end++;
		end++;
	}
	else if (data[start] == '{' || data[start] == '[')
		do
		{
			depth += (data[end] == '{' || data[end] == '[') - (data[end] == '}' || data[end] == ']');
			end++;
		} while (end < size && depth > 0);
	else
		while (end < size && (end == start || !is_separator(data[end])))
			end++;
	if (end > size)
		end = size;
	return (Piece) {start, end - start};
}

/* any_piece picks one, as a rule one that starts behind a separator. */
static Piece
any_piece(const uint8_t *data, size_t size)
{
	size_t		start = below(size);

	if (below(4) != 0)
		while (start > 0 && !is_separator(data[start]) && !is_separator(data[start - 1]))
			start--;
	return piece_at(data, size, start);
}

/* replace puts bytes in the place of a piece, as far as there is room, and returns the new size. */
static size_t
replace(uint8_t *data, size_t size, size_t max_size, Piece old, const uint8_t *bytes, size_t len)
{
	if (size - old.len + len > max_size)
		len = max_size - (size - old.len);
	memmove(data + old.start + len, data + old.start + old.len, size - old.start - old.len);
	memcpy(data + old.start, bytes, len);
	return size - old.len + len;
}

/* wrapped copies a piece between two brackets or quotes. */
static size_t
wrapped(uint8_t *to, const uint8_t *from, size_t len)
{
	static const char *const pairs[] = {"[]", "{}", "\"\"", "[{", "::", "..", ",,", "%%"};
	const char *pair = pairs[below(sizeof(pairs) / sizeof(pairs[0]))];

	to[0] = pair[0];
	memcpy(to + 1, from, len);
	to[len + 1] = pair[1];
	return len + 2;
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	static uint8_t work[WORK_SIZE];
	Piece		a;
	Piece		b;
	size_t		len = 0;

	state = seed + UINT64_C(0x9e3779b97f4a7c15);
	(void) below(1);
	if (size == 0 || size > WORK_SIZE / 4 || max_size > WORK_SIZE / 4 || below(2) == 0)
		return LLVMFuzzerMutate(data, size, max_size);
	a = any_piece(data, size);
	b = any_piece(data, size);
	switch (below(6))
	{
		case 0:					/* gone */
			return replace(data, size, max_size, a, work, 0);
		case 1:					/* b in the place of a */
			memcpy(work, data + b.start, b.len);
			return replace(data, size, max_size, a, work, b.len);
		case 2:					/* b in front of a */
			memcpy(work, data + b.start, b.len);
			a.len = 0;
			return replace(data, size, max_size, a, work, b.len);
		case 3:					/* a again and again */
			for (size_t times = below(below(8) == 0 ? 2000 : 5) + 2; times > 0 && len + a.len < max_size; times--)
			{
				memcpy(work + len, data + a.start, a.len);
				len += a.len;
			}
			return replace(data, size, max_size, a, work, len);
		case 4:
			len = wrapped(work, data + a.start, a.len);
			return replace(data, size, max_size, a, work, len);
		default:				/* changed by libFuzzer, within its bounds */
			memcpy(work, data + a.start, a.len);
			len = LLVMFuzzerMutate(work, a.len, a.len + 32);
			return replace(data, size, max_size, a, work, len);
	}
}
