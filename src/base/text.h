/*
 * text.h
 *	  Slices of UTF-8 text.
 */
#ifndef RVO_TEXT_H
#define RVO_TEXT_H

#include "lib/stringinfo.h"

/*
 * A run of bytes in someone else's memory: a length and no NUL, as in a
 * JsonbValue.  data is NULL when there is no value at all.
 */
typedef struct Slice
{
	const char *data;
	int			len;
} Slice;

#define NO_SLICE ((Slice) {NULL, 0})

/* Slice of a string constant. */
#define CONST_SLICE(s) ((Slice) {"" s "", sizeof(s) - 1})

extern Slice rvo_slice(const char *string);
extern Slice rvo_slice_of_text(const text *value);
extern char *rvo_slice_cstring(Slice s);
extern void rvo_string_init(StringInfo string, int capacity);
extern int	rvo_slice_compare(const void *a, const void *b);
extern bool rvo_same_secret(const unsigned char *a, const unsigned char *b, int len);

extern Slice rvo_text_trim(Slice s);
extern Slice rvo_text_split(Slice *s, char separator);
extern bool rvo_text_take(Slice *s, const char *set);
extern bool rvo_text_is_digits(Slice s);
extern bool rvo_text_to_id(Slice s, int64 *id);
extern int	rvo_text_characters(Slice s);
extern int	rvo_text_clip(Slice s, int max_octets);
extern Slice rvo_text_shorten(Slice s, int max_characters);
extern bool rvo_text_has_control(Slice s, bool allow_line_breaks);

/* ASCII only: bytes of longer UTF-8 sequences pass unchanged. */
static inline char
rvo_ascii_lower(char c)
{
	return (c >= 'A' && c <= 'Z') ? c + ('a' - 'A') : c;
}

static inline bool
rvo_is_ascii(char c)
{
	return (unsigned char) c < 0x80;
}

static inline bool
rvo_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
rvo_is_letter(char c)
{
	return rvo_ascii_lower(c) >= 'a' && rvo_ascii_lower(c) <= 'z';
}

extern int	rvo_hex_digit(char c);
extern int	rvo_percent_octet(Slice text, int at);

#define ESCAPED_UNIT_LENGTH 6	/* \u0000 */
extern int	rvo_escaped_unit(Slice text, int at);

static inline bool
rvo_slice_equal(Slice a, Slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

#endif							/* RVO_TEXT_H */
