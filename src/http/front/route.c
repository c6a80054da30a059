/*
 * route.c
 *	  Which paths and methods there are: the table of all endpoints.
 *
 * handle.c answers by it without the endpoint: 404 and 405, 413 and 415, HEAD.
 * revyops_http.endpoints() shows it, and t/http/openapi.test.mjs
 * compares http/openapi.yaml with that.
 *
 * v2 has pages and the parameter structure; v1 has arrays of the first
 * PAGE_MAX_SIZE, NESTED.
 */
#include "postgres.h"

#include "base/compat.h"
#include "http/front/route.h"
#include "http/serve/serve_batch.h"
#include "http/serve/serve_change.h"
#include "http/serve/serve_company.h"
#include "http/serve/serve_contact.h"
#include "http/serve/serve_do_not_contact.h"
#include "http/serve/serve_email.h"
#include "http/serve/serve_event.h"
#include "http/serve/serve_import.h"
#include "http/serve/serve_probe.h"
#include "http/serve/serve_record.h"
#include "http/serve/serve_webhook.h"
#include "shape/record/company_input.h"
#include "shape/record/contact_input.h"

#define BODY_MAX (1024 * 1024)
#define BATCH_BODY_MAX (16 * 1024 * 1024)

#define GET(serving, ...) {.method = "GET", .serve = (serving), __VA_ARGS__}
#define LIST(serving, ...) {.method = "GET", .serve = (serving), .checks_query = true, __VA_ARGS__}
#define POST(serving, ...) {.method = "POST", .serve = (serving), __VA_ARGS__}
#define PUT(serving, ...) {.method = "PUT", .serve = (serving), __VA_ARGS__}
#define PATCH(serving, ...) {.method = "PATCH", .serve = (serving), __VA_ARGS__}
#define DELETE(serving, ...) {.method = "DELETE", .serve = (serving), __VA_ARGS__}

#define CONTACTS .resource = &rvo_contacts
#define COMPANIES .resource = &rvo_companies
#define EMAILS .resource = &rvo_emails
#define DO_NOT_CONTACT .resource = &rvo_do_not_contact
#define V2 .has_structure = true
#define MASTER .master = true
#define OPEN .open = true
#define ONCE .once = true
#define LINKS_REJECTS .link = rvo_link_rejects
#define SHARES .may_share = true
#define SEARCHES .reads = true, .checks_query = true
#define TAKES(member) .list_member = (member), .body_max = BODY_MAX
#define TAKES_TEXTS(member) TAKES(member), .list_of_texts = true
#define TAKES_TWO(member, other) TAKES(member), .other_list = (other)
#define TAKES_BOTH TAKES_TWO(CONTACT_FIELDS, CONTACT_FIELDS_INPUT)
#define TAKES_FILE .takes_file = true, .body_max = BATCH_BODY_MAX, .creates_many = true, .checks_query = true
#define TAKES_OCTETS .takes_octets = true, .body_max = BATCH_BODY_MAX
#define TAKES_BATCH(list) .list_member = (list), .body_max = BATCH_BODY_MAX, .creates_many = true

/* The methods of a path stand in the order in which Allow names them. */
static const Route routes[] = {
	{"/public/v2/contacts", {
		LIST(rvo_serve_list, CONTACTS, V2),
		POST(rvo_serve_create, CONTACTS, V2, ONCE, SHARES, TAKES_TWO(CONTACT_FIELDS_INPUT, CONTACT_FIELDS)),
		PUT(rvo_serve_upsert, CONTACTS, V2, SHARES, TAKES_BOTH)}},
	{"/public/v2/contacts/batch", {
		POST(rvo_serve_batch, CONTACTS, V2, ONCE, TAKES_BATCH("contacts")),
		PUT(rvo_serve_batch, .resource = &rvo_contact_upserts, V2, TAKES_BATCH("contacts"))}},
	{"/public/v2/contacts/import", {
		LIST(rvo_serve_running_imports, CONTACTS),
		POST(rvo_serve_import, CONTACTS, ONCE, LINKS_REJECTS, TAKES_FILE)}},
	{"/public/v2/contacts/imports/{id}", {
		GET(rvo_serve_import_job, CONTACTS)}},
	{"/public/v2/contacts/imports/{id}/report", {
		GET(rvo_serve_import_report, CONTACTS)}},
	{"/public/v2/contacts/lookup-by-custom-field", {
		LIST(rvo_serve_lookup, CONTACTS, V2)}},
	{"/public/v2/contacts/search", {
		POST(rvo_serve_search, CONTACTS, V2, SEARCHES, TAKES("filters"), .other_list = "sort")}},
	{"/public/v2/contacts/{id}", {
		GET(rvo_serve_get, CONTACTS, V2),
		PATCH(rvo_serve_update, CONTACTS, V2, SHARES, TAKES_BOTH),
		DELETE(rvo_serve_delete, CONTACTS)}},
	{"/public/v2/contacts/{id}/custom-fields", {
		POST(rvo_serve_add_field, CONTACTS, SHARES, TAKES(CONTACT_FIELDS))}},
	{"/public/v2/contacts/{id}/custom-fields/{field_id}", {
		PATCH(rvo_serve_update_field, CONTACTS, SHARES, TAKES(CONTACT_FIELDS)),
		DELETE(rvo_serve_delete_field, CONTACTS)}},
	{"/public/v2/contacts/{id}/emails", {
		LIST(rvo_serve_list, .resource = &rvo_contact_emails, V2)}},
	{"/public/v2/contacts/{id}/status-history", {
		LIST(rvo_serve_status_history)}},
	{"/public/v2/contacts/{id}/merge", {
		POST(rvo_serve_merge, CONTACTS, V2, TAKES(CONTACT_FIELDS))}},
	{"/public/contacts", {
		LIST(rvo_serve_list_bare, CONTACTS),
		POST(rvo_serve_create, CONTACTS, ONCE, SHARES, TAKES_TWO(CONTACT_FIELDS, CONTACT_FIELDS_INPUT))}},
	{"/public/contacts/lookup-by-custom-field", {
		LIST(rvo_serve_lookup_bare, CONTACTS)}},
	{"/public/contacts/{id}", {
		GET(rvo_serve_get, CONTACTS),
		PATCH(rvo_serve_update, CONTACTS, SHARES, TAKES_BOTH),
		DELETE(rvo_serve_delete, CONTACTS)}},
	{"/public/contacts/{id}/custom-fields", {
		POST(rvo_serve_add_field, CONTACTS, SHARES, TAKES(CONTACT_FIELDS))}},
	{"/public/contacts/{id}/custom-fields/{field_id}", {
		PATCH(rvo_serve_update_field, CONTACTS, SHARES, TAKES(CONTACT_FIELDS)),
		DELETE(rvo_serve_delete_field, CONTACTS)}},
	{"/public/v2/contacts-master-list", {
		LIST(rvo_serve_list, CONTACTS, V2, MASTER)}},
	{"/public/v2/contacts-master-list/lookup-by-custom-field", {
		LIST(rvo_serve_lookup, CONTACTS, V2, MASTER)}},
	{"/public/v2/contacts-master-list/{id}", {
		GET(rvo_serve_get, CONTACTS, V2, MASTER)}},
	{"/public/contacts-master-list", {
		LIST(rvo_serve_list_bare, CONTACTS, MASTER)}},
	{"/public/contacts-master-list/lookup-by-custom-field", {
		LIST(rvo_serve_lookup_bare, CONTACTS, MASTER)}},
	{"/public/contacts-master-list/{id}", {
		GET(rvo_serve_get, CONTACTS, MASTER)}},

	{"/public/v2/changes", {
		LIST(rvo_serve_changes)}},

	{"/public/v2/companies", {
		LIST(rvo_serve_list, COMPANIES, V2),
		POST(rvo_serve_create, COMPANIES, V2, ONCE, SHARES, TAKES(COMPANY_FIELDS)),
		PUT(rvo_serve_upsert, COMPANIES, V2, SHARES, TAKES(COMPANY_FIELDS))}},
	{"/public/v2/companies/batch", {
		POST(rvo_serve_batch, COMPANIES, V2, ONCE, TAKES_BATCH("companies")),
		PUT(rvo_serve_batch, .resource = &rvo_company_upserts, V2, TAKES_BATCH("companies"))}},
	{"/public/v2/companies/import", {
		LIST(rvo_serve_running_imports, COMPANIES),
		POST(rvo_serve_import, COMPANIES, ONCE, LINKS_REJECTS, TAKES_FILE)}},
	{"/public/v2/companies/imports/{id}", {
		GET(rvo_serve_import_job, COMPANIES)}},
	{"/public/v2/companies/imports/{id}/report", {
		GET(rvo_serve_import_report, COMPANIES)}},
	{"/public/v2/companies/lookup-by-custom-field", {
		LIST(rvo_serve_lookup, COMPANIES, V2)}},
	{"/public/v2/companies/search", {
		POST(rvo_serve_search, COMPANIES, V2, SEARCHES, TAKES("filters"), .other_list = "sort")}},
	{"/public/v2/companies/{id}", {
		GET(rvo_serve_get, COMPANIES, V2),
		PATCH(rvo_serve_update, COMPANIES, V2, SHARES, TAKES(COMPANY_FIELDS)),
		DELETE(rvo_serve_delete, COMPANIES)}},
	{"/public/v2/companies/{id}/merge", {
		POST(rvo_serve_merge, COMPANIES, V2, TAKES(COMPANY_FIELDS))}},
	{"/public/v2/companies/{id}/custom-fields", {
		POST(rvo_serve_add_field, COMPANIES, SHARES, TAKES(COMPANY_FIELDS))}},
	{"/public/v2/companies/{id}/custom-fields/{field_id}", {
		PATCH(rvo_serve_update_field, COMPANIES, SHARES, TAKES(COMPANY_FIELDS)),
		DELETE(rvo_serve_delete_field, COMPANIES)}},
	{"/public/companies", {
		LIST(rvo_serve_list_bare, COMPANIES),
		POST(rvo_serve_create, COMPANIES, ONCE, SHARES, TAKES(COMPANY_FIELDS))}},
	{"/public/companies/{id}", {
		GET(rvo_serve_get, COMPANIES),
		PATCH(rvo_serve_update, COMPANIES, SHARES, TAKES(COMPANY_FIELDS)),
		DELETE(rvo_serve_delete, COMPANIES)}},
	{"/public/companies/{id}/custom-fields", {
		POST(rvo_serve_add_field, COMPANIES, SHARES, TAKES(COMPANY_FIELDS))}},
	{"/public/companies/{id}/custom-fields/{field_id}", {
		PATCH(rvo_serve_update_field, COMPANIES, SHARES, TAKES(COMPANY_FIELDS)),
		DELETE(rvo_serve_delete_field, COMPANIES)}},
	{"/public/v2/companies-master-list", {
		LIST(rvo_serve_list, COMPANIES, V2, MASTER)}},
	{"/public/v2/companies-master-list/lookup-by-custom-field", {
		LIST(rvo_serve_lookup, COMPANIES, V2, MASTER)}},
	{"/public/v2/companies-master-list/{id}", {
		GET(rvo_serve_get, COMPANIES, V2, MASTER)}},
	{"/public/companies-master-list", {
		LIST(rvo_serve_list_bare, COMPANIES, MASTER)}},
	{"/public/companies-master-list/{id}", {
		GET(rvo_serve_get, COMPANIES, MASTER)}},

	{"/public/v2/emails", {
		LIST(rvo_serve_list, EMAILS, V2),
		POST(rvo_serve_create, EMAILS, V2, ONCE, SHARES, TAKES(EMAIL_FIELDS))}},
	{"/public/v2/emails/batch", {
		POST(rvo_serve_batch, EMAILS, V2, ONCE, TAKES_BATCH("emails"))}},
	{"/public/v2/emails/set-interested", {
		POST(rvo_serve_set_interested, SHARES, TAKES(EMAIL_FIELDS))}},
	{"/public/v2/emails/{id}", {
		GET(rvo_serve_get, EMAILS, V2),
		DELETE(rvo_serve_delete, EMAILS)}},
	{"/public/v2/emails/{id}/custom-fields", {
		POST(rvo_serve_add_field, EMAILS, SHARES, TAKES(EMAIL_FIELDS))}},
	{"/public/v2/emails/{id}/custom-fields/{field_id}", {
		PATCH(rvo_serve_update_field, EMAILS, SHARES, TAKES(EMAIL_FIELDS)),
		DELETE(rvo_serve_delete_field, EMAILS)}},
	{"/public/emails", {
		LIST(rvo_serve_list_bare, EMAILS),
		POST(rvo_serve_create, EMAILS, ONCE, SHARES, TAKES(EMAIL_FIELDS))}},
	{"/public/emails/set-interested", {
		POST(rvo_serve_set_interested, SHARES, TAKES(EMAIL_FIELDS))}},
	{"/public/emails/{id}", {
		GET(rvo_serve_get, EMAILS),
		DELETE(rvo_serve_delete, EMAILS)}},
	{"/public/emails/{id}/custom-fields", {
		POST(rvo_serve_add_field, EMAILS, SHARES, TAKES(EMAIL_FIELDS))}},
	{"/public/emails/{id}/custom-fields/{field_id}", {
		DELETE(rvo_serve_delete_field, EMAILS)}},

	{"/public/v2/do-not-contact", {
		LIST(rvo_serve_list, DO_NOT_CONTACT),
		POST(rvo_serve_suppress, DO_NOT_CONTACT, SHARES, TAKES("entries"))}},
	{"/public/v2/do-not-contact/batch", {
		POST(rvo_serve_suppress_batch, DO_NOT_CONTACT, TAKES_BATCH("entries"))}},
	{"/public/v2/do-not-contact/check", {
		POST(rvo_serve_check_suppressed, DO_NOT_CONTACT, .reads = true, TAKES_TEXTS("addresses"))}},
	{"/public/v2/do-not-contact/import", {
		POST(rvo_serve_suppress_file, DO_NOT_CONTACT, TAKES_FILE)}},
	{"/public/v2/do-not-contact/remove", {
		POST(rvo_serve_unsuppress, DO_NOT_CONTACT, SHARES, TAKES("entries"))}},

	{"/public/v2/events", {
		POST(rvo_serve_event, TAKES("custom"))}},
	{"/public/v2/events/batch", {
		POST(rvo_serve_events, TAKES_BATCH("events"))}},
	{"/public/v2/campaigns", {
		LIST(rvo_serve_list, .resource = &rvo_campaigns)}},
	{"/public/v2/campaigns/{id}", {
		GET(rvo_serve_campaign)}},
	{"/public/v2/campaigns/{id}/contacts", {
		LIST(rvo_serve_list, .resource = &rvo_campaign_contacts)}},

	{"/public/{platform}-webhook/{token}", {
		POST(rvo_serve_webhook, OPEN, TAKES_OCTETS)}},
	{"/public/global-{platform}-webhook/{token}", {
		POST(rvo_serve_global_webhook, OPEN, TAKES_OCTETS)}},

	{"/ready", {
		GET(rvo_serve_ready, OPEN)}},
	{"/key-check", {
		GET(rvo_serve_key_check, .key_alone = true)}},
};

/* rvo_routes shows the whole table. */
const Route *
rvo_routes(int *count)
{
	*count = lengthof(routes);
	return routes;
}

/* take takes what may stand in braces off the front of a path: digits, letters, or both. */
static Slice
take(Slice *path, bool digits, bool letters)
{
	Slice		taken = {path->data, 0};

	while (taken.len < path->len &&
		   ((digits && rvo_is_digit(taken.data[taken.len])) || (letters && rvo_is_letter(taken.data[taken.len]))))
		taken.len++;
	*path = (Slice) {path->data + taken.len, path->len - taken.len};
	return taken;
}

/* take_part takes what stands at the place of a name in braces; false if nothing does. */
static bool
take_part(Slice *path, const char *name, PathParts *parts)
{
	bool		is_platform = strncmp(name, "{platform}", strlen("{platform}")) == 0;
	bool		is_token = strncmp(name, "{token}", strlen("{token}")) == 0;
	Slice		taken = take(path, !is_platform, is_platform || is_token);

	if (is_platform)
		parts->platform = taken;
	else if (is_token)
		parts->token = taken;
	else
	{
		int64	   *id = strncmp(name, "{id}", strlen("{id}")) == 0 ? &parts->id : &parts->field_id;

		if (!rvo_text_to_id(taken, id))
			*id = 0;
	}
	return taken.len > 0;
}

/* matches tells whether a path is of a pattern, and reads what is in it. */
static bool
matches(const char *pattern, Slice path, PathParts *parts)
{
	while (*pattern != '\0')
	{
		if (*pattern == '{')
		{
			if (!take_part(&path, pattern, parts))
				return false;
			pattern = strchr(pattern, '}') + 1;
		}
		else
		{
			if (path.len == 0 || path.data[0] != *pattern)
				return false;
			path = (Slice) {path.data + 1, path.len - 1};
			pattern++;
		}
	}
	return path.len == 0;
}

/* take_prefix takes off the front of a path what may stand in front of any that is public. */
static Slice
take_prefix(Slice *path)
{
	const Slice prefix = CONST_SLICE("/api");
	const Slice start = CONST_SLICE("/api/public/");

	if (path->len < start.len || memcmp(path->data, start.data, start.len) != 0)
		return CONST_SLICE("");
	*path = (Slice) {path->data + prefix.len, path->len - prefix.len};
	return prefix;
}

/*
 * rvo_route_find returns the route of a path, the prefix with which it came, and what
 * is in it; NULL if there is none.
 */
const Route *
rvo_route_find(Slice path, Slice *prefix, PathParts *parts)
{
	*prefix = take_prefix(&path);
	for (size_t i = 0; i < lengthof(routes); i++)
		if (matches(routes[i].path, path, parts))
			return &routes[i];
	return NULL;
}

/* rvo_route_endpoint returns the endpoint of a method; NULL if the path has no such. */
const Endpoint *
rvo_route_endpoint(const Route *route, Slice method)
{
	if (rvo_slice_equal(method, CONST_SLICE("HEAD")))
		method = CONST_SLICE("GET");
	for (const Endpoint *endpoint = route->endpoints; endpoint->method != NULL; endpoint++)
		if (rvo_slice_equal(method, rvo_slice(endpoint->method)))
			return endpoint;
	return NULL;
}

/* rvo_route_methods lists the methods of a path, for Allow. */
const char *
rvo_route_methods(const Route *route)
{
	StringInfoData methods;

	initStringInfo(&methods);
	for (const Endpoint *endpoint = route->endpoints; endpoint->method != NULL; endpoint++)
		appendStringInfo(&methods, "%s%s%s", methods.len > 0 ? ", " : "", endpoint->method,
						 strcmp(endpoint->method, "GET") == 0 ? ", HEAD" : "");
	return methods.data;
}

/* rvo_endpoint_reads tells that an endpoint changes nothing. */
bool
rvo_endpoint_reads(const Endpoint *endpoint)
{
	return endpoint->reads || strcmp(endpoint->method, "GET") == 0;
}
