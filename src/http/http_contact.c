/*
 * http_contact.c
 *	  The endpoints of contacts, for PostgREST.
 *
 * v2 has pages and the parameter structure; v1 has arrays of the first
 * PAGE_MAX_SIZE, NESTED, and the deletions.  http/openapi.yaml has the paths.
 */
#include "postgres.h"

#include "base/compat.h"
#include "http/http_resource.h"
#include "http/parameter.h"
#include "shape/known_member.h"
#include "work/contact.h"
#include "work/contact_batch.h"
#include "work/contact_change.h"
#include "work/contact_merge.h"
#include "work/contact_read.h"
#include "work/contact_upsert.h"
#include "work/contact_upsert_batch.h"

static text *
list(const HttpRequest *request, const ListRequest *list)
{
	ContactQuery query = {.list = *list};

	if (!list->by_field)
	{
		query.domain = rvo_parameter(request->query, "domain");
		query.email = rvo_parameter(request->query, "email");
		query.firstname = rvo_parameter(request->query, "firstname");
		query.lastname = rvo_parameter(request->query, "lastname");
		query.linkedin_url = rvo_parameter(request->query, "linkedin_url");
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

/* read_other returns the id of the contact to merge, 0 if there is none, and notes what is wrong with it. */
static int64
read_other(const Caller *caller, Jsonb *body, FaultList *faults)
{
	static const Slice known[] = {CONST_SLICE("other_id")};
	JsonbValue	value;
	int64		id = 0;

	if (!rvo_json_is_object(rvo_json_root(body)))
	{
		rvo_fault_add(faults, "", FAULT_NOT_AN_OBJECT);
		return 0;
	}
	rvo_members_check(caller, &body->root, "", known, lengthof(known), faults);
	if (!rvo_json_get(&body->root, CONST_SLICE("other_id"), &value) || value.type == jbvNull)
		rvo_fault_add(faults, "/other_id", FAULT_REQUIRED);
	else if (!(value.type == jbvNumeric && rvo_json_to_id(&value, &id)) &&
			 !(value.type == jbvString && rvo_text_to_id(rvo_text_trim(rvo_json_string(&value)), &id)))
		rvo_fault_add(faults, "/other_id", FAULT_INVALID_NUMBER);
	return id;
}

static void
serve_merge(const HttpRequest *request, Answer *answer)
{
	FaultList	faults = {0};
	int64		other = read_other(&request->caller, request->body, &faults);
	ContactMerge merge = {&request->id, "id", &other, "/other_id", request->structure};

	if (faults.count > 0)
		rvo_fault_raise(FAILURE_INVALID_REQUEST, &faults);
	rvo_http_answer(answer, 200, rvo_contact_merge(&request->caller, &merge));
}

#define CONTACTS .resource = &contacts
#define CHANGES TAKES_BOTH(CONTACT_FIELDS, CONTACT_FIELDS_INPUT)
#define GET(path) CONTACTS, .serve = rvo_serve_get, .kept_path = (path)

/* What is upserted in batches. */
static const Resource upserts = {
	.envelope = {&rvo_contact_upsert_batch, "contacts", "contact"},
};

/* serve_upsert creates or changes one, and points at a new one. */
static void
serve_upsert(const HttpRequest *request, Answer *answer)
{
	int64		id;
	bool		created;
	Jsonb	   *contact = rvo_contact_upsert(&request->caller, request->body, request->structure, &id, &created);

	rvo_http_answer(answer, created ? 201 : 200, contact);
	if (created)
		rvo_http_add_location(answer, request->endpoint->created_path, id);
}

HTTP_ADAPTER(contacts_v2_list, CONTACTS, .serve = rvo_serve_list, .list_path = "/public/v2/contacts", V2)
HTTP_ADAPTER(contacts_v2_create, CONTACTS, .serve = rvo_serve_create, .created_path = "/public/v2/contacts/", ONCE, V2, TAKES(CONTACT_FIELDS_INPUT))
HTTP_ADAPTER(contacts_v2_batch, CONTACTS, .serve = rvo_serve_batch, ONCE, V2, TAKES_BATCH("contacts"))
HTTP_ADAPTER(contacts_v2_upsert, .serve = serve_upsert, .created_path = "/public/v2/contacts/", V2, CHANGES)
HTTP_ADAPTER(contacts_v2_upsert_batch, .resource = &upserts, .serve = rvo_serve_batch, V2, TAKES_BATCH("contacts"))
HTTP_ADAPTER(contacts_v2_get, GET("/public/v2/contacts/"), V2)
HTTP_ADAPTER(contacts_v2_update, CONTACTS, .serve = rvo_serve_update, V2, CHANGES)
HTTP_ADAPTER(contacts_v2_merge, CONTACTS, .serve = serve_merge, V2, TAKES(CONTACT_FIELDS))
HTTP_ADAPTER(contacts_v2_lookup, CONTACTS, .serve = rvo_serve_lookup, .list_path = "/public/v2/contacts/lookup-by-custom-field", V2)
HTTP_ADAPTER(contacts_v1_list, CONTACTS, .serve = rvo_serve_list_bare)
HTTP_ADAPTER(contacts_v1_create, CONTACTS, .serve = rvo_serve_create, .created_path = "/public/contacts/", ONCE, TAKES(CONTACT_FIELDS))
HTTP_ADAPTER(contacts_v1_get, GET("/public/contacts/"))
HTTP_ADAPTER(contacts_v1_update, CONTACTS, .serve = rvo_serve_update, CHANGES)
HTTP_ADAPTER(contacts_v1_delete, CONTACTS, .serve = rvo_serve_delete)
HTTP_ADAPTER(contacts_v1_lookup, CONTACTS, .serve = rvo_serve_lookup_bare)
HTTP_ADAPTER(contacts_v1_field_add, CONTACTS, .serve = rvo_serve_add_field, TAKES(CONTACT_FIELDS))
HTTP_ADAPTER(contacts_v1_field_update, CONTACTS, .serve = rvo_serve_update_field, TAKES(CONTACT_FIELDS))
HTTP_ADAPTER(contacts_v1_field_delete, CONTACTS, .serve = rvo_serve_delete_field)
HTTP_ADAPTER(contacts_v2_master_list, CONTACTS, .serve = rvo_serve_list, .list_path = "/public/v2/contacts-master-list", V2, MASTER)
HTTP_ADAPTER(contacts_v2_master_get, GET("/public/v2/contacts-master-list/"), V2, MASTER)
HTTP_ADAPTER(contacts_v2_master_lookup, CONTACTS, .serve = rvo_serve_lookup, .list_path = "/public/v2/contacts-master-list/lookup-by-custom-field", V2, MASTER)
HTTP_ADAPTER(contacts_v1_master_list, CONTACTS, .serve = rvo_serve_list_bare, MASTER)
HTTP_ADAPTER(contacts_v1_master_get, GET("/public/contacts-master-list/"), MASTER)
HTTP_ADAPTER(contacts_v1_master_lookup, CONTACTS, .serve = rvo_serve_lookup_bare, MASTER)
