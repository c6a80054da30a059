/*
 * public_base.h
 *	  The address that callers know a front by.
 */
#ifndef RVO_PUBLIC_BASE_H
#define RVO_PUBLIC_BASE_H

#include "base/text.h"

extern Slice rvo_public_base(Slice sent);

#endif							/* RVO_PUBLIC_BASE_H */
