/*
 * store_made_query.h
 *	  Queries whose text is made for a call, found again by it.
 */
#ifndef RVO_STORE_MADE_QUERY_H
#define RVO_STORE_MADE_QUERY_H

#include "store/query/store_query.h"

extern KeptQuery *rvo_made_query(const char *sql, const KeptQuery *form);

#endif							/* RVO_STORE_MADE_QUERY_H */
