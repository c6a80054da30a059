/*
 * merged_company.h
 *	  The company that the id of a merged one leads to.
 */
#ifndef RVO_MERGED_COMPANY_H
#define RVO_MERGED_COMPANY_H

extern int64 rvo_company_lock_kept(int client_id, int64 id);

#endif							/* RVO_MERGED_COMPANY_H */
