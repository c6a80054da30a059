/*
 * contact_owner.c
 *	  Whose a key is.
 *
 * A key is its contact's.  If no contact has it, but one that was merged had it,
 * it still leads to the one that was kept: to upserts, filters, and creates, which
 * it keeps from making the person anew.  The kept contact does not have it, so a
 * change may give it to whichever contact.
 */
#include "postgres.h"

#include "base/compat.h"
#include "store/record/store_merged.h"
#include "work/contact/contact_owner.h"

/* complete fills who was kept for keys that nobody has. */
static void
complete(ContactOwners *owners, const ContactOwners *kept)
{
	owners->kept_for_email = owners->of_email == 0 && kept->of_email != 0;
	if (owners->kept_for_email)
		owners->of_email = kept->of_email;
	owners->kept_for_linkedin_url = owners->of_linkedin_url == 0 && kept->of_linkedin_url != 0;
	if (owners->kept_for_linkedin_url)
		owners->of_linkedin_url = kept->of_linkedin_url;
}

/* rvo_contact_complete_owners adds to those who have keys, who was kept for those that nobody has, of a client that has merged. */
void
rvo_contact_complete_owners(int client_id, Slice email, Slice linkedin_url, ContactOwners *owners)
{
	ContactOwners kept;

	if ((email.data == NULL || owners->of_email != 0) && (linkedin_url.data == NULL || owners->of_linkedin_url != 0))
		return;
	kept = rvo_store_find_kept_by_keys(client_id, email, linkedin_url);
	complete(owners, &kept);
}

/* rvo_contact_find_owners tells whose these keys are. */
ContactOwners
rvo_contact_find_owners(const Caller *caller, Slice email, Slice linkedin_url)
{
	ContactOwners owners = rvo_store_find_contact_owners(caller->client_id, email, linkedin_url);

	if (rvo_store_has_merged_since(caller))
		rvo_contact_complete_owners(caller->client_id, email, linkedin_url, &owners);
	return owners;
}

/* find_kept tells for many who was kept for their keys. */
static ContactOwners *
find_kept(int client_id, Contact *const *contacts, int n, bool read_only)
{
	ContactOwners *kept = palloc0(n * sizeof(ContactOwners));
	Slice	   *emails = palloc(n * sizeof(Slice));
	Slice	   *linkedin_urls = palloc(n * sizeof(Slice));

	for (int i = 0; i < n; i++)
	{
		emails[i] = contacts[i]->email;
		linkedin_urls[i] = contacts[i]->linkedin_url;
	}
	rvo_store_find_many_kept_by_keys(client_id, emails, linkedin_urls, n, read_only, kept);
	return kept;
}

/* rvo_contact_find_many_owners tells it for many; read_only: as the calling statement sees them. */
void
rvo_contact_find_many_owners(int client_id, Contact *const *contacts, int n, bool read_only, ContactOwners *owners)
{
	const ContactOwners *kept;

	rvo_store_find_contacts_owners(client_id, contacts, n, read_only, owners);
	if (!rvo_store_has_merged(client_id))
		return;
	kept = find_kept(client_id, contacts, n, read_only);
	for (int i = 0; i < n; i++)
		complete(&owners[i], &kept[i]);
}

/* rvo_contact_find_many_kept tells for many who was kept for their keys by now; NULL if nobody ever was. */
ContactOwners *
rvo_contact_find_many_kept(int client_id, Contact *const *contacts, int n)
{
	return rvo_store_has_merged(client_id) ? find_kept(client_id, contacts, n, false) : NULL;
}

/*
 * rvo_contact_is_kept tells whether one of the keys leads to a kept contact by now.
 * For who has just added a contact with them: a merge may have come in between, and
 * the keys of the one that it deleted were free.
 */
bool
rvo_contact_is_kept(const Caller *caller, Slice email, Slice linkedin_url)
{
	ContactOwners kept;

	if (!rvo_store_has_merged_since(caller))
		return false;
	kept = rvo_store_find_kept_by_keys(caller->client_id, email, linkedin_url);
	return kept.of_email != 0 || kept.of_linkedin_url != 0;
}
