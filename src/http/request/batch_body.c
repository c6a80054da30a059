/*
 * batch_body.c
 *	  A body of many items: {"contacts": […], "mode": "partial"}.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/failure.h"
#include "http/request/batch_body.h"
#include "http/request/parameter.h"
#include "shape/record/known_member.h"
#include "shape/record/member.h"

/* rvo_batch_body_items returns the list of items, which is the member list, and notes what is wrong with it. */
JsonbContainer *
rvo_batch_body_items(const HttpRequest *request, const char *list_name, FaultList *faults)
{
	Jsonb	   *body = request->body;
	const char *pointer = psprintf("/%s", list_name);
	JsonbValue	list;
	JsonbContainer *items;

	if (!rvo_json_is_object(rvo_json_root(body)))
		rvo_member_note_no_object(rvo_json_root(body), faults);
	else if (!rvo_json_get(&body->root, rvo_slice(list_name), &list))
		rvo_fault_add(faults, pointer, FAULT_REQUIRED);
	else if (list.type == jbvNull)
		rvo_fault_add(faults, pointer, FAULT_NULL_NOT_ALLOWED);
	else if (list.type != jbvBinary || !rvo_json_is_array(list.val.binary.data))
		rvo_fault_add(faults, pointer, rvo_member_wrong(&list, FAULT_NOT_AN_ARRAY));
	else
	{
		items = list.val.binary.data;
		if (JsonContainerSize(items) > HTTP_ITEMS_MAX)
			rvo_fault_add_limit(faults, pointer, FAULT_TOO_MANY, HTTP_ITEMS_MAX, JsonContainerSize(items));
		return items;
	}
	return NULL;
}

/*
 * rvo_batch_mode_of_body returns the mode, partial if there is none, and notes what is wrong with it.  In the query,
 * where imports have it, it is a fault: whoever asks for all or nothing must not get a part.
 */
BatchMode
rvo_batch_mode_of_body(const HttpRequest *request, FaultList *faults)
{
	Jsonb	   *body = request->body;
	JsonbValue	mode;

	if (rvo_parameter(request->query, "mode").data != NULL)
		rvo_fault_add_parameter(faults, CONST_SLICE("mode"), NULL, 0);
	if (!rvo_json_is_object(rvo_json_root(body)) || !rvo_json_get(&body->root, CONST_SLICE("mode"), &mode))
		return BATCH_PARTIAL;
	return rvo_batch_mode_read(mode.type == jbvString ? rvo_json_string(&mode) : NO_SLICE, "/mode", faults);
}

/* rvo_batch_body_check notes members that nobody knows.  Raises FAILURE_INVALID_REQUEST for all that was noted. */
void
rvo_batch_body_check(const HttpRequest *request, const char *list_name, FaultList *faults)
{
	Jsonb	   *body = request->body;
	const Slice members[] = {CONST_SLICE("mode"), rvo_slice(list_name)};

	if (rvo_json_is_object(rvo_json_root(body)))
		rvo_members_check(&request->caller, &body->root, "", members, lengthof(members), faults);
	if (faults->count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, faults);
}
