/*
 * company_merge.c
 *	  Merging two companies that are one: the one that is kept gets what it lacks from
 *	  the other, and its contacts and domains; the other is deleted.
 *
 * The lock on the client's domains comes first, so that nobody makes a company of
 * the other's domain while it changes hands.  Then both rows are locked, the smaller
 * id first, and then the contacts, as everywhere.  record_merge.c has which value wins.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/record/change_time.h"
#include "shape/record/record_merge.h"
#include "shape/record/record_render.h"
#include "store/record/store_company.h"
#include "store/record/store_company_domain.h"
#include "store/record/store_merged_company.h"
#include "store/service/store_lock.h"
#include "work/company/company_change.h"
#include "work/company/company_kind.h"
#include "work/company/company_merge.h"
#include "work/record/change_feed.h"
#include "work/record/field_definition.h"

/* lock reads a company, and keeps off everybody else, also who makes a contact with it; false if there is none. */
static bool
lock(int client_id, int64 id, Company *company)
{
	return rvo_store_lock_company_to_delete(client_id, id) &&
		rvo_store_lock(&rvo_company_table, client_id, id, &company->record);
}

/* lock_both locks the companies in the order of their ids.  Raises if one is missing, the kept one first. */
static void
lock_both(int client_id, const MergeRequest *merge, Company *keep, Company *other)
{
	bool		keep_first = *merge->keep < *merge->other;
	bool		has_other = !keep_first && lock(client_id, *merge->other, other);

	if (!lock(client_id, *merge->keep, keep))
		rvo_record_raise_missing(&rvo_company_kind, client_id, *merge->keep, merge->keep_name);
	if (keep_first)
		has_other = lock(client_id, *merge->other, other);
	if (!has_other)
		rvo_record_raise_missing(&rvo_company_kind, client_id, *merge->other, merge->other_name);
}

/*
 * rvo_company_merge fills what one company lacks from another, gives it the
 * other's contacts and domains, deletes that, and returns the first, in the
 * current context.
 */
Jsonb *
rvo_company_merge(const Caller *caller, const MergeRequest *merge)
{
	Structure	structure = rvo_merge_check(merge, FAULT_SAME_COMPANY);
	int			client_id = caller->client_id;
	Company		keep;
	Company		other;

	rvo_store_line_up_domains(client_id, true);
	lock_both(client_id, merge, &keep, &other);
	rvo_record_fill(&rvo_company_shape, &keep.record, &other.record);
	rvo_fields_check_excess(&keep.record.custom_fields, merge->other_name);
	keep.record.updated_time = rvo_time_of_change(keep.record.updated_time);

	rvo_store_move_company_domains(client_id, other.record.id, keep.record.id);
	rvo_store_insert_merged_company(client_id, other.record.id, keep.record.id, keep.record.updated_time);
	rvo_company_dissolve(caller, other.record.id, keep.record.id);
	rvo_store_insert_company_domain(client_id, other.domain, keep.record.id);
	rvo_store_update(&rvo_company_table, client_id, &keep.record);
	rvo_changes_note_merged(caller, COMPANY_ENTITY, other.record.id, keep.record.id);
	rvo_changes_note_one(caller, COMPANY_ENTITY, CHANGE_UPDATED, &keep.record);
	return rvo_record_render_created(&rvo_company_shape, &keep.record, structure);
}
