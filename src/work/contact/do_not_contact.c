/*
 * do_not_contact.c
 *	  The use cases of the do-not-contact list.
 *
 * The list stands for itself: its entries outlive contacts, and there need be none.
 * What is on it for several reasons is on it until the last is removed.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/compat.h"
#include "base/failure.h"
#include "shape/record/known_member.h"
#include "store/list/store_do_not_contact_list.h"
#include "work/contact/do_not_contact.h"
#include "work/record/list.h"
#include "work/record/retry.h"

#define AT_ONCE 10000

/* rvo_do_not_contact_put adds entries, and tells which were not there. */
void
rvo_do_not_contact_put(int client_id, const DoNotContactEntry *const *entries, int n, bool *added)
{
	if (n == 0)
		return;
	rvo_store_begin_do_not_contact(client_id);
	rvo_store_add_do_not_contact(client_id, entries, n, added);
}

/* rvo_do_not_contact_add adds entries; those that are there stay, with the earliest time. */
void
rvo_do_not_contact_add(const Caller *caller, const DoNotContactEntry *entries, int n)
{
	const DoNotContactEntry **rows = palloc(Max(n, 1) * sizeof(DoNotContactEntry *));
	bool	   *added = palloc(Max(n, 1) * sizeof(bool));

	for (int i = 0; i < n; i++)
		rows[i] = &entries[i];
	rvo_do_not_contact_put(caller->client_id, rows, n, added);
}

static Slice
address_of(const DoNotContactEntry *entry)
{
	return entry->email.data != NULL ? entry->email : entry->domain;
}

/* rvo_do_not_contact_create adds an entry and returns it as it is on the list, in the current context, and whether it was not there. */
Jsonb *
rvo_do_not_contact_create(const Caller *caller, Jsonb *body, bool *added)
{
	FaultList	faults = {0};
	DoNotContactEntry entry = rvo_do_not_contact_entry_read(caller, rvo_json_root(body), &faults);
	const DoNotContactEntry *entries = &entry;
	DoNotContactRow row;
	JsonbValue	value;

	rvo_members_refuse(caller, FAILURE_INVALID_REQUEST, &faults);
	rvo_do_not_contact_put(caller->client_id, &entries, 1, added);
	if (!rvo_store_get_do_not_contact(caller->client_id, address_of(&entry), entry.reason, &row))
		rvo_failure_raise_serialization();	/* somebody has removed it, or it is not to be seen */
	value = rvo_do_not_contact_show(&row);
	return rvo_json_encode(&value);
}

/* ---------------------------------------------------------------- many */

/* begin_entry makes an outcome ready for the faults of an entry, of which there is as much room as those before have left. */
static EntryOutcome *
begin_entry(ManyEntries *many)
{
	EntryOutcome *outcome = &many->outcomes[many->count];

	*outcome = (EntryOutcome) {0};
	if (many->mode == BATCH_ATOMIC)
	{
		outcome->faults.number_name = many->number_name;
		outcome->faults.number = many->first_number + many->count;
	}
	outcome->faults.max = Max(FAULTS_MAX - many->faults.told, 1);
	outcome->faults.brief = rvo_fault_octets(&many->faults) > FAULTS_NAMED_MAX_OCTETS;
	return outcome;
}

/* read_entry reads one of many, or notes that its text could not be read. */
static void
read_entry(ManyEntries *many, JsonbValue *element, int *nbroken)
{
	EntryOutcome *outcome = begin_entry(many);
	JsonbContainer *body = element->type == jbvBinary ? element->val.binary.data : NULL;

	if (many->broken != NULL && *nbroken < many->broken->count && many->broken->items[*nbroken].index == many->count)
		rvo_batch_note_broken(&many->broken->items[(*nbroken)++], &outcome->faults);
	else
	{
		if (rvo_json_is_encoded(element))
			body = rvo_json_root(JsonbValueToJsonb(element));
		many->entries[many->count] = rvo_do_not_contact_entry_read(many->caller, body, &outcome->faults);
	}
	rvo_fault_add_all(&many->faults, &outcome->faults);
	many->count++;
}

static void
read_entries(ManyEntries *many)
{
	JsonbIterator *it = JsonbIteratorInit(many->array);
	JsonbIteratorToken token;
	JsonbValue	element;
	int			nbroken = 0;

	while ((token = JsonbIteratorNext(&it, &element, true)) != WJB_DONE)
	{
		CHECK_FOR_INTERRUPTS();
		if (token == WJB_ELEM)
			read_entry(many, &element, &nbroken);
	}
}

/* write_entries adds the good ones from one on, so many at once, and returns which is to be the next. */
static int
write_entries(ManyEntries *many, int from)
{
	const DoNotContactEntry **good = palloc(AT_ONCE * sizeof(DoNotContactEntry *));
	bool	   *added = palloc(AT_ONCE * sizeof(bool));
	int		   *numbers = palloc(AT_ONCE * sizeof(int));
	int			ngood = 0;
	int			i;

	for (i = from; i < many->count && ngood < AT_ONCE; i++)
	{
		EntryOutcome *outcome = &many->outcomes[i];

		outcome->status = rvo_failure_http_status(FAILURE_INVALID_REQUEST);
		if (outcome->faults.count > 0)
			continue;
		numbers[ngood] = i;
		good[ngood++] = &many->entries[i];
	}
	rvo_do_not_contact_put(many->caller->client_id, good, ngood, added);
	for (int g = 0; g < ngood; g++)
		many->outcomes[numbers[g]].status = added[g] ? 201 : 200;
	return i;
}

/*
 * rvo_do_not_contact_create_many adds the entries of an array, and tells what became of each, in
 * the current context.  Raises, in BATCH_ATOMIC, if there is any fault.
 */
void
rvo_do_not_contact_create_many(ManyEntries *many)
{
	int			n = Max(JsonContainerSize(many->array), 1);

	many->outcomes = palloc_extended(n * sizeof(EntryOutcome), MCXT_ALLOC_HUGE);
	many->entries = palloc_extended(n * sizeof(DoNotContactEntry), MCXT_ALLOC_HUGE);
	read_entries(many);
	if (many->mode == BATCH_ATOMIC)
		rvo_members_refuse(many->caller, FAILURE_INVALID_REQUEST, &many->faults);
	for (int i = 0; i < many->count;)
		i = write_entries(many, i);
}

/* ---------------------------------------------------------------- removing */

/* The reasons that came from the person, who alone can take them back. */
#define FROM_THE_PERSON (1 << DO_NOT_CONTACT_UNSUBSCRIBED | 1 << DO_NOT_CONTACT_COMPLAINT | 1 << DO_NOT_CONTACT_ERASED)

/* read_removal reads what is to be removed, and raises FAILURE_INVALID_REQUEST for what is wrong with it. */
static DoNotContactReason
read_removal(const Removal *removal, Slice *address, Slice *note)
{
	FaultList	faults = {0};
	DoNotContactReason reason = DO_NOT_CONTACT_MANUAL;
	Slice		email;
	Slice		domain;

	if (rvo_text_trim(removal->address).len == 0)
		rvo_fault_add(&faults, removal->address_name, FAULT_REQUIRED);
	else if (!rvo_do_not_contact_address_read(removal->address, &email, &domain))
		rvo_fault_add(&faults, removal->address_name, FAULT_INVALID_ADDRESS);
	else
		*address = email.data != NULL ? email : domain;
	if (rvo_text_trim(removal->reason).len == 0)
		rvo_fault_add(&faults, removal->reason_name, FAULT_REQUIRED);
	else
		reason = rvo_do_not_contact_reason_read(removal->reason, removal->reason_name, &faults);
	*note = rvo_text_trim(removal->note);
	if (note->len == 0)
		rvo_fault_add(&faults, removal->note_name, FAULT_REQUIRED);
	rvo_do_not_contact_note_check(*note, removal->note_name, &faults);
	if (faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	return reason;
}

/* What is removed, and the entry. */
typedef struct Removing
{
	const Caller *caller;
	const Removal *removal;
	Slice		address;
	Slice		note;
	DoNotContactReason reason;
	DoNotContactRow row;
} Removing;

/* remove_entry takes the entry off the list; false if somebody has removed it in between, and maybe added it anew. */
static bool
remove_entry(void *arg)
{
	Removing   *removing = arg;
	int			client_id = removing->caller->client_id;
	const Removal *removal = removing->removal;

	if (!rvo_store_get_do_not_contact(client_id, removing->address, removing->reason, &removing->row))
		rvo_failure_raise_one(FAILURE_ENTRY_NOT_FOUND, removal->address_name, FAULT_NOT_FOUND);
	if (!removal->force && (FROM_THE_PERSON & 1 << removing->reason) != 0)
		rvo_failure_raise_one(FAILURE_FORCE_REQUIRED, removal->force_name, FAULT_FORCE_REQUIRED);
	return rvo_store_remove_do_not_contact(client_id, removing->address, removing->reason, removing->note, &removing->row);
}

/*
 * rvo_do_not_contact_remove takes an address off the list for one reason, and returns the entry as it is
 * kept, in the current context.  Raises FAILURE_ENTRY_NOT_FOUND, and FAILURE_FORCE_REQUIRED for what
 * came from the person.
 */
Jsonb *
rvo_do_not_contact_remove(const Caller *caller, const Removal *removal)
{
	Removing	removing = {.caller = caller, .removal = removal, .address = NO_SLICE};
	JsonbValue	value;

	removing.reason = read_removal(removal, &removing.address, &removing.note);
	if (!rvo_retry(remove_entry, &removing))
		rvo_failure_raise_serialization();	/* each time it was another one by then */
	value = rvo_do_not_contact_show(&removing.row);
	return rvo_json_encode(&value);
}

/* ---------------------------------------------------------------- lists */

/* write_page writes a page of what was read, as JSON text in the current context. */
static text *
write_page(const ListRequest *request, const ListScope *scope, const ListPage *page, const DoNotContactRows *rows)
{
	ListEnd		end = {
		.place = {.id = rows->has_more ? rows->rows[rows->count - 1].id : 0, .total = rows->total},
		.count = rows->count, .has_more = rows->has_more
	};
	PageWriter	writer = rvo_list_open(request, scope, page, &end);

	for (int i = 0; i < rows->count; i++)
	{
		MemoryContext caller = MemoryContextSwitchTo(writer.entry);
		JsonbValue	entry = rvo_do_not_contact_show(&rows->rows[i]);

		MemoryContextSwitchTo(caller);
		rvo_page_put(&writer, &entry);
	}
	return rvo_page_end(&writer);
}

/* rvo_do_not_contact_list returns a page of the list, as JSON text in the current context. */
text *
rvo_do_not_contact_list(int client_id, const DoNotContactQuery *query)
{
	FaultList	faults = query->list.faults;
	ListPage	page = rvo_page_read(&query->list, &faults);
	DoNotContactFilter filter = {.removed = query->removed};
	Slice		email = NO_SLICE;
	Slice		domain = NO_SLICE;
	Slice		conditions[3];
	ListScope	scope = {.what = "do-not-contact", .client_id = client_id, .conditions = conditions, .count = 3, .possible = true};
	DoNotContactRows rows = {.total = {0, true}};

	if (rvo_text_trim(query->address).len > 0)
		scope.possible = rvo_do_not_contact_address_read(query->address, &email, &domain);
	if (rvo_text_trim(query->reason).len > 0)
		filter.reason = rvo_do_not_contact_reasons[rvo_do_not_contact_reason_read(query->reason, "reason", &faults)];
	filter.address = email.data != NULL ? email : domain;
	conditions[0] = filter.address;
	conditions[1] = filter.reason;
	conditions[2] = query->removed ? CONST_SLICE("removed") : NO_SLICE;
	rvo_list_place(&query->list, &scope, &page, &faults);
	if (scope.possible)
		rvo_store_list_do_not_contact(client_id, &filter, &page, &rows);
	return write_page(&query->list, &scope, &page, &rows);
}
