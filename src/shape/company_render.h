/*
 * company_render.h
 *	  How a company is shown.
 */
#ifndef RVO_COMPANY_RENDER_H
#define RVO_COMPANY_RENDER_H

#include "base/jsonio.h"
#include "shape/record.h"

extern Jsonb *rvo_company_render_created(const Company *company, Structure structure);
extern JsonbValue rvo_company_render(const Company *company, Structure structure, bool with_client);

#endif							/* RVO_COMPANY_RENDER_H */
