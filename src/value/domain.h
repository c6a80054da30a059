/*
 * domain.h
 *	  The canonical form of a company's domain, and its parents.
 */
#ifndef RVO_DOMAIN_H
#define RVO_DOMAIN_H

#include "base/fault.h"
#include "base/text.h"

extern FaultCode rvo_domain_normalize(Slice in, Slice *out);
extern bool rvo_domain_is_canonical(Slice domain);
extern bool rvo_domain_parent(Slice *domain);
extern bool rvo_domain_registrable(Slice domain, Slice *registrable);

#endif							/* RVO_DOMAIN_H */
