/*
 * http_company.c
 *	  The endpoints of companies, for PostgREST.
 *
 * v2 has pages and the parameter structure; v1 has arrays of the first
 * PAGE_MAX_SIZE, NESTED, and the deletions.  http/openapi.yaml has the paths.
 */
#include "postgres.h"

#include "base/compat.h"
#include "http/http_resource.h"
#include "http/parameter.h"
#include "shape/company_input.h"
#include "work/company.h"
#include "work/company_batch.h"
#include "work/company_change.h"
#include "work/company_read.h"

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

static Jsonb *
create(const HttpRequest *request, int64 *id)
{
	return rvo_company_create(&request->caller, request->body, request->structure, id);
}

static const Resource companies = {
	.envelope = {&rvo_company_batch, "companies", "company"},
	.status_of_added_field = 201,
	.create = create,
	.get = rvo_company_get,
	.list = list,
	.update = rvo_company_update,
	.delete = rvo_company_delete,
	.change_field = rvo_company_change_field,
};

#define COMPANIES .resource = &companies

HTTP_ADAPTER(companies_v2_list, COMPANIES, .serve = rvo_serve_list, .list_path = "/public/v2/companies", V2)
HTTP_ADAPTER(companies_v2_create, COMPANIES, .serve = rvo_serve_create, .created_path = "/public/v2/companies/", ONCE, V2, TAKES(COMPANY_FIELDS))
HTTP_ADAPTER(companies_v2_batch, COMPANIES, .serve = rvo_serve_batch, ONCE, V2, TAKES_BATCH("companies"))
HTTP_ADAPTER(companies_v2_get, COMPANIES, .serve = rvo_serve_get, V2)
HTTP_ADAPTER(companies_v2_update, COMPANIES, .serve = rvo_serve_update, V2, TAKES(COMPANY_FIELDS))
HTTP_ADAPTER(companies_v2_lookup, COMPANIES, .serve = rvo_serve_lookup, .list_path = "/public/v2/companies/lookup-by-custom-field", V2)
HTTP_ADAPTER(companies_v1_list, COMPANIES, .serve = rvo_serve_list_bare)
HTTP_ADAPTER(companies_v1_create, COMPANIES, .serve = rvo_serve_create, .created_path = "/public/companies/", ONCE, TAKES(COMPANY_FIELDS))
HTTP_ADAPTER(companies_v1_get, COMPANIES, .serve = rvo_serve_get)
HTTP_ADAPTER(companies_v1_update, COMPANIES, .serve = rvo_serve_update, TAKES(COMPANY_FIELDS))
HTTP_ADAPTER(companies_v1_delete, COMPANIES, .serve = rvo_serve_delete)
HTTP_ADAPTER(companies_v1_field_add, COMPANIES, .serve = rvo_serve_add_field, TAKES(COMPANY_FIELDS))
HTTP_ADAPTER(companies_v1_field_update, COMPANIES, .serve = rvo_serve_update_field, TAKES(COMPANY_FIELDS))
HTTP_ADAPTER(companies_v1_field_delete, COMPANIES, .serve = rvo_serve_delete_field)
HTTP_ADAPTER(companies_v2_master_list, COMPANIES, .serve = rvo_serve_list, .list_path = "/public/v2/companies-master-list", V2, MASTER)
HTTP_ADAPTER(companies_v2_master_get, COMPANIES, .serve = rvo_serve_get, V2, MASTER)
HTTP_ADAPTER(companies_v2_master_lookup, COMPANIES, .serve = rvo_serve_lookup, .list_path = "/public/v2/companies-master-list/lookup-by-custom-field", V2, MASTER)
HTTP_ADAPTER(companies_v1_master_list, COMPANIES, .serve = rvo_serve_list_bare, MASTER)
HTTP_ADAPTER(companies_v1_master_get, COMPANIES, .serve = rvo_serve_get, MASTER)
