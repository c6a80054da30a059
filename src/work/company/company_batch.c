/*
 * company_batch.c
 *	  Companies as items of a batch.
 *
 * On top of batch.c.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/record/record_render.h"
#include "store/record/store_company.h"
#include "work/company/company.h"
#include "work/company/company_batch.h"
#include "work/company/company_domain.h"
#include "work/company/company_kind.h"

static void
read_item(const Caller *caller, BatchItem *item, JsonbContainer *body)
{
	item->row.company = rvo_company_read(caller, body, &item->faults);
	item->keys[0] = item->row.company.domain;
}

/* claim notes what has the domains of items beside its first; the index knows first ones only. */
static void
claim(const Caller *caller, BatchItem *const *items, int n)
{
	int64	   *owners = palloc(n * sizeof(int64));

	rvo_company_claim_domains(caller->client_id, rvo_batch_keys(items, n, 0), n, owners);
	for (int i = 0; i < n; i++)
	{
		if (owners[i] == 0)
			continue;
		items[i]->failure = rvo_company_kind.taken;
		rvo_fault_add_existing(&items[i]->faults, rvo_company_kind.key_pointers[0], owners[i]);
	}
}

static void
find_owners(int client_id, BatchItem *const *items, int n)
{
	int64	   *ids = palloc(n * sizeof(int64));

	rvo_store_find_companies(client_id, rvo_batch_keys(items, n, 0), n, ids);
	for (int i = 0; i < n; i++)
		items[i]->owners[0] = ids[i];
}

static Jsonb *
render_item(const BatchItem *item, Structure structure)
{
	return rvo_record_render_created(&rvo_company_shape, &item->row.record, structure);
}

const BatchKind rvo_company_batch = {
	.kind = &rvo_company_kind,
	.read = read_item,
	.resolve = claim,
	.find_owners = find_owners,
	.render = render_item,
};

const BatchKind rvo_company_check = {
	.kind = &rvo_company_kind,
	.only_checks = true,
	.read = read_item,
	.find_owners = find_owners,
};
