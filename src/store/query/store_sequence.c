/*
 * store_sequence.c
 *	  New ids.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "commands/sequence.h"
#include "miscadmin.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "store/query/store_sequence.h"

#define ID_SEQUENCE(constant, name) [constant] = {name "_id_seq"},

/* Those of records, and behind them the others. */
enum
{
	CHANGE_SEQUENCE = ENTITIES,
	STATUS_CHANGE_SEQUENCE,
	DO_NOT_CONTACT_SEQUENCE,
	CUSTOM_FIELD_SEQUENCE,
	SEQUENCES
};

/* The sequences, and which they are, as far as that was looked up. */
static struct
{
	const char *name;
	Oid			oid;
}			sequences[SEQUENCES] = {
	ENTITY_LIST(ID_SEQUENCE)
	[CHANGE_SEQUENCE] = {"change_id_seq"},
	[STATUS_CHANGE_SEQUENCE] = {"contact_status_history_id_seq"},
	[DO_NOT_CONTACT_SEQUENCE] = {"do_not_contact_id_seq"},
	[CUSTOM_FIELD_SEQUENCE] = {"custom_field_id_seq"},
};

/* forget is called by the server when a relation has changed: a sequence may be dropped, or have another name. */
static void
forget(Datum arg pg_attribute_unused(), Oid relation)
{
	for (int i = 0; i < SEQUENCES; i++)
		if (relation == InvalidOid || relation == sequences[i].oid)
			sequences[i].oid = InvalidOid;
}

/* forget_all is called when a schema has changed. */
static void
forget_all(Datum arg pg_attribute_unused(), int cache pg_attribute_unused(), uint32 hash pg_attribute_unused())
{
	forget((Datum) 0, InvalidOid);
}

/* sequence_oid looks a sequence up, once until it changes. */
static Oid
sequence_oid(int sequence)
{
	static bool told = false;

	if (!told)
	{
		CacheRegisterRelcacheCallback(forget, (Datum) 0);
		CacheRegisterSyscacheCallback(NAMESPACEOID, forget_all, (Datum) 0);
		told = true;
	}
	if (!OidIsValid(sequences[sequence].oid))
		sequences[sequence].oid = get_relname_relid(sequences[sequence].name, get_namespace_oid("revyops", false));
	return sequences[sequence].oid;
}

static int64
next_value(int sequence)
{
	return nextval_internal(sequence_oid(sequence), false);
}

/* rvo_store_next_id takes a new id for a record. */
int64
rvo_store_next_id(Entity entity)
{
	return next_value(entity);
}

/* rvo_store_next_change_id takes a new id for a change. */
int64
rvo_store_next_change_id(void)
{
	return next_value(CHANGE_SEQUENCE);
}

/* rvo_store_next_status_change_id takes a new id for a change of a contact's status. */
int64
rvo_store_next_status_change_id(void)
{
	return next_value(STATUS_CHANGE_SEQUENCE);
}

/* rvo_store_next_do_not_contact_id takes a new id for an entry of the do-not-contact list. */
int64
rvo_store_next_do_not_contact_id(void)
{
	return next_value(DO_NOT_CONTACT_SEQUENCE);
}

/* rvo_store_number_fields gives every custom field that has none a new id. */
void
rvo_store_number_fields(CustomFields *fields)
{
	Oid			sequence = fields->count > 0 ? sequence_oid(CUSTOM_FIELD_SEQUENCE) : InvalidOid;

	for (int i = 0; i < fields->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (fields->items[i].id == 0)
			fields->items[i].id = nextval_internal(sequence, false);
	}
}
