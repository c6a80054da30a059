/*
 * contact_read.c
 *	  The use cases of contacts: getting one, listing, looking up by custom field.
 *
 * The client ALL_CLIENTS reads the master list: the contacts of every client,
 * each with its client_id.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/contact_render.h"
#include "shape/filter.h"
#include "store/store_contact.h"
#include "store/store_contact_list.h"
#include "store/store_list.h"
#include "store/store_merged.h"
#include "value/domain.h"
#include "value/email_address.h"
#include "value/linkedin.h"
#include "work/contact_read.h"
#include "work/list.h"

/* rvo_contact_raise_missing raises FAILURE_CONTACT_OF_OTHER_CLIENT or FAILURE_CONTACT_NOT_FOUND. */
void
rvo_contact_raise_missing(int client_id, int64 id, const char *where)
{
	if (client_id != ALL_CLIENTS && rvo_store_has_contact_of_others(client_id, id))
		rvo_fault_raise_one(FAILURE_CONTACT_OF_OTHER_CLIENT, where, FAULT_OTHER_CLIENT);
	rvo_fault_raise_one(FAILURE_CONTACT_NOT_FOUND, where, FAULT_NOT_FOUND);
}

/* rvo_contact_raise_gone raises FAILURE_CONTACT_MERGED, naming the one that was kept, else as rvo_contact_raise_missing. */
void
rvo_contact_raise_gone(int client_id, int64 id)
{
	int64		kept_id = client_id == ALL_CLIENTS ? rvo_store_find_kept_contact_of_any(id) :
		rvo_store_find_kept_contact(client_id, id);
	FaultList	faults = {0};

	if (kept_id == 0)
		rvo_contact_raise_missing(client_id, id, "id");
	rvo_fault_add_merged(&faults, "id", kept_id);
	rvo_fault_raise(FAILURE_CONTACT_MERGED, &faults);
}

/* rvo_contact_get returns a contact, in the current context.  id is NULL for SQL's NULL. */
Jsonb *
rvo_contact_get(int client_id, const int64 *id, Slice structure_name)
{
	FaultList	faults = {0};
	Structure	structure;
	Contact		contact;
	JsonbValue	value;

	if (id == NULL)
		rvo_fault_add(&faults, "id", FAULT_REQUIRED);
	structure = rvo_structure_read(structure_name, &faults);
	if (faults.count > 0)
		rvo_fault_raise(FAILURE_INVALID_REQUEST, &faults);
	if (!(client_id == ALL_CLIENTS ? rvo_store_get_contact_of_any(*id, &contact) :
		  rvo_store_get_contact(client_id, *id, &contact)))
		rvo_contact_raise_gone(client_id, *id);
	value = rvo_contact_render(&contact, structure, client_id == ALL_CLIENTS);
	return rvo_json_encode(&value);
}

static JsonbValue
render(const void *item, Structure structure, bool with_client)
{
	return rvo_contact_render(item, structure, with_client);
}

/* rvo_contact_list returns a page of the contacts that fit, as JSON text in the current context. */
text *
rvo_contact_list(int client_id, const ContactQuery *query)
{
	FaultList	faults = {0};
	bool		possible = true;	/* that a contact fits */
	ListPage	page = rvo_page_read(&query->list, &faults);
	Structure	structure = rvo_structure_read(query->list.structure, &faults);
	ContactFilter filter = {
		.domain = rvo_filter_key(query->domain, rvo_domain_normalize, &possible),
		.email = rvo_filter_key(query->email, rvo_email_normalize, &possible),
		.linkedin_url = rvo_filter_key(query->linkedin_url, rvo_linkedin_normalize, &possible),
		.first_name = rvo_filter_text(query->firstname),
		.last_name = rvo_filter_text(query->lastname),
	};
	ListScope	scope = {"contacts", client_id, query->list.by_field, SCOPE_OF(filter)};
	ListRows	list = {0};

	if (query->list.by_field)
	{
		filter.field_name = rvo_filter_required(query->list.field_name, "field_name", false, &faults);
		filter.field_value = rvo_filter_required(query->list.field_value, "field_value", true, &faults);
	}
	scope.possible = possible;
	rvo_list_find_place(&scope, query->list.after, &page, &faults);
	if (faults.count > 0)
		rvo_fault_raise(FAILURE_INVALID_REQUEST, &faults);
	if (possible)
		rvo_store_list_contacts(client_id, &filter, &page, &list);
	return rvo_list_write(&scope, &query->list, &page, &list, render, structure);
}
