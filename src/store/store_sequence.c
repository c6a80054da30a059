/*
 * store_sequence.c
 *	  New ids.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "commands/sequence.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "store/store_sequence.h"

/* sequence_oid looks a sequence up each time: it may be dropped and made again. */
static Oid
sequence_oid(const char *name)
{
	return get_relname_relid(name, get_namespace_oid("revyops", false));
}

/* rvo_store_next_value takes a new id of a sequence that is no record's. */
int64
rvo_store_next_value(const char *sequence)
{
	return nextval_internal(sequence_oid(sequence), false);
}

#define ID_SEQUENCE(constant, name) [constant] = name "_id_seq",

/* rvo_store_next_id takes a new id for a record. */
int64
rvo_store_next_id(Entity entity)
{
	static const char *const names[ENTITIES] = {ENTITY_LIST(ID_SEQUENCE)};

	return nextval_internal(sequence_oid(names[entity]), false);
}

/* rvo_store_next_change_id takes a new id for a change. */
int64
rvo_store_next_change_id(void)
{
	return rvo_store_next_value("change_id_seq");
}

/* rvo_store_next_status_change_id takes a new id for a change of a contact's status. */
int64
rvo_store_next_status_change_id(void)
{
	return rvo_store_next_value("contact_status_history_id_seq");
}

/* rvo_store_number_fields gives every custom field that has none a new id. */
void
rvo_store_number_fields(CustomFields *fields)
{
	Oid			sequence = fields->count > 0 ? sequence_oid("custom_field_id_seq") : InvalidOid;

	for (int i = 0; i < fields->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (fields->items[i].id == 0)
			fields->items[i].id = nextval_internal(sequence, false);
	}
}
