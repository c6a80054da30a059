/*
 * host_kind.h
 *	  What a host is, and which companies its name can stand for then.
 */
#ifndef RVO_HOST_KIND_H
#define RVO_HOST_KIND_H

#include "base/text.h"

/*
 * What is said of a host.  The names below it are pages of it, or customers with
 * a name of their own; itself it is nobody's, or the company that runs it.  Of a portal
 * just the pages are of others.
 */
typedef enum HostKind
{
	HOST_UNLISTED,				/* nothing */
	HOST_COMPANY,				/* by the owner: a host like others, listed or not */
	HOST_PAGE,					/* pages; nobody's */
	HOST_PLATFORM,				/* pages; a company's */
	HOST_PORTAL,				/* its own names; its pages are nobody's, itself a company's */
	HOST_SUFFIX,				/* customers; nobody's, as a suffix of the public suffix list */
	HOST_PROVIDER,				/* customers; a company's */
} HostKind;

/* How far a domain reaches. */
typedef struct DomainReach
{
	int			nsearched;		/* so many of the domain and its parents can be a company's */
	Slice		made;			/* of which a company is made; no value = of none */
} DomainReach;

extern HostKind rvo_host_kind_read(Slice name);
extern DomainReach rvo_domain_reach(const Slice *list, const HostKind *kinds, int n, bool website, bool page);

#endif							/* RVO_HOST_KIND_H */
