/*
 * email_read.c
 *	  The use cases of e-mails: getting one, listing, and the thread of a contact.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/failure.h"
#include "shape/list/filter.h"
#include "store/list/store_email_list.h"
#include "store/record/store_merged.h"
#include "value/email_address.h"
#include "work/activity/email_kind.h"
#include "work/activity/email_read.h"
#include "work/contact/contact_kind.h"
#include "work/record/list.h"

/* rvo_email_get shows an e-mail, in the current context.  id is NULL, and structure_name no value, for SQL's NULL. */
JsonbValue
rvo_email_get(int client_id, const int64 *id, Slice structure_name)
{
	return rvo_record_get(&rvo_email_kind, client_id, id, structure_name);
}

/* text_of_id writes an id, as a condition of a list has it. */
static Slice
text_of_id(int64 id)
{
	return rvo_slice(psprintf(INT64_FORMAT, id));
}

/* read_contact reads the condition on a contact. */
static Slice
read_contact(Slice text, FaultList *faults)
{
	int64		id;

	text = rvo_filter_text(text);
	if (text.data == NULL)
		return NO_SLICE;
	if (!rvo_text_to_id(text, &id))
	{
		rvo_fault_add(faults, "contact_id", FAULT_INVALID_NUMBER);
		return NO_SLICE;
	}
	return text_of_id(id);
}

/* find_kept returns the contact that was kept, if one was merged; itself, if not. */
static Slice
find_kept(int client_id, Slice contact_id)
{
	int64		kept_id;
	int64		id;

	if (contact_id.data == NULL || !rvo_text_to_id(contact_id, &id))
		return contact_id;
	kept_id = rvo_store_find_kept_contact(client_id, id);
	return kept_id != 0 ? text_of_id(kept_id) : contact_id;
}

/* rvo_email_list returns a page of the e-mails that fit, as JSON text in the current context. */
text *
rvo_email_list(int client_id, const EmailQuery *query)
{
	Listing		list = rvo_list_begin(&rvo_email_kind, client_id, &query->list);
	EmailFilter filter = {
		.campaign_id = rvo_filter_text(query->campaign_id),
		.contact_email = rvo_filter_key(query->contact_email, rvo_email_address_normalize, &list.scope.possible),
		.origin = rvo_filter_text(query->origin),
		.subject = rvo_filter_text(query->subject),
		.contact_id = read_contact(query->contact_id, &list.faults),
	};

	if (rvo_list_find_place(&list, SCOPE_OF(filter)))
	{
		/* A cursor is of the contact that was given, who may be merged within a walk. */
		EmailFilter sought = filter;

		sought.contact_id = find_kept(client_id, filter.contact_id);
		rvo_store_list_emails(client_id, &sought, &list.page, &list.rows);
	}
	return rvo_list_write(&list);
}

/*
 * rvo_email_thread returns a page of a contact's e-mails in the order of their time, as JSON text
 * in the current context.  contact_id is NULL for SQL's NULL; where is what has it.
 */
text *
rvo_email_thread(int client_id, const int64 *contact_id, const char *where, const ListRequest *request)
{
	Listing		list = rvo_list_begin(&rvo_email_kind, client_id, request);
	Contact		contact;
	Slice		thread;

	if (contact_id == NULL)
		rvo_fault_add(&list.faults, where, FAULT_REQUIRED);
	thread = contact_id != NULL ? text_of_id(*contact_id) : NO_SLICE;
	(void) rvo_list_find_place(&list, &thread, 1);
	if (!rvo_store_get(&rvo_contact_table, client_id, *contact_id, &contact.record))
		rvo_record_raise_gone(&rvo_contact_kind, client_id, *contact_id, where);
	rvo_store_list_thread(client_id, *contact_id, &list.page, &list.rows);
	return rvo_list_write(&list);
}
