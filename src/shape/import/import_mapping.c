/*
 * import_mapping.c
 *	  What each column of an import is: a member, a custom field, or left out.
 *
 * Of a column decides, the first that says something:
 * 1. what the caller says of its header, or of one that is the same but for case, spaces and punctuation;
 * 2. its header, if that is the name of a member (what only an answer has is left out);
 * 3. the owner's aliases, then those that come with the extension;
 * 4. the name of a member that is the same but for case, spaces and punctuation.  "Company ID" is not
 *    company_id: that is an id of another system;
 * 5. the header that it repeats: "Mail (4)", which is the fourth "Mail".
 * Every other column is a custom field of its header's name.
 *
 * An alias for columns beside another one holds where no other column is that member: "Name" is the last name
 * beside "Vorname", but not beside "Vorname" and "Nachname".  Of a key, by which somebody is found, it is a further column,
 * unless the alias is for columns alone: "URL" is a company's website, but beside "Website" it is a page of whoever wrote the file.
 *
 * Several columns can be one member: of those, the ones by 1 and 2 count before the others, and an
 * earlier column before a later one.  A caller who speaks of all columns gives back what was told of them: what is said there
 * of a column that it would be anyway is no word of the caller's, and the column counts as it would.  A column of company_name that is not called so is a custom field as well in a row that
 * names no company, since nobody may keep the name then.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/json.h"

#include "base/compat.h"
#include "base/slice_map.h"
#include "base/unique_name.h"
#include "shape/import/import_mapping.h"
#include "shape/record/member.h"
#include "shape/record/record.h"
#include "value/nearest.h"

/* Octets of each list that people are shown. */
#define NOTICE_MAX_OCTETS 2000

/* Characters by which a name is longer with the number that tells it from others: " (10000)". */
#define NUMBER_MAX_LENGTH 8

/* What is being made, and of what. */
typedef struct Reading
{
	ImportMapping *mapping;
	const ImportAliases *aliases;
	const Slice *keys;			/* of the headers */
	SliceMap   *places;			/* of the headers, from 1 */
	SliceMap   *open_keys;		/* keys of the headers; 0 = the caller said something of all that have it */
	bool	   *asked;			/* of which columns the caller said something */
	AliasTerm  *terms;			/* when each of them is what it is */
	FaultList  *faults;
} Reading;

/* ---------------------------------------------------------------- headers */

/* rvo_import_body_column returns the name of the column that is the whole body of a record, if it is jsonb. */
Slice
rvo_import_body_column(const RecordShape *shape)
{
	return shape == &rvo_company_shape ? CONST_SLICE("company") : CONST_SLICE("contact");
}

/* one_line makes a name of a text: one line of so many characters at most. */
static Slice
one_line(Slice text, int max)
{
	char	   *name = palloc(text.len + 1);
	int			len = 0;
	int			characters = 0;

	for (int i = 0; i < text.len; i++)
	{
		unsigned char c = text.data[i];

		if (c == 0xc2 && i + 1 < text.len && (unsigned char) text.data[i + 1] < 0xa0)
			i++;
		if ((c & 0xc0) != 0x80 && characters++ == max)
			break;
		if (c >= 0x20 && c != 0x7f && c == (unsigned char) text.data[i])
			name[len++] = c;
		else if (len > 0 && name[len - 1] != ' ')
			name[len++] = ' ';
	}
	return rvo_text_trim((Slice) {name, len});
}

/* field_name makes the name of a custom field of a text: one line, and no longer than such a name can be. */
static Slice
field_name(Slice text)
{
	return one_line(text, MEMBER_MAX_LENGTH);
}

/* unique_field_name gives the name of a custom field that others before it have another one, which is no longer than it can be. */
static Slice
unique_field_name(SliceMap *taken, Slice name)
{
	Slice		unique = rvo_name_unique(taken, name);

	if (rvo_text_characters(unique) <= MEMBER_MAX_LENGTH)
		return unique;
	return rvo_name_unique(taken, one_line(name, MEMBER_MAX_LENGTH - NUMBER_MAX_LENGTH));
}

/* ---------------------------------------------------------------- members */

/* find_named returns the member of a name; NULL for none. */
static const RecordMember *
find_named(const RecordShape *shape, Slice name)
{
	for (int i = 0; i < shape->count; i++)
		if (IS_KNOWN(shape->members[i].kind) && rvo_slice_equal(shape->members[i].name, name))
			return &shape->members[i];
	return NULL;
}

/* can_give tells whether a body can give a member. */
static bool
can_give(const RecordMember *member)
{
	return IS_WRITABLE(member->kind) || member->kind == MEMBER_FIELDS || member->kind == MEMBER_FIELDS_OF_CREATE ||
		member->kind == MEMBER_COMPANY_NAME;
}

/* is_read_only tells the name of a member that only an answer has. */
static bool
is_read_only(const RecordShape *shape, Slice name)
{
	const RecordMember *member = find_named(shape, name);

	return member != NULL && !can_give(member);
}

/* find_alike returns the member whose name is the same but for case, spaces and punctuation; NULL for none. */
static const RecordMember *
find_alike(const RecordShape *shape, Slice key)
{
	for (int i = 0; i < shape->count; i++)
	{
		const RecordMember *member = &shape->members[i];

		if ((IS_WRITABLE(member->kind) && member->kind != MEMBER_COMPANY) || member->kind == MEMBER_COMPANY_NAME)
			if (rvo_slice_equal(rvo_import_header_key(member->name), key))
				return member;
	}
	return NULL;
}

/* set_column makes a column what a text says: a member, a custom field of another name; no value = left out. */
static void
set_column(const RecordShape *shape, ImportColumn *column, Slice text, bool named)
{
	const RecordMember *member = text.data != NULL ? find_named(shape, text) : NULL;

	column->member = NO_SLICE;
	column->field = NO_SLICE;
	column->named = named;
	if (text.data == NULL)
		return;
	if (member == NULL)
		column->field = field_name(text);
	else if (can_give(member))
		column->member = member->name;
}

/* decide_by_key makes a column what a key of headers says; false if it says nothing. */
static bool
decide_by_key(Reading *reading, int i, Slice key)
{
	const RecordShape *shape = reading->mapping->shape;
	ImportColumn *column = &reading->mapping->columns[i];
	const RecordMember *alike;
	Slice		member;

	if (key.len == 0)
		return false;
	if (reading->aliases->find(reading->aliases->arg, key, &member, &reading->terms[i]))
	{
		set_column(shape, column, member, false);
		return true;
	}
	alike = find_alike(shape, key);
	if (alike != NULL)
		column->member = alike->name;
	return alike != NULL;
}

/* repeated_of returns the header that another one repeats, "Mail" of "Mail (4)"; no value if the source has none such. */
static Slice
repeated_of(const Reading *reading, Slice header)
{
	int			end = header.len - 1;

	if (end < 0 || header.data[end] != ')')
		return NO_SLICE;
	while (end > 0 && rvo_is_digit(header.data[end - 1]))
		end--;
	if (end == header.len - 1 || end < 3 || memcmp(header.data + end - 2, " (", 2) != 0)
		return NO_SLICE;
	header.len = end - 2;
	return rvo_slice_map_find(reading->places, header) != NULL ? header : NO_SLICE;
}

/* decide_repeated makes a column that repeats a member's another one of it, and leaves out what repeats one that is; false if it is none such. */
static bool
decide_repeated(Reading *reading, int i)
{
	ImportColumn *column = &reading->mapping->columns[i];
	Slice		repeated = repeated_of(reading, column->header);

	if (repeated.data == NULL)
		return false;
	if (is_read_only(reading->mapping->shape, repeated))
		set_column(reading->mapping->shape, column, NO_SLICE, false);
	else if (!decide_by_key(reading, i, rvo_import_header_key(repeated)))
		return false;
	return column->field.data == NULL;
}

/* decide says what a column is of which the caller has said nothing. */
static void
decide(Reading *reading, int i)
{
	const RecordShape *shape = reading->mapping->shape;
	ImportColumn *column = &reading->mapping->columns[i];

	if (find_named(shape, column->header) != NULL)
		set_column(shape, column, column->header, true);
	else if (!decide_by_key(reading, i, reading->keys[i]) && !decide_repeated(reading, i))
		set_column(shape, column, column->header, false);
}

/* is_key tells whether a name is that of a key. */
static bool
is_key(const RecordShape *shape, Slice name)
{
	const RecordMember *member = name.data != NULL ? find_named(shape, name) : NULL;

	return member != NULL && member->kind == MEMBER_KEY;
}

/* settle_term makes a column a custom field that is a member beside another column only, or alone, if a third one is that member; of keys only alone. */
static void
settle_term(Reading *reading, int i)
{
	ImportMapping *mapping = reading->mapping;
	ImportColumn *column = &mapping->columns[i];

	if (reading->terms[i] != ALIAS_ALONE && is_key(mapping->shape, column->member))
		return;
	for (int j = 0; j < mapping->ncolumns && column->member.data != NULL; j++)
		if (reading->terms[j] == ALIAS_ALWAYS && mapping->columns[j].member.data != NULL &&
			rvo_slice_equal(mapping->columns[j].member, column->member))
			set_column(mapping->shape, column, NO_SLICE, false);
	if (column->member.data == NULL && column->field.data == NULL)
		column->field = field_name(column->header);
}

/* decide_all says what all columns are of which the caller has said nothing. */
static void
decide_all(Reading *reading)
{
	ImportMapping *mapping = reading->mapping;

	for (int i = 0; i < mapping->ncolumns; i++)
		if (!reading->asked[i])
			decide(reading, i);
	for (int i = 0; i < mapping->ncolumns; i++)
		if (reading->terms[i] != ALIAS_ALWAYS && mapping->columns[i].member.data != NULL)
			settle_term(reading, i);
}

/* ---------------------------------------------------------------- what the caller says */

/* note_unknown notes a header that the source has not. */
static void
note_unknown(Reading *reading, Slice name)
{
	Slice	   *headers;
	Slice		nearest[NEAREST_MAX];
	int			n = 0;

	/* one that is only counted needs no names: there may be a million */
	if (!rvo_fault_is_full(reading->faults))
	{
		headers = palloc(Max(reading->mapping->ncolumns, 1) * sizeof(Slice));
		for (int i = 0; i < reading->mapping->ncolumns; i++)
			headers[i] = reading->mapping->columns[i].header;
		n = rvo_nearest(name, headers, reading->mapping->ncolumns, nearest);
	}
	rvo_fault_add_column(reading->faults, FAULT_UNKNOWN_COLUMN, name, nearest, n);
}

/* take_choice makes a column what the caller says. */
static void
take_choice(Reading *reading, int i, Slice text)
{
	set_column(reading->mapping->shape, &reading->mapping->columns[i], text, true);
	reading->asked[i] = true;
}

/* read_choice reads what the caller says of a header; exactly: it must be that one. */
static void
read_choice(Reading *reading, Slice name, const JsonbValue *value, bool exactly)
{
	int64	   *place = rvo_slice_map_find(reading->places, rvo_text_trim(name));
	Slice		text = value->type == jbvString ? rvo_text_trim(rvo_json_string(value)) : NO_SLICE;
	Slice		key;
	int64	   *is_open;
	bool		found = false;

	if (exactly)
	{
		if (value->type != jbvString && value->type != jbvNull)
			rvo_fault_add_column(reading->faults, FAULT_NOT_A_STRING, name, NULL, 0);
		else if (text.data != NULL && text.len == 0)
			rvo_fault_add_column(reading->faults, FAULT_REQUIRED, name, NULL, 0);
		else if (place != NULL)
			take_choice(reading, *place - 1, text);
		return;
	}
	if (place != NULL)
		return;
	key = rvo_import_header_key(name);
	is_open = key.len > 0 ? rvo_slice_map_find(reading->open_keys, key) : NULL;
	for (int i = 0; i < reading->mapping->ncolumns && is_open != NULL && *is_open != 0; i++)
		if (!reading->asked[i] && rvo_slice_equal(reading->keys[i], key))
		{
			take_choice(reading, i, text);
			found = true;
		}
	if (is_open != NULL)
		*is_open = 0;
	if (!found)
		note_unknown(reading, name);
}

/* read_choices reads what the caller says of columns: first of headers as they are, then of those that are alike. */
static void
read_choices(Reading *reading, JsonbContainer *columns)
{
	if (columns == NULL)
		return;
	if (!rvo_json_is_object(columns))
	{
		rvo_fault_add(reading->faults, "columns", rvo_json_is_encoded_root(columns) ? FAULT_JSON_IN_STRING : FAULT_NOT_AN_OBJECT);
		return;
	}
	for (int exactly = 1; exactly >= 0; exactly--)
	{
		JsonNames	names = {.object = columns};
		Slice		name;
		JsonbValue	value;

		while (rvo_json_next_name(&names, &name))
		{
			CHECK_FOR_INTERRUPTS();
			if (rvo_json_get(columns, name, &value))
				read_choice(reading, name, &value, exactly);
		}
	}
}

/*
 * keep_ranks takes the caller's word from columns that would be the same member without it, if the caller speaks of all: that is
 * what was told, given back, and it must not make another column of a member the first.
 */
static void
keep_ranks(Reading *reading)
{
	ImportMapping *mapping = reading->mapping;
	ImportMapping unasked = *mapping;
	Reading		guess = *reading;

	for (int i = 0; i < mapping->ncolumns; i++)
		if (!reading->asked[i])
			return;
	unasked.columns = palloc0(Max(mapping->ncolumns, 1) * sizeof(ImportColumn));
	for (int i = 0; i < mapping->ncolumns; i++)
		unasked.columns[i].header = mapping->columns[i].header;
	guess.mapping = &unasked;
	guess.asked = palloc0(Max(mapping->ncolumns, 1) * sizeof(bool));
	guess.terms = palloc0(Max(mapping->ncolumns, 1) * sizeof(AliasTerm));
	decide_all(&guess);
	for (int i = 0; i < mapping->ncolumns; i++)
		if (mapping->columns[i].member.data != NULL && rvo_slice_equal(mapping->columns[i].member, unasked.columns[i].member))
			mapping->columns[i].named = unasked.columns[i].named;
}

/* ---------------------------------------------------------------- the whole */

/* has_a_spare tells that the columns behind the first are custom fields where they are not the member: not if they are lists of such. */
static bool
has_a_spare(const RecordMember *member)
{
	return member->kind != MEMBER_FIELDS && member->kind != MEMBER_FIELDS_OF_CREATE;
}

/* add_member adds a member with its columns, if it has any. */
static void
add_member(ImportMapping *mapping, const RecordMember *member)
{
	ImportMember *added = &mapping->members[mapping->nmembers];

	added->member = member;
	added->ncolumns = 0;
	added->columns = NULL;
	for (int named = 1; named >= 0; named--)
		for (int i = 0; i < mapping->ncolumns; i++)
		{
			ImportColumn *column = &mapping->columns[i];

			if (column->member.data == NULL || column->named != named || !rvo_slice_equal(column->member, member->name))
				continue;
			if (added->columns == NULL)
				added->columns = palloc(mapping->ncolumns * sizeof(int));
			column->spare = added->ncolumns > 0;
			if ((column->spare && has_a_spare(member)) ||
				(member->kind == MEMBER_COMPANY_NAME && !rvo_slice_equal(column->header, member->name)))
				column->field = field_name(column->header);
			added->columns[added->ncolumns++] = i;
		}
	if (added->ncolumns > 0)
		mapping->nmembers++;
}

/* check_fields tells custom fields of one name apart; two that the caller has named so are a fault. */
static void
check_fields(Reading *reading)
{
	ImportMapping *mapping = reading->mapping;
	SliceMap   *taken = rvo_slice_map_create(mapping->ncolumns);
	bool		found;

	for (int asked = 1; asked >= 0; asked--)
		for (int i = 0; i < mapping->ncolumns; i++)
		{
			ImportColumn *column = &mapping->columns[i];

			if (column->field.data == NULL || (reading->asked[i] && column->member.data == NULL) != asked)
				continue;
			mapping->nfields++;
			if (!asked)
				column->field = unique_field_name(taken, column->field);
			else
			{
				(void) rvo_slice_map_put(taken, column->field, &found);
				if (found)
					rvo_fault_add_column(reading->faults, FAULT_DUPLICATE, column->header, NULL, 0);
			}
		}
}

/* could_be_key tells a header that may be meant for a key. */
static bool
could_be_key(const RecordShape *shape, Slice key)
{
	static const char *const contact_words[] = {"mail", "correo", "linkedin", "profile", NULL};
	static const char *const company_words[] = {"domain", "web", "site", "url", NULL};
	const char *const *words = shape == &rvo_company_shape ? company_words : contact_words;
	const char *text = rvo_slice_cstring(key);

	for (; *words != NULL; words++)
		if (strstr(text, *words) != NULL)
			return true;
	return false;
}

/* check_keys notes that nobody could be identified, and which columns are nearly named like a key. */
static void
check_keys(Reading *reading)
{
	ImportMapping *mapping = reading->mapping;
	Slice	   *headers = palloc(Max(mapping->ncolumns, 1) * sizeof(Slice));
	Slice		nearest[NEAREST_MAX];
	int			n = 0;

	for (int i = 0; i < mapping->nmembers; i++)
		if (mapping->members[i].member->kind == MEMBER_KEY)
			return;
	for (int i = 0; i < mapping->ncolumns; i++)
	{
		headers[i] = mapping->columns[i].header;
		if (n < NEAREST_MAX && could_be_key(mapping->shape, reading->keys[i]))
			nearest[n++] = headers[i];
	}
	for (int i = 0; i < mapping->shape->nkeys && n == 0; i++)
		n = rvo_nearest(mapping->shape->members[i].name, headers, mapping->ncolumns, nearest);
	rvo_fault_add_names(reading->faults, "columns", FAULT_NO_KEY_COLUMN, "nearest", nearest, n);
}

/* fields_member returns the member under which the custom fields of a create stand. */
static Slice
fields_member(const RecordShape *shape)
{
	return shape == &rvo_company_shape ? CONST_SLICE(COMPANY_FIELDS) : CONST_SLICE(CONTACT_FIELDS_INPUT);
}

/* note_headers notes the headers and what is compared of them. */
static void
note_headers(Reading *reading, const ImportHeaders *headers)
{
	Slice	   *keys = palloc(Max(headers->count, 1) * sizeof(Slice));
	bool		found;

	reading->places = rvo_slice_map_create(headers->count);
	reading->open_keys = rvo_slice_map_create(headers->count);
	for (int i = 0; i < headers->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		reading->mapping->columns[i].header = headers->names[i];
		keys[i] = rvo_import_header_key(headers->names[i]);
		*rvo_slice_map_put(reading->places, headers->names[i], &found) = i + 1;
		*rvo_slice_map_put(reading->open_keys, keys[i], &found) = 1;
	}
	reading->keys = keys;
}

/*
 * rvo_import_mapping_read says what the columns of a source are, in the current context; the headers must
 * live as long.  columns is what the caller says of some of them, NULL = nothing.  Faults:
 * FAULT_NOT_AN_OBJECT, FAULT_JSON_IN_STRING, FAULT_NOT_A_STRING, FAULT_REQUIRED, FAULT_DUPLICATE,
 * FAULT_UNKNOWN_COLUMN and FAULT_NO_KEY_COLUMN at "columns".
 */
ImportMapping *
rvo_import_mapping_read(const RecordShape *shape, const ImportHeaders *headers, JsonbContainer *columns,
						const ImportAliases *aliases, FaultList *faults)
{
	const MembersByName *members = rvo_members_by_name(shape);
	ImportMapping *mapping = palloc0(sizeof(ImportMapping));
	Reading		reading = {.mapping = mapping, .aliases = aliases, .faults = faults};

	mapping->shape = shape;
	mapping->body = headers->body >= 0 && rvo_slice_equal(headers->names[headers->body], rvo_import_body_column(shape)) ?
		headers->body : -1;
	mapping->ncolumns = headers->count;
	mapping->columns = palloc0(Max(headers->count, 1) * sizeof(ImportColumn));
	mapping->members = palloc0(members->count * sizeof(ImportMember));
	mapping->fields_member = fields_member(shape);
	reading.asked = palloc0(Max(headers->count, 1) * sizeof(bool));
	reading.terms = palloc0(Max(headers->count, 1) * sizeof(AliasTerm));
	note_headers(&reading, headers);
	if (mapping->body >= 0)
		return mapping;
	read_choices(&reading, columns);
	keep_ranks(&reading);
	decide_all(&reading);
	for (int i = 0; i < members->count; i++)
		if (can_give(members->members[i]))
			add_member(mapping, members->members[i]);
	check_fields(&reading);
	check_keys(&reading);
	return mapping;
}

/* ---------------------------------------------------------------- showing it */

/* target returns what a column is; no value if it is left out. */
static Slice
target(const ImportMapping *mapping, int i)
{
	if (mapping->body >= 0)
		return i == mapping->body ? mapping->columns[i].header : NO_SLICE;
	return mapping->columns[i].member.data != NULL ? mapping->columns[i].member : mapping->columns[i].field;
}

/* rvo_import_mapping_show shows what each column is, as a caller can say it. */
Jsonb *
rvo_import_mapping_show(const ImportMapping *mapping)
{
	JsonObject	object = rvo_json_open(mapping->ncolumns);
	JsonbValue	value;

	for (int i = 0; i < mapping->ncolumns; i++)
		rvo_json_put(&object, mapping->columns[i].header, rvo_json_text(target(mapping, i)));
	value = rvo_json_close(&object);
	return rvo_json_encode(&value);
}

/* append_header writes a header as JSON, with a comma if it is not the first, or counts those for which there is no room. */
static void
append_header(StringInfo to, Slice header, int *more)
{
	if (to->len > NOTICE_MAX_OCTETS)
	{
		(*more)++;
		return;
	}
	if (to->len > 0)
		appendStringInfoString(to, ", ");
	escape_json(to, rvo_slice_cstring(header));
}

/* append_list writes a line of headers, if there are any. */
static void
append_list(StringInfo to, const char *title, StringInfo list, int more)
{
	if (list->len == 0)
		return;
	appendStringInfo(to, "%s%s: %s", to->len > 0 ? "\n" : "", title, list->data);
	if (more > 0)
		appendStringInfo(to, " and %d more", more);
}

/* append_member writes a line of a member's columns. */
static void
append_member(StringInfo to, const ImportMapping *mapping, const ImportMember *member)
{
	StringInfoData list;
	int			more = 0;

	initStringInfo(&list);
	for (int i = 0; i < member->ncolumns; i++)
		append_header(&list, mapping->columns[member->columns[i]].header, &more);
	append_list(to, rvo_slice_cstring(member->member->name), &list, more);
}

/* rvo_import_mapping_notice tells people what the columns are: a line for each member, then custom fields, then what is left out. */
const char *
rvo_import_mapping_notice(const ImportMapping *mapping)
{
	StringInfoData notice;
	StringInfoData fields;
	StringInfoData left_out;
	int			more_fields = 0;
	int			more_left_out = 0;

	initStringInfo(&notice);
	initStringInfo(&fields);
	initStringInfo(&left_out);
	for (int i = 0; i < mapping->shape->count; i++)
		for (int j = 0; j < mapping->nmembers; j++)
			if (mapping->members[j].member == &mapping->shape->members[i])
				append_member(&notice, mapping, &mapping->members[j]);
	for (int i = 0; i < mapping->ncolumns; i++)
	{
		if (target(mapping, i).data == NULL)
			append_header(&left_out, mapping->columns[i].header, &more_left_out);
		else if (mapping->columns[i].member.data == NULL && mapping->body < 0)
			append_header(&fields, mapping->columns[i].header, &more_fields);
	}
	if (mapping->body >= 0)
		appendStringInfo(&notice, "whole records: \"%s\"", rvo_slice_cstring(mapping->columns[mapping->body].header));
	append_list(&notice, "custom fields", &fields, more_fields);
	append_list(&notice, "left out", &left_out, more_left_out);
	return notice.data;
}
