/*
 * csv_guess.c
 *	  What a CSV file does not say: its delimiter, and which row has the names.
 *
 * Both are found in the first rows.  Most rows of a table are as wide as each
 * other, by the right delimiter: so the one counts by which such rows have most fields.  Lines
 * before the table have other widths, or are filled up with empty fields where a
 * spreadsheet wrote them: so the width of a row is up to its last field with text.
 *
 * A text column may have more inner commas than the table has columns.  But the row with the names does
 * not have them: so a delimiter whose table begins on an earlier row counts before one with more fields.
 *
 * The header stands above all people.  Sorted by a spreadsheet, it is one of the rows: whoever took it from there
 * would skip those above.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/file/csv_guess.h"
#include "shape/import/report_columns.h"
#include "value/import_key.h"

/* Rows that are looked at. */
#define SAMPLE_ROWS 200

/* What may be the delimiter, and counts in this order where others say no more. */
static const char candidates[] = {',', ';', '\t', '|'};

/* The widths of the first rows that are not blank. */
typedef struct Survey
{
	int			nrows;
	int			widths[SAMPLE_ROWS];
	int			filled[SAMPLE_ROWS];	/* up to the last field with text */
	bool		named[SAMPLE_ROWS]; /* it has several columns and may be the header */
	int			address[SAMPLE_ROWS];	/* the first field that is an e-mail address; -1 = none */
	bool		has_header;		/* one of them may */
	int			addresses;		/* fields that have an e-mail address; 0 if the first row may be the header */
} Survey;

/* A width that many rows have. */
typedef struct Width
{
	int			width;
	int			rows;
	int			fields;			/* of all of them together */
	int			first;			/* the first of them */
} Width;

/* What a delimiter makes of the sample. */
typedef struct Guess
{
	Width		table;			/* 0 = it seems to be none */
	int			header;			/* the row that would be taken for it */
	int			begin;			/* the first row that has a whole table below it; SAMPLE_ROWS = none */
	int			addresses;		/* of a list without a header */
} Guess;

/* A walk over the rows of a sample. */
typedef struct Walk
{
	CsvScan    *scan;
	const char *text;
	int			len;
	bool		is_last;
	int			at;				/* where the row begins that was found last */
	int			next;
} Walk;

/* skip_broken tells how much to skip of a record whose quote has no end: to the end of the line where it opens. */
static int
skip_broken(const CsvScan *scan, const char *text, int len)
{
	const char *line_end = rvo_csv_line_end(text + scan->open);

	return line_end == text + len ? len : line_end - text + rvo_csv_break_length(line_end, text + len);
}

/* next_row goes to the next row that is not blank and can be read; false where there is no other whole one. */
static bool
next_row(Walk *walk)
{
	CsvFound	found;

	for (;;)
	{
		const char *row = walk->text + walk->next;
		int			len = walk->len - walk->next;

		walk->at = walk->next;
		found = rvo_csv_scan(walk->scan, row, len, walk->is_last);
		if (found == CSV_MORE || found == CSV_END)
			return false;
		walk->next += found == CSV_BROKEN ? skip_broken(walk->scan, row, len) : walk->scan->used;
		if (found == CSV_RECORD && !rvo_csv_scan_is_blank(walk->scan))
			return true;
	}
}

static Slice
cell_of(const CsvScan *scan, int field)
{
	return (Slice) {scan->text + scan->fields[field].from, scan->fields[field].to - scan->fields[field].from};
}

/* is_value tells what is no name of a column: a number, a date, an e-mail address, a URL; but an example of such in brackets is no part of a name. */
static bool
is_value(Slice cell, bool *is_number)
{
	int			digits = 0;
	int			others = 0;
	int			last_dot;

	*is_number = false;
	if (cell.len > 7 && (memcmp(cell.data, "http://", 7) == 0 || memcmp(cell.data, "https:/", 7) == 0))
		return true;
	cell = rvo_import_header_name(cell);
	last_dot = cell.len - 1;
	while (last_dot >= 0 && cell.data[last_dot] != '.')
		last_dot--;
	for (int i = 0; i < cell.len; i++)
	{
		if (rvo_is_digit(cell.data[i]))
			digits++;
		else if (strchr("+-.,:/% ", cell.data[i]) == NULL)
			others++;
		if (cell.data[i] == '@' && i > 0 && cell.data[i - 1] != ' ' && i + 1 < cell.len && cell.data[i + 1] != ' ' &&
			last_dot > i)
			return true;
	}
	*is_number = digits > 0 && others == 0;
	return false;
}

/* rvo_csv_is_report_header tells the header of a report: those of its own columns are at its end, whatever the source's are called. */
bool
rvo_csv_is_report_header(const CsvScan *scan)
{
	static const Slice own[] = {CONST_SLICE(REPORT_LINE), CONST_SLICE(REPORT_OUTCOME), CONST_SLICE(REPORT_FAULTS)};
	int			first = rvo_csv_scan_width(scan) - (int) lengthof(own);

	for (size_t i = 0; first >= 0 && i < lengthof(own); i++)
		if (!rvo_slice_equal(cell_of(scan, first + i), own[i]))
			return false;
	return first >= 0;
}

/*
 * may_be_header tells a row that names columns: at least half of it has text, and none of it is a value; a year can be a name.
 * Of a report the names are those of a file whose header somebody may have shown.
 */
static bool
may_be_header(const CsvScan *scan)
{
	int			width = rvo_csv_scan_width(scan);
	int			filled = 0;
	int			numbers = 0;

	if (rvo_csv_is_report_header(scan))
		return true;
	for (int i = 0; i < width; i++)
	{
		bool		is_number;

		if (is_value(cell_of(scan, i), &is_number))
			return false;
		filled += !rvo_csv_scan_is_empty(scan, i);
		numbers += is_number;
	}
	return filled * 2 >= width && numbers < filled;
}

/* has_value tells a row that has an e-mail address or a URL. */
static bool
has_value(const CsvScan *scan)
{
	bool		is_number;

	for (int i = 0; i < scan->kept; i++)
		if (is_value(cell_of(scan, i), &is_number))
			return true;
	return false;
}

/* count_addresses counts the fields that have an e-mail address, and nothing that may be a delimiter, too. */
static int
count_addresses(const CsvScan *scan)
{
	int			addresses = 0;

	for (int i = 0; i < scan->kept; i++)
	{
		Slice		cell = cell_of(scan, i);
		bool		is_number;
		bool		is_one = memchr(cell.data, '@', cell.len) != NULL && is_value(cell, &is_number);

		for (size_t c = 0; c < lengthof(candidates) && is_one; c++)
			is_one = memchr(cell.data, candidates[c], cell.len) == NULL;
		addresses += is_one;
	}
	return addresses;
}

/* is_address tells a field that is an e-mail address, maybe behind a name; not one in a sentence. */
static bool
is_address(Slice cell)
{
	bool		is_number;

	cell = rvo_text_trim(cell);
	if (cell.len == 0 || memchr(cell.data, '@', cell.len) == NULL || !is_value(cell, &is_number))
		return false;
	return cell.data[cell.len - 1] == '>' || memchr(cell.data, ' ', cell.len) == NULL;
}

/* find_address finds the first field that is an e-mail address; -1 if there is none. */
static int
find_address(const CsvScan *scan)
{
	for (int i = 0; i < scan->kept; i++)
		if (is_address(cell_of(scan, i)))
			return i;
	return -1;
}

static void
survey(CsvScan *scan, const char *text, int len, bool is_last, Survey *result)
{
	Walk		walk = {.scan = scan, .text = text, .len = len, .is_last = is_last};
	bool		is_list = false;	/* of addresses, without a header */

	result->nrows = result->addresses = 0;
	result->has_header = false;
	while (result->nrows < SAMPLE_ROWS && next_row(&walk))
	{
		result->widths[result->nrows] = scan->nfields;
		result->filled[result->nrows] = rvo_csv_scan_width(scan);
		result->named[result->nrows] = result->filled[result->nrows] > 1 && may_be_header(scan);
		result->has_header |= result->named[result->nrows];
		result->address[result->nrows] = find_address(scan);
		if (result->nrows == 0)
			is_list = has_value(scan);
		if (is_list)
			result->addresses += count_addresses(scan);
		result->nrows++;
	}
}

/*
 * most finds the width whose rows have most fields together, of those from min on: a few rows of a wide table
 * are more than as many lines with a comma.  The larger of two; without any, it is 0.
 */
static Width
most(const int *widths, int nrows, int min)
{
	Width		best = {0};

	for (int i = 0; i < nrows; i++)
	{
		int			rows = 0;

		for (int j = i; j < nrows; j++)
			rows += widths[j] == widths[i];
		if (widths[i] >= min &&
			(rows * widths[i] > best.fields || (rows * widths[i] == best.fields && widths[i] > best.width)))
			best = (Width) {widths[i], rows, rows * widths[i], i};
	}
	return best;
}

/*
 * table_width tells how wide the table is if the delimiter is the scanner's; 0 if it seems to be none: no row
 * of several columns can name them, or by far most rows from where they begin on have one.
 */
static Width
table_width(const Survey *rows)
{
	Width		table = most(rows->widths, rows->nrows, 2);
	int			others = 0;

	for (int i = table.first; i < rows->nrows; i++)
		others += rows->widths[i] == 1;
	return rows->has_header && others <= table.fields ? table : (Width) {0};
}

/* header_of returns the row that would be taken for the header, as rvo_csv_find_header does, if nobody stands above; SAMPLE_ROWS if there is none. */
static int
header_of(const Survey *rows)
{
	int			width = most(rows->filled, rows->nrows, 2).width;

	for (int i = 0; i < rows->nrows; i++)
		if (rows->named[i] && rows->filled[i] >= width)
			return i;
	return SAMPLE_ROWS;
}

/* fits tells a row that is not ragged below a header. */
static bool
fits(const Survey *rows, int header, int row)
{
	return rows->widths[row] >= rows->filled[header] && rows->filled[row] <= rows->widths[header];
}

/* has_table tells a row that may be the header of those below it: the next one fits, and so do three of four. */
static bool
has_table(const Survey *rows, int header)
{
	int			below = rows->nrows - header - 1;
	int			fitting = 0;

	if (!rows->named[header] || below == 0 || !fits(rows, header, header + 1))
		return false;
	for (int i = header + 1; i < rows->nrows; i++)
		fitting += fits(rows, header, i);
	return fitting * 4 >= below * 3;
}

static Guess
guess_by(const Survey *rows)
{
	Guess		guess = {.table = table_width(rows), .header = header_of(rows), .begin = SAMPLE_ROWS, .addresses = rows->addresses};

	for (int i = 0; i < rows->nrows && guess.table.width > 0 && guess.begin == SAMPLE_ROWS; i++)
		if (has_table(rows, i))
			guess.begin = i;
	return guess;
}

/* has_more tells of two delimiters that the first makes more of the text: a larger table, or without any more addresses. */
static bool
has_more(const Guess *a, const Guess *b)
{
	if (a->table.fields != b->table.fields)
		return a->table.fields > b->table.fields;
	if (a->table.width != b->table.width)
		return a->table.width > b->table.width;
	return a->table.width == 0 && a->addresses > b->addresses;
}

/* choose returns the delimiter by which there is most, unless by another one a whole table begins above that. */
static int
choose(const Guess *guesses, int n)
{
	int			largest = 0;
	int			chosen;
	int			begin;

	for (int i = 1; i < n; i++)
		if (has_more(&guesses[i], &guesses[largest]))
			largest = i;
	chosen = largest;
	begin = guesses[largest].header;
	for (int i = 0; i < n; i++)
	{
		bool		is_earlier = guesses[i].begin < begin;

		if (is_earlier || (guesses[i].begin == begin && chosen != largest && has_more(&guesses[i], &guesses[chosen])))
		{
			chosen = i;
			begin = guesses[i].begin;
		}
	}
	return chosen;
}

/*
 * rvo_csv_guess_delimiter sets the scanner's delimiter: the comma, if there seems to be only one
 * column.  False if the text does not have a whole row.
 */
bool
rvo_csv_guess_delimiter(CsvScan *scan, const char *text, int len, bool is_last)
{
	Guess		guesses[lengthof(candidates)];
	Survey		rows;
	bool		has_rows = false;

	for (size_t i = 0; i < lengthof(candidates); i++)
	{
		rvo_csv_scan_delimit(scan, candidates[i]);
		survey(scan, text, len, is_last, &rows);
		has_rows |= rows.nrows > 0;
		guesses[i] = guess_by(&rows);
	}
	rvo_csv_scan_delimit(scan, candidates[choose(guesses, lengthof(candidates))]);
	return has_rows;
}

/*
 * people_begin returns the first row that is somebody's: as wide as the table, with an e-mail address where another row has one.
 * A line above the header may be as wide, and name who exported the file.
 */
static int
people_begin(const Survey *rows, int width)
{
	for (int i = 0; i < rows->nrows; i++)
	{
		if (rows->filled[i] < width || rows->named[i] || rows->address[i] < 0)
			continue;
		for (int j = 0; j < rows->nrows; j++)
			if (j != i && rows->address[j] == rows->address[i])
				return i;
	}
	return rows->nrows;
}

/* find_row finds the first row that may be the header, of those from a width on and before an end, and leaves it in the scanner; -1 if there is none. */
static int
find_row(CsvScan *scan, const char *text, int len, bool is_last, int width, int end)
{
	Walk		walk = {.scan = scan, .text = text, .len = len, .is_last = is_last};

	for (int i = 0; i < end && next_row(&walk); i++)
		if (rvo_csv_scan_width(scan) >= width && may_be_header(scan))
			return walk.at;
	return -1;
}

/*
 * rvo_csv_first_row finds the first row that is not blank, which the scanner has then, and where it begins;
 * -1 if there is none.  False if the text does not have a whole row.
 */
bool
rvo_csv_first_row(CsvScan *scan, const char *text, int len, bool is_last, int *at)
{
	Walk		walk = {.scan = scan, .text = text, .len = len, .is_last = is_last};

	*at = next_row(&walk) ? walk.at : -1;
	return *at >= 0;
}

/* find_later finds the so-manieth row behind a header that may be it, too, before any that has a value; -1 if there is none. */
static int
find_later(CsvScan *scan, const char *text, int len, bool is_last, int header, int n)
{
	Walk		walk = {.scan = scan, .text = text, .len = len, .is_last = is_last};

	for (int i = 0; i < SAMPLE_ROWS && next_row(&walk); i++)
	{
		if (walk.at <= header)
			continue;
		if (has_value(scan))
			break;
		if (may_be_header(scan) && --n == 0)
			return walk.at;
	}
	return -1;
}

/*
 * rvo_csv_find_header finds the row with the names, which the scanner has then, and
 * where it begins; -1 if there is none.  False if the text does not have a whole row.
 * It is the first that may be it, above all people, or the so-manieth behind that.
 */
bool
rvo_csv_find_header(CsvScan *scan, const char *text, int len, bool is_last, int later, int *header)
{
	Survey		rows;
	Width		table;
	int			min;
	int			end;

	*header = -1;
	survey(scan, text, len, is_last, &rows);
	if (rows.nrows == 0)
		return false;
	min = table_width(&rows).width > 0 ? 2 : 1;
	table = most(rows.filled, rows.nrows, min);
	end = people_begin(&rows, table.width);
	*header = find_row(scan, text, len, is_last, table.width, end);
	if (*header < 0)
		*header = find_row(scan, text, len, is_last, min, end);
	if (*header >= 0 && later > 0)
		*header = find_later(scan, text, len, is_last, *header, later);
	return true;
}

/* is_key_like tells what may be a key of somebody: an e-mail address, a URL, a domain with or without a path. */
static bool
is_key_like(Slice cell)
{
	bool		is_number;

	cell = rvo_text_trim(cell);
	if (is_value(cell, &is_number))
		return true;
	for (int i = 1; i + 1 < cell.len; i++)
		if (cell.data[i] == '.' && rvo_is_letter(cell.data[i + 1]) && memchr(cell.data, ' ', cell.len) == NULL)
			return true;
	return false;
}

/* rvo_csv_has_key tells that one of the first rows may have a key in a column. */
bool
rvo_csv_has_key(CsvScan *scan, const char *text, int len, bool is_last, int column)
{
	Walk		walk = {.scan = scan, .text = text, .len = len, .is_last = is_last};

	for (int i = 0; i < SAMPLE_ROWS && next_row(&walk); i++)
		if (column < scan->kept && is_key_like(cell_of(scan, column)))
			return true;
	return false;
}
