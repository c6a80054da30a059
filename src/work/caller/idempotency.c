/*
 * idempotency.c
 *	  Requests that may be repeated: each is carried out once.
 *
 * The caller names a request by a key.  Its answer is kept under that in the
 * transaction that did the work, so what is found there was committed, and a
 * request that failed has left nothing and may come again, corrected.
 *
 * A request holds a lock on its key until its transaction ends.  So a second
 * one with the same key waits, and then finds the answer.  Without the lock it
 * would do the same work, and fail at the contact as a duplicate.
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/failure.h"
#include "base/fault.h"
#include "base/json_parse.h"
#include "store/service/store_lock.h"
#include "value/sha256.h"
#include "work/caller/idempotency.h"

#define KEY_MAX_LENGTH 255
#define KEPT_FOR (24 * USECS_PER_HOUR)

/* kept_until_now returns when an answer was made whose time is just over. */
static TimestampTz
kept_until_now(void)
{
	return GetCurrentTransactionStartTimestamp() - KEPT_FOR;
}

static bool
is_key(Slice key)
{
	for (int i = 0; i < key.len; i++)
		if (key.data[i] < ' ' || key.data[i] > '~')
			return false;
	return key.len > 0 && key.len <= KEY_MAX_LENGTH;
}

/* hash_request makes what tells this request from others: equal bodies are the same jsonb, equal files the same octets. */
static void
hash_request(const KeyedRequest *request, uint8 *sha256)
{
	Slice		parts[] = {
		rvo_slice(request->endpoint), CONST_SLICE("\n"), request->structure, CONST_SLICE("\n"), request->options, request->broken, request->content
	};

	if (request->body != NULL)
		parts[lengthof(parts) - 1] = (Slice) {VARDATA(request->body), VARSIZE(request->body) - VARHDRSZ};
	rvo_sha256(parts, lengthof(parts), sha256);
}

/*
 * rvo_idempotency_begin waits for others who work under the same key.  True if
 * the request was answered before: here is the answer.  Else the work is the
 * caller's, and rvo_idempotency_end must follow, or an error.  Raises
 * FAILURE_INVALID_REQUEST for what is no key, and FAILURE_KEY_REUSED.
 */
bool
rvo_idempotency_begin(const KeyedRequest *request, KeptAnswer *answer)
{
	KeptAnswer	kept;

	if (!is_key(request->key))
		rvo_failure_raise_one(FAILURE_INVALID_REQUEST, request->key_name, FAULT_INVALID_IDEMPOTENCY_KEY);
	*answer = (KeptAnswer) {0};
	hash_request(request, answer->request_sha256);
	rvo_store_wait_for_twin(request->caller->client_id, request->key);
	if (!rvo_store_find_answer(request->caller->client_id, request->key, &kept))
		return false;
	if (kept.created_time <= kept_until_now())
	{
		rvo_store_delete_answer(request->caller->client_id, request->key);
		return false;
	}
	if (memcmp(kept.request_sha256, answer->request_sha256, PG_SHA256_DIGEST_LENGTH) != 0)
		rvo_failure_raise_one(FAILURE_KEY_REUSED, request->key_name, FAULT_KEY_REUSED);
	*answer = kept;
	return true;
}

/* rvo_idempotency_end keeps the answer: status, headers and body are the caller's to fill. */
void
rvo_idempotency_end(const KeyedRequest *request, KeptAnswer *answer)
{
	answer->created_time = GetCurrentTransactionStartTimestamp();
	if (!rvo_store_insert_answer(request->caller->client_id, request->key, answer))
		rvo_failure_raise_bug("somebody kept an answer under a locked idempotency key");
}

/*
 * rvo_idempotency_find is rvo_idempotency_begin for SQL functions, whose key may be
 * NULL: returns the answer that is kept, or NULL, and then what is created is for
 * rvo_idempotency_keep.
 */
Jsonb *
rvo_idempotency_find(const KeyedRequest *request, KeptAnswer *answer)
{
	if (request->key.data == NULL || !rvo_idempotency_begin(request, answer))
		return NULL;
	return rvo_json_parse(answer->body);
}

/* rvo_idempotency_keep keeps what was created, if there is a key, and returns it as jsonb. */
Jsonb *
rvo_idempotency_keep(const KeyedRequest *request, KeptAnswer *answer, JsonbValue created)
{
	Jsonb	   *json = rvo_json_encode(&created);

	if (request->key.data == NULL)
		return json;
	answer->status = 201;
	answer->body = rvo_slice(JsonbToCString(NULL, &json->root, VARSIZE(json)));
	rvo_idempotency_end(request, answer);
	return json;
}

/* rvo_idempotency_expire deletes all answers whose time is over, and returns how many they were. */
int64
rvo_idempotency_expire(void)
{
	return rvo_store_expire_answers(kept_until_now());
}
