/*
 * host_lookup.h
 *	  What is said of the hosts that many items name.
 */
#ifndef RVO_HOST_LOOKUP_H
#define RVO_HOST_LOOKUP_H

#include "base/slice_map.h"
#include "base/text.h"
#include "value/host_kind.h"

/* A domain as somebody gave it. */
typedef struct NamedHost
{
	Slice		domain;
	bool		website;		/* as a company's; else it is that of an address */
	bool		page;			/* with a path behind it */
} NamedHost;

extern SliceMap *rvo_hosts_look_up(const Slice *domains, int n);
extern bool rvo_host_is_free_mail(SliceMap *hosts, Slice domain);
extern DomainReach rvo_host_reach(SliceMap *hosts, const NamedHost *named, Slice *list);

#endif							/* RVO_HOST_LOOKUP_H */
