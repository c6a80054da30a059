/*
 * company.h
 *	  The use cases of companies.
 */
#ifndef RVO_COMPANY_H
#define RVO_COMPANY_H

#include "jsonio.h"
#include "text.h"

extern Jsonb *rvo_company_create(int client_id, Jsonb *body, Slice structure_name, int64 *id);

#endif							/* RVO_COMPANY_H */
