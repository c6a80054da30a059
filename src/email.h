/*
 * email.h
 *	  The canonical form of an e-mail address.
 */
#ifndef RVO_EMAIL_H
#define RVO_EMAIL_H

#include "fault.h"
#include "text.h"

#define EMAIL_MAX_LENGTH 254	/* octets, RFC 5321 */

extern FaultCode rvo_email_normalize(Slice in, Slice *out);

#endif							/* RVO_EMAIL_H */
