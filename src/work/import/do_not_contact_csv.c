/*
 * do_not_contact_csv.c
 *	  Addresses of a file put on the do-not-contact list.
 *
 * The columns of e-mail addresses have them, as imports know these, or else one of domains, or the only one,
 * or the one that is named.  A file may also have no names of columns, as a list of addresses has none: then
 * it is the first column with one, and what is of the same sort in others counts, too: a list may be one line.
 *
 * Other programs put dots into names of columns: "First.Name", "Account.Website".  So a first line of domains
 * is one of a list only if no names of columns that are known can be found.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "base/failure.h"
#include "base/json_parse.h"
#include "shape/file/csv_reader.h"
#include "shape/import/import_cell.h"
#include "shape/import/import_character.h"
#include "shape/import/import_mapping.h"
#include "shape/import/import_word.h"
#include "store/service/store_import_alias.h"
#include "value/domain.h"
#include "value/import_key.h"
#include "work/contact/do_not_contact.h"
#include "work/import/do_not_contact_csv.h"
#include "work/import/import_csv.h"

/* Entries that are written at once, and octets of the file that are read for that. */
#define AT_ONCE 10000
#define OCTETS_AT_ONCE (256 * 1024)

#define REJECTS_SHOWN 10

/* An import under way. */
typedef struct Addresses
{
	const Caller *caller;
	Slice		unread;			/* of the file */
	CsvReader  *reader;
	int			column;
	bool	   *is_beside;		/* of each column, whether addresses in it count as well; NULL = in all */
	bool		no_header;		/* what is called the header is the first row */
	bool		of_emails;		/* it has an e-mail address: domains beside those are their companies' */
	DoNotContactEntry entry;	/* but for the address */
	int64		rows;
	int64		added;
	int64		there;
	int64		failed;
	MemoryContext context;		/* of what is shown */
	JsonbValue	rejects;
} Addresses;

/* Entries that are written at once. */
typedef struct Entries
{
	DoNotContactEntry *entries;
	int			count;
	int			space;
} Entries;

/*
 * names_domain tells whether a word of a cell is a domain to be listed: "rival.com", "@rival.com", "*@rival.com".  What stands
 * in front of an address in angle brackets is a name.
 */
static bool
names_domain(Slice text)
{
	Slice		rest = rvo_import_folded(text, true);
	Slice		word;
	Slice		domain;

	if (memchr(rest.data, '<', rest.len) != NULL)
		return false;
	while (next_word(&rest, " \t\r\n,;|()[]\"'", &word))
	{
		const char *at = memchr(word.data, '@', word.len);

		if (at != NULL && at > word.data && *word.data != '*')
			continue;			/* an address */
		if (rvo_domain_normalize(strip(word, "*.@", ".:"), &domain) == FAULT_NONE && domain.data != NULL && rvo_domain_has_known_end(domain))
			return true;
	}
	return false;
}

/*
 * read_address reads what a human reads in a cell: an address as it stands, *.acme.com for a domain and those
 * below, else the e-mail address that the cell has, if it is one: of several, be they domains, each is somebody's.
 */
static bool
read_address(Slice text, DoNotContactEntry *entry)
{
	ImportCell	cell;

	if (rvo_do_not_contact_address_read(text, &entry->email, &entry->domain))
		return true;
	text = rvo_text_trim(text);
	if (text.len > 2 && text.data[0] == '*' && text.data[1] == '.')
	{
		entry->subdomains = true;
		return rvo_do_not_contact_address_read((Slice) {text.data + 2, text.len - 2}, &entry->email, &entry->domain) &&
			entry->domain.data != NULL;
	}
	cell = rvo_import_cell_email(text);
	return cell.reading == CELL_CLEANED && rvo_do_not_contact_address_read(cell.value, &entry->email, &entry->domain) &&
		entry->email.data != NULL && !names_domain(text);
}

/* find_called returns the column that is called so, as far as names are compared; -1 for none. */
static int
find_called(const CsvFormat *format, Slice name)
{
	Slice		key = rvo_import_header_key(name);

	for (int i = 0; i < format->ncolumns; i++)
		if (rvo_slice_equal(rvo_import_header_key(format->columns[i]), key))
			return i;
	return -1;
}

/* find_alias returns the first column that imports know as a member, one that is it alone only if there is no other, and marks all of them; -1 for none. */
static int
find_alias(const CsvFormat *format, Slice entity, Slice member, bool *are_known)
{
	ImportHeaders headers = {format->ncolumns, format->columns, -1};
	ImportAliases aliases = rvo_store_find_import_aliases(entity, &headers);
	Slice		found;
	AliasTerm	term;
	int			first = -1;
	int			alone = -1;

	for (int i = format->ncolumns - 1; i >= 0; i--)
		if (aliases.find(aliases.arg, rvo_import_header_key(format->columns[i]), &found, &term) &&
			found.data != NULL && rvo_slice_equal(found, member))
		{
			are_known[i] = true;
			*(term == ALIAS_ALONE ? &alone : &first) = i;
		}
	return first >= 0 ? first : alone;
}

/* is_name tells that a text can't be meant as an address, or a domain. */
static bool
is_name(Slice text)
{
	return memchr(text.data, '@', text.len) == NULL && memchr(text.data, '.', text.len) == NULL;
}

/* find_known returns the column of addresses by the names of columns, and marks others that have e-mail addresses; -1 for none. */
static int
find_known(const CsvFormat *format, bool *have_emails)
{
	bool	   *have_domains = palloc0(format->ncolumns * sizeof(bool));
	int			first = find_alias(format, CONST_SLICE("contact"), CONST_SLICE("email"), have_emails);
	int			column = find_called(format, CONST_SLICE("email"));

	/* a street is called an address, too, and a domain is just where somebody works */
	if (column < 0)
		column = first;
	if (column < 0)
		column = find_called(format, CONST_SLICE("address"));
	if (column < 0)
		column = find_called(format, CONST_SLICE("domain"));
	if (column < 0)
		column = find_alias(format, CONST_SLICE("company"), CONST_SLICE("domain"), have_domains);
	return column;
}

/* find_column does likewise; and the only column needs no name that anybody knows. */
static int
find_column(const CsvFormat *format, bool *have_emails)
{
	int			column = find_known(format, have_emails);

	return column < 0 && format->ncolumns == 1 && is_name(format->columns[0]) ? 0 : column;
}

/* is_alone tells a text that can be an address and nothing else: a title or a name that has one in it is none. */
static bool
is_alone(Slice text)
{
	text = rvo_text_trim(text);
	return text.len > 0 && (memchr(text.data, ' ', text.len) == NULL || text.data[text.len - 1] == '>');
}

/* is_address tells a header that can be no name of a column: it is an e-mail address, or a domain below a top-level domain that is there. */
static bool
is_address(Slice header, DoNotContactEntry *entry)
{
	return is_alone(header) && read_address(header, entry) &&
		(entry->email.data != NULL || rvo_domain_has_known_end(entry->domain));
}

/* find_value returns the first column whose name is an e-mail address, so that it is none, else a domain; -1 for none. */
static int
find_value(const CsvFormat *format, bool *is_email)
{
	int			found = -1;

	*is_email = false;
	for (int i = 0; i < format->ncolumns && !*is_email; i++)
	{
		DoNotContactEntry entry = {0};

		if (!is_address(format->columns[i], &entry))
			continue;
		*is_email = entry.email.data != NULL;
		if (found < 0 || *is_email)
			found = i;
	}
	return found;
}

/* open_list opens a file whose first line has an address already; false if it is none. */
static bool
open_list(Addresses *addresses, const DoNotContactFile *file)
{
	CsvOptions	options = {file->encoding, file->delimiter, 1, file->charset};
	FaultList	faults = {0};

	addresses->unread = file->content;
	addresses->reader = rvo_csv_open(&options, rvo_feed_slice, &addresses->unread, &faults);
	addresses->column = faults.count == 0 ? find_value(rvo_csv_format(addresses->reader), &addresses->of_emails) : -1;
	return addresses->column >= 0;
}

/* open_reader opens a file whose columns have names. */
static bool
open_reader(Addresses *addresses, const DoNotContactFile *file, FaultList *faults)
{
	CsvOptions	options = {file->encoding, file->delimiter, file->header_line, file->charset};
	FaultList	found = {0};

	addresses->unread = file->content;
	addresses->reader = rvo_csv_open(&options, rvo_feed_slice, &addresses->unread, &found);
	rvo_fault_add_all(faults, &found);
	if (found.count == 0)
		addresses->is_beside = palloc0(Max(rvo_csv_format(addresses->reader)->ncolumns, 1) * sizeof(bool));
	return found.count == 0;
}

/* has_known_names opens a file, and tells whether imports know one of its columns as one of addresses. */
static bool
has_known_names(Addresses *addresses, const DoNotContactFile *file)
{
	FaultList	faults = {0};

	if (!open_reader(addresses, file, &faults))
		return false;
	addresses->column = find_known(rvo_csv_format(addresses->reader), addresses->is_beside);
	return addresses->column >= 0;
}

/* open_table opens a file whose columns have names, and finds the one with the addresses. */
static void
open_table(Addresses *addresses, const DoNotContactFile *file, FaultList *faults)
{
	Slice		name = rvo_text_trim(file->column);
	const CsvFormat *format;

	if (!open_reader(addresses, file, faults))
		return;
	format = rvo_csv_format(addresses->reader);
	addresses->column = name.len > 0 ? find_called(format, name) : find_column(format, addresses->is_beside);
	if (addresses->column < 0)
		rvo_fault_add(faults, name.len > 0 ? "column" : "content", name.len > 0 ? FAULT_UNKNOWN_COLUMN : FAULT_NO_KEY_COLUMN);
}

/*
 * open_file opens a file, and tells whether it is a list.  One that begins with domains only is a table if names of columns
 * are known, also of those below that line.
 */
static void
open_file(Addresses *addresses, const DoNotContactFile *file, FaultList *faults)
{
	bool		is_told = file->header_line != 0 || rvo_text_trim(file->column).len > 0;

	if (is_told || !open_list(addresses, file))
	{
		open_table(addresses, file, faults);
		return;
	}
	addresses->no_header = addresses->of_emails || !has_known_names(addresses, file);
	if (!addresses->no_header || addresses->of_emails)
		return;
	addresses->is_beside = NULL;
	(void) open_list(addresses, file);
}

/* reject notes a row that has no address; the first ones are told of. */
static void
reject(Addresses *addresses, int64 line, FaultCode code)
{
	FaultList	faults = {0};
	JsonObject	object;
	MemoryContext caller;

	addresses->failed++;
	if (addresses->failed > REJECTS_SHOWN)
		return;
	caller = MemoryContextSwitchTo(addresses->context);
	rvo_fault_add(&faults, "", code);
	object = rvo_json_open(2);
	rvo_json_put(&object, CONST_SLICE("line"), rvo_json_integer(line));
	rvo_json_put(&object, CONST_SLICE("errors"), rvo_json_jsonb(rvo_json_parse(rvo_slice(rvo_fault_json(&faults)))));
	rvo_json_append(&addresses->rejects, rvo_json_close(&object));
	MemoryContextSwitchTo(caller);
}

/* take reads an address to an entry; false for what is none, which is a reject unless it says that there is none. */
static bool
take(Addresses *addresses, Slice address, int64 line, DoNotContactEntry *entry)
{
	bool		is_one;

	*entry = addresses->entry;
	is_one = read_address(address, entry) && (entry->email.data != NULL || entry->reason != DO_NOT_CONTACT_ERASED);
	if (!is_one && rvo_import_cell_email(address).reading == CELL_PLACEHOLDER)
		return false;
	addresses->rows++;
	if (!is_one)
		reject(addresses, line, FAULT_INVALID_ADDRESS);
	return is_one;
}

/* write_entries adds the entries of some rows. */
static void
write_entries(Addresses *addresses, const Entries *entries)
{
	int			n = entries->count;
	const DoNotContactEntry **rows = palloc(Max(n, 1) * sizeof(DoNotContactEntry *));
	bool	   *added = palloc0(Max(n, 1) * sizeof(bool));

	for (int i = 0; i < n; i++)
		rows[i] = &entries->entries[i];
	rvo_do_not_contact_put(addresses->caller->client_id, rows, n, added);
	for (int i = 0; i < n; i++)
		if (added[i])
			addresses->added++;
		else
			addresses->there++;
}

/* field_of returns what stands in the column of a row; no value if it could not be read, or is too short. */
static Slice
field_of(const Addresses *addresses, const CsvRecord *record)
{
	bool		readable = record->fault == FAULT_NONE || record->fault == FAULT_RAGGED_ROW;

	return readable && addresses->column < record->nfields ? record->fields[addresses->column] : NO_SLICE;
}

/* push adds an entry to those that are written at once. */
static void
push(Entries *entries, const DoNotContactEntry *entry)
{
	if (entries->count == entries->space)
	{
		entries->space *= 2;
		entries->entries = repalloc_huge(entries->entries, entries->space * sizeof(DoNotContactEntry));
	}
	entries->entries[entries->count++] = *entry;
}

/* counts_beside tells whether addresses in a column count besides those of the first. */
static bool
counts_beside(const Addresses *addresses, int column)
{
	if (column == addresses->column)
		return false;
	return addresses->is_beside == NULL || (column < rvo_csv_format(addresses->reader)->ncolumns && addresses->is_beside[column]);
}

/* has_address tells a text that has an e-mail address in it, as far as can be told from "@". */
static bool
has_address(Slice text)
{
	text = rvo_text_trim(text);
	return text.len > 1 && memchr(text.data + 1, '@', text.len - 1) != NULL;
}

/* take_beside reads the other addresses of a row; false if there are none. One that can't be read, or several in a cell, are a reject. */
static bool
take_beside(Addresses *addresses, const CsvRecord *record, Entries *entries)
{
	bool		found = false;

	for (int i = 0; i < record->nfields; i++)
	{
		DoNotContactEntry entry = addresses->entry;
		bool		is_one;

		if (!counts_beside(addresses, i))
			continue;
		is_one = read_address(record->fields[i], &entry);
		if (is_one ? entry.email.data == NULL && (addresses->of_emails || entry.reason == DO_NOT_CONTACT_ERASED) : !has_address(record->fields[i]))
			continue;
		addresses->rows++;
		if (is_one)
			push(entries, &entry);
		else
			reject(addresses, record->line, FAULT_INVALID_ADDRESS);
		found = true;
	}
	return found;
}

/* take_row reads a row that has something in the column. */
static void
take_row(Addresses *addresses, const CsvRecord *record, Entries *entries)
{
	DoNotContactEntry entry;

	if (take(addresses, record->fields[addresses->column], record->line, &entry))
		push(entries, &entry);
	(void) take_beside(addresses, record, entries);
}

/* take_bare_row reads a row that has nothing in the column: no row, unless it is wrong or has addresses beside. */
static void
take_bare_row(Addresses *addresses, const CsvRecord *record, Entries *entries)
{
	bool		readable = record->fault == FAULT_NONE || record->fault == FAULT_RAGGED_ROW;

	if ((readable && take_beside(addresses, record, entries)) ||
		record->fault == FAULT_NONE || record->fault == FAULT_BLANK_ROW)
		return;
	addresses->rows++;
	reject(addresses, record->line, record->fault);
}

/* add_rows adds the next rows; false if there are no more. */
static bool
add_rows(Addresses *addresses)
{
	Entries		entries = {palloc(AT_ONCE * sizeof(DoNotContactEntry)), 0, AT_ONCE};
	int64		end = rvo_csv_octets(addresses->reader) + OCTETS_AT_ONCE;
	CsvRecord	record;
	bool		more = true;

	while (entries.count < AT_ONCE && rvo_csv_octets(addresses->reader) < end && (more = rvo_csv_next(addresses->reader, &record)))
	{
		CHECK_FOR_INTERRUPTS();
		if (rvo_text_trim(field_of(addresses, &record)).len > 0)
			take_row(addresses, &record, &entries);
		else
			take_bare_row(addresses, &record, &entries);
	}
	write_entries(addresses, &entries);
	return more;
}

/* add_first adds what a file without a header has where others have it. */
static void
add_first(Addresses *addresses)
{
	const CsvFormat *format = rvo_csv_format(addresses->reader);
	Entries		entries = {palloc(sizeof(DoNotContactEntry)), 0, 1};
	CsvRecord	first = {.line = 1, .nfields = format->ncolumns, .fields = unconstify(Slice *, format->columns)};

	take_row(addresses, &first, &entries);
	write_entries(addresses, &entries);
}

/* add_all adds all rows, some thousand at once. */
static void
add_all(Addresses *addresses)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext rows = AllocSetContextCreate(caller, "revyops do-not-contact rows", ALLOCSET_DEFAULT_SIZES);
	bool		more;

	do
	{
		MemoryContextSwitchTo(rows);
		more = add_rows(addresses);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(rows);
	} while (more);
	MemoryContextDelete(rows);
}

/* show shows what came of it. */
static Jsonb *
show(const Addresses *addresses)
{
	const CsvFormat *format = rvo_csv_format(addresses->reader);
	JsonObject	object = rvo_json_open(9);
	JsonbValue	value;

	rvo_json_put(&object, CONST_SLICE("rows"), rvo_json_integer(addresses->rows));
	rvo_json_put(&object, CONST_SLICE("added"), rvo_json_integer(addresses->added));
	rvo_json_put(&object, CONST_SLICE("there"), rvo_json_integer(addresses->there));
	rvo_json_put(&object, CONST_SLICE("failed"), rvo_json_integer(addresses->failed));
	rvo_json_put(&object, CONST_SLICE("column"),
				 addresses->no_header ? rvo_json_integer(addresses->column + 1) : rvo_json_text(format->columns[addresses->column]));
	rvo_json_put(&object, CONST_SLICE("header_line"), addresses->no_header ? rvo_json_null() : rvo_json_integer(format->header_line));
	rvo_json_put(&object, CONST_SLICE("encoding"), rvo_json_text(rvo_slice(format->encoding)));
	rvo_json_put(&object, CONST_SLICE("delimiter"), rvo_json_text((Slice) {&format->delimiter, 1}));
	rvo_json_put(&object, CONST_SLICE("rejects"), addresses->rejects);
	value = rvo_json_close(&object);
	return rvo_json_encode(&value);
}

/* begin reads what is asked for, and raises failures for what is wrong with it. */
static void
begin(Addresses *addresses, const DoNotContactFile *file)
{
	FaultList	faults = file->faults;
	Slice		note = rvo_text_trim(file->note);

	if (file->content.len > IMPORT_CSV_MAX_OCTETS)
		rvo_failure_raise_one(FAILURE_TOO_LARGE, "content", FAULT_TOO_LARGE);
	if (rvo_text_trim(file->reason).len > 0)
		addresses->entry.reason = rvo_do_not_contact_reason_read(file->reason, "reason", &faults);
	rvo_do_not_contact_note_check(note, "note", &faults);
	addresses->entry.note = note.len > 0 ? note : NO_SLICE;
	if (file->content.data == NULL)
		rvo_fault_add(&faults, "content", FAULT_REQUIRED);
	else
		open_file(addresses, file, &faults);
	if (faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
}

/*
 * rvo_do_not_contact_csv puts the addresses of a file on the list, and tells what came of it, in
 * the current context.  Raises FAILURE_INVALID_REQUEST and FAILURE_TOO_LARGE.
 */
Jsonb *
rvo_do_not_contact_csv(const Caller *caller, const DoNotContactFile *file)
{
	Addresses	addresses = {
		.caller = caller,
		.entry = {
			.reason = DO_NOT_CONTACT_MANUAL,
			.since = GetCurrentTransactionStartTimestamp(),
			.source = DO_NOT_CONTACT_BY_FILE,
		},
		.context = CurrentMemoryContext,
		.rejects = rvo_json_array(REJECTS_SHOWN),
	};

	begin(&addresses, file);
	if (addresses.no_header)
		add_first(&addresses);
	add_all(&addresses);
	return show(&addresses);
}
