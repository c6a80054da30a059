/*
 * auth.c
 *	  Who is calling.
 *
 * The first that is present decides: the header X-API-Key, the setting
 * revyops.api_key, the setting revyops.client_id.  One that is present and
 * wrong is refused; it never falls through to the next.
 *
 * Work that is done for somebody whom no setting names, such as a request over
 * HTTP, says who that is: then this decides, for whatever the work sets off.
 *
 * A master key speaks for its client as any other, and also reads the master
 * lists, of all clients.
 */
#include "postgres.h"

#include "commands/trigger.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "utils/timestamp.h"

#include "base/attempt.h"
#include "base/compat.h"
#include "base/failure.h"
#include "base/fault.h"
#include "store/query/store_distribution.h"
#include "store/service/store_api_key.h"
#include "store/service/store_client.h"
#include "store/service/store_lock.h"
#include "value/preference.h"
#include "value/sha256.h"
#include "work/caller/auth.h"
#include "work/caller/client.h"
#include "work/caller/client_state.h"

int			rvo_client_id_setting = 0;
char	   *rvo_api_key_setting = NULL;
int			rvo_handling_setting = HANDLING_LENIENT;

/* Whose work is being done; NULL = what the settings say. */
static const Claim *working_as = NULL;

/*
 * read_key returns what is stored of a key, nothing if it is not valid.  Every
 * key costs a hash, a look-up and a comparison, whatever is wrong with it.
 */
static ApiKey
read_key(Slice key)
{
	Slice		prefix = {key.data, Min(key.len, API_KEY_PREFIX_LENGTH)};
	uint8		sha256[PG_SHA256_DIGEST_LENGTH];
	ApiKey		stored = {0};
	bool		valid;

	rvo_sha256(&key, 1, sha256);
	valid = rvo_store_find_api_key(prefix, &stored);
	valid &= rvo_same_secret(sha256, stored.secret_sha256, PG_SHA256_DIGEST_LENGTH);
	valid &= stored.live;
	return valid ? stored : (ApiKey) {0};
}

/* key_of returns the key of a call; no value if there is none. */
static Slice
key_of(const Request *request)
{
	if (request->api_key.data == NULL && rvo_api_key_setting != NULL && rvo_api_key_setting[0] != '\0')
		return rvo_slice(pstrdup(rvo_api_key_setting));
	return request->api_key;
}

/* rvo_auth_claim takes down what the settings and the request say at this moment, in the current context. */
Claim
rvo_auth_claim(const Request *request)
{
	Handling	handling = rvo_preferred_handling(request->prefer);

	return (Claim) {
		.key = key_of(request),
		.client_id = rvo_client_id_setting,
		.strict = (handling == HANDLING_NOT_SAID ? rvo_handling_setting : (int) handling) == HANDLING_STRICT,
	};
}

/* rvo_auth_claim_of_call is rvo_auth_claim for an SQL function, which a trigger may have called amid somebody's work. */
Claim
rvo_auth_claim_of_call(void)
{
	Request		request;

	if (working_as != NULL)
		return *working_as;
	request = rvo_request_read();
	return rvo_auth_claim(&request);
}

/*
 * fire_deferred_triggers runs now what would run, and could fail, at COMMIT: for another caller, and out of our hands.  They have the
 * rights that they have at COMMIT: what a caller deferred on a table of their own must not get those of the function that runs here.
 */
static void
fire_deferred_triggers(void)
{
	ConstraintsSetStmt *all_immediate = makeNode(ConstraintsSetStmt);
	Oid			user;
	int			context;

	all_immediate->deferred = false;
	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(GetOuterUserId(), context | SECURITY_LOCAL_USERID_CHANGE);
	AfterTriggerSetState(all_immediate);
	SetUserIdAndSecContext(user, context);		/* an error ends the transaction, or a subtransaction, which puts them back */
}

/* Work that somebody's claim is for. */
typedef struct ClaimedWork
{
	void		(*work) (void *arg);
	void	   *arg;
	const Claim *outer;			/* for what goes on afterwards; NULL = none */
} ClaimedWork;

static void
do_claimed_work(void *arg, bool again pg_attribute_unused())
{
	ClaimedWork *claimed = arg;

	claimed->work(claimed->arg);
}

static void
leave_claimed_work(void *arg, int sqlstate pg_attribute_unused())
{
	ClaimedWork *claimed = arg;

	working_as = claimed->outer;
}

/*
 * rvo_auth_commit_as does work that ends its transactions; until it ends itself, also by an error, the claim is
 * that of every call: of those that triggers make, deferred ones at each COMMIT, and of current_client_id().
 * Nothing is believed for that: each call looks the claim up.
 */
void
rvo_auth_commit_as(const Claim *claim, void (*work) (void *arg), void *arg)
{
	ClaimedWork claimed = {work, arg, working_as};

	working_as = claim;
	rvo_attempt_watched(do_claimed_work, leave_claimed_work, &claimed);
	working_as = claimed.outer;
}

/* Work amid somebody else's transaction. */
typedef struct InnerWork
{
	void		(*work) (void *arg);
	void	   *arg;
} InnerWork;

static void
do_inner_work(void *arg)
{
	InnerWork  *inner = arg;

	inner->work(inner->arg);
	fire_deferred_triggers();
}

/*
 * rvo_auth_work_as is the same for work amid a transaction.  Deferred triggers run for who set them off: those of
 * before first, those of the work at its end.
 */
void
rvo_auth_work_as(const Claim *claim, void (*work) (void *arg), void *arg)
{
	InnerWork	inner = {work, arg};

	fire_deferred_triggers();
	rvo_auth_commit_as(claim, do_inner_work, &inner);
}

/* claimed_client returns the client that a call says it is of, 0 for none or a bad key. */
static int
claimed_client(const Claim *claim)
{
	return claim->key.data != NULL ? read_key(claim->key).client_id : claim->client_id;
}

/* find_client_id returns the id of the calling client, and its state; 0 for nobody. */
static int
find_client_id(const Claim *claim, ClientState *state)
{
	int			client_id = claimed_client(claim);

	return client_id != 0 && rvo_store_find_client_state(client_id, state) ? client_id : 0;
}

/* rvo_auth_find_client_id returns the id of the calling client, 0 for nobody, and for a client of another server. */
int
rvo_auth_find_client_id(const Claim *claim)
{
	ClientState state;
	int			client_id = find_client_id(claim, &state);

	return client_id != 0 && state != CLIENT_MOVED ? client_id : 0;
}

/* is_shown tells whether a call says who makes it. */
static bool
is_shown(const Claim *claim)
{
	return claim->key.data != NULL || claim->client_id != 0;
}

/* raise_nobody ends a call by nobody; where nobody may call at all, it says that. */
static void
raise_nobody(const Claim *claim)
{
	rvo_check_entry();
	rvo_failure_raise_nobody(is_shown(claim));
}

/*
 * rvo_auth_client_id returns the id of the caller of what only reads.  Raises
 * FAILURE_CREDENTIALS, and FAILURE_CLIENT_MOVED.
 */
int
rvo_auth_client_id(const Claim *claim)
{
	ClientState state;
	int			client_id = find_client_id(claim, &state);

	if (client_id == 0)
		raise_nobody(claim);
	rvo_client_check_readable(state);
	return client_id;
}

/* rvo_auth_client_id_of_call is rvo_auth_client_id for an SQL function. */
int
rvo_auth_client_id_of_call(void)
{
	Claim		claim = rvo_auth_claim_of_call();

	return rvo_auth_client_id(&claim);
}

/* find_caller returns the caller, with the client's settings, which are read on each call. */
static Caller
find_caller(const Claim *claim, int client_id)
{
	Caller		caller = {.client_id = client_id, .strict = claim->strict};

	if (caller.client_id == 0 || !rvo_store_find_client(caller.client_id, &caller.settings))
		raise_nobody(claim);
	caller.notes = palloc0(sizeof(CallNotes));
	caller.notes->context = CurrentMemoryContext;
	return caller;
}

/* rvo_auth_check_key raises FAILURE_CREDENTIALS unless a client calls, be it one of another server. */
void
rvo_auth_check_key(const Claim *claim)
{
	(void) find_caller(claim, claimed_client(claim));
}

/*
 * rvo_auth_reader returns the caller of what only reads, but needs the client's
 * settings.  Raises FAILURE_CREDENTIALS, and FAILURE_CLIENT_MOVED.
 */
Caller
rvo_auth_reader(const Claim *claim)
{
	Caller		caller = find_caller(claim, claimed_client(claim));

	rvo_client_check_readable(caller.settings.state);
	return caller;
}

/*
 * rvo_auth_caller returns the caller of what changes data; the client stays active until
 * the transaction ends.  Raises FAILURE_CREDENTIALS, FAILURE_CLIENT_MOVING and FAILURE_CLIENT_MOVED.
 */
Caller
rvo_auth_caller(const Claim *claim)
{
	int			client_id = claimed_client(claim);
	Caller		caller;

	if (client_id != 0)
		rvo_store_begin_write(client_id);
	caller = find_caller(claim, client_id);
	rvo_client_check_writable(caller.settings.state);
	return caller;
}

/* rvo_auth_caller_of_call is rvo_auth_caller for an SQL function. */
Caller
rvo_auth_caller_of_call(void)
{
	Claim		claim = rvo_auth_claim_of_call();
	Caller		caller = rvo_auth_caller(&claim);

	caller.notes->told_by_notice = true;
	return caller;
}

/* rvo_auth_reader_of_call is rvo_auth_reader for an SQL function. */
Caller
rvo_auth_reader_of_call(void)
{
	Claim		claim = rvo_auth_claim_of_call();
	Caller		caller = rvo_auth_reader(&claim);

	caller.notes->told_by_notice = true;
	return caller;
}

/*
 * rvo_auth_check_master raises FAILURE_CREDENTIALS unless the call comes with a
 * master key, and FAILURE_CLIENT_MOVED if its client is another server's.  No setting makes a caller the master.
 */
void
rvo_auth_check_master(const Claim *claim)
{
	ApiKey		stored = {0};
	ClientState state;

	if (claim->key.data != NULL)
		stored = read_key(claim->key);
	if (stored.client_id == 0 || !rvo_store_find_client_state(stored.client_id, &state))
		rvo_failure_raise_nobody(claim->key.data != NULL);
	if (!stored.master)
		rvo_failure_raise_one(FAILURE_CREDENTIALS, "X-API-Key", FAULT_MASTER_KEY_REQUIRED);
	rvo_client_check_readable(state);
}
