/*
 * contact_read.c
 *	  The use cases of contacts: getting one, listing, looking up by custom field.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/list/filter.h"
#include "store/list/store_contact_list.h"
#include "store/record/store_company_domain.h"
#include "value/domain.h"
#include "value/email_address.h"
#include "value/linkedin.h"
#include "work/contact/contact_kind.h"
#include "work/contact/contact_read.h"
#include "work/record/list.h"

/* rvo_contact_get shows a contact, in the current context.  id is NULL, and structure_name no value, for SQL's NULL. */
JsonbValue
rvo_contact_get(int client_id, const int64 *id, Slice structure_name)
{
	return rvo_record_get(&rvo_contact_kind, client_id, id, structure_name);
}

/* rvo_contact_list returns a page of the contacts that fit, as JSON text in the current context. */
text *
rvo_contact_list(int client_id, const ContactQuery *query)
{
	Listing		list = rvo_list_begin(&rvo_contact_kind, client_id, &query->list);
	ContactFilter filter = {
		.domain = rvo_filter_key(query->domain, rvo_domain_normalize, &list.scope.possible),
		.email = rvo_filter_key(query->email, rvo_email_address_normalize, &list.scope.possible),
		.linkedin_url = rvo_filter_key(query->linkedin_url, rvo_linkedin_normalize, &list.scope.possible),
		.first_name = rvo_filter_text(query->firstname),
		.last_name = rvo_filter_text(query->lastname),
	};

	rvo_list_read_field(&list, &filter.field_name, &filter.field_value);
	if (rvo_list_find_place(&list, SCOPE_OF(filter)))
	{
		/* A cursor is of the domain that was given: where that leads may change within a walk. */
		ContactFilter sought = filter;

		if (filter.domain.data != NULL && client_id != ALL_CLIENTS)
			sought.domain = rvo_store_first_domain(client_id, filter.domain);
		rvo_store_list_contacts(client_id, &sought, &list.page, &list.rows);
	}
	return rvo_list_write(&list);
}
