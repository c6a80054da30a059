/*
 * company_read.h
 *	  The use cases of companies: reading.
 */
#ifndef RVO_COMPANY_READ_H
#define RVO_COMPANY_READ_H

#include "base/jsonio.h"
#include "base/text.h"
#include "shape/list/page.h"

/* Which companies are asked for.  No value, and blank, is no condition. */
typedef struct CompanyQuery
{
	Slice		domain;
	Slice		name;
	Slice		industry;		/* the custom field of that name */
	ListRequest list;
} CompanyQuery;

extern JsonbValue rvo_company_get(int client_id, const int64 *id, Slice structure_name);
extern text *rvo_company_list(int client_id, const CompanyQuery *query);

#endif							/* RVO_COMPANY_READ_H */
