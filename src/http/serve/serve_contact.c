/*
 * serve_contact.c
 *	  What the endpoints of contacts have of their own.
 *
 * serve_record.c has what they share, and calls the functions of rvo_contacts.
 */
#include "postgres.h"

#include "base/compat.h"
#include "http/request/parameter.h"
#include "http/serve/serve_contact.h"
#include "work/contact/contact.h"
#include "work/contact/contact_batch.h"
#include "work/contact/contact_change.h"
#include "work/contact/contact_kind.h"
#include "work/contact/contact_merge.h"
#include "work/contact/contact_read.h"
#include "work/contact/contact_upsert.h"
#include "work/contact/contact_upsert_batch.h"

static text *
list(const HttpRequest *request, const ListRequest *list)
{
	ContactQuery query = {.list = *list};

	if (!list->by_field)
	{
		query.domain = rvo_parameter(request->query, "domain");
		query.email = rvo_parameter_address(request->query, "email");
		query.firstname = rvo_parameter_named(request->query, "firstname", "first_name");
		query.lastname = rvo_parameter_named(request->query, "lastname", "last_name");
		query.linkedin_url = rvo_parameter(request->query, "linkedin_url");
	}
	return rvo_contact_list(request->caller.client_id, &query);
}

static JsonbValue
create(const HttpRequest *request, int64 *id)
{
	return rvo_contact_create(&request->caller, request->body, request->endpoint->list_member, request->structure, id);
}

static const Slice conditions[] = {
	CONST_SLICE("domain"), CONST_SLICE("email"), CONST_SLICE("firstname"), CONST_SLICE("lastname"),
	CONST_SLICE("linkedin_url"), CONST_SLICE("first_name"), CONST_SLICE("last_name")
};

/* Adding a custom field answers 200, where that of companies answers 201: the hosted service does so. */
const Resource rvo_contacts = {
	.envelope = {&rvo_contact_batch, "contacts", "contact"},
	.kind = &rvo_contact_kind,
	.shape = &rvo_contact_shape,
	.import = &rvo_contact_import,
	.conditions = conditions,
	.nconditions = lengthof(conditions),
	.status_of_added_field = 200,
	.create = create,
	.upsert = rvo_contact_upsert,
	.get = rvo_contact_get,
	.list = list,
	.update = rvo_contact_update,
	.delete = rvo_contact_delete,
	.merge = rvo_contact_merge,
	.change_field = rvo_contact_change_field,
};

/* What is upserted in batches. */
const Resource rvo_contact_upserts = {
	.envelope = {&rvo_contact_upsert_batch, "contacts", "contact"},
};
