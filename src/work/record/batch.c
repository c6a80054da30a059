/*
 * batch.c
 *	  Creating or upserting many at once: the order of steps.
 *
 * Each item gets the verdict that it would get if the items were created one
 * by one, in their order.  That is done in chunks, and a chunk in rounds: who
 * may be created is inserted, and those who were not are looked up before the
 * next round, with those who had to wait.  Who waits is an item that shares a
 * key with an earlier one whose fate is open.  So a chunk of new items takes
 * one statement, and one with duplicates two or three.
 *
 * A check goes the same way, and writes nothing: an item that would be created
 * gets a pretended id, under which later ones find its keys taken.
 *
 * Items are inserted in the order of their keys, so that two batches with the
 * same contacts wait for each other in one direction.  Where contacts agree in
 * their second key only, or over several chunks, two can still deadlock.
 *
 * What is read, resolved and handed out is the same for upserts; what comes in
 * between is up to their kind.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "base/create_outcome.h"
#include "base/failure.h"
#include "base/kept_memory.h"
#include "shape/record/known_member.h"
#include "work/record/batch.h"
#include "work/record/batch_owner.h"
#include "work/record/change_feed.h"
#include "work/record/field_definition.h"
#include "work/record/retry.h"

/* Items that are worked on together: so many, and so many octets of bodies or hardly more. */
#define CHUNK 10000
#define CHUNK_OCTETS (8 * 1024 * 1024)

/* Items from which a chunk takes memory that is worth keeping for the next one, and about how much. */
#define LARGE_CHUNK 1000
#define LARGE_CHUNK_OCTETS (16 * 1024 * 1024)

/* Faults that an item tells of if those before have told as many as a request may: a contact has two keys. */
#define ITEM_FAULTS_MIN 2

/* A chunk's items, and those of them whose fate is open, in the order of input. */
typedef struct Chunk
{
	BatchItem  *items;
	int			count;
	BatchItem **open;
	int			nopen;
} Chunk;

/* rvo_batch_mode_read reads a mode; it has a default, but may not be null. */
BatchMode
rvo_batch_mode_read(Slice mode, const char *where, FaultList *faults)
{
	if (mode.data != NULL && rvo_slice_equal(mode, CONST_SLICE("atomic")))
		return BATCH_ATOMIC;
	if (mode.data == NULL || !rvo_slice_equal(mode, CONST_SLICE("partial")))
		rvo_fault_add(faults, where, FAULT_INVALID_MODE);
	return BATCH_PARTIAL;
}

/* ---------------------------------------------------------------- steps */

/* keep_open drops items from the open ones: those with faults or a taken key, and those that were created. */
static void
keep_open(Chunk *chunk)
{
	int			kept = 0;

	for (int i = 0; i < chunk->nopen; i++)
		if (chunk->open[i]->faults.count == 0 && !chunk->open[i]->taken && chunk->open[i]->id == 0)
			chunk->open[kept++] = chunk->open[i];
	chunk->nopen = kept;
}

/* rvo_batch_note_broken notes why an item could not be read. */
void
rvo_batch_note_broken(const BrokenItem *broken, FaultList *faults)
{
	if (broken->place.line > 0)
		rvo_fault_add_place(faults, "", broken->code, broken->place.line, broken->place.column, -1);
	else if (broken->limit > 0)
		rvo_fault_add_limit(faults, "", broken->code, broken->limit, broken->actual);
	else
		rvo_fault_add(faults, "", broken->code);
}

/* all_faults returns the faults of an item, with those that it was mended of before. */
static FaultList
all_faults(const BatchItem *item)
{
	FaultList	all = {0};

	rvo_fault_add_all(&all, &item->mended);
	rvo_fault_add_all(&all, &item->faults);
	return all;
}

/* mend_item reads an item again without what is wrong with it; false if it is not good then either. */
static bool
mend_item(Batch *batch, BatchItem *item, JsonbContainer *body)
{
	FaultList	faults = all_faults(item);

	for (int only_drops = 0; only_drops <= 1; only_drops++)
	{
		BatchItem	again = {.number = item->number, .failure = FAILURE_INVALID_REQUEST, .mended = faults};
		JsonbContainer *mended = batch->mend(batch->sink_arg, item, body, &faults, only_drops);

		if (mended == NULL)
			return false;
		again.body = mended;
		batch->kind->read(batch->caller, &again, mended);
		if (again.faults.count == 0)
		{
			*item = again;
			return true;
		}
	}
	return false;
}

/* read_body reads an item's body. */
static void
read_body(Batch *batch, BatchItem *item, JsonbContainer *body)
{
	item->body = body;
	batch->kind->read(batch->caller, item, body);
	if (batch->mend != NULL && item->faults.count > 0)
		(void) mend_item(batch, item, body);
}

/* read_item reads an item, which tells of as many faults as there is room for, or notes that its text could not be read. */
static void
read_item(Batch *batch, BatchItem *item, int i)
{
	const BrokenItem *broken = batch->nbroken < batch->broken.count ? &batch->broken.items[batch->nbroken] : NULL;

	item->failure = FAILURE_INVALID_REQUEST;
	if (!batch->faults_apart)
	{
		item->faults.max = Max(FAULTS_MAX - batch->faults_told, ITEM_FAULTS_MIN);
		item->faults.brief = batch->faults_octets > FAULTS_NAMED_MAX_OCTETS;
	}
	if (broken == NULL || broken->index != batch->count + i)
		read_body(batch, item, batch->bodies[i]);
	else
	{
		rvo_batch_note_broken(broken, &item->faults);
		batch->nbroken++;
	}
	batch->faults_told += item->faults.told;
	batch->faults_octets += rvo_fault_octets(&item->faults);
}

static void
read_items(Batch *batch, Chunk *chunk)
{
	for (int i = 0; i < chunk->count; i++)
	{
		BatchItem  *item = &chunk->items[i];

		CHECK_FOR_INTERRUPTS();
		item->number = batch->first_number + batch->count + i;
		if (batch->mode == BATCH_ATOMIC)
		{
			item->faults.number_name = batch->number_name;
			item->faults.number = item->number;
		}
		read_item(batch, item, i);
		chunk->open[i] = item;
	}
	chunk->nopen = chunk->count;
	keep_open(chunk);
}

/* look_further notes what is wrong with items that were read well. */
static void
look_further(const Batch *batch, BatchItem *const *items, int n)
{
	BatchItem **good = palloc(n * sizeof(BatchItem *));
	int			ngood = 0;

	if (batch->refuse != NULL)
		batch->refuse(batch->caller, items, n);
	for (int i = 0; i < n; i++)
		if (items[i]->faults.count == 0)
			good[ngood++] = items[i];
	if (batch->kind->resolve != NULL && ngood > 0)
		batch->kind->resolve(batch->caller, good, ngood);
}

/* examine_open does so for the open items, and again for those that are good without what is wrong with them. */
static void
examine_open(Batch *batch, Chunk *chunk)
{
	BatchItem **items = palloc(chunk->nopen * sizeof(BatchItem *));
	int			n = chunk->nopen;

	memcpy(items, chunk->open, n * sizeof(BatchItem *));
	while (n > 0)
	{
		int			nmended = 0;

		look_further(batch, items, n);
		for (int i = 0; i < n && batch->mend != NULL; i++)
		{
			CHECK_FOR_INTERRUPTS();
			if (items[i]->faults.count > 0 && mend_item(batch, items[i], batch->bodies[items[i] - chunk->items]))
				items[nmended++] = items[i];
		}
		n = nmended;
	}
	keep_open(chunk);
}

/* find_taken marks the open items that have a key which is taken. */
static void
find_taken(Batch *batch, Chunk *chunk)
{
	rvo_batch_find_owners(batch, chunk->open, chunk->nopen);
	for (int i = 0; i < chunk->nopen; i++)
	{
		BatchItem  *item = chunk->open[i];

		CHECK_FOR_INTERRUPTS();

		/* What an item was bound to be a duplicate of may itself have lost to another session. */
		for (int k = 0; k < BATCH_MAX_KEYS; k++)
			item->taken |= rvo_batch_is_owned(batch, item, k) || (item->tried && item->owners[k] != 0);
		item->ncreated_before = batch->ncreated;
	}
	keep_open(chunk);
}

/*
 * pick chooses the open items to insert now: none shares a key with an earlier
 * one that is open.  While it is not known who is a duplicate of what was there
 * before (first), an item that waits may still come to be, so what shares a key
 * with it waits too; later on, one that waits will be found a duplicate.
 */
static int
pick(const Chunk *chunk, bool first, BatchItem **picked)
{
	SliceMap   *claimed[BATCH_MAX_KEYS];
	int			n = 0;

	for (int k = 0; k < BATCH_MAX_KEYS; k++)
		claimed[k] = rvo_slice_map_create(chunk->nopen);
	for (int i = 0; i < chunk->nopen; i++)
	{
		BatchItem  *item = chunk->open[i];
		bool		waits = false;
		bool		found;

		CHECK_FOR_INTERRUPTS();
		for (int k = 0; k < BATCH_MAX_KEYS; k++)
			waits |= item->keys[k].data != NULL && rvo_slice_map_find(claimed[k], item->keys[k]) != NULL;
		for (int k = 0; k < BATCH_MAX_KEYS && (first || !waits); k++)
			if (item->keys[k].data != NULL)
				(void) rvo_slice_map_put(claimed[k], item->keys[k], &found);
		if (!waits)
			picked[n++] = item;
	}
	return n;
}

/* rvo_batch_keys lists the items' keys of one kind, in the current context. */
Slice *
rvo_batch_keys(BatchItem *const *items, int n, int key)
{
	Slice	   *keys = palloc(n * sizeof(Slice));

	for (int i = 0; i < n; i++)
		keys[i] = items[i]->keys[key];
	return keys;
}

/* rvo_batch_compare_keys orders lists of keys by the first one, those without one last, by the second. */
int
rvo_batch_compare_keys(const Slice *a, const Slice *b)
{
	for (int k = 0; k < BATCH_MAX_KEYS; k++)
	{
		int			order;

		if (a[k].data == NULL || b[k].data == NULL)
		{
			if (a[k].data != b[k].data)
				return a[k].data == NULL ? 1 : -1;
			continue;
		}
		order = rvo_slice_compare(&a[k], &b[k]);
		if (order != 0)
			return order;
	}
	return 0;
}

static int
by_keys(const void *a, const void *b)
{
	CHECK_FOR_INTERRUPTS();
	return rvo_batch_compare_keys((*(BatchItem *const *) a)->keys, (*(BatchItem *const *) b)->keys);
}

/* number gives an item and its custom fields new ids. */
static void
number(const Batch *batch, BatchItem *item)
{
	rvo_record_number(batch->kind->kind, &item->row.record);
	item->id = item->row.record.id;
}

/* note_created_items tells the change feed of items that were created. */
static void
note_created_items(const Batch *batch, BatchItem *const *items, int n)
{
	Record	  **records = palloc(n * sizeof(Record *));
	int			ncreated = 0;

	for (int i = 0; i < n; i++)
		if (items[i]->id != 0)
			records[ncreated++] = &items[i]->row.record;
	rvo_changes_note_many(batch->caller, batch->kind->kind->entity, CHANGE_CREATED, records, ncreated);
}

/* insert adds items and notes those that were created. */
static void
insert(Batch *batch, BatchItem **picked, int n)
{
	BatchItem **ordered = palloc(n * sizeof(BatchItem *));
	Record	  **records = palloc(n * sizeof(Record *));
	bool	   *inserted = palloc(n * sizeof(bool));

	for (int i = 0; i < n; i++)
	{
		if (batch->kind->only_checks)
			picked[i]->id = ++batch->last_pretended;
		else
			number(batch, picked[i]);
		picked[i]->tried = true;
		ordered[i] = picked[i];
	}
	qsort(ordered, n, sizeof(BatchItem *), by_keys);
	for (int i = 0; i < n; i++)
		records[i] = &ordered[i]->row.record;
	if (batch->kind->only_checks)
		rvo_batch_pretend(batch, ordered, n, inserted);
	else
		rvo_store_insert_many(batch->kind->kind->table, batch->caller->client_id, records, n, inserted);
	for (int i = 0; i < n; i++)
		if (!inserted[i])
			ordered[i]->id = 0;
	if (batch->kind->take_back != NULL)
		batch->kind->take_back(batch->caller, picked, n);
	for (int i = 0; i < n; i++)
		if (picked[i]->id != 0)
			rvo_batch_note_created(batch, picked[i]);
	if (!batch->kind->only_checks)
		note_created_items(batch, picked, n);
}

/* insert_or_raise inserts an item that no key keeps from it: what does, says so itself, unless it went just now. */
static void
insert_or_raise(Batch *batch, BatchItem *item)
{
	number(batch, item);
	rvo_store_insert_or_raise(batch->kind->kind->table, batch->caller->client_id, &item->row.record);
	rvo_batch_note_created(batch, item);
	note_created_items(batch, &item, 1);
}

/* create_open inserts what is open, round by round, until the fate of all is known. */
static void
create_open(Batch *batch, Chunk *chunk)
{
	BatchItem **picked = palloc(chunk->nopen * sizeof(BatchItem *));
	int			fruitless = 0;

	/* Keys that lead to records without being theirs are in no insert's way. */
	if (batch->kind->take_back != NULL && batch->caller->settings.contacts_merged && chunk->nopen > 0)
		find_taken(batch, chunk);
	for (int round = 0; chunk->nopen > 0; round++)
	{
		int			before = chunk->nopen;

		if (round > 0)
			find_taken(batch, chunk);
		if (chunk->nopen > 0)
			insert(batch, picked, pick(chunk, round == 0, picked));
		keep_open(chunk);

		fruitless = chunk->nopen < before ? 0 : fruitless + 1;
		if (fruitless == RETRIES)
		{
			insert_or_raise(batch, chunk->open[0]);
			keep_open(chunk);
			fruitless = 0;
		}
	}
	rvo_batch_complete_owners(batch, chunk->items, chunk->count);
}

/* upsert_open creates or changes what is open. */
static void
upsert_open(Batch *batch, const Chunk *chunk)
{
	batch->kind->upsert(batch->caller, chunk->open, chunk->nopen);
	for (int i = 0; i < chunk->nopen; i++)
		if (chunk->open[i]->id != 0 && !chunk->open[i]->found)
			rvo_batch_note_created(batch, chunk->open[i]);
}

/* gather adds an item's faults to those of all. */
static void
gather(Batch *batch, const BatchItem *item)
{
	MemoryContext caller = MemoryContextSwitchTo(batch->context);

	if (batch->faults.count == 0 ||
		rvo_failure_http_status(item->failure) < rvo_failure_http_status(batch->failure))
		batch->failure = item->failure;
	rvo_fault_add_all(&batch->faults, &item->faults);
	MemoryContextSwitchTo(caller);
}

/* hand_out shows the items to the sink, and gathers their faults if one is enough to undo all. */
static void
hand_out(Batch *batch, const Chunk *chunk)
{
	MemoryContext caller = MemoryContextSwitchTo(batch->item_context);

	for (int i = 0; i < chunk->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		batch->sink(batch->sink_arg, &chunk->items[i]);
		if (batch->mode == BATCH_ATOMIC && chunk->items[i].faults.count > 0)
			gather(batch, &chunk->items[i]);
		MemoryContextReset(batch->item_context);
	}
	MemoryContextSwitchTo(caller);
}

/* count_outcomes counts how a chunk's items ended; where one can undo all, only what can't be undone. */
static void
count_outcomes(const Batch *batch, const Chunk *chunk)
{
	if (!batch->kind->is_counted || !rvo_create_outcomes_kept())
		return;
	for (int i = 0; i < chunk->count; i++)
		if (batch->mode == BATCH_PARTIAL || chunk->items[i].faults.count > 0)
			rvo_create_outcome_count(batch->caller->client_id, rvo_batch_item_status(&chunk->items[i]), 1);
}

/* settle ends a chunk, and notes names of custom fields. */
static void
settle(const Batch *batch, const Chunk *chunk)
{
	if (batch->kind->settle != NULL)
		batch->kind->settle(batch->caller, chunk->items, chunk->count);
	for (int i = 0; i < chunk->count && !batch->kind->only_checks; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (chunk->items[i].faults.count == 0)
			rvo_field_names_note(batch->caller, batch->kind->kind->entity, &chunk->items[i].row.record.custom_fields);
	}
}

/* run_chunk creates or upserts the items that were gathered. */
static void
run_chunk(Batch *batch)
{
	Chunk		chunk = {.count = batch->nbodies};

	if (batch->nbodies == 0)
		return;
	if (chunk.count >= LARGE_CHUNK)
		rvo_kept_memory_raise(LARGE_CHUNK_OCTETS);
	MemoryContextSwitchTo(batch->chunk_context);
	chunk.items = palloc0(chunk.count * sizeof(BatchItem));
	chunk.open = palloc(chunk.count * sizeof(BatchItem *));
	read_items(batch, &chunk);
	if (batch->refuse != NULL || batch->kind->resolve != NULL)
		examine_open(batch, &chunk);
	if (batch->kind->upsert == NULL)
		create_open(batch, &chunk);
	else if (chunk.nopen > 0)
		upsert_open(batch, &chunk);
	if (batch->tells_conflicts && batch->kind->find_conflicts != NULL)
		rvo_batch_note_conflicts(batch, chunk.items, chunk.count);
	for (int i = 0; i < chunk.count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (chunk.items[i].taken)
			rvo_batch_explain(batch, &chunk.items[i]);
	}
	settle(batch, &chunk);
	count_outcomes(batch, &chunk);
	hand_out(batch, &chunk);
	batch->count += batch->nbodies;
	batch->nbodies = 0;
	batch->octets = 0;
	MemoryContextSwitchTo(batch->context);
	MemoryContextReset(batch->chunk_context);
}

/* ---------------------------------------------------------------- from outside */

/* rvo_batch_item_status returns the HTTP status of an item: what it would be if it had come alone. */
int
rvo_batch_item_status(const BatchItem *item)
{
	if (item->faults.count > 0)
		return rvo_failure_http_status(item->failure);
	return item->found ? 200 : 201;
}

/* rvo_batch_item_id returns what an item shows that has no room in an answer. */
Jsonb *
rvo_batch_item_id(const BatchItem *item)
{
	JsonObject	object = rvo_json_open(1);
	JsonbValue	value;

	rvo_json_put(&object, CONST_SLICE("id"), rvo_json_integer(item->id));
	value = rvo_json_close(&object);
	return rvo_json_encode(&value);
}

/* rvo_batch_begin makes a batch ready for items; its memory is the current context's. */
void
rvo_batch_begin(Batch *batch)
{
	batch->context = CurrentMemoryContext;
	batch->chunk_context = AllocSetContextCreate(CurrentMemoryContext, "revyops batch", ALLOCSET_DEFAULT_SIZES);
	batch->item_context = AllocSetContextCreate(CurrentMemoryContext, "revyops batch item", ALLOCSET_DEFAULT_SIZES);
	batch->bodies = palloc(CHUNK * sizeof(JsonbContainer *));
	rvo_batch_begin_owners(batch);
}

/*
 * rvo_batch_add adds an item; its body, of so many octets, must stay until the
 * batch ends.  NULL is a body that is no object.
 */
void
rvo_batch_add(Batch *batch, JsonbContainer *body, int octets)
{
	batch->bodies[batch->nbodies++] = body;
	batch->octets += octets;
	if (batch->nbodies == CHUNK || batch->octets >= CHUNK_OCTETS)
		run_chunk(batch);
}

/* add_scalar adds an item that is no object; of one that holds an object as text, its reader says so. */
static void
add_scalar(Batch *batch, JsonbValue *scalar)
{
	Jsonb	   *body;

	if (!rvo_json_is_encoded(scalar))
	{
		rvo_batch_add(batch, NULL, 0);
		return;
	}
	body = JsonbValueToJsonb(scalar);
	rvo_batch_add(batch, &body->root, VARSIZE(body));
}

/* rvo_batch_add_array adds an item for each element of an array. */
void
rvo_batch_add_array(Batch *batch, JsonbContainer *array)
{
	JsonbIterator *it = JsonbIteratorInit(array);
	JsonbIteratorToken token;
	JsonbValue	element;

	while ((token = JsonbIteratorNext(&it, &element, true)) != WJB_DONE)
	{
		CHECK_FOR_INTERRUPTS();
		if (token == WJB_ELEM && element.type == jbvBinary)
			rvo_batch_add(batch, element.val.binary.data, element.val.binary.len);
		else if (token == WJB_ELEM)
			add_scalar(batch, &element);
	}
}

/* rvo_batch_flush decides about the items so far, all of them. */
void
rvo_batch_flush(Batch *batch)
{
	run_chunk(batch);
}

/*
 * rvo_batch_end finishes the batch.  Raises, in BATCH_ATOMIC, if there is any
 * fault: the failure of the lowest status, and the faults of all items.
 */
void
rvo_batch_end(Batch *batch)
{
	run_chunk(batch);
	MemoryContextDelete(batch->chunk_context);
	MemoryContextDelete(batch->item_context);
	rvo_members_refuse(batch->caller, batch->failure, &batch->faults);
	if (batch->mode == BATCH_ATOMIC && batch->kind->is_counted)
		rvo_create_outcome_count(batch->caller->client_id, 201, batch->count);
	rvo_field_names_record_noted(batch->caller);
}
