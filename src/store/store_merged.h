/*
 * store_merged.h
 *	  Contacts that were merged into others.
 */
#ifndef RVO_STORE_MERGED_H
#define RVO_STORE_MERGED_H

#include "shape/record.h"

extern int64 rvo_store_find_kept_contact(int client_id, int64 id);
extern int64 rvo_store_find_kept_contact_of_any(int64 id);
extern void rvo_store_insert_merged_contact(int client_id, const Contact *merged, int64 kept_id, TimestampTz merged_time);

#endif							/* RVO_STORE_MERGED_H */
