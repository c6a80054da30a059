/*
 * store_company_list.h
 *	  Lists of companies.
 */
#ifndef RVO_STORE_COMPANY_LIST_H
#define RVO_STORE_COMPANY_LIST_H

#include "store/list/store_list.h"

/* Which companies a list shows; no value = all.  The domain is canonical, the rest compares as it is. */
typedef struct CompanyFilter
{
	Slice		domain;
	Slice		name;
	Slice		industry;		/* has this value in the custom field of that name, of which case does not count */
	Slice		field_name;		/* has this custom field */
	Slice		field_value;
} CompanyFilter;

extern void rvo_store_list_companies(int client_id, const CompanyFilter *filter, const ListPage *page, ListRows *list);

#endif							/* RVO_STORE_COMPANY_LIST_H */
