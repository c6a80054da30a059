/*
 * store_insert.h
 *	  Inserting contacts and companies, one or many.
 */
#ifndef RVO_STORE_INSERT_H
#define RVO_STORE_INSERT_H

#include "shape/record.h"
#include "store/store_query.h"

extern bool rvo_store_insert_company(int client_id, const Company *company);
extern void rvo_store_insert_company_or_raise(int client_id, const Company *company);
extern void rvo_store_insert_companies(int client_id, Company *const *companies, int n, bool *inserted);
extern bool rvo_store_insert_contact(int client_id, const Contact *contact);
extern void rvo_store_insert_contact_or_raise(int client_id, const Contact *contact);
extern void rvo_add_contacts(Execution *e, int client_id, Contact *const *contacts, int n);
extern void rvo_store_insert_contacts(int client_id, Contact *const *contacts, int n, bool *inserted);

#endif							/* RVO_STORE_INSERT_H */
