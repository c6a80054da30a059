/*
 * store_batch.h
 *	  Look-ups of many rows at once, one typed function each.
 */
#ifndef RVO_STORE_BATCH_H
#define RVO_STORE_BATCH_H

#include "base/text.h"
#include "shape/record.h"
#include "store/store.h"

/* Whether companies that are found may be deleted before the transaction ends. */
typedef enum CompanyAccess
{
	COMPANIES_READ,				/* they may; seen as the calling statement sees them */
	COMPANIES_LOCKED
} CompanyAccess;

/* What is called for each company found; somebody else's is told as such. */
typedef struct CompanyReader
{
	void		(*of_domain) (void *arg, Slice domain, int64 id);
	void		(*of_id) (void *arg, int64 id, bool other_client);
	void	   *arg;
} CompanyReader;

extern void rvo_store_find_companies_of_contacts(int client_id, const Slice *domains, int ndomains,
												 const int64 *ids, int nids,
												 CompanyAccess access, const CompanyReader *reader);

extern void rvo_store_find_free_mail(const Slice *domains, int n, void (*found) (void *arg, Slice domain), void *arg);

extern void rvo_store_find_contacts_owners(int client_id, Contact *const *contacts, int n,
										   bool read_only, ContactOwners *owners);
extern void rvo_store_find_companies(int client_id, Company *const *companies, int n, int64 *ids);

#endif							/* RVO_STORE_BATCH_H */
