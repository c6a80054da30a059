/*
 * serve_company.h
 *	  What the endpoints of companies have of their own.
 */
#ifndef RVO_SERVE_COMPANY_H
#define RVO_SERVE_COMPANY_H

#include "http/serve/serve_record.h"

extern const Resource rvo_companies;
extern const Resource rvo_company_upserts;

#endif							/* RVO_SERVE_COMPANY_H */
