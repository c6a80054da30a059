/*
 * company_kind.h
 *	  Companies as a kind of records.
 */
#ifndef RVO_COMPANY_KIND_H
#define RVO_COMPANY_KIND_H

#include "work/record/entity_kind.h"

extern const EntityKind rvo_company_kind;

#endif							/* RVO_COMPANY_KIND_H */
