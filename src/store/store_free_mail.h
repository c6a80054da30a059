/*
 * store_free_mail.h
 *	  Domains where anybody can get an address, one or many.
 */
#ifndef RVO_STORE_FREE_MAIL_H
#define RVO_STORE_FREE_MAIL_H

#include "base/text.h"

extern bool rvo_store_is_free_mail(Slice domain);
extern void rvo_store_find_free_mail(const Slice *domains, int n, void (*found) (void *arg, Slice domain), void *arg);

#endif							/* RVO_STORE_FREE_MAIL_H */
