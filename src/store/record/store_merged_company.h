/*
 * store_merged_company.h
 *	  Companies that were merged into others.
 */
#ifndef RVO_STORE_MERGED_COMPANY_H
#define RVO_STORE_MERGED_COMPANY_H

#include "datatype/timestamp.h"

extern int64 rvo_store_find_kept_company(int client_id, int64 id);
extern bool rvo_store_lock_kept_company(int client_id, int64 id, int64 *kept_id);
extern void rvo_store_insert_merged_company(int client_id, int64 merged_id, int64 kept_id, TimestampTz merged_time);

#endif							/* RVO_STORE_MERGED_COMPANY_H */
