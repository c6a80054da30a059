/*
 * cursor.c
 *	  A cursor: a place in a list, as a caller holds it.
 *
 * A cursor is a version, the place, and an HMAC-SHA-256 over both and over
 * what list it is: whose, of what, with which conditions.  So nobody can make
 * one up, bend one, or use one where it does not belong.  The place is no
 * secret; that it looks like noise keeps callers from building on what is in
 * it.
 *
 * That of a search has what it is sorted by, too.  In base64 no cursor has a bit to
 * spare, so that no two texts are one cursor: the number of octets is a multiple of three.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "libpq/pqformat.h"

#include "base/compat.h"
#include "shape/list/cursor.h"
#include "value/base64url.h"
#include "value/sha256.h"

#define CURSOR_VERSION 2
#define PLACE_OCTETS 39
#define SEAL_OCTETS 18			/* of the HMAC: more than enough where each guess is a request */
#define KEY_MAX_OCTETS 8192
#define CURSOR_MAX_LENGTH ((PLACE_OCTETS + KEY_MAX_OCTETS + SEAL_OCTETS) / 3 * 4)

StaticAssertDecl((PLACE_OCTETS + SEAL_OCTETS) % 3 == 0, "a cursor must fill its text");

/* append_key writes what a search is sorted by, filled up. */
static void
append_key(StringInfo to, Slice key)
{
	pq_sendint32(to, key.len);
	appendBinaryStringInfo(to, key.data, key.len);
	while (to->len % 3 != 0)
		pq_sendbyte(to, 0);
}

/* append_place writes the version and the place. */
static void
append_place(StringInfo to, const ListPlace *place)
{
	pq_sendbyte(to, CURSOR_VERSION);
	pq_sendint64(to, place->id);
	pq_sendint32(to, place->client_id);
	pq_sendint64(to, place->pages);
	pq_sendint64(to, place->entries);
	pq_sendbyte(to, place->scanned);
	pq_sendint64(to, place->total.entries);
	pq_sendbyte(to, place->total.exact);
	Assert(to->len == PLACE_OCTETS);
	if (place->key.data != NULL)
		append_key(to, place->key);
}

/* append_scope writes what tells lists apart; no two lists write the same. */
static void
append_scope(StringInfo to, const ListScope *scope)
{
	appendBinaryStringInfo(to, scope->what, strlen(scope->what) + 1);
	pq_sendint32(to, scope->client_id);
	pq_sendbyte(to, scope->by_field);
	pq_sendbyte(to, scope->possible);
	for (int i = 0; i < scope->count; i++)
	{
		Slice		condition = scope->conditions[i];

		pq_sendint32(to, condition.data == NULL ? -1 : condition.len);
		if (condition.len > 0)
			appendBinaryStringInfo(to, condition.data, condition.len);
	}
}

/* seal computes the HMAC of a list and the octets of a place. */
static void
seal(Slice secret, const ListScope *scope, Slice place, uint8 *hmac)
{
	StringInfoData list;

	initStringInfo(&list);
	append_scope(&list, scope);
	rvo_hmac_sha256(secret, (Slice[]) {place, {list.data, list.len}}, 2, hmac);
}

/* rvo_cursor_write returns the cursor of a place, in the current context. */
Slice
rvo_cursor_write(Slice secret, const ListScope *scope, const ListPlace *place)
{
	StringInfoData octets;
	uint8		hmac[PG_SHA256_DIGEST_LENGTH];

	initStringInfo(&octets);
	append_place(&octets, place);
	seal(secret, scope, (Slice) {octets.data, octets.len}, hmac);
	appendBinaryStringInfo(&octets, (char *) hmac, SEAL_OCTETS);
	return rvo_base64url_encode((Slice) {octets.data, octets.len});
}

/* read_key reads what a search is sorted by out of the rest of a place, if there is one; false if it is none. */
static bool
read_key(StringInfo message, Slice *key)
{
	int			left = message->len - message->cursor;

	*key = NO_SLICE;
	if (left < (int) sizeof(int32))
		return left == 0;
	key->len = pq_getmsgint(message, sizeof(int32));
	left -= sizeof(int32);
	if (key->len < 0 || key->len > left || left - key->len > 2)
		return false;
	key->data = pq_getmsgbytes(message, key->len);
	return true;
}

/* rvo_cursor_read reads a cursor of this list, in the current context; false for anything else. */
bool
rvo_cursor_read(Slice secret, const ListScope *scope, Slice cursor, ListPlace *place)
{
	Slice		octets;
	StringInfoData message = {0};
	uint8		hmac[PG_SHA256_DIGEST_LENGTH];

	if (cursor.len > CURSOR_MAX_LENGTH || !rvo_base64url_decode(cursor, &octets) ||
		octets.len - SEAL_OCTETS < PLACE_OCTETS)
		return false;
	message = (StringInfoData) {.data = unconstify(char *, octets.data), .len = octets.len - SEAL_OCTETS, .maxlen = octets.len};
	seal(secret, scope, (Slice) {octets.data, message.len}, hmac);
	if (!rvo_same_secret(hmac, (const uint8 *) octets.data + message.len, SEAL_OCTETS) ||
		pq_getmsgbyte(&message) != CURSOR_VERSION)
		return false;
	place->id = pq_getmsgint64(&message);
	place->client_id = pq_getmsgint(&message, sizeof(int32));
	place->pages = pq_getmsgint64(&message);
	place->entries = pq_getmsgint64(&message);
	place->scanned = pq_getmsgbyte(&message) != 0;
	place->counted = true;
	place->total.entries = pq_getmsgint64(&message);
	place->total.exact = pq_getmsgbyte(&message) != 0;
	return read_key(&message, &place->key);
}
