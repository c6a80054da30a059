/*
 * company_domain.h
 *	  The company that a domain stands for: found, or made.
 */
#ifndef RVO_COMPANY_DOMAIN_H
#define RVO_COMPANY_DOMAIN_H

#include "base/text.h"
#include "shape/record/caller.h"
#include "shape/record/contact_input.h"

/* A company to make. */
typedef struct NewCompany
{
	Slice		domain;
	Slice		name;
} NewCompany;

/* A company that was missing. */
typedef struct DomainCompany
{
	Slice		domain;
	int64		id;
	bool		made;			/* here; else somebody else was first */
} DomainCompany;

extern int64 rvo_company_of_domain(const Caller *caller, const CompanyReference *reference);
extern void rvo_company_check_snapshot(int client_id, Slice domain);
extern int64 rvo_company_claim_domain(int client_id, Slice domain);
extern void rvo_company_claim_domains(int client_id, const Slice *domains, int n, int64 *owners);
extern DomainCompany *rvo_companies_make(const Caller *caller, NewCompany *wanted, int n);

#endif							/* RVO_COMPANY_DOMAIN_H */
