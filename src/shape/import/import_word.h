/*
 * import_word.h
 *	  The words of a cell, and what stands between them.
 */
#ifndef RVO_IMPORT_WORD_H
#define RVO_IMPORT_WORD_H

#include "base/text.h"

/* What stands between values; of addresses more than of URLs. */
#define BLANKS " \t\n\v\f\r"
#define BRACKETS "<>()[]\""
#define EMAIL_SEPARATORS BLANKS BRACKETS ",;|:{}\\"
#define URL_SEPARATORS BLANKS BRACKETS ";|"
#define DOMAIN_SEPARATORS BLANKS BRACKETS ",;|{}"

static inline bool
is_in(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/* strip takes characters of two sets off the ends of a text. */
static inline Slice
strip(Slice s, const char *front, const char *end)
{
	while (s.len > 0 && is_in(s.data[0], front))
		s = (Slice) {s.data + 1, s.len - 1};
	while (s.len > 0 && is_in(s.data[s.len - 1], end))
		s.len--;
	return s;
}

/* next_word takes the next word off a text; false if there is none. */
static inline bool
next_word(Slice *rest, const char *separators, Slice *word)
{
	int			end = 0;

	*rest = strip(*rest, separators, "");
	while (end < rest->len && !is_in(rest->data[end], separators))
		end++;
	*word = (Slice) {rest->data, end};
	*rest = (Slice) {rest->data + end, rest->len - end};
	return end > 0;
}

/* begins tells whether a text starts with a word, which is written in lower case; ASCII without case. */
static inline bool
begins(Slice s, const char *word)
{
	int			i = 0;

	while (i < s.len && word[i] != '\0' && rvo_ascii_lower(s.data[i]) == word[i])
		i++;
	return word[i] == '\0';
}

/* begins_with_one tells likewise whether it starts with one of n words. */
static inline bool
begins_with_one(Slice s, const char *const *words, int n)
{
	for (int i = 0; i < n; i++)
		if (begins(s, words[i]))
			return true;
	return false;
}

/* contains tells likewise whether a word is in the text. */
static inline bool
contains(Slice s, const char *word)
{
	for (; s.len > 0; s = (Slice) {s.data + 1, s.len - 1})
		if (begins(s, word))
			return true;
	return false;
}

#endif							/* RVO_IMPORT_WORD_H */
