/*
 * auth.h
 *	  Who is calling.
 */
#ifndef RVO_AUTH_H
#define RVO_AUTH_H

#include "shape/record/caller.h"
#include "work/caller/request_headers.h"

/* The settings revyops.client_id, revyops.api_key and revyops.handling; revyops.c defines them. */
extern int	rvo_client_id_setting;
extern char *rvo_api_key_setting;
extern int	rvo_handling_setting;

extern Claim rvo_auth_claim(const Request *request);
extern Claim rvo_auth_claim_of_call(void);
extern void rvo_auth_commit_as(const Claim *claim, void (*work) (void *arg), void *arg);
extern void rvo_auth_work_as(const Claim *claim, void (*work) (void *arg), void *arg);
extern int	rvo_auth_find_client_id(const Claim *claim);
extern int	rvo_auth_client_id(const Claim *claim);
extern int	rvo_auth_client_id_of_call(void);
extern void rvo_auth_check_key(const Claim *claim);
extern Caller rvo_auth_reader(const Claim *claim);
extern Caller rvo_auth_reader_of_call(void);
extern Caller rvo_auth_caller(const Claim *claim);
extern Caller rvo_auth_caller_of_call(void);
extern void rvo_auth_check_master(const Claim *claim);

#endif							/* RVO_AUTH_H */
