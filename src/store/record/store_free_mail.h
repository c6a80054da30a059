/*
 * store_free_mail.h
 *	  Domains where anybody can get an address.
 */
#ifndef RVO_STORE_FREE_MAIL_H
#define RVO_STORE_FREE_MAIL_H

#include "base/text.h"

extern bool rvo_store_is_free_mail(Slice domain);

#endif							/* RVO_STORE_FREE_MAIL_H */
