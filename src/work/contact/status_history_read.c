/*
 * status_history_read.c
 *	  What statuses a contact had, as a list.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/failure.h"
#include "work/contact/contact_kind.h"
#include "work/contact/status_history.h"
#include "work/contact/status_history_read.h"

static void
put_status(void *arg, const KeptStatus *status)
{
	JsonObject	entry = rvo_json_open(5);
	JsonbValue	value;

	rvo_json_put(&entry, CONST_SLICE("id"), rvo_json_integer(status->id));
	rvo_json_put(&entry, CONST_SLICE("source"), rvo_json_text(status->source));
	rvo_json_put(&entry, CONST_SLICE("changed_at"), rvo_json_text(rvo_json_time(status->change.changed_at)));
	rvo_json_put(&entry, CONST_SLICE("contact_status"), rvo_json_text(status->change.status));
	rvo_json_put(&entry, CONST_SLICE("previous_status"), rvo_json_text(status->change.previous_status));
	value = rvo_json_close(&entry);
	rvo_page_put(arg, &value);
}

/* next_page returns the number of the page behind this one, with link in front; no value if this is the last. */
static Slice
next_page(const ListRequest *request, const ListPage *page, int64 total)
{
	if (page->offset + page->size >= total)
		return NO_SLICE;
	return rvo_slice(psprintf("%.*s" INT64_FORMAT, request->link.len, request->link.data != NULL ? request->link.data : "",
							  page->place.pages + 2));
}

/*
 * rvo_status_history_list returns a page of the statuses that a contact had, the newest first,
 * as JSON text in the current context.  contact_id is NULL for SQL's NULL; where is what has it.
 */
text *
rvo_status_history_list(int client_id, const int64 *contact_id, const char *where, const ListRequest *request)
{
	FaultList	faults = request->faults;
	ListPage	page;
	PageWriter	writer;
	int64		total;

	if (contact_id == NULL)
		rvo_fault_add(&faults, where, FAULT_REQUIRED);
	page = rvo_page_read(request, &faults);
	if (faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	if (!rvo_store_has_contact(client_id, *contact_id))
		rvo_record_raise_gone(&rvo_contact_kind, client_id, *contact_id, where);
	total = rvo_store_count_statuses(client_id, *contact_id);
	writer = rvo_page_begin(&page, next_page(request, &page, total), total, page.size);
	rvo_store_read_statuses(client_id, *contact_id, page.offset, page.size, put_status, &writer);
	return rvo_page_end(&writer);
}
