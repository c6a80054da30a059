/*
 * company_read.c
 *	  The use cases of companies: getting one, listing, looking up by custom field.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/list/filter.h"
#include "store/list/store_company_list.h"
#include "store/record/store_company_domain.h"
#include "value/domain.h"
#include "work/company/company_kind.h"
#include "work/company/company_read.h"
#include "work/record/list.h"

/* rvo_company_get shows a company, in the current context.  id is NULL, and structure_name no value, for SQL's NULL. */
JsonbValue
rvo_company_get(int client_id, const int64 *id, Slice structure_name)
{
	return rvo_record_get(&rvo_company_kind, client_id, id, structure_name);
}

/* rvo_company_list returns a page of the companies that fit, as JSON text in the current context. */
text *
rvo_company_list(int client_id, const CompanyQuery *query)
{
	Listing		list = rvo_list_begin(&rvo_company_kind, client_id, &query->list);
	CompanyFilter filter = {
		.domain = rvo_filter_key(query->domain, rvo_domain_normalize, &list.scope.possible),
		.name = rvo_filter_text(query->name),
		.industry = rvo_filter_text(query->industry),
	};

	rvo_list_read_field(&list, &filter.field_name, &filter.field_value);
	if (rvo_list_find_place(&list, SCOPE_OF(filter)))
	{
		/* A cursor is of the domain that was given: where that leads may change within a walk. */
		CompanyFilter sought = filter;

		if (filter.domain.data != NULL && client_id != ALL_CLIENTS)
			sought.domain = rvo_store_first_domain(client_id, filter.domain);
		rvo_store_list_companies(client_id, &sought, &list.page, &list.rows);
	}
	return rvo_list_write(&list);
}
