/*
 * company_domain_change.h
 *	  The use cases of a company's domains: listing, adding, removing one.
 */
#ifndef RVO_COMPANY_DOMAIN_CHANGE_H
#define RVO_COMPANY_DOMAIN_CHANGE_H

#include "shape/record/caller.h"
#include "store/record/store_company_domain.h"

extern void rvo_company_list_domains(int client_id, const int64 *id, DomainReader read, void *arg);
extern void rvo_company_add_domain(int client_id, const int64 *id, Slice domain);
extern void rvo_company_remove_domain(int client_id, const int64 *id, Slice domain);

#endif							/* RVO_COMPANY_DOMAIN_CHANGE_H */
