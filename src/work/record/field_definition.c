/*
 * field_definition.c
 *	  The use cases of custom-field definitions: using, making, changing and listing them.
 *
 * Under contact.c and company.c.  A client that has never defined a field, and
 * is not strict, pays nothing: its row says so, which each call reads anyway.
 * Changes of definitions lock that row, so that they come one after another;
 * whoever writes contacts meanwhile goes by what they have read.  All lock contacts
 * or companies first, then records of names, in the order of names.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "base/failure.h"
#include "base/fault.h"
#include "shape/record/custom_field_rules.h"
#include "shape/record/member.h"
#include "store/record/store_activity.h"
#include "store/record/store_field_value.h"
#include "store/service/store_client.h"
#include "work/record/change_feed.h"
#include "work/record/field_definition.h"

static const Slice modes[] = {CONST_SLICE("delete"), CONST_SLICE("keep")};

/* ---------------------------------------------------------------- for whoever writes values */

static void
add_rule(void *arg, Slice name, Slice type, Jsonb *options)
{
	rvo_field_rules_add(arg, name, type, options);
}

/* rvo_field_rules_load reads the client's definitions into the caller's notes, once a call. */
void
rvo_field_rules_load(const Caller *caller, Entity entity)
{
	CallNotes  *notes = caller->notes;
	MemoryContext context;

	if (notes->rules_loaded[entity])
		return;
	notes->rules_loaded[entity] = true;
	if (!caller->settings.strict_fields && !caller->settings.fields_defined[entity])
		return;
	context = MemoryContextSwitchTo(notes->context);
	notes->rules[entity] = rvo_field_rules_create(caller->settings.strict_fields);
	notes->rules[entity]->dots_may_group = notes->dots_may_group;
	if (caller->settings.fields_defined[entity])
		rvo_store_read_definitions(caller->client_id, entity, add_rule, notes->rules[entity]);
	MemoryContextSwitchTo(context);
}

/*
 * rvo_field_names_note remembers the names of fields that the call has written
 * and that are not defined, until rvo_field_names_record_noted.
 */
void
rvo_field_names_note(const Caller *caller, Entity entity, const CustomFields *fields)
{
	FieldRules *rules = caller->notes->rules[entity];
	MemoryContext context;

	if (rules == NULL || rules->strict)
		return;
	context = MemoryContextSwitchTo(caller->notes->context);
	for (int i = 0; i < fields->count; i++)
		if (fields->items[i].updated_time.data == NULL) /* of now */
			rvo_field_rules_note_name(rules, fields->items[i].name);
	MemoryContextSwitchTo(context);
}

/*
 * rvo_field_names_record_noted keeps what was noted for the client to review.  It
 * ends a call: whoever waits for somebody else's record of a name holds all else
 * that they need, and records of lesser names only.  So no two wait for each other.
 */
void
rvo_field_names_record_noted(const Caller *caller)
{
	for (Entity entity = 0; entity < ENTITIES; entity++)
	{
		FieldRules *rules = caller->notes->rules[entity];
		Slice	   *names;
		int			n;

		if (rules == NULL)
			continue;
		names = rvo_field_rules_noted_names(rules, &n);
		for (int i = 0; i < n; i++)
		{
			CHECK_FOR_INTERRUPTS();
			rvo_store_insert_seen(caller->client_id, entity, names[i], GetCurrentTransactionStartTimestamp());
		}
	}
}

/* rvo_field_names_record does both, for a call that writes one contact or company. */
void
rvo_field_names_record(const Caller *caller, Entity entity, const CustomFields *fields)
{
	rvo_field_names_note(caller, entity, fields);
	rvo_field_names_record_noted(caller);
}

/* ---------------------------------------------------------------- definitions */

/* read_one_of reads an argument that is one of some texts; returns its position. */
static int
read_one_of(Slice value, const char *where, const Slice *allowed, int n, FaultList *faults)
{
	if (value.data == NULL)
	{
		rvo_fault_add(faults, where, FAULT_REQUIRED);
		return 0;
	}
	for (int i = 0; i < n; i++)
		if (rvo_slice_equal(allowed[i], value))
			return i;
	rvo_fault_add_names(faults, where, FAULT_INVALID_OPTION, "allowed", allowed, n);
	return 0;
}

/* read_name reads the name of a field. */
static Slice
read_name(Slice name, const char *where, FaultList *faults)
{
	name = rvo_text_trim(name);
	if (name.len == 0)
		rvo_fault_add(faults, where, FAULT_REQUIRED);
	else
		rvo_member_check_text(name, where, MEMBER_MAX_LENGTH, false, faults);
	return name;
}

/* read_options returns the options as they are stored: the choices, if the type has them. */
static Jsonb *
read_options(FieldType type, Jsonb *options, FaultList *faults)
{
	JsonObject	object = rvo_json_open(1);
	JsonbValue	value;
	JsonbValue	list;
	Slice	   *choices;
	int			n;

	if (type == FIELD_CHOICE)
	{
		choices = rvo_field_choices(rvo_json_root(options), &n, faults);
		list = rvo_json_array(n);
		for (int i = 0; i < n; i++)
			rvo_json_append(&list, rvo_json_text(choices[i]));
		rvo_json_put(&object, CONST_SLICE("choices"), list);
	}
	else if (options != NULL && !rvo_json_is_object(&options->root))
		rvo_fault_add(faults, "options", FAULT_NOT_AN_OBJECT);
	else if (options != NULL && JsonContainerSize(&options->root) > 0)
		rvo_fault_add(faults, "options", FAULT_OPTIONS_NOT_ALLOWED);
	value = rvo_json_close(&object);
	return rvo_json_encode(&value);
}

/*
 * rvo_field_define makes a definition, or changes it.  Values that are there are
 * not looked at: each is when it is written next.  Arguments have no value, and
 * options are NULL, for SQL's NULL.
 */
void
rvo_field_define(const Caller *caller, Slice entity_name, Slice name, Slice type_name, Jsonb *options)
{
	FaultList	faults = {0};
	Entity		entity = read_one_of(entity_name, "entity", rvo_entity_names, ENTITIES, &faults);
	FieldType	type;
	Jsonb	   *stored;

	name = read_name(name, "name", &faults);
	type = read_one_of(type_name, "type", rvo_field_types, FIELD_TYPES, &faults);
	stored = read_options(type, options, &faults);
	if (faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	rvo_store_lock_client(caller->client_id);
	rvo_store_note_defined(caller->client_id, entity);
	rvo_store_define(caller->client_id, entity, name, rvo_field_types[type], stored,
					 GetCurrentTransactionStartTimestamp());
	(void) rvo_store_delete_seen(caller->client_id, entity, name);
}

/* check_new_name raises FAILURE_CUSTOM_FIELD_EXISTS if a field of the new name is defined, or stands beside the old one. */
static void
check_new_name(int client_id, Entity entity, Slice name, Slice new_name)
{
	FaultList	faults = {0};
	int64		first;
	int64		rows;

	if (rvo_store_is_defined(client_id, entity, new_name))
		rvo_fault_add(&faults, "new_name", FAULT_ALREADY_EXISTS);
	rows = rvo_store_count_rows_with_both(client_id, entity, name, new_name, &first);
	if (rows > 0)
		rvo_fault_add_existing_rows(&faults, "new_name", first, rows);
	if (faults.count > 0)
		rvo_failure_raise(FAILURE_CUSTOM_FIELD_EXISTS, &faults);
}

/* check_room raises FAILURE_INVALID_REQUEST if a record has no room for a name in place of a shorter one. */
static void
check_room(int client_id, Entity entity, Slice name, Slice new_name, LockedRows rows)
{
	int			more = new_name.len - name.len;

	if (more > 0 && rvo_store_has_large(client_id, entity, rows, CUSTOM_FIELDS_MAX_OCTETS - more))
		rvo_failure_raise_one(FAILURE_INVALID_REQUEST, "new_name", FAULT_FIELDS_TOO_LARGE);
}

/* rename_values renames the values; returns how many there were.  Raises FAILURE_CUSTOM_FIELD_EXISTS. */
static int64
rename_values(const Caller *caller, Entity entity, Slice name, Slice new_name)
{
	int			client_id = caller->client_id;
	LockedRows	rows = rvo_store_lock_rows_with(client_id, entity, name);
	int64		renamed;

	/* Nobody gives them the new name from now on. */
	check_new_name(client_id, entity, name, new_name);
	check_room(client_id, entity, name, new_name, rows);
	renamed = rvo_store_rename_values(client_id, entity, name, new_name, rows);
	if (entity == CONTACT_ENTITY)
		rvo_store_rename_filled(client_id, rows.ids, name, new_name);
	rvo_changes_note_member(caller, entity, rows.ids, MEMBER_FIELDS);
	return renamed;
}

/* rename_seen records a name in place of another, in the order of names as whoever writes contacts does. */
static void
rename_seen(int client_id, Entity entity, Slice name, Slice new_name)
{
	bool		before = rvo_slice_compare(&new_name, &name) < 0;

	if (before)
		rvo_store_insert_seen(client_id, entity, new_name, GetCurrentTransactionStartTimestamp());
	(void) rvo_store_delete_seen(client_id, entity, name);
	if (!before)
		rvo_store_insert_seen(client_id, entity, new_name, GetCurrentTransactionStartTimestamp());
}

/*
 * rvo_field_rename renames a field that is defined or was recorded, with the
 * values of all contacts or companies; returns how many of those had it.
 */
int64
rvo_field_rename(const Caller *caller, Slice entity_name, Slice name, Slice new_name)
{
	FaultList	faults = {0};
	Entity		entity = read_one_of(entity_name, "entity", rvo_entity_names, ENTITIES, &faults);
	bool		defined;
	int64		rows;

	name = read_name(name, "name", &faults);
	new_name = read_name(new_name, "new_name", &faults);
	if (faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	rvo_store_lock_client(caller->client_id);
	defined = rvo_store_is_defined(caller->client_id, entity, name);
	if (!defined && !rvo_store_is_seen(caller->client_id, entity, name))
		rvo_failure_raise_one(FAILURE_CUSTOM_FIELD_NOT_FOUND, "name", FAULT_NOT_FOUND);
	if (rvo_slice_equal(name, new_name))
		return 0;
	rows = rename_values(caller, entity, name, new_name);
	if (!defined)
		rename_seen(caller->client_id, entity, name, new_name);
	else
	{
		rvo_store_rename_definition(caller->client_id, entity, name, new_name);
		(void) rvo_store_delete_seen(caller->client_id, entity, new_name);
	}
	return rows;
}

/* delete_values deletes the values; returns how many there were. */
static int64
delete_values(const Caller *caller, Entity entity, Slice name)
{
	LockedRows	rows = rvo_store_lock_rows_with(caller->client_id, entity, name);
	int64		deleted = rvo_store_delete_values(caller->client_id, entity, name, rows);

	if (entity == CONTACT_ENTITY)
		rvo_store_delete_filled(caller->client_id, rows.ids, name);
	rvo_changes_note_member(caller, entity, rows.ids, MEMBER_FIELDS);
	return deleted;
}

/*
 * rvo_field_remove ends a definition, or forgets a recorded name; its values are
 * kept or deleted.  Returns how many contacts or companies have lost one.
 */
int64
rvo_field_remove(const Caller *caller, Slice entity_name, Slice name, Slice mode)
{
	FaultList	faults = {0};
	Entity		entity = read_one_of(entity_name, "entity", rvo_entity_names, ENTITIES, &faults);
	bool		keeps;
	int64		rows;

	name = read_name(name, "name", &faults);
	keeps = read_one_of(mode, "mode", modes, lengthof(modes), &faults) == 1;
	if (faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	rvo_store_lock_client(caller->client_id);
	if (!rvo_store_delete_definition(caller->client_id, entity, name) &&
		!rvo_store_is_seen(caller->client_id, entity, name))
		rvo_failure_raise_one(FAILURE_CUSTOM_FIELD_NOT_FOUND, "name", FAULT_NOT_FOUND);
	rows = keeps ? 0 : delete_values(caller, entity, name);
	(void) rvo_store_delete_seen(caller->client_id, entity, name);
	return rows;
}

/* rvo_field_list shows the fields that are defined or were recorded, by name. */
void
rvo_field_list(int client_id, Slice entity_name, void (*put) (void *arg, const ListedField *field), void *arg)
{
	FaultList	faults = {0};
	Entity		entity = read_one_of(entity_name, "entity", rvo_entity_names, ENTITIES, &faults);

	if (faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	rvo_store_list_fields(client_id, entity, put, arg);
}
