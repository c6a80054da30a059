/*
 * store_company.h
 *	  Queries that read, change and delete companies, one typed function each.
 */
#ifndef RVO_STORE_COMPANY_H
#define RVO_STORE_COMPANY_H

#include "shape/record.h"
#include "store/store_list.h"

/* Which companies a list shows; no value = all.  The domain is canonical, the rest compares as it is. */
typedef struct CompanyFilter
{
	Slice		domain;
	Slice		name;
	Slice		field_name;		/* has this custom field */
	Slice		field_value;
} CompanyFilter;

extern bool rvo_store_get_company(int client_id, int64 id, Company *company);
extern bool rvo_store_get_company_of_any(int64 id, Company *company);
extern bool rvo_store_lock_company_to_change(int client_id, int64 id, Company *company);
extern bool rvo_store_lock_company_to_delete(int client_id, int64 id);
extern void rvo_store_list_companies(int client_id, const CompanyFilter *filter, const ListPage *page, ListRows *list);
extern void rvo_store_update_company(int client_id, const Company *company);
extern bool rvo_store_delete_company(int client_id, int64 id);

#endif							/* RVO_STORE_COMPANY_H */
