/*
 * company_read.c
 *	  The use cases of companies: getting one, listing, looking up by custom field.
 *
 * The client ALL_CLIENTS reads the master list: the companies of every client,
 * each with its client_id.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/company_render.h"
#include "shape/filter.h"
#include "store/store_company.h"
#include "store/store_company_list.h"
#include "store/store_list.h"
#include "value/domain.h"
#include "work/company_read.h"
#include "work/list.h"

/* The filter "industry" has no member of a company behind it, only a custom field. */
#define INDUSTRY_FIELD CONST_SLICE("industry")

/* rvo_company_raise_missing raises FAILURE_COMPANY_OF_OTHER_CLIENT or FAILURE_COMPANY_NOT_FOUND. */
void
rvo_company_raise_missing(int client_id, int64 id, const char *where)
{
	if (client_id != ALL_CLIENTS && rvo_store_has_company_of_others(client_id, id))
		rvo_fault_raise_one(FAILURE_COMPANY_OF_OTHER_CLIENT, where, FAULT_OTHER_CLIENT);
	rvo_fault_raise_one(FAILURE_COMPANY_NOT_FOUND, where, FAULT_NOT_FOUND);
}

/* rvo_company_get returns a company, in the current context.  id is NULL for SQL's NULL. */
Jsonb *
rvo_company_get(int client_id, const int64 *id, Slice structure_name)
{
	FaultList	faults = {0};
	Structure	structure;
	Company		company;
	JsonbValue	value;

	if (id == NULL)
		rvo_fault_add(&faults, "id", FAULT_REQUIRED);
	structure = rvo_structure_read(structure_name, &faults);
	if (faults.count > 0)
		rvo_fault_raise(FAILURE_INVALID_REQUEST, &faults);
	if (!(client_id == ALL_CLIENTS ? rvo_store_get_company_of_any(*id, &company) :
		  rvo_store_get_company(client_id, *id, &company)))
		rvo_company_raise_missing(client_id, *id, "id");
	value = rvo_company_render(&company, structure, client_id == ALL_CLIENTS);
	return rvo_json_encode(&value);
}

static JsonbValue
render(const void *item, Structure structure, bool with_client)
{
	return rvo_company_render(item, structure, with_client);
}

/* rvo_company_list returns a page of the companies that fit, as JSON text in the current context. */
text *
rvo_company_list(int client_id, const CompanyQuery *query)
{
	FaultList	faults = {0};
	bool		possible = true;	/* that a company fits */
	ListPage	page = rvo_page_read(&query->list, &faults);
	Structure	structure = rvo_structure_read(query->list.structure, &faults);
	CompanyFilter filter = {
		.domain = rvo_filter_key(query->domain, rvo_domain_normalize, &possible),
		.name = rvo_filter_text(query->name),
		.field_value = rvo_filter_text(query->industry),
	};
	ListScope	scope = {"companies", client_id, query->list.by_field, SCOPE_OF(filter)};
	ListRows	list = {0};

	if (filter.field_value.data != NULL)
		filter.field_name = INDUSTRY_FIELD;
	if (query->list.by_field)
	{
		filter.field_name = rvo_filter_required(query->list.field_name, "field_name", false, &faults);
		filter.field_value = rvo_filter_required(query->list.field_value, "field_value", true, &faults);
	}
	scope.possible = possible;
	rvo_list_find_place(&scope, query->list.after, &page, &faults);
	if (faults.count > 0)
		rvo_fault_raise(FAILURE_INVALID_REQUEST, &faults);
	if (possible)
		rvo_store_list_companies(client_id, &filter, &page, &list);
	return rvo_list_write(&scope, &query->list, &page, &list, render, structure);
}
