/*
 * entity_kind.c
 *	  What is done to records of every kind alike: getting, locking, adding, writing,
 *	  and changing one custom field.
 *
 * Under contact*.c and company*.c.  The client ALL_CLIENTS reads the master
 * list: the records of every client, each with its client_id.
 */
#include "postgres.h"

#include "base/attempt.h"
#include "base/compat.h"
#include "base/failure.h"
#include "shape/record/change_time.h"
#include "shape/record/record_render.h"
#include "store/query/store_sequence.h"
#include "store/query/store_violation.h"
#include "work/record/change_feed.h"
#include "work/record/entity_kind.h"
#include "work/record/field_definition.h"
#include "work/record/retry.h"

/* rvo_record_raise_missing raises of_other_client or not_found. */
void
rvo_record_raise_missing(const EntityKind *kind, int client_id, int64 id, const char *where)
{
	if (client_id != ALL_CLIENTS && rvo_store_has_other_client(kind->table, client_id, id))
		rvo_failure_raise_one(kind->of_other_client, where, FAULT_OTHER_CLIENT);
	rvo_failure_raise_one(kind->not_found, where, FAULT_NOT_FOUND);
}

/* rvo_record_raise_gone raises what became of a record that was to be shown, else as rvo_record_raise_missing. */
void
rvo_record_raise_gone(const EntityKind *kind, int client_id, int64 id, const char *where)
{
	if (kind->raise_gone != NULL)
		kind->raise_gone(client_id, id, where);
	rvo_record_raise_missing(kind, client_id, id, where);
}

/* rvo_record_get shows a record, in the current context.  id is NULL, and structure_name no value, for SQL's NULL. */
JsonbValue
rvo_record_get(const EntityKind *kind, int client_id, const int64 *id, Slice structure_name)
{
	FaultList	faults = {0};
	Structure	structure;
	Record	   *record = palloc(kind->table->size);

	if (id == NULL)
		rvo_fault_add(&faults, "id", FAULT_REQUIRED);
	structure = rvo_structure_read(structure_name, &faults);
	if (faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	if (!rvo_store_get(kind->table, client_id, *id, record))
		rvo_record_raise_gone(kind, client_id, *id, "id");
	return rvo_record_render(kind->shape, record, structure, client_id == ALL_CLIENTS);
}

/* rvo_record_lock reads a record and keeps others from changing it.  where is what has the id. */
void
rvo_record_lock(const EntityKind *kind, int client_id, int64 id, const char *where, Record *record)
{
	if (!rvo_store_lock(kind->table, client_id, id, record))
		rvo_record_raise_missing(kind, client_id, id, where);
}

/* ---------------------------------------------------------------- adding */

/* rvo_record_number gives a record and its custom fields new ids. */
void
rvo_record_number(const EntityKind *kind, Record *record)
{
	record->id = rvo_store_next_id(kind->entity);
	rvo_store_number_fields(&record->custom_fields);
}

/* A record to write. */
typedef struct Writing
{
	const EntityKind *kind;
	int			client_id;
	const Caller *caller;		/* of an insert */
	Record	   *record;
	ErrorData  *error;			/* that undid it */
} Writing;

static bool
insert(void *arg)
{
	Writing    *writing = arg;

	rvo_record_number(writing->kind, writing->record);
	if (rvo_store_insert(writing->kind->table, writing->client_id, writing->record))
		return writing->kind->check_new == NULL || writing->kind->check_new(writing->caller, writing->record);
	if (writing->kind->raise_taken != NULL)
		writing->kind->raise_taken(writing->client_id, writing->record, 0);
	return false;
}

/*
 * rvo_record_insert gives a record ids and adds it.  Raises taken, naming who
 * has each key; what no key of ours explains comes as the server says it.
 */
void
rvo_record_insert(const EntityKind *kind, const Caller *caller, Record *record)
{
	Writing		writing = {.kind = kind, .client_id = caller->client_id, .caller = caller, .record = record};

	if (!rvo_retry(insert, &writing))
		rvo_store_insert_or_raise(kind->table, caller->client_id, record);
	rvo_changes_note_one(caller, kind->entity, CHANGE_CREATED, record);
}

/* ---------------------------------------------------------------- changing */

/* rvo_record_stamp gives a record that was changed its time, and new custom fields their ids. */
void
rvo_record_stamp(Record *record)
{
	record->updated_time = rvo_time_of_change(record->updated_time);
	rvo_store_number_fields(&record->custom_fields);
}

/* note_written notes that a record was changed and written. */
static void
note_written(const EntityKind *kind, const Caller *caller, const Record *record)
{
	rvo_changes_note_one(caller, kind->entity, CHANGE_UPDATED, record);
	if (kind->note_written != NULL)
		kind->note_written(caller->client_id, record);
}

static void
update(void *arg, bool again pg_attribute_unused())
{
	Writing    *writing = arg;

	rvo_store_update(writing->kind->table, writing->client_id, writing->record);
}

/* update_keys writes a record with other keys than before; returns the unique violation that undid it, or NULL. */
static ErrorData *
update_keys(Writing *writing)
{
	writing->error = rvo_attempt_once(update, writing);
	if (writing->error != NULL && !rvo_sqlstate_is_taken_key(writing->error->sqlerrcode))
		ReThrowError(writing->error);
	return writing->error;
}

/*
 * rvo_record_write writes a record that was changed, and returns NULL.  If its
 * keys are others than before, a unique violation is returned, and nothing is
 * written.  Only the index can tell whether somebody is about to take them, and
 * an UPDATE has no ON CONFLICT: hence the subtransaction.
 */
ErrorData *
rvo_record_write(const EntityKind *kind, const Caller *caller, Record *record, bool other_keys)
{
	Writing		writing = {.kind = kind, .client_id = caller->client_id, .record = record};

	rvo_record_stamp(record);
	if (!other_keys)
		update(&writing, false);
	else if (update_keys(&writing) != NULL)
		return writing.error;
	note_written(kind, caller, record);
	return NULL;
}

static bool
save(void *arg)
{
	Writing    *writing = arg;
	ErrorData  *error = update_keys(writing);

	if (error == NULL)
		return true;
	writing->kind->raise_taken(writing->client_id, writing->record, writing->record->id);

	/* Who had the key is gone, or is not to be seen by this transaction's snapshot, or it is no key of ours. */
	rvo_store_check_repeatable(error);
	return false;
}

/*
 * rvo_record_save writes a record that was changed, and raises taken if others have
 * its keys.  It looks before it writes, too: two that want each other's key
 * would both write, and then wait for each other.
 */
void
rvo_record_save(const EntityKind *kind, const Caller *caller, Record *record, bool other_keys)
{
	Writing		writing = {.kind = kind, .client_id = caller->client_id, .record = record};

	rvo_record_stamp(record);
	if (!other_keys)
		update(&writing, false);
	else
	{
		kind->raise_taken(caller->client_id, record, record->id);
		if (!rvo_retry(save, &writing))
			ReThrowError(writing.error);
	}
	note_written(kind, caller, record);
	rvo_field_names_record(caller, kind->entity, &record->custom_fields);
}

/*
 * rvo_record_change_field changes one custom field and returns it, in the current
 * context; NULL if it was deleted.
 */
Jsonb *
rvo_record_change_field(const EntityKind *kind, const Caller *caller, const FieldChange *change)
{
	Record	   *record = palloc(kind->table->size);
	CustomField input;
	bool		different;
	CustomField *field;
	JsonbValue	value;

	rvo_field_rules_load(caller, kind->entity);
	input = rvo_field_change_read(caller, kind->entity, change, kind->id_name);
	rvo_record_lock(kind, caller->client_id, *change->owner_id, kind->id_name, record);
	field = rvo_field_change_apply(caller->notes->rules[kind->entity], change, input, &record->custom_fields, &different);
	if (different)
	{
		record->changed = rvo_member_bit(kind->shape, MEMBER_FIELDS);
		rvo_record_save(kind, caller, record, false);
	}
	if (field == NULL)
		return NULL;
	value = rvo_custom_field_nested(field, rvo_json_time(record->updated_time));
	return rvo_json_encode(&value);
}
