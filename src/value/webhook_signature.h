/*
 * webhook_signature.h
 *	  Signatures of webhooks that are sent, as Standard Webhooks has them.
 */
#ifndef RVO_WEBHOOK_SIGNATURE_H
#define RVO_WEBHOOK_SIGNATURE_H

#include "base/text.h"

extern bool rvo_webhook_secret_read(Slice text, Slice *key);
extern Slice rvo_webhook_sign(Slice id, int64 seconds, Slice body, Slice key);

#endif							/* RVO_WEBHOOK_SIGNATURE_H */
