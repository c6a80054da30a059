/*
 * email_address.h
 *	  Which e-mail addresses are valid, and their canonical form.
 */
#ifndef RVO_EMAIL_ADDRESS_H
#define RVO_EMAIL_ADDRESS_H

#include "base/fault.h"
#include "base/text.h"

#define EMAIL_MAX_LENGTH 254	/* octets, RFC 5321 */

extern FaultCode rvo_email_address_normalize(Slice in, Slice *out);

#endif							/* RVO_EMAIL_ADDRESS_H */
