/*
 * email_contact.c
 *	  Whose an e-mail is.
 *
 * It names its contact by id, or by address, or both.  What was merged leads to the
 * contact that was kept.  An address beside the id must be that contact's, or that of
 * one that was merged into it, unless it has none at all.  Addresses are looked up before
 * contacts are locked, so who would be refused is looked up again behind the locks.
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
#include "work/contact/suppression.h"
#include "work/record/retry.h"

/* The contacts of many e-mails: who has their addresses, and those that are locked, by the id that was asked for. */
typedef struct Finding
{
	int			client_id;
	EmailOfContact *emails;
	int			nemails;
	int64	   *owners;			/* of each e-mail's address; 0 for nobody's, and for none */
	LockedContact *contacts;
	int			count;
} Finding;

/* find_owners tells whose the addresses of some e-mails are by now; returns whether any is another's than before. */
static bool
find_owners(Finding *finding, const int *asked, int n)
{
	Contact    *contacts = palloc0((n + 1) * sizeof(Contact));
	Contact   **all = palloc((n + 1) * sizeof(Contact *));
	ContactOwners *found = palloc0((n + 1) * sizeof(ContactOwners));
	bool		differs = false;

	if (n == 0)
		return false;
	for (int i = 0; i < n; i++)
	{
		contacts[i].email = finding->emails[asked[i]].email->contact_email;
		all[i] = &contacts[i];
	}
	rvo_contact_find_many_owners(finding->client_id, all, n, false, found);
	for (int i = 0; i < n; i++)
	{
		differs |= finding->owners[asked[i]] != found[i].of_email;
		finding->owners[asked[i]] = found[i].of_email;
	}
	return differs;
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
 * lock locks the contacts that the e-mails name and that are not locked yet, in the order of their ids, as
 * everywhere; or those that they were merged into, which may be merged into others while we wait for them.
 * Returns whether there were any.
 */
static bool
lock(Finding *finding)
{
	int64	   *ids = palloc((2 * finding->nemails + 1) * sizeof(int64));
	int			n = 0;
	int			missing = 0;

	for (int i = 0; i < finding->nemails; i++)
	{
		if (finding->emails[i].email->contact_id != 0)
			ids[n++] = finding->emails[i].email->contact_id;
		if (finding->owners[i] != 0)
			ids[n++] = finding->owners[i];
	}
	qsort(ids, n, sizeof(int64), compare_ids);
	for (int i = 0; i < n; i++)
		if ((i == 0 || ids[i] != ids[i - 1]) && find_contact(finding, ids[i]) == NULL)
			ids[missing++] = ids[i];
	if (missing == 0)
		return false;
	finding->contacts = repalloc(finding->contacts, (finding->count + missing + 1) * sizeof(LockedContact));
	missing = lock_some(finding, ids, missing, false);
	for (int i = 0; missing > 0; i++)
	{
		if (i == RETRIES)
			rvo_failure_raise_serialization();	/* each time it was another one by then */
		missing = lock_some(finding, ids, missing, true);
		if (missing > 0)
			missing = keep_known(finding->client_id, ids, missing);
	}
	return true;
}

/* choose returns the contact that an e-mail goes to; NULL if there is none, or its address is another's (conflict). */
static const LockedContact *
choose(const Finding *finding, int i, bool *conflict)
{
	const Email *email = finding->emails[i].email;
	int64		owner = finding->owners[i];
	const LockedContact *contact = find_contact(finding, email->contact_id != 0 ? email->contact_id : owner);
	const LockedContact *other = owner != 0 ? find_contact(finding, owner) : NULL;

	*conflict = contact != NULL && email->contact_email.data != NULL &&
		(other != NULL ? other->id != contact->id : contact->email.data != NULL);
	return *conflict ? NULL : contact;
}

/*
 * ask_again asks once more whose the addresses are of e-mails that would be refused: while we waited, somebody may have
 * given them to others.  Returns whether one is another's by now.
 */
static bool
ask_again(Finding *finding)
{
	int		   *asked = palloc((finding->nemails + 1) * sizeof(int));
	int			n = 0;
	bool		conflict;

	for (int i = 0; i < finding->nemails; i++)
		if (finding->emails[i].email->contact_email.data != NULL && choose(finding, i, &conflict) == NULL)
			asked[n++] = i;
	return find_owners(finding, asked, n);
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
settle(const Finding *finding, int i)
{
	EmailOfContact *of = &finding->emails[i];
	bool		conflict;
	const LockedContact *contact = choose(finding, i, &conflict);

	if (conflict)
		note(of, FAILURE_INVALID_REQUEST, "/contact_email", FAULT_KEY_CONFLICT);
	else if (contact == NULL)
		note_missing(finding, of);
	else
	{
		of->email->contact_id = contact->id;
		if (of->email->contact_email.data == NULL)
			of->email->contact_email = contact->email;
	}
}

/* hide_erased leaves out nobody's addresses beside the id of a contact that has none, if their owners' data was erased: as events do. */
static void
hide_erased(const Finding *finding, const Caller *caller)
{
	Email	  **emails = palloc((finding->nemails + 1) * sizeof(Email *));
	Slice	   *addresses = palloc((finding->nemails + 1) * sizeof(Slice));
	bool	   *erased = palloc((finding->nemails + 1) * sizeof(bool));
	int			n = 0;

	for (int i = 0; i < finding->nemails; i++)
	{
		Email	   *email = finding->emails[i].email;
		const LockedContact *contact = find_contact(finding, email->contact_id);

		if (contact == NULL || contact->email.data != NULL || finding->owners[i] != 0 || email->contact_email.data == NULL)
			continue;
		addresses[n] = email->contact_email;
		emails[n++] = email;
	}
	rvo_suppressions_by_erasure(caller, addresses, n, erased);
	for (int i = 0; i < n; i++)
		if (erased[i])
			emails[i]->contact_email = NO_SLICE;
}

/*
 * rvo_email_find_contacts gives e-mails their contacts, which can't be deleted until the
 * transaction ends, and notes what is wrong with those that have none.
 */
void
rvo_email_find_contacts(const Caller *caller, EmailOfContact *emails, int n)
{
	Finding		finding = {
		.client_id = caller->client_id,
		.emails = emails,
		.nemails = n,
		.owners = palloc0((n + 1) * sizeof(int64)),
		.contacts = palloc(sizeof(LockedContact)),
	};
	int		   *asked = palloc((n + 1) * sizeof(int));
	int			nasked = 0;

	for (int i = 0; i < n; i++)
		if (emails[i].email->contact_email.data != NULL)
			asked[nasked++] = i;
	(void) find_owners(&finding, asked, nasked);
	for (int i = 0; lock(&finding) && ask_again(&finding); i++)
		if (i == RETRIES)
			rvo_failure_raise_serialization();	/* each time it was another's by then */
	hide_erased(&finding, caller);
	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		settle(&finding, i);
	}
}
