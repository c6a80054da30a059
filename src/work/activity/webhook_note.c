/*
 * webhook_note.c
 *	  What is noted of deliveries: counters, and bodies that could not be read.
 *
 * A kept body is for whoever looks what a platform sends.  It is no JSON, or its quotes are
 * wrong, so secrets are looked for as text: what the webhook expects, and what stands behind a
 * name that has "secret" or the like in it, whether it is JSON, a form or something else.
 */
#include "postgres.h"

#include "base/compat.h"
#include "work/activity/webhook_note.h"

#define KIND_MAX_OCTETS 100
#define KINDS_MAX 50			/* of one delivery */
#define KEPT_MAX_OCTETS 65536
#define BLANKS " \t\r\n"

/* rvo_delivery_count counts one thing; kinds beyond the first are counted together. */
void
rvo_delivery_count(DeliveryCounts *counts, const char *outcome, Slice kind)
{
	Slice		key;
	bool		known;
	int64	   *place;

	if (counts->places == NULL)
	{
		counts->places = rvo_slice_map_create(KINDS_MAX);
		counts->counts = palloc((KINDS_MAX + 10) * sizeof(WebhookCount *));
	}
	if (kind.data == NULL)
		kind = CONST_SLICE("");
	kind.len = rvo_text_clip(kind, KIND_MAX_OCTETS);
	key = rvo_slice(psprintf("%s %.*s", outcome, kind.len, kind.data));
	if (counts->count >= KINDS_MAX && rvo_slice_map_find(counts->places, key) == NULL)
	{
		kind.len = 0;
		key = rvo_slice(psprintf("%s ", outcome));
	}
	place = rvo_slice_map_put(counts->places, key, &known);
	if (!known)
	{
		WebhookCount *count = palloc(sizeof(WebhookCount));

		*count = (WebhookCount) {rvo_slice(outcome), kind, 0};
		*place = counts->count;
		counts->counts[counts->count++] = count;
	}
	counts->counts[*place]->count++;
}

/* rvo_delivery_counts_write adds what was counted to the counters of a webhook: the last thing to do, since all its deliveries meet there. */
void
rvo_delivery_counts_write(const Webhook *webhook, DeliveryCounts *counts)
{
	rvo_store_count_webhook(webhook->id, counts->counts, counts->count);
}

/* cover writes asterisks over octets. */
static void
cover(char *text, int from, int to)
{
	memset(text + from, '*', to - from);
}

/* cover_all covers a secret wherever it stands. */
static void
cover_all(char *text, int len, Slice secret)
{
	for (int i = 0; secret.len > 0 && i + secret.len <= len; i++)
		if (memcmp(text + i, secret.data, secret.len) == 0)
			cover(text, i, i + secret.len);
}

/* is_any tells whether there is an octet at a place, and it is one of some. */
static bool
is_any(const char *text, int len, int at, const char *octets)
{
	return at < len && text[at] != '\0' && strchr(octets, text[at]) != NULL;
}

/* secret_name_at returns how long the rest of a name is that tells a secret and has the word for it at a place; 0 if there is none. */
static int
secret_name_at(const char *text, int len, int at)
{
	static const Slice words[] = {CONST_SLICE("secret"), CONST_SLICE("signature"), CONST_SLICE("token"), CONST_SLICE("password")};

	for (size_t w = 0; w < lengthof(words); w++)
		if (at + words[w].len <= len && pg_strncasecmp(text + at, words[w].data, words[w].len) == 0)
		{
			int			end = at + words[w].len;

			while (end < len && (rvo_is_letter(text[end]) || rvo_is_digit(text[end]) || text[end] == '_' || text[end] == '-'))
				end++;
			return end - at;
		}
	return 0;
}

/* value_after returns where the value begins whose name ends at a place: behind ":", "=", "=>" or ">"; -1 if there is none. */
static int
value_after(const char *text, int len, int at)
{
	while (is_any(text, len, at, BLANKS "\\\"'"))
		at++;
	if (!is_any(text, len, at, ":=>"))
		return -1;
	while (is_any(text, len, at, ":=>" BLANKS))
		at++;
	return is_any(text, len, at, "[{") ? -1 : at;
}

/*
 * cover_value covers a value from its first octet, or quote, on, and returns where it ends.  A quote that has a
 * backslash before it is of JSON in a string.
 */
static int
cover_value(char *text, int len, int at)
{
	bool		inner = is_any(text, len, at, "\\");
	int			start = at + inner;
	char		quote = is_any(text, len, start, "\"'") ? text[start++] : '\0';
	int			end = start;

	while (end < len && (quote != '\0' ? text[end] != quote : !is_any(text, len, end, BLANKS "\"'\\,;&<>)]}")))
	{
		if (text[end] == '\\' && inner && end + 1 < len && text[end + 1] == quote)
			break;
		end += text[end] == '\\' ? 2 : 1;
	}
	end = Min(end, len);
	if (end > start)
		cover(text, start, end);
	return end;
}

/* cover_named covers what stands behind names that are those of secrets. */
static void
cover_named(char *text, int len)
{
	for (int i = 0; i < len; i++)
	{
		int			name = secret_name_at(text, len, i);
		int			value = name > 0 ? value_after(text, len, i + name) : -1;

		if (value >= 0)
			i = cover_value(text, len, value);
		else if (name > 0)
			i += name - 1;
	}
}

/* rvo_delivery_keep keeps the beginning of a body that could not be read, where the webhook does so, without secrets. */
void
rvo_delivery_keep(const Webhook *webhook, Slice body, const FaultList *faults)
{
	int			len = Min(body.len, KEPT_MAX_OCTETS);
	char	   *text;

	if (webhook->ring_size == 0)
		return;
	text = palloc(len + 1);
	memcpy(text, body.data, len);
	cover_named(text, len);
	cover_all(text, len, webhook->secret);
	rvo_store_keep_delivery(webhook->id, webhook->ring_size, (Slice) {text, len}, body.len, rvo_slice(rvo_fault_json(faults)));
}
