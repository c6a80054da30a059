/*
 * store_company_domain.h
 *	  Queries on the domains of companies beside the first.
 */
#ifndef RVO_STORE_COMPANY_DOMAIN_H
#define RVO_STORE_COMPANY_DOMAIN_H

#include "base/text.h"

/* What is called for each domain of a company, the first of it first. */
typedef void (*DomainReader) (void *arg, Slice domain, bool is_first);

extern int64 rvo_store_find_company_of_other_domain(int client_id, Slice domain);
extern int64 rvo_store_see_company_of_other_domain(int client_id, Slice domain);
extern bool rvo_store_is_other_domain_now(int client_id, Slice domain);
extern void rvo_store_find_companies_of_other_domains(int client_id, const Slice *domains, int n, int64 *ids);
extern Slice rvo_store_first_domain(int client_id, Slice domain);
extern void rvo_store_list_company_domains(int client_id, int64 company_id, DomainReader read, void *arg);
extern void rvo_store_insert_company_domain(int client_id, Slice domain, int64 company_id);
extern bool rvo_store_delete_company_domain(int client_id, Slice domain, int64 company_id);
extern void rvo_store_move_company_domains(int client_id, int64 from_id, int64 to_id);

#endif							/* RVO_STORE_COMPANY_DOMAIN_H */
