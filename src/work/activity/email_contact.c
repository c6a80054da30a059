/*
 * email_contact.c
 *	  Whose an e-mail is.
 *
 * It names its contact by id, or by address, or both.  What was merged leads to the
 * contact that was kept.  An address beside the id must be that contact's, or that of
 * one that was merged into it, unless it has none at all.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/compat.h"
#include "base/failure.h"
#include "base/fault.h"
#include "store/record/store_email.h"
#include "store/record/store_merged.h"
#include "store/record/store_record.h"
#include "work/activity/email_contact.h"
#include "work/contact/contact_kind.h"
#include "work/contact/contact_owner.h"
#include "work/record/retry.h"

/* The contacts of many e-mails: who has their addresses, and those that are locked, by the id that was asked for. */
typedef struct Finding
{
	int			client_id;
	int64	   *owners;
	LockedContact *contacts;
	int			count;
} Finding;

/* find_owners tells for each e-mail whose its address is; 0 for nobody's, and for none. */
static int64 *
find_owners(int client_id, const EmailOfContact *emails, int n)
{
	Contact    *contacts = palloc0(n * sizeof(Contact));
	Contact   **all = palloc(n * sizeof(Contact *));
	ContactOwners *found = palloc0(n * sizeof(ContactOwners));
	int64	   *owners = palloc0(n * sizeof(int64));
	bool		any = false;

	for (int i = 0; i < n; i++)
	{
		contacts[i].email = emails[i].email->contact_email;
		all[i] = &contacts[i];
		any |= contacts[i].email.data != NULL;
	}
	if (!any)
		return owners;
	rvo_contact_find_many_owners(client_id, all, n, false, found);
	for (int i = 0; i < n; i++)
		owners[i] = found[i].of_email;
	return owners;
}

static int
compare_ids(const void *a, const void *b)
{
	int64		x = *(const int64 *) a;
	int64		y = *(const int64 *) b;

	return (x > y) - (x < y);
}

static int
compare_contacts(const void *a, const void *b)
{
	return compare_ids(&((const LockedContact *) a)->asked_id, &((const LockedContact *) b)->asked_id);
}

/* find_contact returns the contact that was asked for by an id, NULL if there is none. */
static const LockedContact *
find_contact(const Finding *finding, int64 id)
{
	LockedContact asked = {.asked_id = id};

	return bsearch(&asked, finding->contacts, finding->count, sizeof(LockedContact), compare_contacts);
}

/* lock_some locks contacts by their ids, or (merged) those that they were merged into; keeps the ids that are of none, and returns how many. */
static int
lock_some(Finding *finding, int64 *ids, int n, bool merged)
{
	int			missing = 0;

	finding->count += rvo_store_lock_contacts_of_emails(finding->client_id, ids, n, merged,
														finding->contacts + finding->count);
	qsort(finding->contacts, finding->count, sizeof(LockedContact), compare_contacts);
	for (int i = 0; i < n; i++)
		if (find_contact(finding, ids[i]) == NULL)
			ids[missing++] = ids[i];
	return missing;
}

/* keep_known keeps the ids that are a contact's by now, or were before it was merged; returns how many. */
static int
keep_known(int client_id, int64 *ids, int n)
{
	int64	   *contacts = palloc(n * sizeof(int64));
	int			known = 0;

	rvo_store_find_contacts_of_ids(client_id, ids, n, contacts);
	for (int i = 0; i < n; i++)
		if (contacts[i] != 0)
			ids[known++] = ids[i];
	return known;
}

/*
 * lock locks contacts by their ids, in the order of these, as everywhere; or those that they were
 * merged into, which may be merged into others while we wait for them.
 */
static void
lock(Finding *finding, int64 *ids, int n)
{
	int			missing = 0;

	qsort(ids, n, sizeof(int64), compare_ids);
	for (int i = 0; i < n; i++)
		if (i == 0 || ids[i] != ids[i - 1])
			ids[missing++] = ids[i];
	finding->contacts = palloc(Max(missing, 1) * sizeof(LockedContact));
	finding->count = 0;
	missing = lock_some(finding, ids, missing, false);
	for (int i = 0; missing > 0; i++)
	{
		if (i == RETRIES)
			rvo_failure_raise_serialization();	/* each time it was another one by then */
		missing = lock_some(finding, ids, missing, true);
		if (missing > 0)
			missing = keep_known(finding->client_id, ids, missing);
	}
}

/* note notes what is wrong with an e-mail's contact. */
static void
note(EmailOfContact *of, Failure failure, const char *where, FaultCode code)
{
	of->failure = failure;
	rvo_fault_add(of->faults, where, code);
}

/* note_missing notes that there is no such contact. */
static void
note_missing(const Finding *finding, EmailOfContact *of)
{
	const Email *email = of->email;

	if (email->contact_id == 0 && email->contact_email.data == NULL)
		note(of, FAILURE_CONTACT_NOT_FOUND, "/contact_id", FAULT_REQUIRED);
	else if (email->contact_id == 0)
		note(of, FAILURE_CONTACT_NOT_FOUND, "/contact_email", FAULT_NOT_FOUND);
	else if (rvo_store_has_other_client(&rvo_contact_table, finding->client_id, email->contact_id))
		note(of, FAILURE_CONTACT_OF_OTHER_CLIENT, "/contact_id", FAULT_OTHER_CLIENT);
	else
		note(of, FAILURE_CONTACT_NOT_FOUND, "/contact_id", FAULT_NOT_FOUND);
}

/* settle gives an e-mail its contact, and that one's address if it has none. */
static void
settle(const Finding *finding, EmailOfContact *of, int64 owner)
{
	Email	   *email = of->email;
	const LockedContact *contact = find_contact(finding, email->contact_id != 0 ? email->contact_id : owner);
	const LockedContact *other = owner != 0 ? find_contact(finding, owner) : NULL;

	if (contact == NULL)
		note_missing(finding, of);
	else if (email->contact_email.data != NULL && (other != NULL ? other->id != contact->id : contact->email.data != NULL))
		note(of, FAILURE_INVALID_REQUEST, "/contact_email", FAULT_KEY_CONFLICT);
	else
	{
		email->contact_id = contact->id;
		if (email->contact_email.data == NULL)
			email->contact_email = contact->email;
	}
}

/*
 * rvo_email_find_contacts gives e-mails their contacts, which can't be deleted until the
 * transaction ends, and notes what is wrong with those that have none.
 */
void
rvo_email_find_contacts(const Caller *caller, EmailOfContact *emails, int n)
{
	Finding		finding = {.client_id = caller->client_id, .owners = find_owners(caller->client_id, emails, n)};
	int64	   *ids = palloc(2 * n * sizeof(int64));
	int			nids = 0;

	for (int i = 0; i < n; i++)
	{
		if (emails[i].email->contact_id != 0)
			ids[nids++] = emails[i].email->contact_id;
		if (finding.owners[i] != 0)
			ids[nids++] = finding.owners[i];
	}
	lock(&finding, ids, nids);
	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		settle(&finding, &emails[i], finding.owners[i]);
	}
}
