/*
 * store_idempotency.h
 *	  Idempotency keys and the answers kept under them.
 */
#ifndef RVO_STORE_IDEMPOTENCY_H
#define RVO_STORE_IDEMPOTENCY_H

#include "common/sha2.h"
#include "datatype/timestamp.h"

#include "base/text.h"

/* What is kept under a client's key. */
typedef struct KeptAnswer
{
	uint8		request_sha256[PG_SHA256_DIGEST_LENGTH];
	int			status;
	Slice		headers;		/* entries of a JSON array; no value = none */
	Slice		body;
	TimestampTz created_time;
} KeptAnswer;

extern bool rvo_store_find_answer(int client_id, Slice key, KeptAnswer *answer);
extern bool rvo_store_insert_answer(int client_id, Slice key, const KeptAnswer *answer);
extern void rvo_store_delete_answer(int client_id, Slice key);
extern int64 rvo_store_expire_answers(TimestampTz until);

#endif							/* RVO_STORE_IDEMPOTENCY_H */
