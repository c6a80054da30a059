/*
 * company_website.h
 *	  Companies by websites that are no company's.
 */
#ifndef RVO_COMPANY_WEBSITE_H
#define RVO_COMPANY_WEBSITE_H

#include "shape/record/caller.h"
#include "work/record/batch.h"

extern void rvo_company_websites_refuse(const Caller *caller, BatchItem *const *items, int n);

#endif							/* RVO_COMPANY_WEBSITE_H */
