/*
 * company_upsert_batch.c
 *	  Companies as items of a batch that creates or changes them.
 *
 * As contact_upsert_batch.c, with one key that never changes, so there are no
 * rounds: the companies that the items are about are read and locked in the order
 * of ids, the items are applied to them in memory, one after another, and each
 * company that is new or differs is written once.
 *
 * All that is one subtransaction.  If another session took a domain in between, it
 * is undone and done again.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/attempt.h"
#include "base/compat.h"
#include "base/slice_map.h"
#include "shape/record_render.h"
#include "store/store_company.h"
#include "store/store_company_domain.h"
#include "store/store_lock.h"
#include "store/store_violation.h"
#include "work/company_change.h"
#include "work/company_kind.h"
#include "work/company_upsert.h"
#include "work/company_upsert_batch.h"
#include "work/retry.h"

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
	int			client_id;
	BatchItem *const *items;
	int			count;
	Row		   *rows;			/* one an item at most */
	int			nrows;
	SliceMap   *rows_of_domains;	/* counted from 1 */
	ErrorData  *error;			/* that undid the last attempt */
} Upserts;

static void
read_item(const Caller *caller, BatchItem *item, JsonbContainer *body)
{
	CompanyInput *changes = palloc(sizeof(CompanyInput));

	*changes = rvo_company_upsert_input(caller, body, &item->faults);
	item->company_changes = changes;
	item->keys[0] = changes->values.domain;
}

/* ---------------------------------------------------------------- reading */

/* row_of returns the company of a domain; NULL if there is none yet. */
static Row *
row_of(Upserts *upserts, Slice domain)
{
	int64	   *number = rvo_slice_map_find(upserts->rows_of_domains, domain);

	return number == NULL || *number == 0 ? NULL : &upserts->rows[*number - 1];
}

/* add_row adds the company of a domain. */
static Row *
add_row(Upserts *upserts, Slice domain, const Company *company, bool stored)
{
	Row		   *row = &upserts->rows[upserts->nrows++];
	bool		found;

	*row = (Row) {.company = *company, .stored = stored, .different = !stored};
	*rvo_slice_map_put(upserts->rows_of_domains, domain, &found) = upserts->nrows;
	return row;
}

static int
by_id(const void *a, const void *b)
{
	int64		x = *(const int64 *) a;
	int64		y = *(const int64 *) b;

	return (x > y) - (x < y);
}

/* lock_rows reads and locks companies, one after another, in the order of ids; one may be gone by then. */
static void
lock_rows(Upserts *upserts, const int64 *ids, int n)
{
	int64	   *sorted = palloc(n * sizeof(int64));

	memcpy(sorted, ids, n * sizeof(int64));
	qsort(sorted, n, sizeof(int64), by_id);
	for (int i = 0; i < n; i++)
	{
		Company		company;

		CHECK_FOR_INTERRUPTS();
		if (sorted[i] != 0 && (i == 0 || sorted[i] != sorted[i - 1]) &&
			rvo_store_lock(&rvo_company_table, upserts->client_id, sorted[i], &company.record))
			(void) add_row(upserts, company.domain, &company, true);
	}
}

/* note_other_domain lets a domain that a company has beside its first lead to it. */
static void
note_other_domain(Upserts *upserts, Slice domain, int64 id)
{
	bool		found;

	for (int i = 0; i < upserts->nrows; i++)
		if (upserts->rows[i].company.record.id == id)
			*rvo_slice_map_put(upserts->rows_of_domains, domain, &found) = i + 1;
}

/*
 * find_rows reads and locks the companies that the items are about.  From here on no
 * company gets a domain beside its first.
 */
static void
find_rows(Upserts *upserts)
{
	int			n = upserts->count;
	Company   **companies = palloc(n * sizeof(Company *));
	int64	   *ids = palloc(n * sizeof(int64));

	upserts->rows = palloc(2 * n * sizeof(Row));
	upserts->nrows = 0;
	upserts->rows_of_domains = rvo_slice_map_create(2 * n);
	for (int i = 0; i < n; i++)
	{
		companies[i] = palloc0(sizeof(Company));
		companies[i]->domain = upserts->items[i]->keys[0];
	}
	rvo_store_line_up_domains(upserts->client_id, false);
	rvo_store_find_companies(upserts->client_id, companies, n, ids);
	lock_rows(upserts, ids, n);
	for (int i = 0; i < n; i++)
		if (ids[i] != 0 && row_of(upserts, companies[i]->domain) == NULL &&
			rvo_store_find_company_of_other_domain(upserts->client_id, companies[i]->domain) == ids[i])
			note_other_domain(upserts, companies[i]->domain, ids[i]);
}

/* ---------------------------------------------------------------- items */

/* apply gives a company what an item says, if nothing is wrong with it then. */
static void
apply(BatchItem *item, Row *row)
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
	item->row.company = company;
	item->id = company.record.id;
	item->found = true;
}

/* create adds the company of an item, if nothing is wrong with it. */
static void
create(Upserts *upserts, BatchItem *item)
{
	Company		company = rvo_company_new(item->company_changes, &item->faults);

	if (item->faults.count > 0)
		return;
	rvo_record_number(&rvo_company_kind, &company.record);
	(void) add_row(upserts, company.domain, &company, false);
	item->row.company = company;
	item->id = company.record.id;
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
write_rows(Upserts *upserts)
{
	Company   **created = palloc((upserts->nrows + 1) * sizeof(Company *));
	int			ncreated = 0;

	for (int i = 0; i < upserts->nrows; i++)
	{
		Row		   *row = &upserts->rows[i];

		if (!row->stored)
			created[ncreated++] = &row->company;
		else if (row->different)
			rvo_store_update(&rvo_company_table, upserts->client_id, &row->company.record);
	}
	if (ncreated > 0)
		insert_companies(upserts->client_id, created, ncreated);
}

/* reset makes an item as it was before an attempt. */
static void
reset(BatchItem *item)
{
	item->faults.entries = NULL;
	item->faults.count = 0;
	item->found = false;
	item->id = 0;
}

/* attempt upserts a chunk, in a subtransaction.  Raises a unique violation if somebody else took a domain. */
static void
attempt(void *arg, bool again pg_attribute_unused())
{
	Upserts    *upserts = arg;

	find_rows(upserts);
	for (int i = 0; i < upserts->count; i++)
	{
		BatchItem  *item = upserts->items[i];
		Row		   *row = row_of(upserts, item->keys[0]);

		CHECK_FOR_INTERRUPTS();
		reset(item);
		if (row == NULL)
			create(upserts, item);
		else
			apply(item, row);
	}
	write_rows(upserts);
}

static bool
upsert_chunk(void *arg)
{
	Upserts    *upserts = arg;

	upserts->error = rvo_attempt_once(attempt, upserts);
	if (upserts->error != NULL)
		rvo_store_check_repeatable(upserts->error);
	return upserts->error == NULL;
}

static void
upsert_items(const Caller *caller, BatchItem *const *items, int n)
{
	Upserts		upserts = {.client_id = caller->client_id, .items = items, .count = n};

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
