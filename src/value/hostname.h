/*
 * hostname.h
 *	  The canonical form of a host name.
 */
#ifndef RVO_HOSTNAME_H
#define RVO_HOSTNAME_H

#include "base/text.h"

/* Octets of the longest name, without a root dot (RFC 1035). */
#define HOSTNAME_MAX_LENGTH 253

typedef struct Hostname
{
	int			len;
	char		data[HOSTNAME_MAX_LENGTH + 1];	/* NUL terminated */
} Hostname;

extern Slice rvo_hostname_readable(Slice canonical);
extern bool rvo_hostname_read(Slice in, Hostname *out);

#endif							/* RVO_HOSTNAME_H */
