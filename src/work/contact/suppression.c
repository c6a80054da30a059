/*
 * suppression.c
 *	  What the do-not-contact list says of addresses, and what that makes of new contacts.
 *
 * An e-mail address is on it by itself, by its domain, or by a domain above that which
 * says that it reaches so far.  Many are looked up by one query: each address and
 * each domain once.
 *
 * Statuses have a rank: Unsubscribed, Bounced, any other.  A new contact gets the higher one
 * of what it says and what the list says: so an entry is not forgotten because somebody
 * sends the address again as active.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "base/failure.h"
#include "base/fault.h"
#include "base/slice_map.h"
#include "shape/activity/activity.h"
#include "store/record/store_do_not_contact.h"
#include "value/domain.h"
#include "work/contact/suppression.h"

/* What is looked up, each once, and what was found of each. */
typedef struct Lookup
{
	SliceMap   *numbers;		/* of what is in addresses, from 1 */
	Slice	   *addresses;
	int			count;
	int			capacity;
	Suppression *itself;		/* of the address or domain */
	Suppression *below;			/* of a domain, for those below it */
} Lookup;

/* domain_of returns the domain of an e-mail address, which is canonical; a domain is its own. */
static Slice
domain_of(Slice address)
{
	const char *at = memchr(address.data, '@', address.len);

	return at == NULL ? address : (Slice) {at + 1, address.data + address.len - at - 1};
}

/* next_parent goes from a domain to the one above it; false if that can be on no list. */
static bool
next_parent(Slice *domain)
{
	const char *dot = memchr(domain->data, '.', domain->len);

	if (dot == NULL)
		return false;
	*domain = (Slice) {dot + 1, domain->data + domain->len - dot - 1};
	return memchr(domain->data, '.', domain->len) != NULL;
}

/* labels tells how many labels a domain has. */
static int
labels(Slice domain)
{
	int			count = 1;

	for (int i = 0; i < domain.len; i++)
		count += domain.data[i] == '.';
	return count;
}

/* add lists what is to be looked up; false if it is listed. */
static bool
add(Lookup *lookup, Slice address)
{
	bool		found;
	int64	   *number = rvo_slice_map_put(lookup->numbers, address, &found);

	if (found)
		return false;
	if (lookup->count == lookup->capacity)
	{
		lookup->capacity *= 2;
		lookup->addresses = repalloc_huge(lookup->addresses, lookup->capacity * sizeof(Slice));
	}
	lookup->addresses[lookup->count++] = address;
	*number = lookup->count;
	return true;
}

/* add_with_domains lists an address, its domain, and those above it, as far as an entry can reach. */
static void
add_with_domains(Lookup *lookup, Slice address)
{
	Slice		domain = domain_of(address);

	(void) add(lookup, address);
	if (domain.data != address.data && !add(lookup, domain))
		return;
	while (next_parent(&domain))
		if (labels(domain) <= DOMAIN_LABELS_MAX && !add(lookup, domain))
			return;
}

static void
add_reason(Suppression *suppression, const ListedAddress *listed)
{
	if (suppression->reasons == 0 || listed->since < suppression->since)
		suppression->since = listed->since;
	suppression->reasons |= 1 << listed->reason;
}

static void
note_listed(void *arg, const ListedAddress *listed)
{
	Lookup	   *lookup = arg;

	add_reason(&lookup->itself[listed->number], listed);
	if (listed->subdomains)
		add_reason(&lookup->below[listed->number], listed);
}

static void
merge(Suppression *into, const Suppression *other)
{
	if (other->reasons == 0)
		return;
	if (into->reasons == 0 || other->since < into->since)
		into->since = other->since;
	into->reasons |= other->reasons;
}

/* result returns what was found of an address, its domain, and those above it. */
static Suppression
result(const Lookup *lookup, Slice address)
{
	Slice		domain = domain_of(address);
	Suppression found = {0};

	merge(&found, &lookup->itself[*rvo_slice_map_find(lookup->numbers, address) - 1]);
	if (domain.data != address.data)
		merge(&found, &lookup->itself[*rvo_slice_map_find(lookup->numbers, domain) - 1]);
	while (next_parent(&domain))
	{
		const int64 *number = rvo_slice_map_find(lookup->numbers, domain);

		if (number != NULL)
			merge(&found, &lookup->below[*number - 1]);
	}
	return found;
}

/* rvo_suppression_address returns the canonical form of an e-mail address or a domain; no value for what is neither. */
Slice
rvo_suppression_address(Slice text)
{
	Slice		email;
	Slice		domain;

	if (!rvo_do_not_contact_address_read(text, &email, &domain))
		return NO_SLICE;
	return email.data != NULL ? email : domain;
}

/*
 * rvo_suppressions_find tells what the client's list says of e-mail addresses and domains, in
 * canonical form; of no value nothing.
 */
void
rvo_suppressions_find(int client_id, const Slice *addresses, int n, Suppression *found)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext context = AllocSetContextCreate(caller, "revyops suppression", ALLOCSET_DEFAULT_SIZES);
	Lookup		lookup = {.capacity = 2 * n + 16};

	MemoryContextSwitchTo(context);
	lookup.numbers = rvo_slice_map_create(lookup.capacity);
	lookup.addresses = palloc_extended(lookup.capacity * sizeof(Slice), MCXT_ALLOC_HUGE);
	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		found[i] = (Suppression) {0};
		if (addresses[i].data != NULL)
			add_with_domains(&lookup, addresses[i]);
	}
	lookup.itself = palloc_extended((lookup.count + 1) * sizeof(Suppression), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	lookup.below = palloc_extended((lookup.count + 1) * sizeof(Suppression), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	if (lookup.count > 0)
		rvo_store_find_do_not_contact(client_id, lookup.addresses, lookup.count, note_listed, &lookup);
	for (int i = 0; i < n; i++)
		if (addresses[i].data != NULL)
			found[i] = result(&lookup, addresses[i]);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
}

/* rvo_suppressions_of_new is that for new contacts: nothing is looked up where nothing would come of it. */
void
rvo_suppressions_of_new(const Caller *caller, const Slice *emails, int n, Suppression *found)
{
	if (caller->settings.on_do_not_contact != DO_NOT_CONTACT_OFF && rvo_store_suppresses_since(caller))
		rvo_suppressions_find(caller->client_id, emails, n, found);
	else
		memset(found, 0, n * sizeof(Suppression));
}

/* rvo_suppression_refuses tells whether a new contact, or a new address, is refused because of what the list says of it. */
bool
rvo_suppression_refuses(const Caller *caller, const Suppression *suppression)
{
	return suppression->reasons != 0 && caller->settings.on_do_not_contact == DO_NOT_CONTACT_ERROR;
}

/* rvo_suppressions_by_erasure tells which addresses are not to be kept in plain again, by what is committed by now. */
void
rvo_suppressions_by_erasure(const Caller *caller, const Slice *emails, int n, bool *erased)
{
	Suppression *found;

	memset(erased, 0, n * sizeof(bool));
	if (n == 0 || !rvo_store_suppresses_since(caller))
		return;
	found = palloc_extended(n * sizeof(Suppression), MCXT_ALLOC_HUGE);
	rvo_suppressions_find(caller->client_id, emails, n, found);
	for (int i = 0; i < n; i++)
		erased[i] = (found[i].reasons & 1 << DO_NOT_CONTACT_ERASED) != 0;
}

/*
 * rvo_suppressions_of_events tells for whom no contact is to be made because of events: whose data was
 * erased, whatever the client's setting, and whom it refuses.
 */
void
rvo_suppressions_of_events(const Caller *caller, const Slice *emails, int n, bool *barred)
{
	Suppression *found;

	memset(barred, 0, n * sizeof(bool));
	if (!rvo_store_suppresses_since(caller))
		return;
	found = palloc_extended(n * sizeof(Suppression), MCXT_ALLOC_HUGE);
	rvo_suppressions_find(caller->client_id, emails, n, found);
	for (int i = 0; i < n; i++)
		barred[i] = (found[i].reasons & 1 << DO_NOT_CONTACT_ERASED) != 0 || rvo_suppression_refuses(caller, &found[i]);
}

/* status_of returns the status of those of whom the list says this. */
static Slice
status_of(const Suppression *suppression)
{
	return suppression->reasons == 1 << DO_NOT_CONTACT_BOUNCED ? STATUS_BOUNCED : STATUS_UNSUBSCRIBED;
}

/* marks tells whether the list gives a new contact another status: it has none as high. */
static bool
marks(const Suppression *suppression, const Contact *contact)
{
	return suppression->reasons != 0 && rvo_status_rank(contact->contact_status) < rvo_status_rank(status_of(suppression));
}

/* rvo_suppression_mark gives a new contact the status that the list says, unless it has one as high. */
void
rvo_suppression_mark(const Suppression *suppression, Contact *contact)
{
	if (marks(suppression, contact))
		contact->contact_status = status_of(suppression);
}

/*
 * rvo_suppressions_missed returns what the list says by now of contacts that were just added, of those that it
 * refuses or marks and that don't show it: whoever added them looked first, and may then have waited for an erasure that put
 * their addresses on the list.  NULL if there are none.
 */
Suppression *
rvo_suppressions_missed(const Caller *caller, Contact *const *contacts, int n)
{
	Slice	   *emails;
	Suppression *found;
	bool		any = false;

	if (ended_transactions() == caller->settings.transactions)
		return NULL;
	emails = palloc(n * sizeof(Slice));
	found = palloc(n * sizeof(Suppression));
	for (int i = 0; i < n; i++)
		emails[i] = contacts[i]->email;
	rvo_suppressions_of_new(caller, emails, n, found);
	for (int i = 0; i < n; i++)
		if (rvo_suppression_refuses(caller, &found[i]) || marks(&found[i], contacts[i]))
			any = true;
		else
			found[i] = (Suppression) {0};
	return any ? found : NULL;
}

/* apply marks a new contact, or raises FAILURE_DO_NOT_CONTACT. */
static void
apply(const Caller *caller, const Suppression *suppression, Contact *contact)
{
	if (rvo_suppression_refuses(caller, suppression))
		rvo_failure_raise_one(FAILURE_DO_NOT_CONTACT, "/email", FAULT_DO_NOT_CONTACT);
	rvo_suppression_mark(suppression, contact);
}

/*
 * rvo_suppression_apply looks up the address of a new contact, and marks it or raises
 * FAILURE_DO_NOT_CONTACT, as the client has set it.
 */
Suppression
rvo_suppression_apply(const Caller *caller, Contact *contact)
{
	Suppression suppression;

	rvo_suppressions_of_new(caller, &contact->email, 1, &suppression);
	apply(caller, &suppression, contact);
	return suppression;
}

/*
 * rvo_suppression_apply_late does so for one that was just added, if the list has come to say it since its look-up.
 * True if the contact is marked by this; then it has to be written.
 */
bool
rvo_suppression_apply_late(const Caller *caller, Contact *contact)
{
	const Suppression *missed = rvo_suppressions_missed(caller, &contact, 1);

	if (missed == NULL)
		return false;
	apply(caller, missed, contact);
	rvo_suppression_note(caller, missed);
	return true;
}

/*
 * rvo_suppression_of_upsert has what an upsert changes of a contact keep to the list.  An address that is new to it gives it the
 * status that a new contact would get.  Else the status is left out if it is lower than the contact's, and than what
 * the list says: a program that sends everybody as active every night takes no unsubscription back.  known is what
 * the list says of the address in changes, NULL if nobody looked.  Returns what decided, for the caller to tell; refused
 * tells that the client takes no such address.
 */
Suppression
rvo_suppression_of_upsert(const Caller *caller, const Contact *contact, ContactInput *changes, const Suppression *known, bool *refused)
{
	GivenMembers status = rvo_member_bit(&rvo_contact_shape, MEMBER_STATUS);
	int			own = rvo_status_rank(contact->contact_status);
	int			rank = (changes->given & status) != 0 ? rvo_status_rank(changes->values.contact_status) : own;
	bool		has_address = (changes->given & CONTACT_EMAIL_GIVEN) != 0 && changes->values.email.data != NULL;
	bool		new_address = has_address && !rvo_slice_equal(contact->email, changes->values.email);
	Suppression found;
	int			listed;

	*refused = false;
	if (!new_address && rank >= own)
		return (Suppression) {0};
	if (known != NULL && has_address)
		found = *known;
	else
		rvo_suppressions_of_new(caller, has_address ? &changes->values.email : &contact->email, 1, &found);
	listed = rvo_status_rank(status_of(&found));
	if (found.reasons == 0 || (!new_address && rank >= listed))
		return (Suppression) {0};
	*refused = new_address && rvo_suppression_refuses(caller, &found);
	if (new_address && own < listed && rank < listed)
	{
		changes->values.contact_status = status_of(&found);
		changes->given |= status;
	}
	else if (rank < listed)
		changes->given &= ~status;
	return found;
}

/* rvo_suppression_note has the call tell of a contact whose status the list decided on: in a NOTICE, or in a header. */
void
rvo_suppression_note(const Caller *caller, const Suppression *suppression)
{
	caller->notes->suppressed |= suppression->reasons;
	if (suppression->reasons != 0 && caller->notes->told_by_notice)
		rvo_notice_do_not_contact(rvo_suppression_names(suppression));
}
