/*
 * unknown_parameter.c
 *	  Parameters of a query that nobody knows: a fault, or told of.
 *
 * Who misspells a condition would get all entries, take the first, and change a
 * stranger.  So what was meant as a condition is a fault always: the name of a
 * member, one that is nearly a condition's or a member's, is some words of one, begins with
 * one's word or ends with a condition's; also within other syntaxes, such as email[], filter[email], email__contains and emailAddress.  What else nobody knows, as proxies and browsers
 * add it, is ignored and named in a header, or strictly a fault as well.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"

#include "base/compat.h"
#include "http/request/unknown_parameter.h"
#include "http/request/urlencoded.h"
#include "shape/record/known_member.h"
#include "value/nearest.h"

#define NAMES_MAX 20			/* that are told of */
#define PARAMETER_FAULTS_MAX 100			/* and names that are looked at */
#define WORDS_MIN_LENGTH 5		/* of words that are part of a known name; less are by chance */
#define CONDITION_WORDS_MIN_LENGTH 4	/* the same where the known name is a condition's: of these there are
										 * few */
#define KNOWN_MIN_LENGTH 4		/* of a known name that is part of another */
#define SHORT_LENGTH 4			/* up to so many letters, names with another first letter are not near */
#define LISTED_SHORT_LENGTH 5	/* up to so many, a member of what is no record is near nothing: "sort" is not
								 * "sent", "size" is not "since" */

/* Names of a query that nobody knows, each once. */
typedef struct Unknown
{
	Slice		names[PARAMETER_FAULTS_MAX];
	int			count;
	bool		more;
} Unknown;

static bool
is_among(Slice name, const Slice *names, int n)
{
	for (int i = 0; i < n; i++)
		if (rvo_slice_equal(name, names[i]))
			return true;
	return false;
}

/* is_part tells whether some words are the first or the last of a name. */
static bool
is_part(Slice words, Slice name)
{
	int			rest = name.len - words.len;

	return rest > 1 &&
		((pg_strncasecmp(name.data, words.data, words.len) == 0 && name.data[words.len] == '_') ||
		 (pg_strncasecmp(name.data + rest, words.data, words.len) == 0 && name.data[rest - 1] == '_'));
}

/* worded writes a name with underscores between its words: emailAddress, email-contains and amp;email have two. */
static Slice
worded(Slice name)
{
	char	   *words = palloc(2 * name.len + 1);
	int			len = 0;

	for (int i = 0; i < name.len; i++)
	{
		char		c = name.data[i];

		if (i > 0 && c >= 'A' && c <= 'Z' && name.data[i - 1] >= 'a' && name.data[i - 1] <= 'z')
			words[len++] = '_';
		words[len++] = !rvo_is_ascii(c) || rvo_is_letter(c) || rvo_is_digit(c) ? c : '_';
	}
	return (Slice) {words, len};
}

/* shares_words tells whether the words of a name, at least so many letters, are part of another one's, the other way round, or the first is. */
static bool
shares_words(Slice name, Slice other, int min)
{
	Slice		rest = worded(name);
	Slice		words = rest;
	Slice		first = rvo_text_split(&rest, '_');
	bool		shares = (words.len >= min && is_part(words, other)) ||
		(other.len >= KNOWN_MIN_LENGTH && is_part(other, words)) || (first.len >= WORDS_MIN_LENGTH && is_part(first, other));

	/* A long query is compared with each name there is. */
	pfree(unconstify(char *, words.data));
	return shares;
}

/* is_spelled_like tells whether a name is another one but for a typing error. */
static bool
is_spelled_like(Slice name, Slice other)
{
	Slice		nearest[NEAREST_MAX];

	if (other.len <= SHORT_LENGTH && (name.len <= 2 || rvo_ascii_lower(name.data[0]) != other.data[0]))
		return rvo_slice_equal(name, other);
	return rvo_nearest(name, &other, 1, nearest) > 0;
}

static bool
has_words_of(Slice name, Slice condition)
{
	return shares_words(name, condition, CONDITION_WORDS_MIN_LENGTH);
}

/* is_of_link tells what links add: utm_campaign, utm_source. */
static bool
is_of_link(Slice words)
{
	return words.len > 4 && memcmp(words.data, "utm_", 4) == 0;
}

/* ends_like tells whether the last word of a name is one of a condition: full_name. Not what links add. */
static bool
ends_like(Slice name, Slice condition)
{
	Slice		rest = worded(name);
	Slice		words = rest;
	Slice		last = rest;
	bool		ends;

	while (rest.len > 0)
		last = rvo_text_split(&rest, '_');
	ends = last.len >= CONDITION_WORDS_MIN_LENGTH && is_part(last, condition) && !is_of_link(words);
	pfree(unconstify(char *, words.data));
	return ends;
}

/* next_piece takes a piece of a name off its front, up to a bracket, a dot, or two underscores. */
static Slice
next_piece(Slice *rest)
{
	Slice		piece = {rest->data, 0};
	int			separator = 1;

	while (piece.len < rest->len && strchr("[].", rest->data[piece.len]) == NULL)
	{
		if (piece.len > 0 && piece.len + 1 < rest->len && memcmp(rest->data + piece.len, "__", 2) == 0)
		{
			separator = 2;
			break;
		}
		piece.len++;
	}
	separator = Min(separator, rest->len - piece.len);
	rest->data += piece.len + separator;
	rest->len -= piece.len + separator;
	return piece;
}

/* How a name can be like a condition, the surest first. */
static bool (*const likenesses[]) (Slice name, Slice condition) =
{
	is_spelled_like, has_words_of, ends_like
};

/* like_condition finds a condition that a name is like in one way, of several the nearest; false if there is none. */
static bool
like_condition(Slice name, const KnownParameters *known, int likeness, Slice *condition)
{
	Slice		nearest[NEAREST_MAX];
	int			count = name.len > 0 ? rvo_nearest(name, known->conditions, known->nconditions, nearest) : 0;

	for (int i = 0; name.len > 0 && i < count + known->nconditions; i++)
	{
		*condition = i < count ? nearest[i] : known->conditions[i - count];
		if (likenesses[likeness] (name, *condition))
			return true;
	}
	return false;
}

/* like_listed finds a member of what is no record that a name is like, and by which condition it is asked for; false if there is none. */
static bool
like_listed(Slice name, const KnownParameters *known, Slice *condition)
{
	if (name.len == 0 || known->nlisted == 0 || is_of_link(worded(name)))
		return false;
	for (int i = 0; i < known->nlisted; i++)
	{
		Slice		member = known->listed[i].name;
		bool		is_same = name.len == member.len && pg_strncasecmp(name.data, member.data, name.len) == 0;

		*condition = known->listed[i].condition;
		if (is_same || (member.len > LISTED_SHORT_LENGTH && is_spelled_like(name, member)) ||
			shares_words(name, member, WORDS_MIN_LENGTH))
			return true;
	}
	return false;
}

/* like_member tells whether a name is like that of a member, and by which condition that is asked for; no value for none. */
static bool
like_member(Slice name, const KnownParameters *known, Slice *condition)
{
	if (like_listed(name, known, condition))
		return true;
	*condition = NO_SLICE;
	for (int i = 0; name.len > 0 && known->shape != NULL && i < known->shape->count; i++)
	{
		Slice		member = known->shape->members[i].name;

		if (IS_KNOWN(known->shape->members[i].kind) &&
			(is_spelled_like(name, member) || shares_words(name, member, WORDS_MIN_LENGTH)))
			return true;
	}
	return false;
}

/*
 * condition_meant returns the condition that a name, or a piece of it, was meant for; no value for a member that is
 * none; *meant is false for neither.
 */
static Slice
condition_meant(Slice name, const KnownParameters *known, bool *meant)
{
	Slice		condition;
	Slice		rest;

	*meant = true;
	for (size_t i = 0; i < lengthof(likenesses); i++)
	{
		if (like_condition(name, known, i, &condition))
			return condition;
		for (rest = name; rest.len > 0;)
			if (like_condition(next_piece(&rest), known, i, &condition))
				return condition;
	}
	*meant = like_member(name, known, &condition);
	for (rest = name; !*meant && rest.len > 0;)
		*meant = like_member(next_piece(&rest), known, &condition);
	return *meant ? condition : NO_SLICE;
}

/* next_name takes a parameter off the front of a query and shows its name; as it came, if it is no text. */
static bool
next_name(Slice *query, Slice *name)
{
	Slice		parameter = NO_SLICE;
	Slice		raw;

	while (query->len > 0 && parameter.len == 0)
		parameter = rvo_text_split(query, '&');
	if (parameter.len == 0)
		return false;
	raw = rvo_text_split(&parameter, '=');
	*name = rvo_url_decode(raw);
	if (!pg_verify_mbstr(PG_UTF8, name->data, name->len, true))
		*name = raw;
	return true;
}

/* find_unknown collects the names that nobody knows. */
static void
find_unknown(Slice query, const KnownParameters *known, Unknown *unknown)
{
	Slice		name;

	while (next_name(&query, &name))
	{
		CHECK_FOR_INTERRUPTS();
		if (is_among(name, known->conditions, known->nconditions) || is_among(name, known->others, known->nothers) ||
			is_among(name, unknown->names, unknown->count))
			continue;
		unknown->more = unknown->count == PARAMETER_FAULTS_MAX;
		if (unknown->more)
			return;
		unknown->names[unknown->count++] = name;
	}
}

/* add_fault notes a name with the condition that was meant; or what is near, if none was. */
static void
add_fault(FaultList *faults, Slice name, bool meant, Slice condition, const KnownParameters *known)
{
	Slice		nearest[NEAREST_MAX] = {condition};
	int			count = condition.data != NULL ? 1 : 0;

	if (!meant)
		count = rvo_nearest(name, known->others, known->nothers, nearest);
	rvo_fault_add_parameter(faults, name, nearest, count);
}

/*
 * rvo_parameters_check looks for parameters that are not known.  Notes those that are a
 * fault, and returns a list of the others for a header, in the current context; NULL for none.
 */
const char *
rvo_parameters_check(Slice query, const KnownParameters *known, bool strict, FaultList *faults)
{
	Unknown		unknown = {.count = 0};
	Slice		ignored[NAMES_MAX];
	int			nignored = 0;
	bool		more;

	find_unknown(query, known, &unknown);
	more = unknown.more;
	for (int i = 0; i < unknown.count; i++)
	{
		bool		meant;
		Slice		condition = condition_meant(unknown.names[i], known, &meant);

		if (meant || strict)
			add_fault(faults, unknown.names[i], meant, condition, known);
		else if (nignored < NAMES_MAX)
			ignored[nignored++] = unknown.names[i];
		else
			more = true;
	}
	return nignored > 0 || more ? rvo_names_header(ignored, nignored, more) : NULL;
}
