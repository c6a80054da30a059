/*
 * compat.h
 *	  The only place that knows server versions.
 *
 * Floor 0.  Include after postgres.h.
 */
#ifndef RVO_COMPAT_H
#define RVO_COMPAT_H

#if PG_VERSION_NUM < 150000 || PG_VERSION_NUM >= 160000
#error "revyops is made for, and tested with, PostgreSQL 15"
#endif

#ifndef USE_FLOAT8_BYVAL
#error "revyops needs a 64-bit server"
#endif

#endif							/* RVO_COMPAT_H */
