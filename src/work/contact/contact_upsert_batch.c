/*
 * contact_upsert_batch.c
 *	  Contacts as items of a batch that creates or changes them.
 *
 * On top of batch.c.  All contacts that the items are about are read and
 * locked by one query, in the order of ids.  Then the items are applied to
 * them one after another, in memory, and each gets the contact as it leaves
 * it.  At the end each contact that is new or differs is written once.
 *
 * What is written need not be written in order, as long as no contact gets a
 * key that another one gives up: the index knows that one's key until it is
 * written.  Before such an item, what there is so far is written: a round.
 *
 * All that is one subtransaction.  If another session took a key in between,
 * it is undone and done again: then that session's contacts are read as well.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/attempt.h"
#include "base/compat.h"
#include "base/failure.h"
#include "base/slice_map.h"
#include "store/query/store_violation.h"
#include "store/record/store_merged.h"
#include "work/contact/contact.h"
#include "work/contact/contact_batch.h"
#include "work/contact/contact_change.h"
#include "work/contact/contact_kind.h"
#include "work/contact/contact_owner.h"
#include "work/contact/contact_upsert_batch.h"
#include "work/contact/status_history.h"
#include "work/contact/suppression.h"
#include "work/record/change_feed.h"
#include "work/record/field_definition.h"
#include "work/record/retry.h"

#define NUMBER_OF_KEYS 2

/* A contact that items are about. */
typedef struct Row
{
	Contact		contact;		/* as it is by now */
	bool		stored;			/* it is in the table, in some form */
	bool		pending;		/* and not in this one */
	bool		shown;			/* an item shows these custom fields */
} Row;

/* What a chunk's items keep to show.  Items that there is no room for, and all after those, are bare. */
typedef struct Shown
{
	int64		octets;
	bool		full;
} Shown;

/* A chunk's items, and one attempt at them. */
typedef struct Upserts
{
	const Caller *caller;
	BatchItem *const *items;
	int			count;

	Row		  **rows;
	int			nrows;
	Row		  **pending;		/* what has to be written, of these */
	int			npending;
	int			capacity;		/* of both */
	StatusChange *statuses;		/* changes of statuses that are not written yet */
	int			nstatuses;
	int			statuses_capacity;
	SliceMap   *owners[NUMBER_OF_KEYS]; /* of a key: a row, counted from 1; 0 = none, -n = given up in round n */
	SliceMap   *kept[NUMBER_OF_KEYS];	/* the same of a key that leads to a row which does not have it; NULL = none does */
	int			round;
	bool		outdated;		/* by a merge, so that there is another such key by now, or by an erasure */
	int64		octets;			/* of the custom fields that were read */
	bool		too_large;		/* more than are dealt with at once: nothing was done */
	Shown	   *shown;
} Upserts;

/* Octets of custom fields that are read at once; each contact may have 256 KiB. */
#define READ_MAX_OCTETS (16 * 1024 * 1024)

static void
read_item(const Caller *caller, BatchItem *item, JsonbContainer *body)
{
	ContactInput *changes = palloc(sizeof(ContactInput));

	rvo_field_rules_load(caller, CONTACT_ENTITY);
	*changes = rvo_contact_upsert_read(caller, body, &item->faults);
	item->changes = changes;
	item->company = changes->company;
	rvo_contact_infer_company(caller, changes, &item->company);
	item->keys[0] = changes->values.email;
	item->keys[1] = changes->values.linkedin_url;
}

/* ---------------------------------------------------------------- who has which key */

static Slice
key_of(const Contact *contact, int k)
{
	return k == 0 ? contact->email : contact->linkedin_url;
}

static void
set_owner(Upserts *upserts, int k, Slice key, int64 owner)
{
	bool		found;

	if (key.data != NULL)
		*rvo_slice_map_put(upserts->owners[k], key, &found) = owner;
}

/* set_pending notes that a contact has to be written. */
static void
set_pending(Upserts *upserts, Row *row)
{
	if (!row->pending)
		upserts->pending[upserts->npending++] = row;
	row->pending = true;
}

/* make_room lets one more be added: whoever owns the tables may have dropped what keeps keys unique. */
static void
make_room(Upserts *upserts)
{
	if (upserts->nrows < upserts->capacity)
		return;
	upserts->capacity *= 2;
	upserts->rows = repalloc_huge(upserts->rows, upserts->capacity * sizeof(Row *));
	upserts->pending = repalloc_huge(upserts->pending, upserts->capacity * sizeof(Row *));
}

/* add_row adds a contact that has its keys. */
static Row *
add_row(Upserts *upserts, const Contact *contact, bool stored)
{
	Row		   *row = palloc(sizeof(Row));

	make_room(upserts);
	*row = (Row) {.contact = *contact, .stored = stored};
	upserts->rows[upserts->nrows++] = row;
	for (int k = 0; k < NUMBER_OF_KEYS; k++)
		set_owner(upserts, k, key_of(contact, k), upserts->nrows);
	return row;
}

static bool
add_found(void *arg, const Contact *contact)
{
	Upserts    *upserts = arg;

	(void) add_row(upserts, contact, true);
	upserts->octets += rvo_fields_shown_octets(&contact->record.custom_fields);
	upserts->too_large = upserts->octets > READ_MAX_OCTETS && upserts->count > 1;
	return !upserts->too_large;
}

static int64
kept_id(const ContactOwners *kept, int k)
{
	return k == 0 ? kept->of_email : kept->of_linkedin_url;
}

/* list_kept lists the ids of the contacts that keys lead to without being theirs. */
static int64 *
list_kept(const ContactOwners *kept, int n, int *count)
{
	int64	   *ids = palloc(NUMBER_OF_KEYS * n * sizeof(int64));

	*count = 0;
	for (int i = 0; i < n && kept != NULL; i++)
		for (int k = 0; k < NUMBER_OF_KEYS; k++)
			if (kept_id(&kept[i], k) != 0)
				ids[(*count)++] = kept_id(&kept[i], k);
	return ids;
}

/* note_kept notes which rows keys lead to without being theirs. */
static void
note_kept(Upserts *upserts, const ContactOwners *kept)
{
	SliceMap   *rows = rvo_slice_map_create(upserts->nrows);
	bool		found;

	for (int i = 0; i < upserts->nrows; i++)
	{
		const int64 *id = &upserts->rows[i]->contact.record.id;

		*rvo_slice_map_put(rows, (Slice) {(const char *) id, sizeof(*id)}, &found) = i + 1;
	}
	for (int k = 0; k < NUMBER_OF_KEYS; k++)
	{
		upserts->kept[k] = rvo_slice_map_create(upserts->count);
		for (int i = 0; i < upserts->count; i++)
		{
			int64		id = kept_id(&kept[i], k);
			const int64 *row = rvo_slice_map_find(rows, (Slice) {(const char *) &id, sizeof(id)});

			if (row != NULL)
				*rvo_slice_map_put(upserts->kept[k], upserts->items[i]->keys[k], &found) = *row;
		}
	}
}

/* find_rows reads and locks the contacts that the items are about. */
static void
find_rows(Upserts *upserts)
{
	int			n = upserts->count;
	int			client_id = upserts->caller->client_id;
	Slice	   *keys[NUMBER_OF_KEYS];
	ContactOwners *kept = NULL;
	int64	   *ids;
	int			nids;

	/* Each key finds two, and each item makes one. */
	upserts->capacity = (2 * NUMBER_OF_KEYS + 1) * n;
	upserts->rows = palloc(upserts->capacity * sizeof(Row *));
	upserts->pending = palloc(upserts->capacity * sizeof(Row *));
	for (int k = 0; k < NUMBER_OF_KEYS; k++)
	{
		upserts->owners[k] = rvo_slice_map_create(2 * n);
		keys[k] = rvo_batch_keys(upserts->items, n, k);
	}
	if (rvo_store_has_merged(client_id))
	{
		kept = palloc0(n * sizeof(ContactOwners));
		rvo_store_find_many_kept_by_keys(client_id, keys[0], keys[1], n, false, kept);
	}
	ids = list_kept(kept, n, &nids);
	rvo_store_lock_contacts(client_id, keys[0], keys[1], n, ids, nids, add_found, upserts);
	if (nids > 0)
		note_kept(upserts, kept);
	upserts->round = 1;
}

/* ---------------------------------------------------------------- writing */

static int
by_keys(const void *a, const void *b)
{
	const Contact *x = *(Contact *const *) a;
	const Contact *y = *(Contact *const *) b;

	CHECK_FOR_INTERRUPTS();
	return rvo_batch_compare_keys((Slice[BATCH_MAX_KEYS]) {x->email, x->linkedin_url},
								  (Slice[BATCH_MAX_KEYS]) {y->email, y->linkedin_url});
}

/* insert_contacts adds contacts in the order of their keys; see batch.c.  Raises what is in the way of one. */
static void
insert_contacts(int client_id, Contact **contacts, int n)
{
	bool	   *inserted = palloc(n * sizeof(bool));

	qsort(contacts, n, sizeof(Contact *), by_keys);
	rvo_store_insert_many(&rvo_contact_table, client_id, (Record *const *) contacts, n, inserted);
	for (int i = 0; i < n; i++)
		if (!inserted[i])
			rvo_store_insert_or_raise(&rvo_contact_table, client_id, &contacts[i]->record);
}

/* check_created makes the chunk be done again if keys of contacts that were added lead to others by now, or are on the do-not-contact list. */
static void
check_created(Upserts *upserts, Contact **contacts, int n)
{
	const ContactOwners *kept = rvo_contact_find_many_kept(upserts->caller->client_id, contacts, n);

	for (int i = 0; i < n && kept != NULL; i++)
		upserts->outdated |= kept[i].of_email != 0 || kept[i].of_linkedin_url != 0;
	upserts->outdated |= rvo_suppressions_missed(upserts->caller, contacts, n) != NULL;
	if (upserts->outdated)
		rvo_failure_raise_serialization();
}

/* note_written notes what was written, for who follows changes, and the changes of statuses. */
static void
note_written(Upserts *upserts, Contact **created, int ncreated, Contact **changed, int nchanged)
{
	rvo_changes_note_many(upserts->caller, CONTACT_ENTITY, CHANGE_CREATED, (Record *const *) created, ncreated);
	rvo_changes_note_many(upserts->caller, CONTACT_ENTITY, CHANGE_UPDATED, (Record *const *) changed, nchanged);
	if (upserts->nstatuses > 0)
		rvo_store_insert_status_changes(upserts->caller->client_id, upserts->statuses, upserts->nstatuses);
	upserts->nstatuses = 0;
	for (int i = 0; i < ncreated; i++)
		created[i]->record.changed = 0;
	for (int i = 0; i < nchanged; i++)
		changed[i]->record.changed = 0;
}

/* write_rows writes what is new or differs, and ends the round. */
static void
write_rows(Upserts *upserts)
{
	Contact   **created = palloc((upserts->npending + 1) * sizeof(Contact *));
	Contact   **changed = palloc((upserts->npending + 1) * sizeof(Contact *));
	int			ncreated = 0;
	int			nchanged = 0;

	for (int i = 0; i < upserts->npending; i++)
	{
		Row		   *row = upserts->pending[i];

		if (row->stored)
			changed[nchanged++] = &row->contact;
		else
			created[ncreated++] = &row->contact;
		row->stored = true;
		row->pending = false;
	}
	upserts->npending = 0;
	if (ncreated > 0)
	{
		insert_contacts(upserts->caller->client_id, created, ncreated);
		check_created(upserts, created, ncreated);
	}
	if (nchanged > 0)
		rvo_store_update_contacts(upserts->caller->client_id, changed, nchanged);
	note_written(upserts, created, ncreated, changed, nchanged);
	upserts->round++;
}

/* ---------------------------------------------------------------- items */

/* settle gives an item the contact as it leaves it, or its id if there is no room for more. */
static void
settle(Upserts *upserts, BatchItem *item, Row *row, bool found)
{
	const Contact *contact = &row->contact;
	Shown	   *shown = upserts->shown;
	int64		octets = rvo_fields_shown_octets(&contact->record.custom_fields);

	item->id = contact->record.id;
	item->found = found;
	shown->full |= shown->octets + octets > BATCH_ANSWER_MAX_OCTETS;
	item->bare = shown->full;
	if (item->bare)
	{
		rvo_field_names_note(upserts->caller, CONTACT_ENTITY, &contact->record.custom_fields);
		return;
	}
	shown->octets += octets;
	item->row.contact = *contact;
	row->shown = true;
}

/* refuse leaves an item alone whose keys are of these rows: of two, or of one that has others. */
static void
refuse(const Upserts *upserts, BatchItem *item, const int64 *owners, GivenMembers conflicts)
{
	for (int k = 0; k < NUMBER_OF_KEYS; k++)
		item->owners[k] = upserts->rows[owners[k] - 1]->contact.record.id;
	item->conflicts = conflicts;
	item->taken = true;
}

/* create adds the contact of an item, if nothing is wrong with it. */
static void
create(Upserts *upserts, BatchItem *item)
{
	Contact		contact = rvo_contact_new(upserts->caller, item->changes, item->company.found, &item->faults);
	Row		   *row;

	if (item->faults.count == 0 && item->suppression.reasons != 0)
		rvo_contact_item_suppress(upserts->caller, item, &contact);
	if (item->faults.count > 0)
		return;
	rvo_record_number(&rvo_contact_kind, &contact.record);
	row = add_row(upserts, &contact, false);
	set_pending(upserts, row);
	settle(upserts, item, row, false);
}

/* drop_list frees a list of custom fields that gave way to another, unless that is the same. */
static void
drop_list(CustomField *list, const CustomField *other)
{
	if (list != NULL && list != other)
		pfree(list);
}

/* note_status notes the change of a contact's status, to be written with it. */
static void
note_status(Upserts *upserts, const Contact *contact)
{
	if (!rvo_status_is_changed(contact))
		return;
	if (upserts->statuses == NULL)
	{
		upserts->statuses_capacity = 64;
		upserts->statuses = palloc(upserts->statuses_capacity * sizeof(StatusChange));
	}
	else if (upserts->nstatuses == upserts->statuses_capacity)
	{
		upserts->statuses_capacity *= 2;
		upserts->statuses = repalloc_huge(upserts->statuses, upserts->statuses_capacity * sizeof(StatusChange));
	}
	upserts->statuses[upserts->nstatuses++] = rvo_status_change_of(contact);
}

/* keep_to_list has the changes of an item keep to the do-not-contact list, or notes that it refuses them. */
static void
keep_to_list(const Upserts *upserts, BatchItem *item, const Contact *contact, ContactInput *changes)
{
	bool		refused;
	Suppression suppression = rvo_suppression_of_upsert(upserts->caller, contact, changes, &item->suppression, &refused);

	if (refused)
		rvo_contact_item_refuse(item);
	else
		item->suppressed = suppression.reasons != 0;
}

/*
 * change applies an item to its contact, if nothing is wrong with what it would be
 * then.  foreign are the keys that only lead there: the contact does not get them.
 */
static void
change(Upserts *upserts, BatchItem *item, int owner, GivenMembers foreign)
{
	Row		   *row = upserts->rows[owner - 1];
	CustomField *list = row->contact.record.custom_fields.items;
	Contact		contact = row->contact;
	ContactInput changes = *item->changes;
	bool		other_keys;
	int64		company_id = item->company.inferred ? 0 : item->company.found;	/* only what is new infers one */
	bool		different;

	changes.given &= ~foreign;
	keep_to_list(upserts, item, &contact, &changes);
	contact.record.changed = 0;
	different = rvo_contact_apply(&contact, &changes, company_id, &other_keys, &item->faults);

	if (item->faults.count > 0)
	{
		drop_list(contact.record.custom_fields.items, list);
		return;
	}
	if (different)
	{
		rvo_record_stamp(&contact.record);
		note_status(upserts, &contact);
		set_pending(upserts, row);
	}
	contact.record.changed |= row->contact.record.changed;
	for (int k = 0; k < NUMBER_OF_KEYS && other_keys; k++)
		if (!rvo_slice_equal(key_of(&row->contact, k), key_of(&contact, k)))
		{
			set_owner(upserts, k, key_of(&row->contact, k), -upserts->round);
			set_owner(upserts, k, key_of(&contact, k), owner);
		}
	row->contact = contact;
	if (contact.record.custom_fields.items != list)
	{
		if (!row->shown)
			drop_list(list, NULL);
		row->shown = false;
	}
	settle(upserts, item, row, true);
}

/* find_kept returns the row that a key leads to without being its; NULL for none. */
static const int64 *
find_kept(const Upserts *upserts, int k, Slice key)
{
	return key.data == NULL || upserts->kept[k] == NULL ? NULL : rvo_slice_map_find(upserts->kept[k], key);
}

/* find_conflicts tells which keys of an item the contact that it found has others of. */
static GivenMembers
find_conflicts(const Upserts *upserts, const BatchItem *item, int64 owner, GivenMembers foreign)
{
	return rvo_contact_conflicts(upserts->caller, &upserts->rows[owner - 1]->contact, item->changes) & ~foreign;
}

/* carry_out creates or changes the contact of an item, unless its keys are of two, or the contact has another key. */
static void
carry_out(Upserts *upserts, BatchItem *item)
{
	int64		owners[NUMBER_OF_KEYS] = {0};
	GivenMembers foreign = 0;
	GivenMembers conflicts;
	int64		any;
	bool		given_up = false;

	for (int k = 0; k < NUMBER_OF_KEYS; k++)
	{
		const int64 *owner = item->keys[k].data == NULL ? NULL : rvo_slice_map_find(upserts->owners[k], item->keys[k]);

		if (owner != NULL)
		{
			given_up |= *owner == -upserts->round;
			owners[k] = Max(*owner, 0);
		}
		if (owners[k] == 0 && (owner = find_kept(upserts, k, item->keys[k])) != NULL)
		{
			owners[k] = *owner;
			foreign |= (GivenMembers) 1 << k;
		}
	}
	if (owners[0] != 0 && owners[1] != 0 && owners[0] != owners[1])
	{
		refuse(upserts, item, owners, 0);
		return;
	}
	any = Max(owners[0], owners[1]);
	conflicts = any != 0 ? find_conflicts(upserts, item, any, foreign) : 0;
	if (conflicts != 0)
	{
		refuse(upserts, item, (int64[NUMBER_OF_KEYS]) {any, any}, conflicts);
		return;
	}
	if (given_up)
		write_rows(upserts);
	if (any == 0)
		create(upserts, item);
	else
		change(upserts, item, any, foreign);
}

/* reset makes an item as it was before an attempt. */
static void
reset(BatchItem *item)
{
	item->faults.entries = NULL;
	item->faults.count = 0;
	item->faults.told = 0;
	item->failure = FAILURE_INVALID_REQUEST;
	item->taken = false;
	item->conflicts = 0;
	item->found = false;
	item->suppressed = false;
	item->bare = false;
	item->id = 0;
	memset(&item->row, 0, sizeof(item->row));
	memset(item->owners, 0, sizeof(item->owners));
}

/* attempt upserts a chunk, in a subtransaction.  Raises a unique violation if somebody else took a key. */
static void
attempt(void *arg, bool again pg_attribute_unused())
{
	Upserts    *upserts = arg;

	find_rows(upserts);
	if (upserts->too_large)
		return;
	for (int i = 0; i < upserts->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		reset(upserts->items[i]);
		carry_out(upserts, upserts->items[i]);
	}
	write_rows(upserts);
}

/* What upsert_part tries. */
typedef struct Upserting
{
	const Caller *caller;
	BatchItem *const *items;
	int			count;
	Shown	   *shown;			/* by the items before these */
	Shown		shown_by_now;
	bool		too_large;
	ErrorData  *error;
} Upserting;

static bool
try_part(void *arg)
{
	Upserting  *upserting = arg;
	Upserts		upserts = {.caller = upserting->caller, .items = upserting->items, .count = upserting->count};

	upserting->shown_by_now = *upserting->shown;
	upserts.shown = &upserting->shown_by_now;
	upserting->error = rvo_attempt_once(attempt, &upserts);
	if (upserting->error != NULL && upserts.outdated && !IsolationUsesXactSnapshot())
	{
		rvo_contact_items_find_suppressions(upserting->caller, upserting->items, upserting->count);
		return false;
	}
	if (upserting->error != NULL)
		rvo_store_check_repeatable(upserting->error);
	upserting->too_large = upserts.too_large;
	return upserting->error == NULL;
}

/*
 * upsert_part upserts items in a memory context of their own, which stays as long as
 * the chunk if items show what is in it.  False if their contacts are too large to be
 * read at once; then they are locked, and nothing else was done.
 */
static bool
upsert_part(Upserting *upserting)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext part = AllocSetContextCreate(caller, "revyops upsert", ALLOCSET_DEFAULT_SIZES);
	bool		bare = upserting->shown->full;

	MemoryContextSwitchTo(part);
	if (!rvo_retry(try_part, upserting))
		ReThrowError(upserting->error);
	MemoryContextSwitchTo(caller);
	if (!upserting->too_large)
		*upserting->shown = upserting->shown_by_now;
	for (int i = 0; i < upserting->count && (bare || upserting->too_large); i++)
		rvo_fault_keep(&upserting->items[i]->faults);
	if (bare || upserting->too_large)
		MemoryContextDelete(part);
	return !upserting->too_large;
}

/* upsert_items upserts a chunk, in parts that are halved until what they read has room. */
static void
upsert_items(const Caller *caller, BatchItem *const *items, int n)
{
	Shown		shown = {0};
	int			at_once = n;

	for (int done = 0; done < n;)
	{
		Upserting	upserting = {.caller = caller, .items = items + done, .count = Min(at_once, n - done), .shown = &shown};

		if (upsert_part(&upserting))
			done += upserting.count;
		else
			at_once = (upserting.count + 1) / 2;
	}
}

const BatchKind rvo_contact_upsert_batch = {
	.kind = &rvo_contact_kind,
	.read = read_item,
	.resolve = rvo_contact_items_resolve,
	.settle = rvo_contact_items_settle,
	.upsert = upsert_items,
	.render = rvo_contact_item_render,
};
