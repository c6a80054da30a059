/*
 * http_contact.c
 *	  The endpoints of contacts, for PostgREST.
 *
 * Floor 4.  v2 has pages and the parameter structure; v1 has arrays of the
 * first PAGE_MAX_SIZE, NESTED, and the deletions.  http/openapi.yaml has the paths.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "compat.h"
#include "contact.h"
#include "contact_batch.h"
#include "contact_change.h"
#include "contact_read.h"
#include "http.h"
#include "http_batch.h"

/* condition reads the conditions of a lookup by custom field. */
static ContactQuery
condition(const HttpRequest *request)
{
	return (ContactQuery) {
		.by_field = true,
		.field_name = rvo_http_parameter(request, "field_name"),
		.field_value = rvo_http_parameter(request, "field_value"),
		.structure = request->structure,
	};
}

/* conditions reads those of a list. */
static ContactQuery
conditions(const HttpRequest *request)
{
	return (ContactQuery) {
		.domain = rvo_http_parameter(request, "domain"),
		.email = rvo_http_parameter(request, "email"),
		.firstname = rvo_http_parameter(request, "firstname"),
		.lastname = rvo_http_parameter(request, "lastname"),
		.linkedin_url = rvo_http_parameter(request, "linkedin_url"),
		.structure = request->structure,
	};
}

/* answer_page answers with the page that is asked for. */
static void
answer_page(const HttpRequest *request, ContactQuery query, Answer *answer)
{
	query.page = rvo_http_number(request, "page", 1);
	query.page_size = rvo_http_number(request, "page_size", PAGE_MAX_SIZE);
	answer->status = 200;
	answer->body = rvo_contact_list(request->client_id, &query);
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
	ContactQuery query = conditions(request);

	query.bare = true;
	answer->status = 200;
	answer->body = rvo_contact_list(request->client_id, &query);
}

/* lookup_first is a lookup as an array, without pages. */
static void
lookup_first(const HttpRequest *request, Answer *answer)
{
	ContactQuery query = condition(request);

	query.bare = true;
	answer->status = 200;
	answer->body = rvo_contact_list(request->client_id, &query);
}

static void
get(const HttpRequest *request, Answer *answer)
{
	rvo_http_answer(answer, 200, rvo_contact_get(request->client_id, &request->id, request->structure));
}

/* create creates a contact and points at it. */
static void
create(const HttpRequest *request, const char *fields_member, const char *path, Answer *answer)
{
	rvo_http_answer(answer, 201, rvo_contact_create(request->client_id, request->body, fields_member,
													request->structure, &answer->id));
	answer->path = path;
}

static void
create_v1(const HttpRequest *request, Answer *answer)
{
	create(request, CONTACT_FIELDS, "/public/contacts/", answer);
}

static void
create_v2(const HttpRequest *request, Answer *answer)
{
	create(request, CONTACT_FIELDS_INPUT, "/public/v2/contacts/", answer);
}

static void
create_many(const HttpRequest *request, Answer *answer)
{
	static const BatchEnvelope envelope = {&rvo_contact_batch, "contacts", "contact"};

	answer->status = 200;
	answer->body = cstring_to_text(rvo_http_batch(&envelope, request->client_id, request->body,
												  request->structure));
}

static void
update(const HttpRequest *request, Answer *answer)
{
	rvo_http_answer(answer, 200, rvo_contact_update(request->client_id, &request->id, request->body,
												  request->structure));
}

static void
delete(const HttpRequest *request, Answer *answer)
{
	rvo_contact_delete(request->client_id, &request->id);
	rvo_http_answer(answer, 204, NULL);
}

/* change_field does something with one custom field. */
static void
change_field(const HttpRequest *request, FieldAction action, int status, Answer *answer)
{
	FieldChange change = {action, &request->id, &request->field_id, request->body};

	rvo_http_answer(answer, status, rvo_contact_change_field(request->client_id, &change));
}

/* add_field answers 200, where that of companies answers 201: the hosted service does so. */
static void
add_field(const HttpRequest *request, Answer *answer)
{
	change_field(request, FIELD_ADD, 200, answer);
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

HTTP_ADAPTER(contacts_v2_list, .serve = list, V2)
HTTP_ADAPTER(contacts_v2_create, .serve = create_v2, V2, TAKES(CONTACT_FIELDS_INPUT))
HTTP_ADAPTER(contacts_v2_batch, .serve = create_many, V2, .list_member = "contacts", .body_max = BATCH_BODY_MAX_OCTETS, .creates_many = true)
HTTP_ADAPTER(contacts_v2_get, .serve = get, V2)
HTTP_ADAPTER(contacts_v2_update, .serve = update, V2, TAKES(CONTACT_FIELDS))
HTTP_ADAPTER(contacts_v2_lookup, .serve = lookup, V2)
HTTP_ADAPTER(contacts_v1_list, .serve = list_first)
HTTP_ADAPTER(contacts_v1_create, .serve = create_v1, TAKES(CONTACT_FIELDS))
HTTP_ADAPTER(contacts_v1_get, .serve = get)
HTTP_ADAPTER(contacts_v1_update, .serve = update, TAKES(CONTACT_FIELDS))
HTTP_ADAPTER(contacts_v1_delete, .serve = delete)
HTTP_ADAPTER(contacts_v1_lookup, .serve = lookup_first)
HTTP_ADAPTER(contacts_v1_field_add, .serve = add_field, TAKES(CONTACT_FIELDS))
HTTP_ADAPTER(contacts_v1_field_update, .serve = update_field, TAKES(CONTACT_FIELDS))
HTTP_ADAPTER(contacts_v1_field_delete, .serve = delete_field)
HTTP_ADAPTER(contacts_v2_master_list, .serve = list, V2, MASTER)
HTTP_ADAPTER(contacts_v2_master_get, .serve = get, V2, MASTER)
HTTP_ADAPTER(contacts_v2_master_lookup, .serve = lookup, V2, MASTER)
HTTP_ADAPTER(contacts_v1_master_list, .serve = list_first, MASTER)
HTTP_ADAPTER(contacts_v1_master_get, .serve = get, MASTER)
HTTP_ADAPTER(contacts_v1_master_lookup, .serve = lookup_first, MASTER)
