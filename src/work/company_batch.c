/*
 * company_batch.c
 *	  Companies as items of a batch.
 *
 * On top of batch.c.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/company_render.h"
#include "store/store_company.h"
#include "work/company.h"
#include "work/company_batch.h"
#include "work/field_definition.h"

/* rows returns the companies of the items. */
static Company **
rows(BatchItem *const *items, int n)
{
	Company   **companies = palloc(n * sizeof(Company *));

	for (int i = 0; i < n; i++)
		companies[i] = &items[i]->row.company;
	return companies;
}

static void
read_item(const Caller *caller, BatchItem *item, JsonbContainer *body)
{
	item->row.company = rvo_company_read(caller, body, &item->faults);
	item->keys[0] = item->row.company.domain;
}

static void
settle(const Caller *caller, const BatchItem *items, int n)
{
	for (int i = 0; i < n; i++)
		if (items[i].faults.count == 0)
			rvo_field_names_note(caller, COMPANY_ENTITY, &items[i].row.company.record.custom_fields);
}

static void
number_item(BatchItem *item)
{
	rvo_company_number(&item->row.company);
	item->id = item->row.company.record.id;
}

static void
insert_items(int client_id, BatchItem *const *items, int n, bool *inserted)
{
	rvo_store_insert_companies(client_id, rows(items, n), n, inserted);
}

static void
insert_or_raise(int client_id, const BatchItem *item)
{
	rvo_store_insert_company_or_raise(client_id, &item->row.company);
}

static void
find_owners(int client_id, BatchItem *const *items, int n)
{
	int64	   *ids = palloc(n * sizeof(int64));

	rvo_store_find_companies(client_id, rows(items, n), n, ids);
	for (int i = 0; i < n; i++)
		items[i]->owners[0] = ids[i];
}

static Jsonb *
render_item(const BatchItem *item, Structure structure)
{
	return rvo_company_render_created(&item->row.company, structure);
}

const BatchKind rvo_company_batch = {
	.key_pointers = {"/domain"},
	.taken = FAILURE_COMPANY_EXISTS,
	.read = read_item,
	.settle = settle,
	.number = number_item,
	.insert = insert_items,
	.insert_or_raise = insert_or_raise,
	.find_owners = find_owners,
	.render = render_item,
};
