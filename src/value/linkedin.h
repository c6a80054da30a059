/*
 * linkedin.h
 *	  The canonical form of a LinkedIn profile URL.
 */
#ifndef RVO_LINKEDIN_H
#define RVO_LINKEDIN_H

#include "base/fault.h"
#include "base/text.h"

extern FaultCode rvo_linkedin_normalize(Slice in, Slice *out);

#endif							/* RVO_LINKEDIN_H */
