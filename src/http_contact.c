/*
 * http_contact.c
 *	  The endpoints of contacts, for PostgREST.
 *
 * Floor 4.  v2 has pages and the parameter structure; v1 has arrays of the
 * first PAGE_MAX_SIZE, NESTED, and the deletions.  http/openapi.yaml has the paths.
 */
#include "postgres.h"

#include "compat.h"
#include "contact.h"
#include "contact_batch.h"
#include "contact_change.h"
#include "contact_read.h"
#include "http_resource.h"

static text *
list(const HttpRequest *request, const ListRequest *list)
{
	ContactQuery query = {.list = *list};

	if (!list->by_field)
	{
		query.domain = rvo_http_parameter(request, "domain");
		query.email = rvo_http_parameter(request, "email");
		query.firstname = rvo_http_parameter(request, "firstname");
		query.lastname = rvo_http_parameter(request, "lastname");
		query.linkedin_url = rvo_http_parameter(request, "linkedin_url");
	}
	return rvo_contact_list(request->caller.client_id, &query);
}

static Jsonb *
create(const HttpRequest *request, int64 *id)
{
	return rvo_contact_create(&request->caller, request->body, request->endpoint->list_member, request->structure, id);
}

/* Adding a custom field answers 200, where that of companies answers 201: the hosted service does so. */
static const Resource contacts = {
	.envelope = {&rvo_contact_batch, "contacts", "contact"},
	.status_of_added_field = 200,
	.create = create,
	.get = rvo_contact_get,
	.list = list,
	.update = rvo_contact_update,
	.delete = rvo_contact_delete,
	.change_field = rvo_contact_change_field,
};

#define CONTACTS .resource = &contacts

HTTP_ADAPTER(contacts_v2_list, CONTACTS, .serve = rvo_serve_list, .list_path = "/public/v2/contacts", V2)
HTTP_ADAPTER(contacts_v2_create, CONTACTS, .serve = rvo_serve_create, .created_path = "/public/v2/contacts/", ONCE, V2, TAKES(CONTACT_FIELDS_INPUT))
HTTP_ADAPTER(contacts_v2_batch, CONTACTS, .serve = rvo_serve_batch, ONCE, V2, TAKES_BATCH("contacts"))
HTTP_ADAPTER(contacts_v2_get, CONTACTS, .serve = rvo_serve_get, V2)
HTTP_ADAPTER(contacts_v2_update, CONTACTS, .serve = rvo_serve_update, V2, TAKES(CONTACT_FIELDS))
HTTP_ADAPTER(contacts_v2_lookup, CONTACTS, .serve = rvo_serve_lookup, .list_path = "/public/v2/contacts/lookup-by-custom-field", V2)
HTTP_ADAPTER(contacts_v1_list, CONTACTS, .serve = rvo_serve_list_bare)
HTTP_ADAPTER(contacts_v1_create, CONTACTS, .serve = rvo_serve_create, .created_path = "/public/contacts/", ONCE, TAKES(CONTACT_FIELDS))
HTTP_ADAPTER(contacts_v1_get, CONTACTS, .serve = rvo_serve_get)
HTTP_ADAPTER(contacts_v1_update, CONTACTS, .serve = rvo_serve_update, TAKES(CONTACT_FIELDS))
HTTP_ADAPTER(contacts_v1_delete, CONTACTS, .serve = rvo_serve_delete)
HTTP_ADAPTER(contacts_v1_lookup, CONTACTS, .serve = rvo_serve_lookup_bare)
HTTP_ADAPTER(contacts_v1_field_add, CONTACTS, .serve = rvo_serve_add_field, TAKES(CONTACT_FIELDS))
HTTP_ADAPTER(contacts_v1_field_update, CONTACTS, .serve = rvo_serve_update_field, TAKES(CONTACT_FIELDS))
HTTP_ADAPTER(contacts_v1_field_delete, CONTACTS, .serve = rvo_serve_delete_field)
HTTP_ADAPTER(contacts_v2_master_list, CONTACTS, .serve = rvo_serve_list, .list_path = "/public/v2/contacts-master-list", V2, MASTER)
HTTP_ADAPTER(contacts_v2_master_get, CONTACTS, .serve = rvo_serve_get, V2, MASTER)
HTTP_ADAPTER(contacts_v2_master_lookup, CONTACTS, .serve = rvo_serve_lookup, .list_path = "/public/v2/contacts-master-list/lookup-by-custom-field", V2, MASTER)
HTTP_ADAPTER(contacts_v1_master_list, CONTACTS, .serve = rvo_serve_list_bare, MASTER)
HTTP_ADAPTER(contacts_v1_master_get, CONTACTS, .serve = rvo_serve_get, MASTER)
HTTP_ADAPTER(contacts_v1_master_lookup, CONTACTS, .serve = rvo_serve_lookup_bare, MASTER)
