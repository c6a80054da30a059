/*
 * fault.c
 *	  What can be wrong with a request: codes and places.
 *
 * A fault is one entry of the DETAIL of a failure: where (a JSON pointer into
 * the body, or the name of a parameter), which code, and a sentence.  What an
 * entry quotes of what a caller sent is escaped and bounded.
 */
#include "postgres.h"

#include "utils/elog.h"
#include "utils/json.h"

#include "base/compat.h"
#include "base/fault.h"

/* What the entries of most lists have room in: a batch of duplicates has thousands of lists with one. */
#define USUAL_OCTETS 256

static const struct
{
	const char *code;
	const char *message;
}			fault_texts[] = {
	[FAULT_NONE] = {"", ""},
	[FAULT_ALREADY_EXISTS] = {"already_exists", "This value is already taken."},
	[FAULT_AMBIGUOUS_CONDITION] = {"ambiguous_condition", "A condition is about a member or a custom field."},
	[FAULT_AMBIGUOUS_PAGE] = {"ambiguous_page", "A page has either a number or a cursor."},
	[FAULT_BLANK_ROW] = {"blank_row", "This row has no values."},
	[FAULT_BROKEN_ROW] = {"broken_row", "This row could not be read: a quote has no end, or the row is longer than 1 MiB."},
	[FAULT_CHANGES_OFF] = {"changes_off", "Changes are not noted. The client setting changes turns that on."},
	[FAULT_CLIENT_MOVED] = {"client_moved", "This client is on another server now."},
	[FAULT_CLIENT_MOVING] = {"client_moving", "This client is being moved to another server. Try again in a few seconds."},
	[FAULT_CONTROL_CHARACTER] = {"control_character", "Control characters are not allowed."},
	[FAULT_CURSOR_EXPIRED] = {"cursor_expired", "Not all changes since this cursor are there any more. Read all records anew, and begin with after=now."},
	[FAULT_DO_NOT_CONTACT] = {"do_not_contact", "This address is on the do-not-contact list."},
	[FAULT_DUPLICATE] = {"duplicate", "This name is given more than once."},
	[FAULT_ENCODING_NOT_FOUND] = {"unknown_encoding", "This file is neither UTF-8 nor Windows-1252. Say its encoding, such as SJIS, GBK, WIN1250, WIN1251, WIN1254 or MACINTOSH."},
	[FAULT_EXPIRED] = {"expired", "This time is in the past."},
	[FAULT_FIELDS_TOO_LARGE] = {"too_large", "The names and values of the custom fields have too many octets together."},
	[FAULT_FORCE_REQUIRED] = {"force_required", "This came from the person. Only force takes it off the list."},
	[FAULT_IDENTIFIER_REQUIRED] = {"identifier_required", "Either email or linkedin_url is required."},
	[FAULT_INVALID_ADDRESS] = {"invalid_address", "Expected an e-mail address, or a domain such as example.com."},
	[FAULT_INVALID_BATCH_SIZE] = {"invalid_batch_size", "Expected a number from 1 to 100000."},
	[FAULT_INVALID_BLANKS] = {"invalid_blanks", "Expected keep or clear."},
	[FAULT_INVALID_CLIENT_STATE] = {"invalid_client_state", "Expected active, moving or moved; moved only after moving, and moving only after active."},
	[FAULT_INVALID_COMPANY] = {"invalid_company", "Expected the id or the domain of a company."},
	[FAULT_INVALID_CREDENTIALS] = {"invalid_credentials", "The API key or client is unknown, expired or revoked."},
	[FAULT_INVALID_CURSOR] = {"invalid_cursor", "Expected the next of a page of this list, with the same conditions."},
	[FAULT_INVALID_DELIMITER] = {"invalid_delimiter", "Expected one character, or comma, semicolon, tab or pipe."},
	[FAULT_INVALID_DOMAIN] = {"invalid_domain", "Expected a company's own domain such as example.com."},
	[FAULT_INVALID_EMAIL] = {"invalid_email", "Expected an e-mail address such as name@example.com."},
	[FAULT_INVALID_ENCODING] = {"invalid_encoding", "This row has octets that are no text in the encoding of the file, or a NUL."},
	[FAULT_INVALID_HEADER] = {"invalid_header", "Expected letters, digits and hyphens, and no header that HTTP, a proxy or this API has a use for."},
	[FAULT_INVALID_IDEMPOTENCY_KEY] = {"invalid_idempotency_key", "Expected 1 to 255 printable ASCII characters."},
	[FAULT_INVALID_IMPORT_MODE] = {"invalid_mode", "Expected create, upsert or check."},
	[FAULT_INVALID_LIMIT] = {"invalid_limit", "Expected a number from 1 to 1000."},
	[FAULT_INVALID_LINKEDIN_URL] = {"invalid_linkedin_url", "Expected the URL of a personal profile such as https://www.linkedin.com/in/name."},
	[FAULT_INVALID_MODE] = {"invalid_mode", "Expected partial or atomic."},
	[FAULT_INVALID_NUMBER] = {"invalid_number", "Expected a whole number from 1 on."},
	[FAULT_INVALID_ON_FAULT] = {"invalid_on_fault", "Expected reject or drop_value."},
	[FAULT_INVALID_OPERATOR] = {"invalid_operator", "Expected an operator that this member has."},
	[FAULT_INVALID_OPTION] = {"invalid_option", "Expected one of the values that are allowed."},
	[FAULT_INVALID_OUTCOME] = {"invalid_outcome", "Expected rejected or changed."},
	[FAULT_INVALID_POSITION] = {"invalid_position", "Expected new, or what an answer had in this header."},
	[FAULT_INVALID_SCOPE] = {"invalid_scope", "Expected client or master."},
	[FAULT_INVALID_SECRET] = {"invalid_secret", "Expected whsec_ and 24 to 64 octets in base64."},
	[FAULT_INVALID_SIGNATURE] = {"invalid_signature", "The delivery does not show the secret that this webhook expects."},
	[FAULT_INVALID_STRUCTURE] = {"invalid_structure", "Expected FLAT or NESTED."},
	[FAULT_INVALID_TIME] = {"invalid_time", "Expected a time such as 2026-11-25T09:30:00Z, or a day such as 2026-11-25."},
	[FAULT_INVALID_VALUE] = {"invalid_value", "This value does not fit the type of its custom field."},
	[FAULT_INVALID_WAIT] = {"invalid_wait", "Expected a number of seconds from 0 to 30."},
	[FAULT_JSON_AS_FORM] = {"json_as_form", "The body is JSON. Send it with Content-Type: application/json."},
	[FAULT_JSON_IN_STRING] = {"json_in_string", "This is a string that holds JSON. Send the JSON itself, encoded once."},
	[FAULT_KEY_CONFLICT] = {"key_conflict", "The contact that was found by the other key has another value here."},
	[FAULT_KEY_REUSED] = {"key_reused", "This key was used for another request."},
	[FAULT_MALFORMED_BODY] = {"malformed_body", "The body could not be read as its content type says."},
	[FAULT_MALFORMED_JSON] = {"malformed_json", "Expected JSON."},
	[FAULT_MALFORMED_QUERY] = {"malformed_query", "Expected UTF-8, with control characters percent-encoded."},
	[FAULT_MASTER_KEY_REQUIRED] = {"master_key_required", "A master API key is required."},
	[FAULT_MERGED] = {"merged", "This was merged into another."},
	[FAULT_MISSING_CREDENTIALS] = {"missing_credentials", "An API key is required."},
	[FAULT_MORE_FAULTS] = {"more_faults", "There are more faults than are told."},
	[FAULT_NO_HEADER] = {"no_header", "There is no row with the names of the columns."},
	[FAULT_NO_KEY_COLUMN] = {"no_key_column", "No column is known to have what a record is found by."},
	[FAULT_NOT_A_BOOLEAN] = {"not_a_boolean", "Expected true or false."},
	[FAULT_NOT_A_DOMAIN] = {"not_a_domain", "This goes with a domain only."},
	[FAULT_NOT_A_STRING] = {"not_a_string", "Expected a string."},
	[FAULT_NOT_AN_ARRAY] = {"not_an_array", "Expected an array."},
	[FAULT_NOT_AN_EMAIL] = {"not_an_email", "This goes with an e-mail address only."},
	[FAULT_NOT_AN_OBJECT] = {"not_an_object", "Expected an object."},
	[FAULT_NOT_FOUND] = {"not_found", "There is none with this id, domain or address."},
	[FAULT_NOT_PRINTABLE] = {"not_printable", "Expected printable ASCII characters, as a header has them."},
	[FAULT_NULL_NOT_ALLOWED] = {"null_not_allowed", "This value may not be null."},
	[FAULT_ONE_ADDRESS] = {"one_address", "Expected either email or domain."},
	[FAULT_OPTIONS_NOT_ALLOWED] = {"options_not_allowed", "This type has no options."},
	[FAULT_OTHER_CLIENT] = {"other_client", "This belongs to another client."},
	[FAULT_POSITION_LOST] = {"position_lost", "What was written up to there may be lost. Look for it, and begin with new."},
	[FAULT_RAGGED_ROW] = {"ragged_row", "This row has more or fewer values than there are columns."},
	[FAULT_REQUIRED] = {"required", "A value is required."},
	[FAULT_SAME_COMPANY] = {"same_company", "This is the same company."},
	[FAULT_SAME_CONTACT] = {"same_contact", "This is the same contact."},
	[FAULT_SPREADSHEET] = {"is_spreadsheet", "This is a spreadsheet, a packed file or another document. Open it there, save it as CSV, and send that."},
	[FAULT_TOO_BROAD] = {"too_broad", "Too many would have to be sorted; add a condition, or sort by id."},
	[FAULT_TOO_DEEP] = {"too_deep", "The body is nested too deeply."},
	[FAULT_TOO_LARGE] = {"too_large", "The body is too large."},
	[FAULT_TOO_LONG] = {"too_long", "This value is too long."},
	[FAULT_TOO_MANY] = {"too_many", "There are too many entries."},
	[FAULT_UNKNOWN_ENCODING] = {"unknown_encoding", "Expected the name of an encoding, such as UTF8, UTF16 or WIN1252."},
	[FAULT_UNKNOWN_COLUMN] = {"unknown_column", "The source has no such column."},
	[FAULT_UNKNOWN_FIELD] = {"unknown_field", "This custom field is not defined."},
	[FAULT_UNKNOWN_MEMBER] = {"unknown_member", "There is no such member."},
	[FAULT_UNKNOWN_PARAMETER] = {"unknown_parameter", "There is no such parameter."},
	[FAULT_UNKNOWN_SETTING] = {"unknown_setting", "There is no such setting."},
	[FAULT_UNSUPPORTED_ENCODING] = {"unsupported_encoding", "Expected a body that is not compressed, or encoded in any other way."},
	[FAULT_UNSUPPORTED_FILE_TYPE] = {"unsupported_media_type", "Expected text/csv, application/octet-stream or multipart/form-data."},
	[FAULT_UNSUPPORTED_MEDIA_TYPE] = {"unsupported_media_type", "Expected application/json, application/x-www-form-urlencoded or multipart/form-data."},
};

/* Octets of a caller's own name in a pointer. */
#define POINTER_NAME_MAX 255

/* rvo_fault_code returns how a fault is called. */
Slice
rvo_fault_code(FaultCode code)
{
	return rvo_slice(fault_texts[code].code);
}

/* rvo_fault_is_full tells that what is added now is counted only: nobody need make anything for it. */
bool
rvo_fault_is_full(const FaultList *faults)
{
	return faults->told >= (faults->max > 0 ? faults->max : FAULTS_MAX);
}

/* rvo_fault_octets tells how long the entries are. */
int
rvo_fault_octets(const FaultList *faults)
{
	return faults->entries != NULL ? faults->entries->len : 0;
}

/* make_entries makes room for entries, in the current context. */
static StringInfo
make_entries(int capacity)
{
	StringInfo	entries = palloc(sizeof(StringInfoData));

	rvo_string_init(entries, capacity);
	return entries;
}

/* begin_next makes the list ready for what comes behind its entries. */
static void
begin_next(FaultList *faults)
{
	if (faults->entries == NULL)
		faults->entries = make_entries(USUAL_OCTETS);
	else if (faults->told > 0)
		appendStringInfoChar(faults->entries, ',');
}

/*
 * begin_entry_at opens an entry whose place is called kind, which the caller closes; NULL if
 * the list is full, and the fault was counted.  where can stand in a JSON string.
 */
static StringInfo
begin_entry_at(FaultList *faults, const char *kind, const char *where, FaultCode code)
{
	faults->count++;
	if (rvo_fault_is_full(faults))
		return NULL;
	begin_next(faults);
	faults->told++;
	appendStringInfoChar(faults->entries, '{');
	if (faults->number_name != NULL)
		appendStringInfo(faults->entries, "\"%s\":%d,", faults->number_name, faults->number);
	appendStringInfo(faults->entries, "\"%s\":\"%s\",\"code\":\"%s\",\"message\":\"%s\"",
					 kind, where, fault_texts[code].code, fault_texts[code].message);
	return faults->entries;
}

/*
 * begin_entry is the same for a JSON pointer (RFC 6901) into the body, made of
 * constants, array positions and what rvo_fault_member_pointer makes, "" being the
 * whole body, or else the name of a parameter beside it, which is a constant.
 */
static StringInfo
begin_entry(FaultList *faults, const char *where, FaultCode code)
{
	return begin_entry_at(faults, where[0] == '\0' || where[0] == '/' ? "pointer" : "parameter", where, code);
}

/* rvo_fault_add notes a fault. */
void
rvo_fault_add(FaultList *faults, const char *where, FaultCode code)
{
	StringInfo	entry = begin_entry(faults, where, code);

	if (entry != NULL)
		appendStringInfoChar(entry, '}');
}

/* rvo_fault_add_limit notes that actual exceeds limit. */
void
rvo_fault_add_limit(FaultList *faults, const char *where, FaultCode code, int limit, int actual)
{
	StringInfo	entry = begin_entry(faults, where, code);

	if (entry != NULL)
		appendStringInfo(entry, ",\"limit\":%d,\"actual\":%d}", limit, actual);
}

/*
 * rvo_fault_add_place notes that a text breaks at a line and column, and in which of
 * many items, which are counted from 0; -1 = in none.
 */
void
rvo_fault_add_place(FaultList *faults, const char *where, FaultCode code, int line, int column, int item)
{
	StringInfo	entry = begin_entry(faults, where, code);

	if (entry == NULL)
		return;
	appendStringInfo(entry, ",\"line\":%d,\"column\":%d", line, column);
	if (item >= 0)
		appendStringInfo(entry, ",\"index\":%d", item);
	appendStringInfoChar(entry, '}');
}

/* append_names appends a list of names, if there is room for such. */
static void
append_names(const FaultList *faults, const char *member, const Slice *names, int n)
{
	StringInfo	entry = faults->entries;

	if (faults->brief || entry->len > FAULTS_NAMED_MAX_OCTETS)
		return;
	appendStringInfo(entry, ",\"%s\":[", member);
	for (int i = 0; i < n; i++)
	{
		if (i > 0)
			appendStringInfoChar(entry, ',');
		escape_json(entry, rvo_slice_cstring(names[i]));
	}
	appendStringInfoChar(entry, ']');
}

/* rvo_fault_add_names notes a fault with names that would be right, or nearly. */
void
rvo_fault_add_names(FaultList *faults, const char *where, FaultCode code, const char *member, const Slice *names, int n)
{
	StringInfo	entry = begin_entry(faults, where, code);

	if (entry == NULL)
		return;
	append_names(faults, member, names, n);
	appendStringInfoChar(entry, '}');
}

/* quoted returns a text as it can stand in a JSON string. */
static const char *
quoted(const char *text)
{
	StringInfoData escaped;

	initStringInfo(&escaped);
	escape_json(&escaped, text);
	escaped.data[escaped.len - 1] = '\0';
	return escaped.data + 1;
}

/* rvo_fault_pointer points to a member by the caller's own name for it. */
Slice
rvo_fault_pointer(const char *above, Slice name)
{
	StringInfoData pointer;
	int			len = rvo_text_clip(name, POINTER_NAME_MAX);

	initStringInfo(&pointer);
	appendStringInfo(&pointer, "%s/", above);
	for (int i = 0; i < len; i++)
	{
		if (name.data[i] == '~')
			appendStringInfoString(&pointer, "~0");
		else if (name.data[i] == '/')
			appendStringInfoString(&pointer, "~1");
		else
			appendStringInfoChar(&pointer, name.data[i]);
	}
	if (len < name.len)
		appendStringInfoString(&pointer, "...");
	return (Slice) {pointer.data, pointer.len};
}

/* rvo_fault_member_pointer is rvo_fault_pointer as it can stand in a JSON string. */
const char *
rvo_fault_member_pointer(const char *above, Slice name)
{
	return quoted(rvo_fault_pointer(above, name).data);
}

/* rvo_fault_add_parameter notes that a parameter is unknown, by the caller's own name for it, and which ones are nearly named so. */
void
rvo_fault_add_parameter(FaultList *faults, Slice name, const Slice *nearest, int nnearest)
{
	int			len = rvo_text_clip(name, POINTER_NAME_MAX);
	const char *shown = psprintf("%.*s%s", len, name.data, len < name.len ? "..." : "");
	StringInfo	entry = begin_entry_at(faults, "parameter", quoted(shown), FAULT_UNKNOWN_PARAMETER);

	if (entry == NULL)
		return;
	append_names(faults, "nearest", nearest, nnearest);
	appendStringInfoChar(entry, '}');
}

/* rvo_fault_add_member notes that a member is unknown, and which ones are nearly named so. */
void
rvo_fault_add_member(FaultList *faults, const char *above, Slice name, const Slice *nearest, int nnearest)
{
	/* one that is only counted needs no pointer */
	if (rvo_fault_is_full(faults))
		faults->count++;
	else
		rvo_fault_add_names(faults, rvo_fault_member_pointer(above, name), FAULT_UNKNOWN_MEMBER, "nearest", nearest, nnearest);
}

/* rvo_fault_add_column notes what is wrong with what a caller says of a column of an import, and which ones are nearly named so. */
void
rvo_fault_add_column(FaultList *faults, FaultCode code, Slice column, const Slice *nearest, int nnearest)
{
	int			len = rvo_text_clip(column, POINTER_NAME_MAX);
	StringInfo	entry = begin_entry(faults, "columns", code);

	if (entry == NULL)
		return;
	appendStringInfo(entry, ",\"column\":\"%s", quoted(psprintf("%.*s%s", len, column.data, len < column.len ? "..." : "")));
	appendStringInfoChar(entry, '"');
	if (nnearest > 0)
		append_names(faults, "nearest", nearest, nnearest);
	appendStringInfoChar(entry, '}');
}

/* rvo_fault_add_type notes that a value is none of a type; choices are those of the type, or some of them. */
void
rvo_fault_add_type(FaultList *faults, const char *where, FaultCode code, Slice type, const Slice *choices, int nchoices)
{
	StringInfo	entry = begin_entry(faults, where, code);

	if (entry == NULL)
		return;
	appendStringInfo(entry, ",\"type\":\"%.*s\"", type.len, type.data);
	if (nchoices > 0)
		append_names(faults, "choices", choices, nchoices);
	appendStringInfoChar(entry, '}');
}

/* rvo_fault_add_existing_rows notes how many rows are in the way, and which is the first. */
void
rvo_fault_add_existing_rows(FaultList *faults, const char *where, int64 existing_id, int64 rows)
{
	StringInfo	entry = begin_entry(faults, where, FAULT_ALREADY_EXISTS);

	if (entry != NULL)
		appendStringInfo(entry, ",\"existing_id\":" INT64_FORMAT ",\"rows\":" INT64_FORMAT "}", existing_id, rows);
}

/* rvo_fault_add_existing notes that a key is taken, and by which row. */
void
rvo_fault_add_existing(FaultList *faults, const char *where, int64 existing_id)
{
	rvo_fault_add_key(faults, where, FAULT_ALREADY_EXISTS, existing_id, -1);
}

/*
 * rvo_fault_add_key notes that a key is in the way, and which row's; 0 if nothing will be
 * left of that.  duplicate_of is the earlier one of the same batch that made it; -1 = none.
 */
void
rvo_fault_add_key(FaultList *faults, const char *where, FaultCode code, int64 existing_id, int duplicate_of)
{
	StringInfo	entry = begin_entry(faults, where, code);

	if (entry == NULL)
		return;
	if (existing_id != 0)
		appendStringInfo(entry, ",\"existing_id\":" INT64_FORMAT, existing_id);
	if (duplicate_of >= 0)
		appendStringInfo(entry, ",\"duplicate_of\":%d", duplicate_of);
	appendStringInfoChar(entry, '}');
}

/* rvo_fault_add_merged notes that a contact was merged, and into which. */
void
rvo_fault_add_merged(FaultList *faults, const char *where, int64 kept_id)
{
	StringInfo	entry = begin_entry(faults, where, FAULT_MERGED);

	if (entry != NULL)
		appendStringInfo(entry, ",\"merged_into\":" INT64_FORMAT "}", kept_id);
}

/* rvo_fault_add_all appends the entries of another list, all or, if this one is full, none. */
void
rvo_fault_add_all(FaultList *faults, const FaultList *more)
{
	faults->count += more->count;
	if (more->told == 0 || rvo_fault_is_full(faults))
		return;
	begin_next(faults);
	appendBinaryStringInfo(faults->entries, more->entries->data, more->entries->len);
	faults->told += more->told;
}

/* rvo_fault_keep copies a list to the current context, where the memory that it was made in is about to go. */
void
rvo_fault_keep(FaultList *faults)
{
	StringInfo	entries = faults->entries;

	if (entries == NULL)
		return;
	faults->entries = make_entries(entries->len + 1);
	appendBinaryStringInfo(faults->entries, entries->data, entries->len);
}

/* rvo_fault_json returns the faults as a JSON array, in the current context; the last entry counts those that are not told. */
char *
rvo_fault_json(const FaultList *faults)
{
	StringInfoData json;

	initStringInfo(&json);
	appendStringInfoChar(&json, '[');
	if (faults->told > 0)
		appendBinaryStringInfo(&json, faults->entries->data, faults->entries->len);
	if (faults->count > faults->told)
		appendStringInfo(&json, ",{\"pointer\":\"\",\"code\":\"%s\",\"message\":\"%s\",\"more\":%d}",
						 fault_texts[FAULT_MORE_FAULTS].code, fault_texts[FAULT_MORE_FAULTS].message,
						 faults->count - faults->told);
	appendStringInfoChar(&json, ']');
	return json.data;
}
