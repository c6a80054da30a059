/*
 * base64url.h
 *	  Octets as text that needs no escape in a URL (RFC 4648, section 5).
 */
#ifndef RVO_BASE64URL_H
#define RVO_BASE64URL_H

#include "base/text.h"

extern Slice rvo_base64url_encode(Slice octets);
extern bool rvo_base64url_decode(Slice text, Slice *octets);

#endif							/* RVO_BASE64URL_H */
