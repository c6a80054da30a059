/*
 * csv_guess.c
 *	  What a CSV file does not say: its delimiter, and which row has the names.
 *
 * Both are found in the first rows.  Most rows of a table are as wide as each
 * other, by the right delimiter: so the one counts by which such rows have most fields.  Lines
 * before the table have other widths, or are filled up with empty fields where a
 * spreadsheet wrote them: so the width of a row is up to its last field with text.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/file/csv_guess.h"

/* Rows that are looked at. */
#define SAMPLE_ROWS 200

/* The widths of the first rows that are not blank. */
typedef struct Survey
{
	int			nrows;
	int			widths[SAMPLE_ROWS];
	int			filled[SAMPLE_ROWS];	/* up to the last field with text */
	bool		has_header;		/* one of several columns may be the header */
} Survey;

/* A width that many rows have. */
typedef struct Width
{
	int			width;
	int			rows;
	int			fields;			/* of all of them together */
	int			first;			/* the first of them */
} Width;

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

/* is_value tells what is no name of a column: a number, a date, an e-mail address, a URL. */
static bool
is_value(Slice cell, bool *is_number)
{
	int			digits = 0;
	int			others = 0;
	int			last_dot = cell.len - 1;

	*is_number = false;
	if (cell.len > 7 && (memcmp(cell.data, "http://", 7) == 0 || memcmp(cell.data, "https:/", 7) == 0))
		return true;
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

/* may_be_header tells a row that names columns: at least half of it has text, and none of it is a value; a year can be a name. */
static bool
may_be_header(const CsvScan *scan)
{
	int			width = rvo_csv_scan_width(scan);
	int			filled = 0;
	int			numbers = 0;

	for (int i = 0; i < width; i++)
	{
		const CsvField *field = &scan->fields[i];
		bool		is_number;

		if (is_value((Slice) {scan->text + field->from, field->to - field->from}, &is_number))
			return false;
		filled += !rvo_csv_scan_is_empty(scan, i);
		numbers += is_number;
	}
	return filled * 2 >= width && numbers < filled;
}

static void
survey(CsvScan *scan, const char *text, int len, bool is_last, Survey *result)
{
	Walk		walk = {.scan = scan, .text = text, .len = len, .is_last = is_last};

	result->nrows = 0;
	result->has_header = false;
	while (result->nrows < SAMPLE_ROWS && next_row(&walk))
	{
		result->widths[result->nrows] = scan->nfields;
		result->filled[result->nrows] = rvo_csv_scan_width(scan);
		result->has_header |= result->filled[result->nrows] > 1 && may_be_header(scan);
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

/*
 * rvo_csv_guess_delimiter sets the scanner's delimiter: the comma, if there seems to be only one
 * column.  False if the text does not have a whole row.
 */
bool
rvo_csv_guess_delimiter(CsvScan *scan, const char *text, int len, bool is_last)
{
	static const char candidates[] = {',', ';', '\t', '|'};
	char		delimiter = ',';
	Width		best = {0};
	Survey		rows;
	bool		has_rows = false;

	for (size_t i = 0; i < lengthof(candidates); i++)
	{
		Width		table;

		rvo_csv_scan_delimit(scan, candidates[i]);
		survey(scan, text, len, is_last, &rows);
		has_rows |= rows.nrows > 0;
		table = table_width(&rows);
		if (table.fields > best.fields || (table.fields == best.fields && table.width > best.width))
		{
			best = table;
			delimiter = candidates[i];
		}
	}
	rvo_csv_scan_delimit(scan, delimiter);
	return has_rows;
}

/* find_row finds the first row that may be the header, of those from a width on, and leaves it in the scanner; -1 if there is none. */
static int
find_row(CsvScan *scan, const char *text, int len, bool is_last, int width)
{
	Walk		walk = {.scan = scan, .text = text, .len = len, .is_last = is_last};

	for (int i = 0; i < SAMPLE_ROWS && next_row(&walk); i++)
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

/*
 * rvo_csv_find_header finds the row with the names, which the scanner has then, and
 * where it begins; -1 if there is none.  False if the text does not have a whole row.
 */
bool
rvo_csv_find_header(CsvScan *scan, const char *text, int len, bool is_last, int *header)
{
	Survey		rows;
	Width		table;
	int			min;

	*header = -1;
	survey(scan, text, len, is_last, &rows);
	if (rows.nrows == 0)
		return false;
	min = table_width(&rows).width > 0 ? 2 : 1;
	table = most(rows.filled, rows.nrows, min);
	*header = find_row(scan, text, len, is_last, table.width);
	if (*header < 0)
		*header = find_row(scan, text, len, is_last, min);
	return true;
}
