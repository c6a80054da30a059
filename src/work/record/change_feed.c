/*
 * change_feed.c
 *	  Noting changes of records, for those who follow them.
 *
 * Whoever writes a record calls this behind it, in the same transaction and while
 * the record is locked: see store_change.c.  Nothing is noted for clients that
 * don't want it.
 */
#include "postgres.h"

#include "base/compat.h"
#include "store/service/store_change.h"
#include "work/record/change_feed.h"

/* name_members lists the names of members, in the current context. */
static void
name_members(Entity entity, ChangedMembers members, NewChange *change)
{
	const RecordShape *shape = rvo_record_shapes[entity];

	if (members == 0)
		return;
	change->members = palloc(shape->count * sizeof(Slice));
	for (int i = 0; i < shape->count; i++)
		if ((members & (ChangedMembers) 1 << i) != 0)
			change->members[change->nmembers++] = shape->members[i].name;
}

/*
 * rvo_changes_note notes that something became of records.  members are those that are
 * others than before, a list for each, of CHANGE_UPDATED only; NULL = it is not known which.
 */
void
rvo_changes_note(const Caller *caller, Entity entity, ChangeKind kind, const int64 *ids, int n, const ChangedMembers *members)
{
	NewChange  *changes;

	if (!caller->settings.notes_changes || n == 0)
		return;
	changes = palloc0(n * sizeof(NewChange));
	for (int i = 0; i < n; i++)
	{
		changes[i].record_id = ids[i];
		if (members != NULL && kind == CHANGE_UPDATED)
			name_members(entity, members[i], &changes[i]);
	}
	rvo_store_insert_changes(caller->client_id, entity, kind, changes, n);
}

/* rvo_changes_note_one notes that something became of a record. */
void
rvo_changes_note_one(const Caller *caller, Entity entity, ChangeKind kind, const Record *record)
{
	rvo_changes_note(caller, entity, kind, &record->id, 1, &record->changed);
}

/* rvo_changes_note_many notes that something became of records. */
void
rvo_changes_note_many(const Caller *caller, Entity entity, ChangeKind kind, Record *const *records, int n)
{
	int64	   *ids;
	ChangedMembers *members;

	if (!caller->settings.notes_changes)
		return;
	ids = palloc(n * sizeof(int64));
	members = palloc(n * sizeof(ChangedMembers));
	for (int i = 0; i < n; i++)
	{
		ids[i] = records[i]->id;
		members[i] = records[i]->changed;
	}
	rvo_changes_note(caller, entity, kind, ids, n, members);
}

/* rvo_changes_note_merged notes that a record was merged into another. */
void
rvo_changes_note_merged(const Caller *caller, Entity entity, int64 id, int64 merged_into)
{
	NewChange	change = {.record_id = id, .merged_into = merged_into};

	if (caller->settings.notes_changes)
		rvo_store_insert_changes(caller->client_id, entity, CHANGE_MERGED, &change, 1);
}

/* rvo_changes_note_member notes that the one member of a kind is another in records with these ids, a bigint[]. */
void
rvo_changes_note_member(const Caller *caller, Entity entity, Datum ids, MemberKind member)
{
	const RecordShape *shape = rvo_record_shapes[entity];

	if (!caller->settings.notes_changes)
		return;
	for (int i = 0; i < shape->count; i++)
		if (shape->members[i].kind == member)
			rvo_store_insert_changes_of(caller->client_id, entity, ids, shape->members[i].name);
}
