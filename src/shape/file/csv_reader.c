/*
 * csv_reader.c
 *	  CSV files as they are: octets in, records out.
 *
 * The text of the file goes through a window, in which csv_scan.c finds one
 * record after the other.  The window grows only where a record is longer, up to
 * CSV_MAX_RECORD.  It is filled up whenever a record does not end in it: so what is
 * read does not depend on the pieces that the feed gives.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "base/failure.h"
#include "shape/file/csv_columns.h"
#include "shape/file/csv_guess.h"
#include "shape/file/csv_reader.h"
#include "shape/file/csv_scan.h"
#include "shape/file/text_source.h"

/* What is read at once, at least. */
#define WINDOW SOURCE_WINDOW

/* What is shown of a broken record. */
#define SHOWN_MAX (CSV_MAX_RECORD / 256)

struct CsvReader
{
	MemoryContext context;
	TextSource	source;
	bool		ended;			/* the window has the last of the text */
	char	   *window;			/* room for a line feed more than capacity */
	int			capacity;
	int			from;			/* of what is not read yet */
	int			to;
	int64		line;			/* the one at from */
	CsvScan		scan;
	int			required;		/* columns up to the last that has a name */
	bool		is_report;		/* of an import: its last columns are a report's own */
	bool		is_told;		/* the caller says where the header is */
	int			begin;			/* where rows are looked at for the header: in the window until records are
								 * read */
	int64		begin_line;
	int64		blanks;			/* blank rows, a line each, in front of from */
	bool		blanks_count;	/* something comes behind them, so they are records */
	CsvFormat	format;
};

/* ---------------------------------------------------------------- the window */

static inline char *
unread(const CsvReader *reader)
{
	return reader->window + reader->from;
}

static inline int
unread_length(const CsvReader *reader)
{
	return reader->to - reader->from;
}

/* fill moves what is not read yet to the front, makes room if there is little, and reads on. */
static void
fill(CsvReader *reader)
{
	int			kept = unread_length(reader);
	char	   *old = reader->window;

	CHECK_FOR_INTERRUPTS();
	if (kept > reader->capacity - WINDOW)
	{
		reader->capacity = Min(reader->capacity * 2, CSV_MAX_RECORD + 2 * WINDOW);
		reader->window = MemoryContextAlloc(reader->context, reader->capacity + 1);
	}
	memmove(reader->window, old + reader->from, kept);
	if (old != reader->window)
		pfree(old);
	reader->from = 0;
	reader->to = kept;
	while (reader->capacity - reader->to >= SOURCE_MIN_ROOM && !reader->ended)
	{
		int			n = rvo_text_source_read(&reader->source, reader->window + reader->to, reader->capacity - reader->to);

		reader->to += n;
		reader->ended = n == 0;
	}
	reader->format.encoding = rvo_text_source_encoding(&reader->source);
	reader->window[reader->to] = '\n';
}

/*
 * find looks for the next record.  CSV_MORE is not among what it returns.  What is too long
 * costs its first line, however much of it is in the window.
 */
static CsvFound
find(CsvReader *reader)
{
	for (;;)
	{
		CsvScan    *scan = &reader->scan;
		CsvFound	found = rvo_csv_scan(scan, unread(reader), unread_length(reader), reader->ended);
		bool		is_too_long;

		/* of what is not whole, the last two octets may be of the line's end */
		is_too_long = (found == CSV_RECORD && scan->content > CSV_MAX_RECORD) ||
			(found == CSV_BROKEN && scan->broken_at > CSV_MAX_RECORD) ||
			(found == CSV_MORE && unread_length(reader) > CSV_MAX_RECORD + 2);
		if (is_too_long)
		{
			scan->open = 0;
			return CSV_BROKEN;
		}
		if (found != CSV_MORE)
			return found;
		fill(reader);
	}
}

/* take goes behind the record that was found. */
static void
take(CsvReader *reader)
{
	reader->from += reader->scan.used;
	reader->line += reader->scan.breaks + 1;
}

/* skip_line goes behind the line that has the octet so many further on, or to the end. The line may be longer than the window. */
static void
skip_line(CsvReader *reader, int octets)
{
	for (;;)
	{
		const char *end = reader->window + reader->to;
		const char *line_end = rvo_csv_line_end(unread(reader));
		bool		is_cut = *line_end == '\r' && line_end + 1 == end;
		int			length;

		if ((line_end == end || is_cut) && !reader->ended)
		{
			octets -= line_end - unread(reader);
			reader->from = line_end - reader->window;
			fill(reader);
			continue;
		}
		if (line_end == end)
		{
			reader->from = reader->to;
			return;
		}
		length = line_end - unread(reader) + rvo_csv_break_length(line_end, end);
		reader->from += length;
		reader->line++;
		octets -= length;
		if (octets < 0)
			return;
	}
}

/* ---------------------------------------------------------------- records */

/*
 * cut makes fields of the record that was found: as many as expected, or as there are. One
 * piece of memory has the list and, behind it, the texts.
 */
static void
cut(const CsvReader *reader, CsvRecord *record, int nfields)
{
	const CsvScan *scan = &reader->scan;
	Size		list_size = MAXALIGN(nfields * sizeof(Slice));
	char	   *memory = palloc(list_size + scan->content);
	char	   *text = memory + list_size;

	memcpy(text, scan->text, scan->content);
	record->fields = (Slice *) memory;
	record->nfields = nfields;
	for (int i = 0; i < nfields; i++)
		record->fields[i] = i < scan->kept ? rvo_csv_field_value(&scan->fields[i], text) : NO_SLICE;
}

/* has_surplus tells text in fields for which there is no column. */
static bool
has_surplus(const CsvReader *reader)
{
	for (int i = reader->format.ncolumns; i < reader->scan.kept; i++)
		if (!rvo_csv_scan_is_empty(&reader->scan, i))
			return true;
	return reader->scan.nfields > reader->scan.kept;
}

/* has_text tells whether a field has a text in it. */
static bool
has_text(Slice field, Slice text)
{
	return field.len >= text.len && memmem(field.data, field.len, text.data, text.len) != NULL;
}

/*
 * has_lost_octets tells a row of a report that was rejected because it had octets that are no text, and that nobody has mended: in their
 * place it has U+FFFD still. In other rows that is a character of the source's own.
 */
static bool
has_lost_octets(const CsvReader *reader, const CsvRecord *record)
{
	int			faults = reader->required - 1;	/* the report's own columns are the last three */

	if (!reader->is_report || !has_text(record->fields[faults], rvo_fault_code(FAULT_INVALID_ENCODING)))
		return false;
	for (int i = 0; i < faults - 2; i++)
		if (has_text(record->fields[i], CONST_SLICE("\xef\xbf\xbd")))
			return true;
	return false;
}

/* read_record reads the record that was found, in the current context. */
static void
read_record(const CsvReader *reader, CsvRecord *record)
{
	const CsvScan *scan = &reader->scan;
	bool		is_valid = pg_encoding_verifymbstr(PG_UTF8, scan->text, scan->content) == scan->content;
	bool		is_ragged = scan->nfields < reader->required || has_surplus(reader);

	*record = (CsvRecord) {.line = reader->line, .actual = scan->nfields};
	cut(reader, record, is_ragged ? scan->kept : reader->format.ncolumns);
	if (is_ragged)
		record->fault = FAULT_RAGGED_ROW;
	if (!is_valid)
	{
		record->fault = FAULT_INVALID_ENCODING;
		for (int i = 0; i < record->nfields; i++)
			record->fields[i] = rvo_csv_legible(record->fields[i]);
	}
	else if (!is_ragged && has_lost_octets(reader, record))
		record->fault = FAULT_INVALID_ENCODING;
}

/* read_broken shows the beginning of a record that has no end, and goes behind the line where it was lost. */
static void
read_broken(CsvReader *reader, CsvRecord *record)
{
	Slice		line = {unread(reader), rvo_csv_line_end(unread(reader)) - unread(reader)};
	int			len = rvo_text_clip(line, SHOWN_MAX);
	char	   *shown = palloc(len + 1);

	memcpy(shown, line.data, len);
	*record = (CsvRecord) {.line = reader->line, .fault = FAULT_BROKEN_ROW, .actual = 1, .nfields = 1};
	record->fields = palloc(sizeof(Slice));
	record->fields[0] = rvo_csv_legible((Slice) {shown, len});
	skip_line(reader, reader->scan.open);
}

/*
 * rvo_csv_next reads the next record, in the current context; false if there is
 * no more.  Blank rows are records only if something comes behind them.  Raises FAILURE_INVALID_REQUEST where
 * the text turns out to be in no encoding that can be found: what came before is ASCII, and good.
 */
bool
rvo_csv_next(CsvReader *reader, CsvRecord *record)
{
	CsvFound	found;

	for (;;)
	{
		if (reader->blanks_count)
		{
			*record = (CsvRecord) {.line = reader->line - reader->blanks, .fault = FAULT_BLANK_ROW};
			reader->blanks_count = --reader->blanks > 0;
			return true;
		}
		found = find(reader);
		if (reader->source.fault != FAULT_NONE)
			rvo_failure_raise_one(FAILURE_INVALID_REQUEST, "encoding", reader->source.fault);
		if (found == CSV_END)
			return false;
		if (found == CSV_RECORD && rvo_csv_scan_is_blank(&reader->scan))
		{
			reader->blanks++;
			take(reader);
		}
		else if (reader->blanks > 0)
			reader->blanks_count = true;
		else
			break;
	}
	if (found == CSV_BROKEN)
		read_broken(reader, record);
	else
	{
		read_record(reader, record);
		take(reader);
	}
	return true;
}

/* ---------------------------------------------------------------- the beginning */

/* choose_delimiter reads the caller's delimiter; false if it can be none. */
static bool
choose_delimiter(Slice wanted, char *delimiter)
{
	static const struct
	{
		Slice		word;
		char		delimiter;
	}			words[] = {
		{CONST_SLICE("comma"), ','}, {CONST_SLICE("semicolon"), ';'}, {CONST_SLICE("tab"), '\t'},
		{CONST_SLICE("pipe"), '|'}, {CONST_SLICE("\\t"), '\t'},
	};

	for (size_t i = 0; i < lengthof(words); i++)
	{
		if (wanted.len == words[i].word.len && pg_strncasecmp(wanted.data, words[i].word.data, wanted.len) == 0)
		{
			*delimiter = words[i].delimiter;
			return true;
		}
	}
	*delimiter = wanted.data[0];
	return wanted.len == 1 && rvo_is_ascii(*delimiter) && strchr("\"\r\n", *delimiter) == NULL &&
		!rvo_is_letter(*delimiter) && !rvo_is_digit(*delimiter);
}

/* take_sep_line takes a first line "sep=;", which is for Excel, and tells the delimiter; false if there is none. */
static bool
take_sep_line(CsvReader *reader, char *delimiter)
{
	const char *line = unread(reader);
	Slice		text = {line, rvo_csv_line_end(line) - line};

	if (text.len >= 2 && text.data[0] == '"' && text.data[text.len - 1] == '"')
		text = (Slice) {text.data + 1, text.len - 2};
	if (text.len != 5 || pg_strncasecmp(text.data, "sep=", 4) != 0 ||
		!choose_delimiter((Slice) {text.data + 4, 1}, delimiter))
		return false;
	skip_line(reader, 0);
	return true;
}

/*
 * set_delimiter finds the delimiter: by the first line, by what the caller says, which counts, or by the rows, from the
 * line on where the caller says that they begin.
 */
static void
set_delimiter(CsvReader *reader, const CsvOptions *options)
{
	char		delimiter;
	bool		is_told = take_sep_line(reader, &delimiter);

	if (options->delimiter.len > 0)
		is_told = choose_delimiter(options->delimiter, &delimiter);
	while (reader->line < options->header_line && (unread_length(reader) > 0 || !reader->ended))
		skip_line(reader, 0);
	if (is_told)
	{
		rvo_csv_scan_delimit(&reader->scan, delimiter);
		return;
	}
	while (!rvo_csv_guess_delimiter(&reader->scan, unread(reader), unread_length(reader), reader->ended) &&
		   !reader->ended && unread_length(reader) <= CSV_MAX_RECORD)
		fill(reader);
}

/* count_lines counts the line breaks of the octets that come next. */
static int64
count_lines(const CsvReader *reader, int octets)
{
	const char *end = unread(reader) + octets;
	int64		lines = 0;

	for (const char *p = rvo_csv_line_end(unread(reader)); p < end; p = rvo_csv_line_end(p))
	{
		p += rvo_csv_break_length(p, end);
		lines++;
	}
	return lines;
}

/* find_header finds the row with the names, or takes the next one if the caller says so; false if more text is needed for that. */
static bool
find_header(CsvReader *reader, int *header)
{
	if (reader->is_told)
		return rvo_csv_first_row(&reader->scan, unread(reader), unread_length(reader), reader->ended, header);
	return rvo_csv_find_header(&reader->scan, unread(reader), unread_length(reader), reader->ended, 0, header);
}

/* take_names takes the row that the scanner has for the header, so many octets behind where rows begin, and goes behind it. */
static void
take_names(CsvReader *reader, int header)
{
	CsvFormat  *format = &reader->format;
	CsvRecord	names;

	reader->from = reader->begin;
	reader->line = reader->begin_line + count_lines(reader, header);
	reader->from += header;
	format->header_line = reader->line;
	format->delimiter = reader->scan.delimiter;
	format->ncolumns = reader->scan.kept;
	reader->required = rvo_csv_scan_width(&reader->scan);
	reader->is_report = rvo_csv_is_report_header(&reader->scan);
	cut(reader, &names, format->ncolumns);
	format->columns = rvo_csv_columns(names.fields, format->ncolumns);
	take(reader);
}

/* read_header reads the row with the names; false if there is none. */
static bool
read_header(CsvReader *reader)
{
	int			header;

	while (!find_header(reader, &header) && !reader->ended && unread_length(reader) <= CSV_MAX_RECORD)
		fill(reader);
	if (header < 0)
		return false;
	reader->begin = reader->from;
	reader->begin_line = reader->line;
	take_names(reader, header);
	return true;
}

/*
 * rvo_csv_take_header takes another row for the header, before any record is read: the so-manieth behind
 * the one that was found, 0 = that.  False, and nothing is changed, if there is none or the caller said where it is.
 */
bool
rvo_csv_take_header(CsvReader *reader, int later)
{
	int			header;

	if (reader->is_told ||
		!rvo_csv_find_header(&reader->scan, reader->window + reader->begin, reader->to - reader->begin, reader->ended, later, &header) ||
		header < 0)
		return false;
	take_names(reader, header);
	return true;
}

/* rvo_csv_column_has_key tells that one of the next rows may have a key in a column, as far as was read. */
bool
rvo_csv_column_has_key(CsvReader *reader, int column)
{
	return rvo_csv_has_key(&reader->scan, unread(reader), unread_length(reader), reader->ended, column);
}

/* without_blanks returns options as they are meant: blanks are nothing, as in a form that nobody filled in, but one can be the delimiter. */
static CsvOptions
without_blanks(const CsvOptions *options)
{
	CsvOptions	meant = *options;

	meant.encoding = rvo_text_trim(meant.encoding);
	meant.charset = rvo_text_trim(meant.charset);
	if (meant.delimiter.len > 1)
		meant.delimiter = rvo_text_trim(meant.delimiter);
	return meant;
}

/*
 * rvo_csv_open begins to read a file: up to the names of its columns. The reader lives in the
 * current context. NULL means a fault: FAULT_UNKNOWN_ENCODING, FAULT_ENCODING_NOT_FOUND, FAULT_INVALID_DELIMITER,
 * FAULT_INVALID_NUMBER (of header_line), FAULT_SPREADSHEET, FAULT_NO_HEADER.
 */
CsvReader *
rvo_csv_open(const CsvOptions *wanted, CsvFeed feed, void *arg, FaultList *faults)
{
	CsvReader  *reader = palloc0(sizeof(CsvReader));
	const CsvOptions options = without_blanks(wanted);
	FaultCode	fault;
	int			before = faults->count;
	char		delimiter;

	reader->context = CurrentMemoryContext;
	reader->line = 1;
	reader->is_told = options.header_line > 0;
	reader->capacity = 2 * WINDOW;
	reader->window = palloc(reader->capacity + 1);
	if (options.delimiter.len > 0 && !choose_delimiter(options.delimiter, &delimiter))
		rvo_fault_add(faults, "delimiter", FAULT_INVALID_DELIMITER);
	if (options.header_line < 0)
		rvo_fault_add(faults, "header_line", FAULT_INVALID_NUMBER);
	fault = rvo_text_source_open(&reader->source, feed, arg, options.encoding, options.charset);
	if (fault != FAULT_NONE)
		rvo_fault_add(faults, fault == FAULT_UNKNOWN_ENCODING ? "encoding" : "", fault);
	if (faults->count > before)
		return NULL;
	rvo_csv_scan_init(&reader->scan);
	fill(reader);
	set_delimiter(reader, &options);
	if (!read_header(reader))
		fault = FAULT_NO_HEADER;
	if (reader->source.fault != FAULT_NONE)
		fault = reader->source.fault;
	if (fault == FAULT_NONE)
		return reader;
	rvo_fault_add(faults, fault == FAULT_NO_HEADER ? "" : "encoding", fault);
	return NULL;
}

/* rvo_csv_format tells what the file is, as far as it was read. */
const CsvFormat *
rvo_csv_format(const CsvReader *reader)
{
	return &reader->format;
}

/* rvo_csv_octets tells how many octets of the file the records so far are, about: the window may have it in another encoding. */
int64
rvo_csv_octets(const CsvReader *reader)
{
	return Max(reader->source.fed - (reader->source.to - reader->source.from) - unread_length(reader), 0);
}
