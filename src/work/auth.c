/*
 * auth.c
 *	  Who is calling, and the keys that prove it.
 *
 * The first that is present decides: the header X-API-Key, the setting
 * revyops.api_key, the setting revyops.client_id.  One that is present and
 * wrong is refused; it never falls through to the next.
 *
 * A key is "rvo_" and 12 hexadecimal digits (the public prefix by which it is
 * found and revoked), "_", and 64 hexadecimal digits (256 random bits).  Only
 * the SHA-256 of the whole is stored.  A secret with that much chance in it
 * needs no slow hash.  A master key speaks for its client as any other, and
 * also reads the master lists, of all clients.
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/fault.h"
#include "shape/member.h"
#include "store/store_api_key.h"
#include "store/store_client.h"
#include "value/sha256.h"
#include "work/auth.h"

#define PREFIX_START "rvo_"
#define PREFIX_BYTES 6
#define SECRET_BYTES 32
#define PREFIX_LENGTH (4 + 2 * PREFIX_BYTES)
#define KEY_LENGTH (PREFIX_LENGTH + 1 + 2 * SECRET_BYTES)

int			rvo_client_id_setting = 0;
char	   *rvo_api_key_setting = NULL;
int			rvo_handling_setting = HANDLING_LENIENT;

/*
 * read_key returns what is stored of a key, nothing if it is not valid.  Every
 * key costs a hash, a look-up and a comparison, whatever is wrong with it.
 */
static ApiKey
read_key(Slice key)
{
	Slice		prefix = {key.data, Min(key.len, PREFIX_LENGTH)};
	uint8		sha256[PG_SHA256_DIGEST_LENGTH];
	ApiKey		stored = {0};
	bool		valid;

	rvo_sha256(&key, 1, sha256);
	valid = rvo_store_find_api_key(prefix, &stored);
	valid &= rvo_same_secret(sha256, stored.secret_sha256, PG_SHA256_DIGEST_LENGTH);
	valid &= stored.live;
	return valid ? stored : (ApiKey) {0};
}

/* key_of returns the key of a call; no value if there is none, no valid one if the headers can't be read. */
static Slice
key_of(const Request *request)
{
	if (!request->readable)
		return CONST_SLICE("");
	if (request->api_key.data == NULL && rvo_api_key_setting != NULL && rvo_api_key_setting[0] != '\0')
		return rvo_slice(pstrdup(rvo_api_key_setting));
	return request->api_key;
}

/* rvo_auth_claim takes down what the settings and the request say at this moment, in the current context. */
Claim
rvo_auth_claim(const Request *request)
{
	Handling	handling = rvo_request_handling(request);

	return (Claim) {
		.key = key_of(request),
		.client_id = rvo_client_id_setting,
		.strict = (handling == HANDLING_NOT_SAID ? rvo_handling_setting : (int) handling) == HANDLING_STRICT,
	};
}

/* rvo_auth_claim_of_call is rvo_auth_claim for an SQL function. */
Claim
rvo_auth_claim_of_call(void)
{
	Request		request = rvo_request_read();

	return rvo_auth_claim(&request);
}

/*
 * claimed_client returns the client that a call says it is of, 0 for none or a
 * bad key.  With a key it is proven that there is one, a setting has to be looked up.
 */
static int
claimed_client(const Claim *claim, bool *proven)
{
	*proven = claim->key.data != NULL;
	return *proven ? read_key(claim->key).client_id : claim->client_id;
}

/* rvo_auth_find_client_id returns the id of the calling client, 0 for nobody. */
int
rvo_auth_find_client_id(const Claim *claim)
{
	bool		proven;
	int			client_id = claimed_client(claim, &proven);

	return client_id != 0 && (proven || rvo_store_has_client(client_id)) ? client_id : 0;
}

/* is_shown tells whether a call says who makes it. */
static bool
is_shown(const Claim *claim)
{
	return claim->key.data != NULL || claim->client_id != 0;
}

/* raise_nobody ends a call that nobody makes. */
static void
raise_nobody(bool shown)
{
	rvo_fault_raise_one(FAILURE_CREDENTIALS, "X-API-Key",
						shown ? FAULT_INVALID_CREDENTIALS : FAULT_MISSING_CREDENTIALS);
}

/*
 * rvo_auth_client_id is rvo_auth_find_client_id, and raises FAILURE_CREDENTIALS
 * for nobody.
 */
int
rvo_auth_client_id(const Claim *claim)
{
	int			client_id = rvo_auth_find_client_id(claim);

	if (client_id == 0)
		raise_nobody(is_shown(claim));
	return client_id;
}

/* rvo_auth_client_id_of_call is rvo_auth_client_id for an SQL function. */
int
rvo_auth_client_id_of_call(void)
{
	Claim		claim = rvo_auth_claim_of_call();

	return rvo_auth_client_id(&claim);
}

/*
 * rvo_auth_caller returns the caller of what changes data, with his client's
 * settings, which are read on each call.  Raises FAILURE_CREDENTIALS.
 */
Caller
rvo_auth_caller(const Claim *claim)
{
	bool		proven;
	Caller		caller = {.client_id = claimed_client(claim, &proven), .strict = claim->strict};

	if (caller.client_id == 0 || !rvo_store_find_client(caller.client_id, &caller.settings))
		raise_nobody(is_shown(claim));
	caller.notes = palloc0(sizeof(CallNotes));
	caller.notes->context = CurrentMemoryContext;
	return caller;
}

/* rvo_auth_caller_of_call is rvo_auth_caller for an SQL function. */
Caller
rvo_auth_caller_of_call(void)
{
	Claim		claim = rvo_auth_claim_of_call();

	return rvo_auth_caller(&claim);
}

/*
 * rvo_auth_check_master raises FAILURE_CREDENTIALS unless the call comes with a
 * master key.  No setting makes a caller the master.
 */
void
rvo_auth_check_master(const Claim *claim)
{
	ApiKey		stored = {0};

	if (claim->key.data != NULL)
		stored = read_key(claim->key);
	if (stored.client_id == 0)
		raise_nobody(claim->key.data != NULL);
	if (!stored.master)
		rvo_fault_raise_one(FAILURE_CREDENTIALS, "X-API-Key", FAULT_MASTER_KEY_REQUIRED);
}

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

/* check_name notes what is wrong with the name of a client or key. */
static Slice
check_name(Slice name, FaultList *faults)
{
	name = rvo_text_trim(name);
	if (name.len == 0)
		rvo_fault_add(faults, "name", FAULT_REQUIRED);
	else
		rvo_member_check_text(name, "name", MEMBER_MAX_LENGTH, false, faults);
	return name;
}

/* rvo_auth_create_client adds a client and returns its id. */
int
rvo_auth_create_client(Slice name)
{
	FaultList	faults = {0};

	name = check_name(name, &faults);
	if (faults.count > 0)
		rvo_fault_raise(FAILURE_INVALID_REQUEST, &faults);
	return rvo_store_insert_client(name);
}

/* append_random writes random bytes as hexadecimal digits. */
static char *
append_random(char *to, int nbytes)
{
	static const char digits[] = "0123456789abcdef";
	uint8		bytes[SECRET_BYTES];

	if (!pg_strong_random(bytes, nbytes))
		rvo_fault_raise_bug("could not generate random bytes");
	for (int i = 0; i < nbytes; i++)
	{
		*to++ = digits[bytes[i] >> 4];
		*to++ = digits[bytes[i] & 15];
	}
	return to;
}

/*
 * rvo_auth_create_api_key adds a key of a client and returns it, in the current
 * context: the only time that it is seen.  expires_at NULL is for ever.
 */
Slice
rvo_auth_create_api_key(const int *client_id, Slice name, const TimestampTz *expires_at, Slice scope_name)
{
	FaultList	faults = {0};
	bool		master;
	char	   *key = palloc(KEY_LENGTH);
	char	   *end;
	Slice		whole;
	ApiKey		stored;

	if (client_id == NULL)
		rvo_fault_add(&faults, "client_id", FAULT_REQUIRED);
	name = check_name(name, &faults);
	if (expires_at != NULL && *expires_at <= GetCurrentTimestamp())
		rvo_fault_add(&faults, "expires_at", FAULT_EXPIRED);
	master = read_scope(scope_name, &faults);
	if (faults.count > 0)
		rvo_fault_raise(FAILURE_INVALID_REQUEST, &faults);

	memcpy(key, PREFIX_START, strlen(PREFIX_START));
	end = append_random(key + strlen(PREFIX_START), PREFIX_BYTES);
	*end++ = '_';
	end = append_random(end, SECRET_BYTES);
	Assert(end - key == KEY_LENGTH);

	if (!rvo_store_has_client(*client_id))
		rvo_fault_raise_one(FAILURE_CLIENT_NOT_FOUND, "client_id", FAULT_NOT_FOUND);
	stored = (ApiKey) {.client_id = *client_id, .master = master};
	whole = (Slice) {key, KEY_LENGTH};
	rvo_sha256(&whole, 1, stored.secret_sha256);
	rvo_store_insert_api_key((Slice) {key, PREFIX_LENGTH}, &stored, name, expires_at);
	return whole;
}

/*
 * rvo_auth_list_api_keys shows the keys of a client, oldest first, to read:
 * prefix, name, scope, created_time, expires_at, revoked_at.
 */
void
rvo_auth_list_api_keys(const int *client_id, RowReader read, void *arg)
{
	if (client_id == NULL)
		rvo_fault_raise_one(FAILURE_INVALID_REQUEST, "client_id", FAULT_REQUIRED);
	if (!rvo_store_has_client(*client_id))
		rvo_fault_raise_one(FAILURE_CLIENT_NOT_FOUND, "client_id", FAULT_NOT_FOUND);
	rvo_store_list_api_keys(*client_id, read, arg);
}

/* rvo_auth_revoke_api_key ends a key; false if no unrevoked key has this prefix. */
bool
rvo_auth_revoke_api_key(Slice prefix)
{
	if (rvo_text_trim(prefix).len == 0)
		rvo_fault_raise_one(FAILURE_INVALID_REQUEST, "prefix", FAULT_REQUIRED);
	return rvo_store_revoke_api_key(prefix);
}
