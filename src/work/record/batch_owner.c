/*
 * batch_owner.c
 *	  Whose the keys of a batch's items are: of a row that was there, of an item before, or of one that a check pretends.
 *
 * An item with a key that is somebody's is a duplicate, and is told of whom.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/compat.h"
#include "base/fault.h"
#include "work/record/batch_owner.h"

/* An item that was created; where later ones may find it as a duplicate. */
typedef struct CreatedItem
{
	int64		id;
	int			number;
	bool		has_all_keys;
} CreatedItem;

#define CREATED_AT_FIRST 10000

/* rvo_batch_begin_owners makes room for the items that are created. */
void
rvo_batch_begin_owners(Batch *batch)
{
	batch->created_capacity = CREATED_AT_FIRST;
	batch->created = palloc(CREATED_AT_FIRST * sizeof(CreatedItem));
	batch->last_pretended = PG_INT64_MIN;
	for (int k = 0; k < BATCH_MAX_KEYS && batch->kind->only_checks; k++)
		batch->pretended[k] = rvo_digest_map_create(CREATED_AT_FIRST);
}

/* ---------------------------------------------------------------- a check
 *
 * Pretended ids count upwards, as a sequence does, from where no sequence comes.
 */

/* rvo_batch_find_owners fills the items' owners: who has their keys, or would have them by now. */
void
rvo_batch_find_owners(const Batch *batch, BatchItem *const *items, int n)
{
	if (batch->kind->find_owners != NULL)
		batch->kind->find_owners(batch->caller->client_id, items, n);
	for (int i = 0; batch->kind->only_checks && i < n; i++)
		for (int k = 0; k < BATCH_MAX_KEYS; k++)
		{
			const int64 *id = items[i]->keys[k].data == NULL || items[i]->owners[k] != 0 ? NULL :
				rvo_digest_map_find(batch->pretended[k], items[i]->keys[k]);

			if (id != NULL)
				items[i]->owners[k] = *id;
		}
}

/* rvo_batch_pretend is an insert that only takes note of the keys; no two of the items share one. */
void
rvo_batch_pretend(Batch *batch, BatchItem *const *items, int n, bool *inserted)
{
	bool		found;

	rvo_batch_find_owners(batch, items, n);
	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		inserted[i] = true;
		for (int k = 0; k < BATCH_MAX_KEYS; k++)
			inserted[i] &= items[i]->owners[k] == 0;
		for (int k = 0; k < BATCH_MAX_KEYS && inserted[i]; k++)
			if (items[i]->keys[k].data != NULL)
				*rvo_digest_map_put(batch->pretended[k], items[i]->keys[k], &found) = items[i]->id;
	}
}

/* ---------------------------------------------------------------- who was created */

static bool
has_all_keys(const BatchItem *item)
{
	bool		has_all = true;

	for (int k = 0; k < BATCH_MAX_KEYS; k++)
		has_all &= item->keys[k].data != NULL;
	return has_all;
}

/* rvo_batch_note_created remembers an item for later duplicates of it. */
void
rvo_batch_note_created(Batch *batch, const BatchItem *item)
{
	int			i = batch->ncreated;

	if (i == batch->created_capacity)
	{
		batch->created_capacity *= 2;
		batch->created = repalloc_huge(batch->created, batch->created_capacity * sizeof(CreatedItem));
	}

	/* A sequence counts upwards, unless somebody has changed it. */
	for (; i > 0 && batch->created[i - 1].id > item->id; i--)
		batch->created[i] = batch->created[i - 1];
	batch->created[i] = (CreatedItem) {item->id, item->number, has_all_keys(item)};
	batch->ncreated++;
}

static int
compare_created(const void *a, const void *b)
{
	int64		x = ((const CreatedItem *) a)->id;
	int64		y = ((const CreatedItem *) b)->id;

	return (x > y) - (x < y);
}

/* find_created returns the item of this batch that became a row, NULL if none did. */
static const CreatedItem *
find_created(const Batch *batch, int64 id)
{
	CreatedItem key = {.id = id};

	return bsearch(&key, batch->created, batch->ncreated, sizeof(CreatedItem), compare_created);
}

/* ---------------------------------------------------------------- duplicates */

/*
 * rvo_batch_is_owned tells whether somebody has a key of an item: a row that was there
 * before, or an earlier item.  A later one may have been created first, because
 * this item was bound to be a duplicate of another.
 */
bool
rvo_batch_is_owned(const Batch *batch, const BatchItem *item, int k)
{
	const CreatedItem *created;

	if (item->owners[k] == 0)
		return false;
	created = find_created(batch, item->owners[k]);
	return created == NULL || created->number < item->number;
}

/* lacks_owner tells whether an item has a key of which it is not known whose it is. */
static bool
lacks_owner(const BatchItem *item)
{
	for (int k = 0; k < BATCH_MAX_KEYS; k++)
		if (item->keys[k].data != NULL && item->owners[k] == 0)
			return true;
	return false;
}

/*
 * rvo_batch_complete_owners looks again for the owners of taken items' other keys, where
 * items have been created since the first look: it may be an earlier one of those.
 */
void
rvo_batch_complete_owners(const Batch *batch, BatchItem *all, int count)
{
	BatchItem **items = palloc(count * sizeof(BatchItem *));
	int64		(*known)[BATCH_MAX_KEYS] = palloc(count * sizeof(*known));
	int			n = 0;

	for (int i = 0; i < count; i++)
	{
		BatchItem  *item = &all[i];

		if (!item->taken || item->ncreated_before == batch->ncreated || !lacks_owner(item))
			continue;
		memcpy(known[n], item->owners, sizeof(item->owners));
		items[n++] = item;
	}
	if (n == 0)
		return;
	rvo_batch_find_owners(batch, items, n);
	for (int i = 0; i < n; i++)
		for (int k = 0; k < BATCH_MAX_KEYS; k++)
			if (known[i][k] != 0)
				items[i]->owners[k] = known[i][k];
}

/* only_owner returns the one that has a key of a duplicate which has another key, of which nobody is the owner; 0 for none. */
static int64
only_owner(const BatchItem *item)
{
	int64		owner = 0;

	if (!item->taken || !lacks_owner(item))
		return 0;
	for (int k = 0; k < BATCH_MAX_KEYS; k++)
		owner = item->owners[k] != 0 ? item->owners[k] : owner;
	return owner;
}

/*
 * rvo_batch_note_conflicts marks duplicates by one key whose other key is not the owner's: that may be somebody else.  An owner from
 * this batch that has all keys was found by one, so the other one differs; in a check, no table knows it.
 */
void
rvo_batch_note_conflicts(const Batch *batch, BatchItem *all, int count)
{
	BatchItem **items = palloc(count * sizeof(BatchItem *));
	int			n = 0;

	for (int i = 0; i < count; i++)
		if (only_owner(&all[i]) != 0)
			items[n++] = &all[i];
	if (n == 0 || batch->caller->settings.updates_keys)
		return;
	batch->kind->find_conflicts(batch->caller->client_id, items, n);
	for (int i = 0; i < n; i++)
	{
		int64		owner = only_owner(items[i]);
		const CreatedItem *created = find_created(batch, owner);

		for (int k = 0; k < BATCH_MAX_KEYS; k++)
		{
			if (items[i]->owners[k] == 0 && items[i]->keys[k].data != NULL && created != NULL && created->has_all_keys)
				items[i]->conflicts |= 1 << k;
			if (IS_GIVEN(items[i]->conflicts, k))
				items[i]->owners[k] = owner;
		}
	}
}

/* rvo_batch_explain notes for an item with a taken key, who has which. */
void
rvo_batch_explain(const Batch *batch, BatchItem *item)
{
	bool		lasting = batch->mode == BATCH_PARTIAL && !batch->kind->only_checks;

	for (int later = 0; later <= 1 && item->faults.count == 0; later++)
		for (int k = 0; k < BATCH_MAX_KEYS; k++)
		{
			const CreatedItem *created = find_created(batch, item->owners[k]);
			bool		conflicts = IS_GIVEN(item->conflicts, k);

			if (item->owners[k] == 0 || (!later && !rvo_batch_is_owned(batch, item, k)))
				continue;
			rvo_fault_add_key(&item->faults, batch->kind->kind->key_pointers[k],
							  conflicts ? FAULT_KEY_CONFLICT : FAULT_ALREADY_EXISTS,
							  created == NULL || lasting ? item->owners[k] : 0, created != NULL ? created->number : -1);
		}
	item->failure = batch->kind->kind->taken;
}
