/*
 * store_company.h
 *	  Queries on companies, one typed function each; those of lists are in store_company_list.c.
 */
#ifndef RVO_STORE_COMPANY_H
#define RVO_STORE_COMPANY_H

#include "store/record/store_record.h"

#define COMPANY_COLUMNS(X) X(domain, text) ", " X(name, text) ", " X(company_status, text) ", " \
	X(previous_status, text) ", " X(status_changed_at, timestamptz)
#define READ_COMPANY "client_id, id, " COMPANY_COLUMNS(READ) ", custom_fields::jsonb, updated_time::timestamptz"

/* Whether companies that are found may be deleted before the transaction ends. */
typedef enum CompanyAccess
{
	COMPANIES_READ,				/* they may; seen as the calling statement sees them */
	COMPANIES_LOCKED
} CompanyAccess;

/* The company that has a domain. */
typedef struct DomainOwner
{
	int64		id;				/* 0 = none */
	bool		locked;			/* it can't be deleted until the transaction ends */
	bool		lost;			/* it was to be locked, but is gone or has another first domain by now */
} DomainOwner;

/* What is called for each company found; somebody else's is told as such. */
typedef struct CompanyReader
{
	void		(*of_domain) (void *arg, Slice domain, int64 id);
	void		(*of_id) (void *arg, int64 id, bool other_client);
	void	   *arg;
} CompanyReader;

extern const RecordTable rvo_company_table;

extern int64 rvo_store_find_company(int client_id, Slice domain);
extern bool rvo_store_has_company_now(int client_id, Slice domain);
extern DomainOwner rvo_store_lock_company_of_domain(int client_id, Slice domain);
extern bool rvo_store_lock_company(int client_id, int64 id);
extern bool rvo_store_is_company_of_domain(int client_id, int64 id, Slice domain);
extern bool rvo_store_lock_company_to_delete(int client_id, int64 id);
extern bool rvo_store_delete_company(int client_id, int64 id);

extern void rvo_store_find_companies_of_contacts(int client_id, const Slice *domains, int ndomains,
												 const int64 *ids, int nids,
												 CompanyAccess access, const CompanyReader *reader);
extern void rvo_store_find_companies(int client_id, const Slice *domains, int n, int64 *ids);

#endif							/* RVO_STORE_COMPANY_H */
