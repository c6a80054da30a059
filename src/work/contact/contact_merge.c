/*
 * contact_merge.c
 *	  Merging two contacts of one person: the one that is kept gets what it lacks
 *	  from the other, which is deleted.
 *
 * Both rows are locked, the smaller id first, so that merges of the same
 * contacts wait for each other in one direction.  A company that the kept one
 * is to get is locked before them, as everywhere.  Which one that is, only
 * they tell: if it is another one once they are locked, they are let go again.
 * The client, whose first merge is noted, is locked before all of them.
 * record_merge.c has which value wins.
 */
#include "postgres.h"

#include "access/xact.h"

#include "base/attempt.h"
#include "base/compat.h"
#include "base/failure.h"
#include "shape/record/record_merge.h"
#include "shape/record/record_render.h"
#include "store/record/store_company.h"
#include "store/record/store_merged.h"
#include "store/record/store_trace.h"
#include "work/contact/activity_merge.h"
#include "work/contact/contact_kind.h"
#include "work/contact/contact_merge.h"
#include "work/record/change_feed.h"
#include "work/record/retry.h"

/* Two contacts to lock, in a subtransaction. */
typedef struct Locking
{
	int			client_id;
	const MergeRequest *merge;
	int64		company_id;		/* that the kept contact is to get, and which is locked; 0 = none */
	Contact		keep;
	Contact		other;
} Locking;

/* company_to_get returns the company that the kept contact lacks and the other has; 0 for none. */
static int64
company_to_get(const Locking *locking)
{
	return locking->keep.company_id == 0 ? locking->other.company_id : 0;
}

/*
 * lock_both locks the contacts in the order of their ids.  Raises if one is
 * missing, the kept one first; false if the company to get is another one.
 */
static bool
lock_both(void *arg)
{
	Locking    *locking = arg;
	int			client_id = locking->client_id;
	const MergeRequest *merge = locking->merge;
	bool		keep_first = *merge->keep < *merge->other;
	bool		has_other = !keep_first && rvo_store_lock(&rvo_contact_table, client_id, *merge->other, &locking->other.record);
	int64		company_id;

	if (!rvo_store_lock(&rvo_contact_table, client_id, *merge->keep, &locking->keep.record))
		rvo_record_raise_missing(&rvo_contact_kind, client_id, *merge->keep, merge->keep_name);
	if (keep_first)
		has_other = rvo_store_lock(&rvo_contact_table, client_id, *merge->other, &locking->other.record);
	if (!has_other)
		rvo_record_raise_missing(&rvo_contact_kind, client_id, *merge->other, merge->other_name);
	company_id = company_to_get(locking);
	if (company_id == 0 || company_id == locking->company_id)
		return true;
	locking->company_id = company_id;
	return false;
}

/* lock_all locks the company to get, and then the contacts, which are let go again if it is another one by then. */
static bool
lock_all(void *arg)
{
	Locking    *locking = arg;

	if (locking->company_id != 0)
		(void) rvo_store_lock_company(locking->client_id, locking->company_id);
	if (rvo_attempt_kept(lock_both, locking))
		return true;
	if (IsolationUsesXactSnapshot())
		rvo_failure_raise_serialization();	/* it would see the same again */
	return false;
}

/* lock does so, until it is the right company. */
static void
lock(Locking *locking)
{
	int			client_id = locking->client_id;

	if (rvo_store_get(&rvo_contact_table, client_id, *locking->merge->keep, &locking->keep.record) &&
		rvo_store_get(&rvo_contact_table, client_id, *locking->merge->other, &locking->other.record))
		locking->company_id = company_to_get(locking);
	if (!rvo_retry(lock_all, locking))
		rvo_failure_raise_serialization();
}

/*
 * rvo_contact_merge fills what one contact lacks from another, deletes that, and
 * returns the first, in the current context.  The other goes before its keys
 * are written, so nobody can take them in between, and no key can be taken.
 */
Jsonb *
rvo_contact_merge(const Caller *caller, const MergeRequest *merge)
{
	Structure	structure = rvo_merge_check(merge, FAULT_SAME_CONTACT);
	Locking		locking = {.client_id = caller->client_id, .merge = merge};
	Contact    *keep = &locking.keep;
	Contact    *other = &locking.other;
	ActivityMerge activity;
	IdList		moved;

	rvo_store_note_merged(caller->client_id);
	lock(&locking);
	rvo_activity_merge_begin(caller->client_id, keep, other, &activity);
	rvo_record_fill(&rvo_contact_shape, &keep->record, &other->record);
	rvo_fields_check_excess(&keep->record.custom_fields, merge->other_name);
	rvo_record_stamp(&keep->record);
	moved = rvo_store_move_traces(caller->client_id, other->record.id, keep->record.id);
	rvo_changes_note(caller, EMAIL_ENTITY, CHANGE_UPDATED, moved.ids, moved.count, NULL);
	rvo_store_insert_merged_contact(caller->client_id, other, keep->record.id);
	rvo_activity_merge_end(caller, keep, other, &activity);
	rvo_store_delete_contact(caller->client_id, other->record.id);
	rvo_store_update(&rvo_contact_table, caller->client_id, &keep->record);
	rvo_changes_note_merged(caller, CONTACT_ENTITY, other->record.id, keep->record.id);
	rvo_changes_note_one(caller, CONTACT_ENTITY, CHANGE_UPDATED, &keep->record);
	return rvo_record_render_created(&rvo_contact_shape, &keep->record, structure);
}
