/*
 * event_key.c
 *	  What makes two events the same.
 *
 * An event has one key: its client, the address, its kind, and one discriminator,
 * which is the platform and its id of it with what belongs to that, else campaign and time, else the hash of the
 * delivery.  With two keys at once, either of which makes it a duplicate, it would
 * depend on the order which of three events are one.
 *
 * A key is the first half of a SHA-256, of a random salt and these, each with its length in
 * front and numbers as on the network, so that no two lists of parts give the same octets, and one
 * gives the same on every machine.
 */
#include "postgres.h"

#include "port/pg_bswap.h"

#include "base/compat.h"
#include "shape/activity/event_key.h"
#include "value/sha256.h"

#define PARTS_MAX 12

/* What is hashed, as it grows. */
typedef struct Parts
{
	Slice		items[PARTS_MAX];
	int32		lengths[PARTS_MAX];
	int			count;
} Parts;

static void
add_octets(Parts *parts, const void *octets, int len)
{
	parts->items[parts->count++] = (Slice) {octets, len};
}

/* add_part adds a text behind its length; one without a value is told from an empty one. */
static void
add_part(Parts *parts, Slice text)
{
	int32	   *length = &parts->lengths[parts->count];

	*length = pg_hton32(text.data == NULL ? -1 : text.len);
	add_octets(parts, length, sizeof(*length));
	add_octets(parts, text.data != NULL ? text.data : "", Max(text.len, 0));
}

static pg_uuid_t
hash(const Parts *parts)
{
	uint8		digest[PG_SHA256_DIGEST_LENGTH];
	pg_uuid_t	key;

	rvo_sha256(parts->items, parts->count, digest);
	memcpy(key.data, digest, UUID_LEN);
	return key;
}

/* rvo_event_key returns the key of an event of an address. */
pg_uuid_t
rvo_event_key(const EventSalt *salt, Slice address, const NeutralEvent *event)
{
	Parts		parts = {.count = 0};
	int32		client_id = pg_hton32(salt->client_id);
	int64		time = pg_hton64(event->at.time);
	char		kinds[2] = {'a' + event->kind, 'x'};

	add_octets(&parts, salt->salt.data, salt->salt.len);
	add_octets(&parts, &client_id, sizeof(client_id));
	if (event->external_id.data == NULL)
		kinds[1] = event->at.given ? 't' : 'h';
	add_octets(&parts, kinds, sizeof(kinds));
	add_part(&parts, address);
	switch (kinds[1])
	{
		case 'x':
			add_part(&parts, event->platform);
			add_part(&parts, event->external_id);
			add_part(&parts, event->id_parts);
			break;
		case 't':
			add_octets(&parts, &time, sizeof(time));
			add_part(&parts, event->campaign_id);
			/* platforms give several labels the time of one reply */
			if (event->kind == EVENT_INTEREST && event->body_hash.data != NULL)
				add_part(&parts, event->label);
			break;
		default:
			add_part(&parts, event->body_hash);
	}
	return hash(&parts);
}

/* begin_more begins a key that is made of an event's own, for what a letter says. */
static void
begin_more(Parts *parts, const EventSalt *salt, const int32 *client_id, const char *letter, const pg_uuid_t *key)
{
	parts->count = 0;
	add_octets(parts, salt->salt.data, salt->salt.len);
	add_octets(parts, client_id, sizeof(*client_id));
	add_octets(parts, letter, 1);
	add_octets(parts, key->data, UUID_LEN);
}

/* rvo_event_key_in_campaign returns the key under which another campaign counts an event that has been recorded. */
pg_uuid_t
rvo_event_key_in_campaign(const EventSalt *salt, const pg_uuid_t *key, Slice platform, Slice campaign_id)
{
	Parts		parts;
	int32		client_id = pg_hton32(salt->client_id);

	begin_more(&parts, salt, &client_id, "c", key);
	add_part(&parts, platform);
	add_part(&parts, campaign_id);
	return hash(&parts);
}

/* rvo_event_key_of_suppression returns the key under which it is noted that an event has said that its address is not to be contacted. */
pg_uuid_t
rvo_event_key_of_suppression(const EventSalt *salt, const pg_uuid_t *key)
{
	Parts		parts;
	int32		client_id = pg_hton32(salt->client_id);

	begin_more(&parts, salt, &client_id, "s", key);
	return hash(&parts);
}
