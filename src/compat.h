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

#if PG_VERSION_NUM >= 160000
#define rvo_insert_index_tuples(target, row, estate, conflict) \
	ExecInsertIndexTuples((target), (row), (estate), false, true, (conflict), NIL, false)
#else
#define rvo_insert_index_tuples(target, row, estate, conflict) \
	ExecInsertIndexTuples((target), (row), (estate), false, true, (conflict), NIL)
#endif

#endif							/* RVO_COMPAT_H */
