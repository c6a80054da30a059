/*
 * client.c
 *	  The use cases of clients and their API keys: making, listing, ending.
 *
 * A key is "rvo_" and 12 hexadecimal digits (the public prefix by which it is
 * found and revoked), "_", and 64 hexadecimal digits (256 random bits).  Only
 * the SHA-256 of the whole is stored.  A secret with that much chance in it
 * needs no slow hash.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/failure.h"
#include "base/fault.h"
#include "shape/record/member.h"
#include "store/service/store_api_key.h"
#include "store/service/store_client.h"
#include "value/random_digits.h"
#include "value/sha256.h"
#include "work/caller/client.h"
#include "work/caller/client_state.h"

#define PREFIX_START "rvo_"
#define PREFIX_BYTES 6
#define SECRET_BYTES 32
#define KEY_LENGTH (API_KEY_PREFIX_LENGTH + 1 + 2 * SECRET_BYTES)

StaticAssertDecl(API_KEY_PREFIX_LENGTH == sizeof(PREFIX_START) - 1 + 2 * PREFIX_BYTES, "a prefix must be as long as it is said to be");

/* read_scope reads what a key is good for: its client's own, or the master lists as well. */
static bool
read_scope(Slice name, FaultList *faults)
{
	if (name.data != NULL && rvo_slice_equal(name, CONST_SLICE("master")))
		return true;
	if (name.data == NULL || !rvo_slice_equal(name, CONST_SLICE("client")))
		rvo_fault_add(faults, "scope", FAULT_INVALID_SCOPE);
	return false;
}

/* rvo_client_check_name trims a name for people, of a client or a key, and notes what is wrong with it. */
Slice
rvo_client_check_name(Slice name, FaultList *faults)
{
	name = rvo_text_trim(name);
	if (name.len == 0)
		rvo_fault_add(faults, "name", FAULT_REQUIRED);
	else
		rvo_member_check_text(name, "name", MEMBER_MAX_LENGTH, false, faults);
	return name;
}

/* rvo_client_create adds a client and returns its id. */
int
rvo_client_create(Slice name)
{
	FaultList	faults = {0};

	name = rvo_client_check_name(name, &faults);
	if (faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	return rvo_store_insert_client(name);
}

/* rvo_client_is_shown tells whether row-level security shows a client to the current user. */
bool
rvo_client_is_shown(int client_id)
{
	Oid			table = get_relname_relid("client", get_namespace_oid("revyops", false));

	return check_enable_rls(table, InvalidOid, true) != RLS_ENABLED || rvo_store_current_client_id() == client_id;
}

/*
 * rvo_api_key_create adds a key of a client and returns it, in the current
 * context: the only time that it is seen.  expires_at NULL is for ever.
 */
Slice
rvo_api_key_create(const int *client_id, Slice name, const TimestampTz *expires_at, Slice scope_name)
{
	FaultList	faults = {0};
	bool		master;
	char	   *key = palloc(KEY_LENGTH);
	char	   *end;
	Slice		whole;
	ApiKey		stored;

	if (client_id == NULL)
		rvo_fault_add(&faults, "client_id", FAULT_REQUIRED);
	name = rvo_client_check_name(name, &faults);
	if (expires_at != NULL && *expires_at <= GetCurrentTimestamp())
		rvo_fault_add(&faults, "expires_at", FAULT_EXPIRED);
	master = read_scope(scope_name, &faults);
	if (faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);

	memcpy(key, PREFIX_START, strlen(PREFIX_START));
	end = rvo_random_digits(key + strlen(PREFIX_START), PREFIX_BYTES);
	*end++ = '_';
	end = rvo_random_digits(end, SECRET_BYTES);
	Assert(end - key == KEY_LENGTH);

	rvo_client_begin_write(*client_id);
	stored = (ApiKey) {.client_id = *client_id, .master = master};
	whole = (Slice) {key, KEY_LENGTH};
	rvo_sha256(&whole, 1, stored.secret_sha256);
	rvo_store_insert_api_key((Slice) {key, API_KEY_PREFIX_LENGTH}, &stored, name, expires_at);
	return whole;
}

/*
 * rvo_api_key_list shows the keys of a client, oldest first, to read:
 * prefix, name, scope, created_time, expires_at, revoked_at.
 */
void
rvo_api_key_list(const int *client_id, RowReader read, void *arg)
{
	if (client_id == NULL)
		rvo_failure_raise_one(FAILURE_INVALID_REQUEST, "client_id", FAULT_REQUIRED);
	if (!rvo_store_has_client(*client_id))
		rvo_failure_raise_one(FAILURE_CLIENT_NOT_FOUND, "client_id", FAULT_NOT_FOUND);
	rvo_store_list_api_keys(*client_id, read, arg);
}

/* rvo_api_key_revoke ends a key; false if no unrevoked key has this prefix. */
bool
rvo_api_key_revoke(Slice prefix)
{
	ApiKey		stored;

	if (rvo_text_trim(prefix).len == 0)
		rvo_failure_raise_one(FAILURE_INVALID_REQUEST, "prefix", FAULT_REQUIRED);
	if (!rvo_store_find_api_key(prefix, &stored))
		return false;
	rvo_client_begin_write(stored.client_id);
	return rvo_store_revoke_api_key(prefix);
}
