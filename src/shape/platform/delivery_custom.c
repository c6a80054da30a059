/*
 * delivery_custom.c
 *	  Texts of a delivery as members have them, and custom variables.
 *
 * A variable that a contact's custom field can't be is left out, or its end is:
 * whoever filled in a sheet at the platform is not there to mend it.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/jsonio.h"
#include "shape/platform/delivery_custom.h"
#include "shape/platform/item_path.h"
#include "shape/record/custom_field.h"
#include "shape/record/member.h"
#include "value/linkedin.h"

#define VARIABLES_MAX 200

/* What people call the URL of a person's profile, of which companies have one, too. */
#define LINKEDIN_NAMES "linkedin|linkedinurl|linkedinlink|linkedinprofile|linkedinprofileurl|linkedinpersonurl|" \
	"personlinkedin|personlinkedinurl|leadlinkedin|leadlinkedinurl"

/* The variables of an item. */
typedef struct Variables
{
	JsonObject	taken;
	Slice	   *linkedin_url;	/* a member of the event: no value = none was found yet */
} Variables;

/* without_controls returns a text with blanks for control characters. */
static Slice
without_controls(Slice text, bool allow_line_breaks)
{
	char	   *copy;

	if (!rvo_text_has_control(text, allow_line_breaks))
		return text;
	copy = rvo_slice_cstring(text);
	for (int i = 0; i < text.len; i++)
	{
		unsigned char c = copy[i];
		unsigned char next = i + 1 < text.len ? copy[i + 1] : 0;

		if (allow_line_breaks && (c == '\t' || c == '\n' || c == '\r'))
			continue;
		if (c < 0x20 || c == 0x7f)
			copy[i] = ' ';
		else if (c == 0xc2 && next >= 0x80 && next <= 0x9f)
			copy[i] = copy[i + 1] = ' ';
	}
	return (Slice) {copy, text.len};
}

/* shorten returns a text without control characters and of so many characters at most; no value for one that has nothing else. */
static Slice
shorten(Slice text, int max_length, bool allow_line_breaks)
{
	if (text.data == NULL)
		return NO_SLICE;
	text = rvo_text_trim(rvo_text_shorten(rvo_text_trim(without_controls(text, allow_line_breaks)), max_length));
	return text.len > 0 ? text : NO_SLICE;
}

/* rvo_delivery_line returns a text as the member of one line that it is to be: so many characters at most. */
Slice
rvo_delivery_line(Slice text, int max_length)
{
	return shorten(text, max_length, false);
}

/* is_own tells a name of the platform's own among names, in which "*" stands for whatever follows. */
static bool
is_own(Slice name, const char *const *own_names)
{
	for (; own_names != NULL && *own_names != NULL; own_names++)
	{
		Slice		own = rvo_slice(*own_names);

		if (own.data[own.len - 1] == '*' ? rvo_loosely_begins(name, (Slice) {own.data, own.len - 1}) >= 0 : rvo_loosely_equal(name, own))
			return true;
	}
	return false;
}

/* is_profile tells a variable that has the URL of the profile, and keeps that if it is the first. */
static bool
is_profile(Variables *variables, Slice name, Slice text)
{
	Slice		url;

	if (!rvo_loosely_among(name, LINKEDIN_NAMES))
		return false;
	if (variables->linkedin_url->data == NULL && rvo_linkedin_normalize(text, &url) == FAULT_NONE)
		*variables->linkedin_url = url;
	return variables->linkedin_url->data != NULL;
}

/* put takes a variable, if it is one with a value. */
static void
put(Variables *variables, Slice name, const JsonbValue *value)
{
	Slice		text = shorten(rvo_item_value_text(value), CUSTOM_FIELD_VALUE_MAX_LENGTH, true);

	name = rvo_text_trim(name);
	if (text.data == NULL || name.len == 0 || variables->taken.count == VARIABLES_MAX ||
		rvo_text_has_control(name, false) || rvo_text_characters(name) > MEMBER_MAX_LENGTH || is_profile(variables, name, text))
		return;
	rvo_json_put(&variables->taken, name, rvo_json_text(text));
}

/* put_named takes a variable that is {name, value}; false if it is none. */
static bool
put_named(Variables *variables, const JsonbValue *element)
{
	JsonbValue	name;
	JsonbValue	value;

	if (element->type != jbvBinary || !rvo_json_is_object(element->val.binary.data) ||
		!rvo_json_get(element->val.binary.data, CONST_SLICE("name"), &name) || name.type != jbvString ||
		!rvo_json_get(element->val.binary.data, CONST_SLICE("value"), &value))
		return false;
	put(variables, rvo_json_string(&name), &value);
	return true;
}

/* put_members takes the variables of an object: what its members are called, or {name, value} by number. */
static void
put_members(Variables *variables, JsonbContainer *object, const char *const *own_names)
{
	JsonNames	names = {.object = object};
	Slice		name;
	JsonbValue	value;

	while (variables->taken.count < VARIABLES_MAX && rvo_json_next_name(&names, &name))
		if (!is_own(name, own_names) && rvo_json_get(object, name, &value) && !put_named(variables, &value))
			put(variables, name, &value);
}

/* put_elements takes the variables of a list of {name, value}. */
static void
put_elements(Variables *variables, JsonbContainer *list)
{
	for (uint32 i = 0; i < JsonContainerSize(list) && variables->taken.count < VARIABLES_MAX; i++)
		(void) put_named(variables, getIthJsonbValueFromContainer(list, i));
}

/*
 * rvo_delivery_custom reads the variables at a path, an object or a list of {name, value}; the path ""
 * is the item itself, without own_names.  The URL of the profile is none of them: linkedin_url gets it, unless
 * it has one.  Returns an object of texts; NULL if there is none.
 */
JsonbContainer *
rvo_delivery_custom(JsonbContainer *item, const char *path, const char *const *own_names, Slice *linkedin_url)
{
	Variables	variables = {.taken = rvo_json_open(VARIABLES_MAX), .linkedin_url = linkedin_url};
	JsonbValue	value;

	if (path[0] == '\0')
		put_members(&variables, item, own_names);
	else if (!rvo_item_find(item, path, &value) || value.type != jbvBinary)
		return NULL;
	else if (rvo_json_is_object(value.val.binary.data))
		put_members(&variables, value.val.binary.data, NULL);
	else
		put_elements(&variables, value.val.binary.data);
	if (variables.taken.count == 0)
		return NULL;
	value = rvo_json_close(&variables.taken);
	return &rvo_json_encode(&value)->root;
}
