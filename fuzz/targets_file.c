/*
 * targets_file.c
 *	  Targets that take a file.
 *
 * script/fuzz makes the windows of the reader so small that little fits.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "base/fault.h"
#include "base/slice_map.h"
#include "shape/file/csv_reader.h"
#include "fuzz.h"

/* What a reader takes at most, however long the file is. */
#define MEMORY_MAX (512 * 1024)

/* Records of a file that are written and read again. */
#define WRITTEN_MAX 4

/* Other rows that are taken for the header. */
#define LATER_MAX 3

/* A file that comes in pieces: of one size, or, if that is 0, of all sizes in turn. */
typedef struct Pieces
{
	Slice		left;
	int			size;
	int			next;
} Pieces;

/* A reader, and the memory of its record. */
typedef struct Reading
{
	Pieces		pieces;
	CsvReader  *reader;
	MemoryContext context;
	CsvRecord	record;
} Reading;

static int
next_piece(void *arg, char *buffer, int size)
{
	Pieces	   *pieces = arg;
	int			n = pieces->size > 0 ? pieces->size : 1 + pieces->next++ * 7 % 61;

	n = Min(Min(n, size), pieces->left.len);
	MUST(size > 0);
	memcpy(buffer, pieces->left.data, n);
	pieces->left.data += n;
	pieces->left.len -= n;
	return n;
}

static bool
open_file(Reading *reading, const CsvOptions *options, Slice file, int size)
{
	FaultList	faults = {0};

	reading->pieces = (Pieces) {.left = file, .size = size};
	reading->context = AllocSetContextCreate(CurrentMemoryContext, "record", ALLOCSET_DEFAULT_SIZES);
	reading->reader = rvo_csv_open(options, next_piece, &reading->pieces, &faults);
	MUST((reading->reader == NULL) == (faults.count > 0));
	MUST(faults.count == 0 || rvo_json_is_valid(rvo_slice(rvo_fault_json(&faults))));
	return reading->reader != NULL;
}

/* next reads a record, whose memory is that of the last one. */
static bool
next(Reading *reading)
{
	MemoryContext caller = CurrentMemoryContext;
	bool		found;

	MemoryContextReset(reading->context);
	MemoryContextSwitchTo(reading->context);
	found = rvo_csv_next(reading->reader, &reading->record);
	MemoryContextSwitchTo(caller);
	return found;
}

static bool
is_text(Slice text)
{
	return text.data == NULL ? text.len == 0 : pg_verify_mbstr(PG_UTF8, text.data, text.len, true);
}

static void
check_format(const CsvFormat *format)
{
	SliceMap   *names = rvo_slice_map_create(format->ncolumns);

	MUST(format->ncolumns > 0 && format->header_line > 0);
	for (int i = 0; i < format->ncolumns; i++)
	{
		Slice		name = format->columns[i];
		bool		found;

		MUST(name.len > 0 && is_text(name) && rvo_slice_equal(name, rvo_text_trim(name)));
		(void) rvo_slice_map_put(names, name, &found);
		MUST(!found);
	}
}

/* check_headers takes other rows for the header, where there are any, and the one that was found again. */
static void
check_headers(CsvReader *reader)
{
	const CsvFormat *format = rvo_csv_format(reader);
	CsvFormat	found = *format;
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext context = AllocSetContextCreate(caller, "headers", ALLOCSET_DEFAULT_SIZES);

	MemoryContextSwitchTo(context);
	for (int later = 1; later <= LATER_MAX && rvo_csv_take_header(reader, later); later++)
	{
		MUST(format->header_line > found.header_line);
		check_format(format);
		(void) rvo_csv_column_has_key(reader, format->ncolumns - 1);
	}
	MemoryContextSwitchTo(caller);
	MUST(rvo_csv_take_header(reader, 0));
	MemoryContextDelete(context);
	MUST(format->header_line == found.header_line && format->ncolumns == found.ncolumns);
	for (int i = 0; i < found.ncolumns; i++)
		MUST(rvo_slice_equal(format->columns[i], found.columns[i]));
}

static void
check_record(const CsvRecord *record, const CsvFormat *format)
{
	bool		has_text = false;

	for (int i = 0; i < record->nfields; i++)
	{
		MUST(is_text(record->fields[i]));
		has_text |= record->fields[i].len > 0;
	}
	switch (record->fault)
	{
		case FAULT_NONE:
			MUST(record->nfields == format->ncolumns && has_text);
			break;
		case FAULT_BLANK_ROW:
			MUST(record->nfields == 0);
			break;
		case FAULT_BROKEN_ROW:
			MUST(record->nfields == 1);
			break;
		case FAULT_RAGGED_ROW:
			MUST(has_text);
			break;
		default:
			MUST(record->fault == FAULT_INVALID_ENCODING && record->nfields > 0);
	}
}

static bool
is_same(const CsvRecord *a, const CsvRecord *b)
{
	if (a->line != b->line || a->nfields != b->nfields || a->fault != b->fault || a->actual != b->actual)
		return false;
	for (int i = 0; i < a->nfields; i++)
		if ((a->fields[i].data == NULL) != (b->fields[i].data == NULL) || a->fields[i].len != b->fields[i].len ||
			(a->fields[i].len > 0 && memcmp(a->fields[i].data, b->fields[i].data, a->fields[i].len) != 0))
			return false;
	return true;
}

/*
 * open_shifted opens the file behind blank lines, so that what does not fit in a window is
 * something else.  False if that makes it another file: its first rows tell what it is.
 */
static bool
open_shifted(Reading *reading, Slice encoding, const CsvFormat *format, Slice file, int lines)
{
	CsvOptions	options = {encoding, {&format->delimiter, 1}, 0, NO_SLICE};
	char	   *shifted = palloc(file.len + lines);
	const CsvFormat *again;

	memset(shifted, '\n', lines);
	memcpy(shifted + lines, file.data, file.len);
	if (strncmp(format->encoding, "UTF16", 5) == 0 || strchr("\xef\xff\xfe", file.data[0]) != NULL ||
		!open_file(reading, &options, (Slice) {shifted, file.len + lines}, 0))
		return false;
	again = rvo_csv_format(reading->reader);
	if (again->header_line != format->header_line + lines || again->ncolumns != format->ncolumns)
		return false;
	for (int i = 0; i < format->ncolumns; i++)
		if (!rvo_slice_equal(again->columns[i], format->columns[i]))
			return false;
	return true;
}

/* write_field writes a field in quotes; nothing where there was nothing. */
static void
write_field(StringInfo to, Slice field)
{
	if (field.data == NULL)
		return;
	appendStringInfoChar(to, '"');
	for (int i = 0; i < field.len; i++)
	{
		if (field.data[i] == '"')
			appendStringInfoChar(to, '"');
		appendStringInfoChar(to, field.data[i]);
	}
	appendStringInfoChar(to, '"');
}

/* check_written writes a record below names of columns, and must read it again. */
static void
check_written(const CsvRecord *record, char delimiter)
{
	static const char *const breaks[] = {"\n", "\r\n", "\r"};
	const char *line_break = breaks[record->line % lengthof(breaks)];
	CsvOptions	options = {CONST_SLICE("utf-8"), {&delimiter, 1}, 0, NO_SLICE};
	Reading		again;
	StringInfoData file;
	int			names;

	initStringInfo(&file);
	for (int i = 0; i < record->nfields; i++)
		appendStringInfo(&file, "%sn", i > 0 ? (char[]) {delimiter, '\0'} : "");
	appendStringInfoString(&file, line_break);
	names = file.len;
	for (int i = 0; i < record->nfields; i++)
	{
		if (i > 0)
			appendStringInfoChar(&file, delimiter);
		write_field(&file, record->fields[i]);
	}
	if (file.len - names > CSV_MAX_RECORD || names > CSV_MAX_RECORD)
		return;
	if (record->line % 2 == 0)
		appendStringInfoString(&file, line_break);
	MUST(open_file(&again, &options, (Slice) {file.data, file.len}, 0));
	MUST(rvo_csv_format(again.reader)->ncolumns == record->nfields);
	MUST(next(&again));
	again.record.line = record->line;
	again.record.actual = record->actual;
	MUST(is_same(&again.record, record));
	MUST(!next(&again));
}

/*
 * The input: a line of which the first octets choose encoding, delimiter and the size of pieces, and a file.
 */
void
fuzz_csv(Slice input)
{
	static const char *const encodings[] = {"", "utf8", "utf16", "UTF-16BE", "win1252", "sjis", "gb18030", "euc_tw", "big5", "klingon"};
	static const char *const delimiters[] = {"", ",", "tab", "SemiColon", "|", " ", "\"", "^"};
	Slice		choice = fuzz_line(&input);
	unsigned char octets[3] = {0};
	CsvOptions	options = {.header_line = 0};
	Reading		whole;
	Reading		pieces;
	Reading		shifted;
	bool		is_shifted;
	int			lines;
	int64		line;
	int			written_again = 0;
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext written;

	memcpy(octets, choice.data, Min(choice.len, (int) sizeof(octets)));
	options.encoding = rvo_slice(encodings[octets[0] % lengthof(encodings)]);
	options.delimiter = rvo_slice(delimiters[octets[1] % lengthof(delimiters)]);
	if (!open_file(&whole, &options, input, input.len + 1))
	{
		MUST(!open_file(&pieces, &options, input, octets[2]));
		return;
	}
	MUST(open_file(&pieces, &options, input, octets[2]));
	check_format(rvo_csv_format(whole.reader));
	check_headers(whole.reader);
	lines = 1 + octets[2] % 97;
	is_shifted = open_shifted(&shifted, options.encoding, rvo_csv_format(whole.reader), input, lines);
	written = AllocSetContextCreate(CurrentMemoryContext, "written", ALLOCSET_DEFAULT_SIZES);
	for (line = rvo_csv_format(whole.reader)->header_line; next(&whole); line = whole.record.line)
	{
		MUST(whole.record.line > line);
		MUST(next(&pieces) && is_same(&whole.record, &pieces.record));
		check_record(&whole.record, rvo_csv_format(whole.reader));
		if (is_shifted)
		{
			MUST(next(&shifted));
			shifted.record.line -= lines;
			MUST(is_same(&whole.record, &shifted.record));
		}
		MemoryContextSwitchTo(written);
		if (whole.record.fault == FAULT_NONE && written_again++ < WRITTEN_MAX)
			check_written(&whole.record, rvo_csv_format(whole.reader)->delimiter);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(written);
	}
	MUST(!next(&pieces));
	MUST(!is_shifted || !next(&shifted));
	MUST(rvo_csv_octets(whole.reader) == input.len && rvo_csv_octets(pieces.reader) == input.len);
	MUST(rvo_csv_format(whole.reader)->encoding == rvo_csv_format(pieces.reader)->encoding);
	MUST(fuzz_memory_peak() <= MEMORY_MAX + input.len + 512 * (Size) (rvo_csv_format(whole.reader)->ncolumns + CSV_MAX_RECORD));
}
