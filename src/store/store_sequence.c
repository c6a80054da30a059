/*
 * store_sequence.c
 *	  New ids.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "commands/sequence.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "store/store_sequence.h"

/* sequence_oid looks the sequence up each time: it may be dropped and made again. */
static Oid
sequence_oid(IdSequence sequence)
{
	static const char *const names[] = {
		[COMPANY_IDS] = "company_id_seq",
		[CONTACT_IDS] = "contact_id_seq",
		[CUSTOM_FIELD_IDS] = "custom_field_id_seq",
	};

	return get_relname_relid(names[sequence], get_namespace_oid("revyops", false));
}

/* rvo_store_next_id takes a new id. */
int64
rvo_store_next_id(IdSequence sequence)
{
	return nextval_internal(sequence_oid(sequence), false);
}

/* rvo_store_number_fields gives every custom field that has none a new id. */
void
rvo_store_number_fields(CustomFields *fields)
{
	Oid			sequence = fields->count > 0 ? sequence_oid(CUSTOM_FIELD_IDS) : InvalidOid;

	for (int i = 0; i < fields->count; i++)
		if (fields->items[i].id == 0)
			fields->items[i].id = nextval_internal(sequence, false);
}
