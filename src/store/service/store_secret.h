/*
 * store_secret.h
 *	  What the extension keeps to itself.
 */
#ifndef RVO_STORE_SECRET_H
#define RVO_STORE_SECRET_H

#include "base/text.h"

extern Slice rvo_store_secret(void);
extern Slice rvo_store_secret_of_changes(void);

#endif							/* RVO_STORE_SECRET_H */
