/*
 * webhook_note.c
 *	  What is noted of deliveries: counters, and bodies that could not be read.
 *
 * A kept body is for whoever looks what a platform sends.  It may be no JSON, so
 * secrets are looked for as text: what the webhook expects, and what stands behind
 * a name that has "secret" or "signature" in it.
 */
#include "postgres.h"

#include "base/compat.h"
#include "work/activity/webhook_note.h"

#define KIND_MAX_OCTETS 100
#define KINDS_MAX 50			/* of one delivery */
#define KEPT_MAX_OCTETS 65536

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

/* end_of_string returns where a JSON string ends whose first octet is at a place. */
static int
end_of_string(const char *text, int len, int at)
{
	while (at < len && text[at] != '"')
		at += text[at] == '\\' ? 2 : 1;
	return Min(at, len);
}

/* tells_secret tells the name of a member that is a secret. */
static bool
tells_secret(const char *name, int len)
{
	static const Slice words[] = {CONST_SLICE("secret"), CONST_SLICE("signature"), CONST_SLICE("token"), CONST_SLICE("password")};

	for (size_t w = 0; w < lengthof(words); w++)
		for (int i = 0; i + words[w].len <= len; i++)
			if (pg_strncasecmp(name + i, words[w].data, words[w].len) == 0)
				return true;
	return false;
}

/* cover_members covers the strings behind names that are those of secrets. */
static void
cover_members(char *text, int len)
{
	for (int i = 0; i < len; i++)
	{
		int			start = i + 1;
		int			end;
		int			value;

		if (text[i] != '"')
			continue;
		end = end_of_string(text, len, start);
		value = end + 1;
		while (value < len && (text[value] == ' ' || text[value] == ':'))
			value++;
		if (value < len && value > end + 1 && text[value] == '"' && tells_secret(text + start, end - start))
		{
			i = end_of_string(text, len, value + 1);
			cover(text, value + 1, i);
		}
		else
			i = end;
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
	cover_members(text, len);
	cover_all(text, len, webhook->secret);
	rvo_store_keep_delivery(webhook->id, webhook->ring_size, (Slice) {text, len}, body.len, rvo_slice(rvo_fault_json(faults)));
}
