/*
 * company_upsert_batch.c
 *	  Companies as items of a batch that creates or changes them.
 *
 * As contact_upsert_batch.c, with one key that never changes, so there are no
 * rounds.  The companies that the items are about are locked in the order of ids.
 * Then, for a few items at a time, they are read, the items are applied to them in
 * memory, one after another, and each company that is new or differs is written once.
 *
 * All that is one subtransaction.  If another session took a domain in between, it
 * is undone and done again.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/attempt.h"
#include "base/compat.h"
#include "base/failure.h"
#include "base/slice_map.h"
#include "shape/record/record_render.h"
#include "store/query/store_violation.h"
#include "store/record/store_company.h"
#include "store/record/store_company_domain.h"
#include "store/service/store_lock.h"
#include "work/company/company_change.h"
#include "work/company/company_domain.h"
#include "work/company/company_kind.h"
#include "work/company/company_upsert.h"
#include "work/company/company_upsert_batch.h"
#include "work/record/change_feed.h"
#include "work/record/field_definition.h"
#include "work/record/retry.h"

/* How many items are dealt with at once: each company may have 256 KiB of custom fields. */
#define PART_ITEMS 64

/* A company that items are about. */
typedef struct Row
{
	Company		company;		/* as it is by now */
	bool		stored;			/* it is in the table, in some form */
	bool		different;		/* and not in this one */
} Row;

/* A chunk's items, and one attempt at them. */
typedef struct Upserts
{
	const Caller *caller;
	int			client_id;
	BatchItem *const *items;
	int			count;
	int64		shown_octets;	/* that items keep to show: those behind the one with too many are bare */
	MemoryContext context;		/* of the attempt */
	ErrorData  *error;			/* that undid the last attempt */
} Upserts;

/* A part of them. */
typedef struct Part
{
	Upserts    *upserts;
	int			first;
	int			count;
	Row		   *rows;			/* two an item at most */
	int			nrows;
	SliceMap   *rows_of_domains;	/* counted from 1 */
} Part;

static void
read_item(const Caller *caller, BatchItem *item, JsonbContainer *body)
{
	CompanyInput *changes = palloc(sizeof(CompanyInput));

	*changes = rvo_company_upsert_input(caller, body, &item->faults);
	item->company_changes = changes;
	item->keys[0] = changes->values.domain;
}

/* ---------------------------------------------------------------- reading */

static int
by_id(const void *a, const void *b)
{
	int64		x = *(const int64 *) a;
	int64		y = *(const int64 *) b;

	return (x > y) - (x < y);
}

/* lock_companies keeps others from changing companies, in the order of ids. */
static void
lock_companies(int client_id, int64 *ids, int n)
{
	MemoryContext read = AllocSetContextCreate(CurrentMemoryContext, "revyops lock", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(read);

	qsort(ids, n, sizeof(int64), by_id);
	for (int i = 0; i < n; i++)
	{
		Company		company;

		CHECK_FOR_INTERRUPTS();
		if (ids[i] != 0 && (i == 0 || ids[i] != ids[i - 1]))
			(void) rvo_store_lock(&rvo_company_table, client_id, ids[i], &company.record);
		MemoryContextReset(read);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(read);
}

/* find_companies returns the ids of the companies that have the domains of items; 0 for none. */
static int64 *
find_companies(int client_id, BatchItem *const *items, int n)
{
	int64	   *ids = palloc(n * sizeof(int64));

	rvo_store_find_companies(client_id, rvo_batch_keys(items, n, 0), n, ids);
	return ids;
}

/* row_of returns the company of a domain; NULL if there is none yet. */
static Row *
row_of(Part *part, Slice domain)
{
	int64	   *number = rvo_slice_map_find(part->rows_of_domains, domain);

	return number == NULL || *number == 0 ? NULL : &part->rows[*number - 1];
}

/* note_row lets a domain lead to a company. */
static void
note_row(Part *part, Slice domain, const Row *row)
{
	bool		found;

	*rvo_slice_map_put(part->rows_of_domains, domain, &found) = row - part->rows + 1;
}

static Row *
add_row(Part *part, const Company *company, bool stored)
{
	Row		   *row = &part->rows[part->nrows++];

	*row = (Row) {.company = *company, .stored = stored, .different = !stored};
	note_row(part, company->domain, row);
	return row;
}

/* row_of_id returns the company with an id; NULL if it is gone. */
static Row *
row_of_id(Part *part, int64 id)
{
	Company		company;

	for (int i = 0; i < part->nrows; i++)
		if (part->rows[i].company.record.id == id)
			return &part->rows[i];
	if (!rvo_store_lock(&rvo_company_table, part->upserts->client_id, id, &company.record))
		return NULL;
	return add_row(part, &company, true);
}

/* read_rows reads the companies that the items of a part are about, those of earlier parts among them. */
static void
read_rows(Part *part)
{
	int			client_id = part->upserts->client_id;
	int64	   *ids = find_companies(client_id, part->upserts->items + part->first, part->count);

	part->rows = palloc(2 * part->count * sizeof(Row));
	part->rows_of_domains = rvo_slice_map_create(2 * part->count);
	for (int i = 0; i < part->count; i++)
	{
		Slice		domain = part->upserts->items[part->first + i]->keys[0];
		int64		id = ids[i];
		Row		   *row = id != 0 && row_of(part, domain) == NULL ? row_of_id(part, id) : NULL;

		/* The domain may be one beside its first, unless it has another first one by now. */
		if (row != NULL && !rvo_slice_equal(row->company.domain, domain) &&
			rvo_store_find_company_of_other_domain(client_id, domain) == id)
			note_row(part, domain, row);
	}
}

/* ---------------------------------------------------------------- items */

/* settle gives an item the company as it leaves it, or its id if there is no room for more. */
static void
settle(Upserts *upserts, BatchItem *item, const Company *company, bool found)
{
	item->id = company->record.id;
	item->found = found;
	upserts->shown_octets += rvo_fields_shown_octets(&company->record.custom_fields);
	item->bare = upserts->shown_octets > BATCH_ANSWER_MAX_OCTETS;
	if (item->bare)
		rvo_field_names_note(upserts->caller, COMPANY_ENTITY, &company->record.custom_fields);
	else
		item->row.company = *company;
}

/* change gives a company what an item says, if nothing is wrong with it then. */
static void
change(Upserts *upserts, BatchItem *item, Row *row)
{
	Company		company = row->company;
	bool		other_domain;
	bool		different = rvo_company_apply(&company, item->company_changes, &other_domain, &item->faults);

	if (item->faults.count > 0)
		return;
	if (different)
		rvo_record_stamp(&company.record);
	row->different |= different;
	row->company = company;
	settle(upserts, item, &company, true);
}

/* create adds the company of an item, if nothing is wrong with it. */
static void
create(Part *part, BatchItem *item)
{
	Company		company = rvo_company_new(item->company_changes, &item->faults);

	if (item->faults.count > 0)
		return;
	rvo_company_check_snapshot(part->upserts->client_id, company.domain);
	rvo_record_number(&rvo_company_kind, &company.record);
	(void) add_row(part, &company, false);
	settle(part->upserts, item, &company, false);
}

static int
by_domain(const void *a, const void *b)
{
	return rvo_slice_compare(&(*(Company *const *) a)->domain, &(*(Company *const *) b)->domain);
}

/* insert_companies adds companies in the order of their domains; see batch.c.  Raises what is in the way of one. */
static void
insert_companies(int client_id, Company **companies, int n)
{
	bool	   *inserted = palloc(n * sizeof(bool));

	qsort(companies, n, sizeof(Company *), by_domain);
	rvo_store_insert_many(&rvo_company_table, client_id, (Record *const *) companies, n, inserted);
	for (int i = 0; i < n; i++)
		if (!inserted[i])
			rvo_store_insert_or_raise(&rvo_company_table, client_id, &companies[i]->record);
}

/* write_rows writes what is new or differs. */
static void
write_rows(const Part *part)
{
	const Caller *caller = part->upserts->caller;
	int			client_id = caller->client_id;
	Company   **created = palloc((part->nrows + 1) * sizeof(Company *));
	int			ncreated = 0;

	for (int i = 0; i < part->nrows; i++)
	{
		Row		   *row = &part->rows[i];

		if (!row->stored)
			created[ncreated++] = &row->company;
		else if (row->different)
		{
			rvo_store_update(&rvo_company_table, client_id, &row->company.record);
			rvo_changes_note_one(caller, COMPANY_ENTITY, CHANGE_UPDATED, &row->company.record);
		}
	}
	if (ncreated > 0)
		insert_companies(client_id, created, ncreated);
	rvo_changes_note_many(caller, COMPANY_ENTITY, CHANGE_CREATED, (Record *const *) created, ncreated);
}

/* reset makes an item as it was before an attempt. */
static void
reset(BatchItem *item)
{
	item->faults.entries = NULL;
	item->faults.count = 0;
	item->faults.told = 0;
	item->failure = FAILURE_INVALID_REQUEST;
	item->found = false;
	item->bare = false;
	item->id = 0;
	memset(&item->row, 0, sizeof(item->row));
}

static void
upsert_part(Part *part)
{
	read_rows(part);
	for (int i = 0; i < part->count; i++)
	{
		BatchItem  *item = part->upserts->items[part->first + i];
		Row		   *row = row_of(part, item->keys[0]);

		CHECK_FOR_INTERRUPTS();
		reset(item);
		if (row == NULL)
			create(part, item);
		else
			change(part->upserts, item, row);
	}
	write_rows(part);
}

/* upsert_in_parts upserts a chunk, each part in a memory context of its own, which stays if items show what is in it. */
static void
upsert_in_parts(Upserts *upserts)
{
	for (int first = 0; first < upserts->count; first += PART_ITEMS)
	{
		Part		part = {.upserts = upserts, .first = first, .count = Min(PART_ITEMS, upserts->count - first)};
		bool		bare = upserts->shown_octets > BATCH_ANSWER_MAX_OCTETS;
		MemoryContext context = AllocSetContextCreate(upserts->context, "revyops upsert", ALLOCSET_DEFAULT_SIZES);

		MemoryContextSwitchTo(context);
		upsert_part(&part);
		MemoryContextSwitchTo(upserts->context);
		for (int i = 0; i < part.count && bare; i++)
			rvo_fault_keep(&upserts->items[first + i]->faults);
		if (bare)
			MemoryContextDelete(context);
	}
}

/* attempt upserts a chunk, in a subtransaction.  Raises a unique violation if somebody else took a domain. */
static void
attempt(void *arg, bool again pg_attribute_unused())
{
	Upserts    *upserts = arg;

	MemoryContextReset(upserts->context);
	MemoryContextSwitchTo(upserts->context);
	upserts->shown_octets = 0;
	/* from here on no company gets a domain beside its first */
	rvo_store_line_up_domains(upserts->client_id, false);
	lock_companies(upserts->client_id, find_companies(upserts->client_id, upserts->items, upserts->count), upserts->count);
	upsert_in_parts(upserts);
}

static bool
upsert_chunk(void *arg)
{
	Upserts    *upserts = arg;
	MemoryContext caller = MemoryContextSwitchTo(upserts->context);

	upserts->error = rvo_attempt_once(attempt, upserts);
	MemoryContextSwitchTo(caller);
	if (upserts->error != NULL)
		rvo_store_check_repeatable(upserts->error);
	return upserts->error == NULL;
}

static void
upsert_items(const Caller *caller, BatchItem *const *items, int n)
{
	Upserts		upserts = {
		.caller = caller, .client_id = caller->client_id, .items = items, .count = n,
		.context = AllocSetContextCreate(CurrentMemoryContext, "revyops upserts", ALLOCSET_DEFAULT_SIZES)
	};

	if (!rvo_retry(upsert_chunk, &upserts))
		ReThrowError(upserts.error);
}

static Jsonb *
render_item(const BatchItem *item, Structure structure)
{
	return rvo_record_render_created(&rvo_company_shape, &item->row.record, structure);
}

const BatchKind rvo_company_upsert_batch = {
	.kind = &rvo_company_kind,
	.read = read_item,
	.upsert = upsert_items,
	.render = render_item,
};
