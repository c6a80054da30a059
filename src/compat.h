/*
 * compat.h
 *	  The only place that knows server versions.
 *
 * Floor 0.  Include after postgres.h.
 */
#ifndef RVO_COMPAT_H
#define RVO_COMPAT_H

#if PG_VERSION_NUM < 150000
#error "revyops needs PostgreSQL 15 or later"
#endif

#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

#if PG_VERSION_NUM >= 170000
#define rvo_make_json_lexer(lex, text, len) \
	makeJsonLexContextCstringLen((lex), (text), (len), PG_UTF8, true)
#else
#define rvo_make_json_lexer(lex, text, len) \
	makeJsonLexContextCstringLen((text), (len), PG_UTF8, true)
#endif

#endif							/* RVO_COMPAT_H */
