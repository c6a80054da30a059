/*
 * store_company_host.h
 *	  What is said of hosts, one or many.
 */
#ifndef RVO_STORE_COMPANY_HOST_H
#define RVO_STORE_COMPANY_HOST_H

#include "base/text.h"
#include "value/host_kind.h"

/* What is called for each host of which anything is said. */
typedef void (*HostReader) (void *arg, Slice host, bool is_free_mail, HostKind kind);

extern HostKind rvo_store_host_kind(Slice host);
extern void rvo_store_find_hosts(const Slice *hosts, int n, HostReader read, void *arg);

#endif							/* RVO_STORE_COMPANY_HOST_H */
