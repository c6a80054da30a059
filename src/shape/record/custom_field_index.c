/*
 * custom_field_index.c
 *	  What the index on custom fields holds, and what is looked for in it.
 *
 * It holds names without their ASCII case, so that it serves who asks for
 * "industry" and for "Industry".  What it finds is compared with the row.
 */
#include "postgres.h"

#include "common/hashfn.h"

#include "base/compat.h"
#include "shape/record/custom_field_index.h"

#define HASH_BITS 33
#define FOLDED_AT_ONCE 64		/* octets of a name; what it is has no effect but on what an index holds */

/* read_text reads a string member of an object; false if it has none. */
static bool
read_text(JsonbContainer *object, Slice member, Slice *text)
{
	JsonbValue	value;

	if (!rvo_json_get(object, member, &value) || value.type != jbvString)
		return false;
	*text = rvo_json_string(&value);
	return true;
}

/* next_field finds the next field of a stored list, passing over entries that are none; false at the end. */
static bool
next_field(JsonObjects *entries, Slice *name, Slice *value)
{
	JsonbContainer *entry;

	while (rvo_json_next_object(entries, &entry))
		if (read_text(entry, CONST_SLICE("field_name"), name) && read_text(entry, CONST_SLICE("field_value"), value))
			return true;
	return false;
}

/* is_named tells whether a name is this one; any_case: but for ASCII case. */
static bool
is_named(Slice name, Slice expected, bool any_case)
{
	if (!any_case)
		return rvo_slice_equal(name, expected);
	return name.len == expected.len && pg_strncasecmp(name.data, expected.data, name.len) == 0;
}

/* rvo_custom_fields_have tells whether a stored list has this field; any_case: ASCII case of the name doesn't count. */
bool
rvo_custom_fields_have(JsonbContainer *nested, Slice name, Slice value, bool any_case)
{
	JsonObjects entries = {.array = nested};
	Slice		found_name;
	Slice		found_value;

	while (next_field(&entries, &found_name, &found_value))
		if (is_named(found_name, name, any_case) && rvo_slice_equal(found_value, value))
			return true;
	return false;
}

/*
 * rvo_custom_field_hash hashes one field of one client; ASCII case of the name doesn't
 * count.  The client's id, of 31 bits, is the upper part, as it is, so that no value of one
 * client ever meets one of another, whatever they compute: the hash has no secret.  33 bits
 * of it are enough within a client.
 */
int64
rvo_custom_field_hash(int client_id, Slice name, Slice value)
{
	uint64		h = 0;
	unsigned char folded[FOLDED_AT_ONCE];

	for (int at = 0; at < name.len; at += FOLDED_AT_ONCE)
	{
		int			n = Min(name.len - at, FOLDED_AT_ONCE);

		for (int i = 0; i < n; i++)
			folded[i] = rvo_ascii_lower(name.data[at + i]);
		h = hash_bytes_extended(folded, n, h);
	}
	h = hash_bytes_extended((const unsigned char *) value.data, value.len, h);
	return (int64) ((uint64) client_id << HASH_BITS | h >> (64 - HASH_BITS));
}

/* rvo_custom_fields_value finds the value of a field of a stored list; no value if there is none. */
Slice
rvo_custom_fields_value(JsonbContainer *nested, Slice name)
{
	JsonObjects entries = {.array = nested};
	Slice		found_name;
	Slice		value;

	while (next_field(&entries, &found_name, &value))
		if (rvo_slice_equal(found_name, name))
			return value;
	return NO_SLICE;
}

/*
 * rvo_custom_fields_hash gives one hash a field of a stored list: what the
 * index holds.  Returns how many; entries that are no fields count for nothing.
 */
int
rvo_custom_fields_hash(int client_id, JsonbContainer *nested, int64 **hashes)
{
	JsonObjects entries = {.array = nested};
	Slice		name;
	Slice		value;
	int			n = 0;

	*hashes = palloc(Max(JsonContainerSize(nested), 1) * sizeof(int64));
	while (next_field(&entries, &name, &value))
		(*hashes)[n++] = rvo_custom_field_hash(client_id, name, value);
	return n;
}
