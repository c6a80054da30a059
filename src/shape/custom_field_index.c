/*
 * custom_field_index.c
 *	  What the index on custom fields holds, and what is looked for in it.
 */
#include "postgres.h"

#include "common/hashfn.h"

#include "base/compat.h"
#include "shape/custom_field_index.h"

/* rvo_custom_field_pattern makes what a stored list with this field contains. */
JsonbValue
rvo_custom_field_pattern(Slice name, Slice value)
{
	JsonbValue	list = rvo_json_array(1);
	JsonObject	field = rvo_json_open(2);

	rvo_json_put(&field, CONST_SLICE("field_name"), rvo_json_text(name));
	rvo_json_put(&field, CONST_SLICE("field_value"), rvo_json_text(value));
	rvo_json_append(&list, rvo_json_close(&field));
	return list;
}

/* rvo_custom_field_hash hashes one field of one client, so that equal values of two do not meet. */
int64
rvo_custom_field_hash(int client_id, Slice name, Slice value)
{
	uint64		h = hash_bytes_uint32_extended(client_id, 0);

	h = hash_bytes_extended((const unsigned char *) name.data, name.len, h);
	return (int64) hash_bytes_extended((const unsigned char *) value.data, value.len, h);
}

/*
 * rvo_custom_fields_hash gives one hash a field of a stored list: what the
 * index holds.  Returns how many; entries that are no fields count for nothing.
 */
int
rvo_custom_fields_hash(int client_id, JsonbContainer *nested, int64 **hashes)
{
	JsonbIterator *it = JsonbIteratorInit(nested);
	JsonbIteratorToken token;
	JsonbValue	item;
	JsonbValue	name;
	JsonbValue	value;
	int			n = 0;

	*hashes = palloc(Max(JsonContainerSize(nested), 1) * sizeof(int64));
	while ((token = JsonbIteratorNext(&it, &item, true)) != WJB_DONE)
	{
		if (token != WJB_ELEM || item.type != jbvBinary ||
			!rvo_json_is_object(item.val.binary.data) ||
			!rvo_json_get(item.val.binary.data, CONST_SLICE("field_name"), &name) ||
			!rvo_json_get(item.val.binary.data, CONST_SLICE("field_value"), &value) ||
			name.type != jbvString || value.type != jbvString)
			continue;
		(*hashes)[n++] = rvo_custom_field_hash(client_id, rvo_json_string(&name), rvo_json_string(&value));
	}
	return n;
}
