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
#include "base/failure.h"
#include "http/request/answer.h"
#include "http/request/parameter.h"
#include "http/request/unknown_parameter.h"
#include "http/serve/serve_record.h"
#include "shape/record/known_member.h"
#include "shape/record/member.h"
#include "shape/record/structure.h"
#include "work/record/search.h"

/*
 * rvo_link_to_next returns the reference to the page behind this one, up to the value
 * of the parameter that leads there: the caller's own parameters, as they came, but for the place.
 */
Slice
rvo_link_to_next(const HttpRequest *request, const char *place)
{
	static const char *const places[] = {"page", "after", NULL};
	const Route *route = request->route;
	StringInfoData link;

	initStringInfo(&link);
	appendStringInfo(&link, "%.*s%s?", request->root.len, request->root.data,
					 strchr(route->path, '{') != NULL ? rvo_answer_path(route, request->id) : route->path);
	rvo_parameters_copy(&link, request->query, places);
	appendStringInfo(&link, "%s=", place);
	return (Slice) {link.data, link.len};
}

/* tell_count says whether the count of a page is exact, or as many as there can be. */
static void
tell_count(Answer *answer, ListCount counted)
{
	rvo_answer_add_header(answer, "X-Revyops-Count", counted.exact ? "exact" : "at-most");
}

/*
 * check_query notes which parameters of a query are faults, and returns a list of those that are ignored.
 * client_id is in the documentation, and not looked at: the key says which client it is, but not so of a master list, of
 * which whoever asks for one client would get all.
 */
static const char *
check_query(const HttpRequest *request, KnownParameters known, FaultList *faults)
{
	static const Slice others[] = {
		CONST_SLICE("client_id"), CONST_SLICE("structure"), CONST_SLICE("page"), CONST_SLICE("page_size"), CONST_SLICE("after"),
		CONST_SLICE("count")
	};

	known.others = others;
	if (request->endpoint->master)	/* without client_id, the first */
	{
		known.others++;
		known.nothers--;
	}
	known.shape = request->endpoint->resource->shape;
	if (known.listed == NULL)
	{
		known.listed = request->endpoint->resource->listed;
		known.nlisted = request->endpoint->resource->nlisted;
	}
	return rvo_parameters_check(request->query, &known, request->caller.strict, faults);
}

/* check_list_query is check_query for a list. */
static const char *
check_list_query(const HttpRequest *request, bool by_field, bool bare, FaultList *faults)
{
	static const Slice field[] = {CONST_SLICE("field_name"), CONST_SLICE("field_value")};
	const Resource *resource = request->endpoint->resource;
	KnownParameters known = {
		.conditions = by_field ? field : resource->conditions,
		.nconditions = by_field ? (int) lengthof(field) : resource->nconditions,
		.nothers = bare ? 1 : 6,
	};

	return check_query(request, known, faults);
}

/* tell_ignored names the parameters that nobody knows. */
static void
tell_ignored(Answer *answer, const char *ignored)
{
	if (ignored != NULL)
		rvo_answer_add_header(answer, "X-Revyops-Unknown-Parameters", ignored);
}

/* answer_list answers with a page, or (bare) with an array of the first. */
static void
answer_list(const HttpRequest *request, bool by_field, bool bare, Answer *answer)
{
	ListCount	counted;
	const char *ignored;
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
		list.link = rvo_link_to_next(request, "after");
		list.count = rvo_parameter(request->query, "count");
		list.counted = &counted;
	}
	if (by_field)
	{
		list.field_name = rvo_parameter(request->query, "field_name");
		list.field_value = rvo_parameter(request->query, "field_value");
	}
	ignored = check_list_query(request, by_field, bare, &list.faults);
	answer->status = 200;
	answer->body = request->endpoint->resource->list(request, &list);
	if (!bare)
		tell_count(answer, counted);
	tell_ignored(answer, ignored);
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

/* rvo_serve_search searches by the body.  Whoever puts its members into the query would get the first page of everybody, time and again. */
void
rvo_serve_search(const HttpRequest *request, Answer *answer)
{
	static const ListedMember members[] = {LISTED("filters"), LISTED("sort"), LISTED("after")};
	ListCount	counted;
	FaultList	faults = {0};
	const char *ignored = check_query(request, (KnownParameters) {.nothers = 2, .listed = members, .nlisted = lengthof(members)}, &faults);

	answer->status = 200;
	answer->body = rvo_record_search(request->endpoint->resource->kind, &request->caller,
									 &(SearchRequest) {request->body, request->structure, faults, &counted});
	tell_count(answer, counted);
	tell_ignored(answer, ignored);
}

void
rvo_serve_get(const HttpRequest *request, Answer *answer)
{
	JsonbValue	record = request->endpoint->resource->get(request->caller.client_id, &request->id, request->structure);

	rvo_answer_value(answer, 200, &record);
}

/* rvo_serve_create creates one and points at it. */
void
rvo_serve_create(const HttpRequest *request, Answer *answer)
{
	int64		id;
	JsonbValue	record = request->endpoint->resource->create(request, &id);

	rvo_answer_value(answer, 201, &record);
	rvo_answer_add_location(answer, request->route, id);
}

/* rvo_serve_upsert creates or changes one, and points at a new one. */
void
rvo_serve_upsert(const HttpRequest *request, Answer *answer)
{
	int64		id;
	bool		created;
	Jsonb	   *record = request->endpoint->resource->upsert(&request->caller, request->body, request->structure, &id, &created);

	rvo_answer(answer, created ? 201 : 200, record);
	if (created)
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
	request->endpoint->resource->delete(&request->caller, &request->id);
	rvo_answer(answer, 204, NULL);
}

/* read_other returns the id of the record to merge, 0 if there is none, and notes what is wrong with it. */
static int64
read_other(const Caller *caller, Jsonb *body, FaultList *faults)
{
	static const Slice known[] = {CONST_SLICE("other_id")};
	JsonbValue	value;
	int64		id = 0;

	if (!rvo_json_is_object(rvo_json_root(body)))
	{
		rvo_member_note_no_object(rvo_json_root(body), faults);
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

/* rvo_serve_merge merges another record into this one. */
void
rvo_serve_merge(const HttpRequest *request, Answer *answer)
{
	FaultList	faults = {0};
	int64		other = read_other(&request->caller, request->body, &faults);
	MergeRequest merge = {&request->id, "id", &other, "/other_id", request->structure};

	if (faults.count > 0)
	{
		/* which the merge itself would look at */
		(void) rvo_structure_read(request->structure, &faults);
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	}
	rvo_answer(answer, 200, request->endpoint->resource->merge(&request->caller, &merge));
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
