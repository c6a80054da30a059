/*
 * client_setting.h
 *	  What a client can set.
 */
#ifndef RVO_CLIENT_SETTING_H
#define RVO_CLIENT_SETTING_H

#include "base/text.h"

extern void rvo_client_set(const int *client_id, Slice name, Slice value);

#endif							/* RVO_CLIENT_SETTING_H */
