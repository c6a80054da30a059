/*
 * item_path.c
 *	  What stands where in an item of a delivery: platform.h has the form of paths.
 *
 * Platforms change how they write a name more often than the name.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/jsonio.h"
#include "shape/platform/item_path.h"

/* Members of an object up to which a name is looked for that is written in another way. */
#define LOOSE_MEMBERS_MAX 500

/* Elements of a list of {name, value} that are looked at. */
#define LIST_ELEMENTS_MAX 500

/* Digits of a number that is taken for an id or a time. */
#define NUMBER_MAX_DIGITS 40

/* is_seen tells what counts in a name: letters and digits, and all that is not ASCII. */
static bool
is_seen(char c)
{
	return !rvo_is_ascii(c) || rvo_is_letter(c) || rvo_is_digit(c);
}

/* next_seen returns the next octet of a name that counts, in lower case; 0 at its end. */
static char
next_seen(Slice name, int *at)
{
	while (*at < name.len && !is_seen(name.data[*at]))
		(*at)++;
	return *at < name.len ? rvo_ascii_lower(name.data[(*at)++]) : '\0';
}

/*
 * rvo_loosely_begins tells whether a name begins with another, without regard to case and to what is
 * no letter or digit: returns how many octets of it that takes, or -1.
 */
int
rvo_loosely_begins(Slice name, Slice start)
{
	int			i = 0;
	int			j = 0;
	char		c;

	while ((c = next_seen(start, &j)) != '\0')
		if (next_seen(name, &i) != c)
			return -1;
	return i;
}

/* rvo_loosely_equal tells whether two names differ by case or by what is no letter or digit, if at all. */
bool
rvo_loosely_equal(Slice name, Slice other)
{
	int			taken = rvo_loosely_begins(name, other);

	return taken >= 0 && next_seen(name, &taken) == '\0';
}

/* rvo_loosely_among looks for a name among texts with "|" between. */
bool
rvo_loosely_among(Slice name, const char *texts)
{
	Slice		rest = rvo_slice(texts);

	while (rest.len > 0)
		if (rvo_loosely_equal(name, rvo_text_split(&rest, '|')))
			return true;
	return false;
}

/* rvo_loosely_begin_among tells whether a name begins with one of texts with "|" between. */
bool
rvo_loosely_begin_among(Slice name, const char *texts)
{
	Slice		rest = rvo_slice(texts);

	while (rest.len > 0)
		if (rvo_loosely_begins(name, rvo_text_split(&rest, '|')) >= 0)
			return true;
	return false;
}

/* rvo_loosely_find finds a member by its name as it is written, or else loosely: the first that is so. */
bool
rvo_loosely_find(JsonbContainer *object, Slice name, JsonbValue *value)
{
	JsonNames	names = {.object = object};
	Slice		other;

	if (rvo_json_get(object, name, value))
		return true;
	if (JsonContainerSize(object) > LOOSE_MEMBERS_MAX)
		return false;
	while (rvo_json_next_name(&names, &other))
		if (rvo_loosely_equal(other, name))
			return rvo_json_get(object, other, value);
	return false;
}

/* find_element finds an element of an array by its number, or the value of the one that has a name. */
static bool
find_element(JsonbContainer *array, Slice name, JsonbValue *value)
{
	int			count = Min((int) JsonContainerSize(array), LIST_ELEMENTS_MAX);
	bool		by_number = name.len == 1 && rvo_is_digit(name.data[0]);

	for (int i = by_number ? name.data[0] - '0' : 0; i < count; i++)
	{
		JsonbValue *element = getIthJsonbValueFromContainer(array, i);

		if (by_number)
		{
			*value = *element;
			return true;
		}
		if (element->type == jbvBinary && rvo_json_is_object(element->val.binary.data) &&
			rvo_json_get(element->val.binary.data, CONST_SLICE("name"), value) &&
			value->type == jbvString && rvo_loosely_equal(rvo_json_string(value), name))
			return rvo_json_get(element->val.binary.data, CONST_SLICE("value"), value);
	}
	return false;
}

/* rvo_item_find finds what stands at a path; false if nothing does. */
bool
rvo_item_find(JsonbContainer *item, const char *path, JsonbValue *value)
{
	Slice		rest = rvo_slice(path);
	JsonbContainer *here = item;

	while (true)
	{
		Slice		name = rvo_text_split(&rest, '.');

		if (rvo_json_is_object(here) ? !rvo_loosely_find(here, name, value) :
			!rvo_json_is_array(here) || !find_element(here, name, value))
			return false;
		if (rest.len == 0)
			return true;
		if (value->type != jbvBinary)
			return false;
		here = value->val.binary.data;
	}
}

/* rvo_item_value_text returns a value as text, without blanks around it; no value for an empty one, "-", and what is no scalar. */
Slice
rvo_item_value_text(const JsonbValue *value)
{
	Slice		text = NO_SLICE;

	if (value->type == jbvString)
		text = rvo_text_trim(rvo_json_string(value));
	else if (value->type == jbvNumeric)
		text = rvo_json_id_text(value, NUMBER_MAX_DIGITS);
	else if (value->type == jbvBool)
		text = value->val.boolean ? CONST_SLICE("true") : CONST_SLICE("false");
	return text.len == 0 || rvo_slice_equal(text, CONST_SLICE("-")) ? NO_SLICE : text;
}

/* rvo_item_text returns what stands at a path as rvo_item_value_text does. */
Slice
rvo_item_text(JsonbContainer *item, const char *path)
{
	JsonbValue	value;

	return rvo_item_find(item, path, &value) ? rvo_item_value_text(&value) : NO_SLICE;
}
