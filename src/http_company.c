/*
 * http_company.c
 *	  The endpoints of companies, for PostgREST.
 *
 * Floor 4.  v2 has pages and the parameter structure; v1 has arrays of the
 * first PAGE_MAX_SIZE, NESTED, and the deletions.  http/openapi.yaml has the paths.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "company.h"
#include "company_batch.h"
#include "company_change.h"
#include "company_input.h"
#include "company_read.h"
#include "compat.h"
#include "http.h"
#include "http_batch.h"

/* condition reads the conditions of a lookup by custom field. */
static CompanyQuery
condition(const HttpRequest *request)
{
	return (CompanyQuery) {
		.by_field = true,
		.field_name = rvo_http_parameter(request, "field_name"),
		.field_value = rvo_http_parameter(request, "field_value"),
		.structure = request->structure,
	};
}

/* conditions reads those of a list. */
static CompanyQuery
conditions(const HttpRequest *request)
{
	return (CompanyQuery) {
		.domain = rvo_http_parameter(request, "domain"),
		.name = rvo_http_parameter(request, "name"),
		.industry = rvo_http_parameter(request, "industry"),
		.structure = request->structure,
	};
}

/* answer_page answers with the page that is asked for. */
static void
answer_page(const HttpRequest *request, CompanyQuery query, Answer *answer)
{
	query.page = rvo_http_number(request, "page", 1);
	query.page_size = rvo_http_number(request, "page_size", PAGE_MAX_SIZE);
	answer->status = 200;
	answer->body = rvo_company_list(request->client_id, &query);
}

static void
list(const HttpRequest *request, Answer *answer)
{
	answer_page(request, conditions(request), answer);
}

static void
lookup(const HttpRequest *request, Answer *answer)
{
	answer_page(request, condition(request), answer);
}

/* list_first is a list as an array, without pages. */
static void
list_first(const HttpRequest *request, Answer *answer)
{
	CompanyQuery query = conditions(request);

	query.bare = true;
	answer->status = 200;
	answer->body = rvo_company_list(request->client_id, &query);
}

static void
get(const HttpRequest *request, Answer *answer)
{
	rvo_http_answer(answer, 200, rvo_company_get(request->client_id, &request->id, request->structure));
}

/* create creates a company and points at it. */
static void
create(const HttpRequest *request, const char *path, Answer *answer)
{
	rvo_http_answer(answer, 201, rvo_company_create(request->client_id, request->body, request->structure,
													&answer->id));
	answer->path = path;
}

static void
create_v1(const HttpRequest *request, Answer *answer)
{
	create(request, "/public/companies/", answer);
}

static void
create_v2(const HttpRequest *request, Answer *answer)
{
	create(request, "/public/v2/companies/", answer);
}

static void
create_many(const HttpRequest *request, Answer *answer)
{
	static const BatchEnvelope envelope = {&rvo_company_batch, "companies", "company"};

	answer->status = 200;
	answer->body = cstring_to_text(rvo_http_batch(&envelope, request->client_id, request->body,
												  request->structure));
}

static void
update(const HttpRequest *request, Answer *answer)
{
	rvo_http_answer(answer, 200, rvo_company_update(request->client_id, &request->id, request->body,
												  request->structure));
}

static void
delete(const HttpRequest *request, Answer *answer)
{
	rvo_company_delete(request->client_id, &request->id);
	rvo_http_answer(answer, 204, NULL);
}

/* change_field does something with one custom field. */
static void
change_field(const HttpRequest *request, FieldAction action, int status, Answer *answer)
{
	FieldChange change = {action, &request->id, &request->field_id, request->body};

	rvo_http_answer(answer, status, rvo_company_change_field(request->client_id, &change));
}

static void
add_field(const HttpRequest *request, Answer *answer)
{
	change_field(request, FIELD_ADD, 201, answer);
}

static void
update_field(const HttpRequest *request, Answer *answer)
{
	change_field(request, FIELD_CHANGE, 200, answer);
}

static void
delete_field(const HttpRequest *request, Answer *answer)
{
	change_field(request, FIELD_DELETE, 204, answer);
}

HTTP_ADAPTER(companies_v2_list, .serve = list, V2)
HTTP_ADAPTER(companies_v2_create, .serve = create_v2, V2, TAKES(COMPANY_FIELDS))
HTTP_ADAPTER(companies_v2_batch, .serve = create_many, V2, .list_member = "companies", .body_max = BATCH_BODY_MAX_OCTETS, .creates_many = true)
HTTP_ADAPTER(companies_v2_get, .serve = get, V2)
HTTP_ADAPTER(companies_v2_update, .serve = update, V2, TAKES(COMPANY_FIELDS))
HTTP_ADAPTER(companies_v2_lookup, .serve = lookup, V2)
HTTP_ADAPTER(companies_v1_list, .serve = list_first)
HTTP_ADAPTER(companies_v1_create, .serve = create_v1, TAKES(COMPANY_FIELDS))
HTTP_ADAPTER(companies_v1_get, .serve = get)
HTTP_ADAPTER(companies_v1_update, .serve = update, TAKES(COMPANY_FIELDS))
HTTP_ADAPTER(companies_v1_delete, .serve = delete)
HTTP_ADAPTER(companies_v1_field_add, .serve = add_field, TAKES(COMPANY_FIELDS))
HTTP_ADAPTER(companies_v1_field_update, .serve = update_field, TAKES(COMPANY_FIELDS))
HTTP_ADAPTER(companies_v1_field_delete, .serve = delete_field)
HTTP_ADAPTER(companies_v2_master_list, .serve = list, V2, MASTER)
HTTP_ADAPTER(companies_v2_master_get, .serve = get, V2, MASTER)
HTTP_ADAPTER(companies_v2_master_lookup, .serve = lookup, V2, MASTER)
HTTP_ADAPTER(companies_v1_master_list, .serve = list_first, MASTER)
HTTP_ADAPTER(companies_v1_master_get, .serve = get, MASTER)
