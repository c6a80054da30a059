/*
 * domain.h
 *	  The canonical form of a company's domain, and its parents.
 */
#ifndef RVO_DOMAIN_H
#define RVO_DOMAIN_H

#include "base/fault.h"
#include "base/text.h"

/* Labels of a parent that may stand for a domain.  A list of a domain and its parents has room for one more. */
#define DOMAIN_LABELS_MAX 10
#define DOMAIN_LIST_MAX (DOMAIN_LABELS_MAX + 1)

extern FaultCode rvo_domain_normalize(Slice in, Slice *out);
extern FaultCode rvo_domain_read(Slice in, Slice *out, bool *page);
extern bool rvo_domain_is_canonical(Slice domain);
extern int	rvo_domain_with_parents(Slice domain, Slice *list);
extern bool rvo_domain_registrable(Slice domain, Slice *registrable);
extern bool rvo_domain_has_known_end(Slice domain);

#endif							/* RVO_DOMAIN_H */
