/*
 * serve_company.c
 *	  What the endpoints of companies have of their own.
 *
 * serve_record.c has what they share, and calls the functions of rvo_companies.
 */
#include "postgres.h"

#include "base/compat.h"
#include "http/request/parameter.h"
#include "http/serve/serve_company.h"
#include "shape/record/company_input.h"
#include "work/company/company.h"
#include "work/company/company_batch.h"
#include "work/company/company_change.h"
#include "work/company/company_kind.h"
#include "work/company/company_merge.h"
#include "work/company/company_read.h"
#include "work/company/company_upsert.h"
#include "work/company/company_upsert_batch.h"

static text *
list(const HttpRequest *request, const ListRequest *list)
{
	CompanyQuery query = {.list = *list};

	if (!list->by_field)
	{
		query.domain = rvo_parameter(request->query, "domain");
		query.name = rvo_parameter(request->query, "name");
		query.industry = rvo_parameter(request->query, "industry");
	}
	return rvo_company_list(request->caller.client_id, &query);
}

static JsonbValue
create(const HttpRequest *request, int64 *id)
{
	return rvo_company_create(&request->caller, request->body, request->structure, id);
}

static const Slice conditions[] = {CONST_SLICE("domain"), CONST_SLICE("name"), CONST_SLICE("industry")};

const Resource rvo_companies = {
	.envelope = {&rvo_company_batch, "companies", "company"},
	.kind = &rvo_company_kind,
	.shape = &rvo_company_shape,
	.import = &rvo_company_import,
	.conditions = conditions,
	.nconditions = lengthof(conditions),
	.status_of_added_field = 201,
	.create = create,
	.upsert = rvo_company_upsert,
	.get = rvo_company_get,
	.list = list,
	.update = rvo_company_update,
	.delete = rvo_company_delete,
	.merge = rvo_company_merge,
	.change_field = rvo_company_change_field,
};

/* What is upserted in batches. */
const Resource rvo_company_upserts = {
	.envelope = {&rvo_company_upsert_batch, "companies", "company"},
};
