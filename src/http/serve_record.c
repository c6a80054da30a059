/*
 * serve_record.c
 *	  What the endpoints of contacts and of companies do alike.
 *
 * route.c names an endpoint's resource and which of these functions serves it;
 * serve_contact.c and serve_company.c hold the resources, whose functions lead
 * into work/.
 */
#include "postgres.h"

#include "base/compat.h"
#include "http/answer.h"
#include "http/parameter.h"
#include "http/serve_record.h"

/*
 * link_to_next returns the reference to the page behind this one, up to its
 * cursor: the caller's own parameters, as they came, but for the place.
 */
static Slice
link_to_next(const HttpRequest *request)
{
	static const char *const place[] = {"page", "after", NULL};
	StringInfoData link;

	initStringInfo(&link);
	appendStringInfo(&link, "%.*s%s?", request->root.len, request->root.data, request->route->path);
	rvo_parameters_copy(&link, request->query, place);
	appendStringInfoString(&link, "after=");
	return (Slice) {link.data, link.len};
}

/* answer_list answers with a page, or (bare) with an array of the first. */
static void
answer_list(const HttpRequest *request, bool by_field, bool bare, Answer *answer)
{
	ListRequest list = {
		.by_field = by_field,
		.page = rvo_parameter_number(request->query, "page", 1),
		.page_size = rvo_parameter_number(request->query, "page_size", PAGE_MAX_SIZE),
		.bare = bare,
		.structure = request->structure,
	};

	if (!bare)
	{
		list.page_given = rvo_parameter(request->query, "page").data != NULL;
		list.after = rvo_parameter(request->query, "after");
		list.link = link_to_next(request);
	}
	if (by_field)
	{
		list.field_name = rvo_parameter(request->query, "field_name");
		list.field_value = rvo_parameter(request->query, "field_value");
	}
	answer->status = 200;
	answer->body = request->endpoint->resource->list(request, &list);
}

void
rvo_serve_list(const HttpRequest *request, Answer *answer)
{
	answer_list(request, false, false, answer);
}

void
rvo_serve_list_bare(const HttpRequest *request, Answer *answer)
{
	answer_list(request, false, true, answer);
}

void
rvo_serve_lookup(const HttpRequest *request, Answer *answer)
{
	answer_list(request, true, false, answer);
}

void
rvo_serve_lookup_bare(const HttpRequest *request, Answer *answer)
{
	answer_list(request, true, true, answer);
}

void
rvo_serve_get(const HttpRequest *request, Answer *answer)
{
	rvo_answer(answer, 200, request->endpoint->resource->get(request->caller.client_id, &request->id,
																  request->structure));
}

/* rvo_serve_create creates one and points at it. */
void
rvo_serve_create(const HttpRequest *request, Answer *answer)
{
	int64		id;

	rvo_answer(answer, 201, request->endpoint->resource->create(request, &id));
	rvo_answer_add_location(answer, request->route, id);
}

void
rvo_serve_update(const HttpRequest *request, Answer *answer)
{
	rvo_answer(answer, 200, request->endpoint->resource->update(&request->caller, &request->id, request->body,
																	 request->structure));
}

void
rvo_serve_delete(const HttpRequest *request, Answer *answer)
{
	request->endpoint->resource->delete(request->caller.client_id, &request->id);
	rvo_answer(answer, 204, NULL);
}

/* change_field does something with one custom field. */
static void
change_field(const HttpRequest *request, FieldAction action, int status, Answer *answer)
{
	FieldChange change = {action, &request->id, &request->field_id, request->body};

	rvo_answer(answer, status, request->endpoint->resource->change_field(&request->caller, &change));
}

void
rvo_serve_add_field(const HttpRequest *request, Answer *answer)
{
	change_field(request, FIELD_ADD, request->endpoint->resource->status_of_added_field, answer);
}

void
rvo_serve_update_field(const HttpRequest *request, Answer *answer)
{
	change_field(request, FIELD_CHANGE, 200, answer);
}

void
rvo_serve_delete_field(const HttpRequest *request, Answer *answer)
{
	change_field(request, FIELD_DELETE, 204, answer);
}
