/*
 * change_cursor.c
 *	  A cursor of the change feed: what a reader was told, as they hold it.
 *
 * What is in it tells how many transactions there are on the whole server, which is
 * nobody's business: so it is encrypted, and padded.  The octets are
 *
 *	  the name of the key | an HMAC over the client and the rest | the rest, encrypted
 *
 * The stream that is added to the rest follows from the HMAC, so that no two cursors
 * have the same (a synthetic initialization vector, as in RFC 5297).  The key is not
 * dumped: by its name a cursor of before a restore is told from one that somebody made up.
 */
#include "postgres.h"

#include "common/sha2.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"

#include "base/compat.h"
#include "shape/list/change_cursor.h"
#include "value/base64url.h"
#include "value/sha256.h"

#define CURSOR_VERSION 1
#define NAME_OCTETS 6
#define SEAL_OCTETS 18
#define PAD_OCTETS 48
#define CURSOR_MAX_LENGTH (64 * 1024)

StaticAssertDecl((NAME_OCTETS + SEAL_OCTETS) % 3 == 0 && PAD_OCTETS % 3 == 0, "a cursor must fill its text");

/* ---------------------------------------------------------------- keys */

/* derive makes a key of its own for each use, and each database: a copy of one by CREATE DATABASE has its secret. */
static void
derive(Slice secret, const char *use, uint8 *key)
{
	rvo_hmac_sha256(secret, (Slice[]) {rvo_slice(use), {(const char *) &MyDatabaseId, sizeof(MyDatabaseId)}}, 2, key);
}

static Slice
key_slice(const uint8 *key)
{
	return (Slice) {(const char *) key, PG_SHA256_DIGEST_LENGTH};
}

/* seal computes the HMAC of a client's cursor. */
static void
seal(Slice secret, int client_id, Slice rest, uint8 *code)
{
	uint8		key[PG_SHA256_DIGEST_LENGTH];

	derive(secret, "changes: seal", key);
	rvo_hmac_sha256(key_slice(key), (Slice[]) {{(const char *) &client_id, sizeof(client_id)}, rest}, 2, code);
}

/* add_stream encrypts or decrypts octets in place. */
static void
add_stream(Slice secret, Slice start, char *octets, int len)
{
	uint8		key[PG_SHA256_DIGEST_LENGTH];
	uint8		stream[PG_SHA256_DIGEST_LENGTH];

	derive(secret, "changes: stream", key);
	for (int i = 0; i < len; i++)
	{
		int			block = i / PG_SHA256_DIGEST_LENGTH;

		if (i % PG_SHA256_DIGEST_LENGTH == 0)
			rvo_hmac_sha256(key_slice(key), (Slice[]) {start, {(const char *) &block, sizeof(block)}}, 2, stream);
		octets[i] ^= stream[i % PG_SHA256_DIGEST_LENGTH];
	}
}

/* ---------------------------------------------------------------- the rest */

/* append_number appends a number in as few octets as it takes, 7 bits in each. */
static void
append_number(StringInfo to, uint64 number)
{
	for (; number >= 0x80; number >>= 7)
		pq_sendbyte(to, (number & 0x7f) | 0x80);
	pq_sendbyte(to, number);
}

static void
append_seen(StringInfo to, const Seen *seen)
{
	uint64		above = seen->end;

	append_number(to, seen->end);
	append_number(to, seen->nopen);
	for (int i = seen->nopen - 1; i >= 0; i--)
	{
		append_number(to, above - seen->open[i]);
		above = seen->open[i];
	}
}

/* rvo_change_cursor_write returns a client's cursor as text, in the current context. */
Slice
rvo_change_cursor_write(Slice secret, int client_id, const ChangeCursor *cursor)
{
	StringInfoData rest;
	StringInfoData octets;
	uint8		name[PG_SHA256_DIGEST_LENGTH];
	uint8		code[PG_SHA256_DIGEST_LENGTH];

	initStringInfo(&rest);
	pq_sendbyte(&rest, CURSOR_VERSION);
	append_number(&rest, cursor->place.timeline);
	append_number(&rest, cursor->place.octets);
	append_number(&rest, cursor->generation);
	append_number(&rest, cursor->last_id);
	append_seen(&rest, &cursor->seen);
	if (cursor->last_id != 0)
		append_seen(&rest, &cursor->next);
	while (rest.len % PAD_OCTETS != 0)
		pq_sendbyte(&rest, 0);
	seal(secret, client_id, (Slice) {rest.data, rest.len}, code);
	add_stream(secret, (Slice) {(const char *) code, SEAL_OCTETS}, rest.data, rest.len);

	derive(secret, "changes: name", name);
	initStringInfo(&octets);
	appendBinaryStringInfo(&octets, (const char *) name, NAME_OCTETS);
	appendBinaryStringInfo(&octets, (const char *) code, SEAL_OCTETS);
	appendBinaryStringInfo(&octets, rest.data, rest.len);
	return rvo_base64url_encode((Slice) {octets.data, octets.len});
}

/* read_number reads one; what was sealed has as many as are read. */
static uint64
read_number(StringInfo from)
{
	uint64		number = 0;

	for (int shift = 0; shift < 64; shift += 7)
	{
		int			octet = pq_getmsgbyte(from);

		number |= (uint64) (octet & 0x7f) << shift;
		if (octet < 0x80)
			break;
	}
	return number;
}

static Seen
read_seen(StringInfo from)
{
	Seen		seen = {.end = read_number(from)};
	uint64		above = seen.end;

	seen.nopen = read_number(from);
	seen.open = palloc((seen.nopen + 1) * sizeof(uint64));
	for (int i = seen.nopen - 1; i >= 0; i--)
		above = seen.open[i] = above - read_number(from);
	return seen;
}

/* rvo_change_cursor_read reads a cursor of the client, in the current context. */
CursorState
rvo_change_cursor_read(Slice secret, int client_id, Slice text, ChangeCursor *cursor)
{
	Slice		octets;
	uint8		name[PG_SHA256_DIGEST_LENGTH];
	uint8		code[PG_SHA256_DIGEST_LENGTH];
	StringInfoData rest = {0};

	if (text.len > CURSOR_MAX_LENGTH || !rvo_base64url_decode(text, &octets))
		return CURSOR_INVALID;
	rest.len = octets.len - NAME_OCTETS - SEAL_OCTETS;
	if (rest.len <= 0 || rest.len % PAD_OCTETS != 0)
		return CURSOR_INVALID;
	derive(secret, "changes: name", name);
	if (memcmp(octets.data, name, NAME_OCTETS) != 0)
		return CURSOR_OF_OTHERS;
	rest.maxlen = rest.len;
	rest.data = unconstify(char *, octets.data) + NAME_OCTETS + SEAL_OCTETS;
	add_stream(secret, (Slice) {octets.data + NAME_OCTETS, SEAL_OCTETS}, rest.data, rest.len);
	seal(secret, client_id, (Slice) {rest.data, rest.len}, code);
	if (!rvo_same_secret(code, (const uint8 *) octets.data + NAME_OCTETS, SEAL_OCTETS) ||
		pq_getmsgbyte(&rest) != CURSOR_VERSION)
		return CURSOR_INVALID;
	cursor->place.timeline = read_number(&rest);
	cursor->place.octets = read_number(&rest);
	cursor->generation = read_number(&rest);
	cursor->last_id = read_number(&rest);
	cursor->seen = read_seen(&rest);
	cursor->next = cursor->last_id != 0 ? read_seen(&rest) : (Seen) {0};
	return CURSOR_GOOD;
}
