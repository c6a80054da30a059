/*
 * csv_scan.c
 *	  Where a record of CSV text ends, and where its fields are.
 *
 * RFC 4180, and what real files do.  A quote counts only where a field begins, blanks
 * apart; elsewhere it is text.  A line ends with CR LF, LF or CR.  More text behind a
 * closing quote belongs to the field: of "Acme" Inc that is Acme Inc, and if it ends with a quote, as
 * in "the "Best" one", the quotes within are text.  But where the field has a line break before
 * that, the opening quote had no end in its own line, and this one opens another
 * field: the record is broken.  So a lost quote costs its line, not the file.
 *
 * The text must have a line feed at its end that is not part of it.  So all loops
 * stop there, and none looks whether it is at the end.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/file/csv_scan.h"

/* What ends text without quotes, what matters within quotes, a line. */
#define STOP_PLAIN 1
#define STOP_QUOTED 2
#define STOP_LINE 4

void
rvo_csv_scan_init(CsvScan *scan)
{
	*scan = (CsvScan) {.capacity = 64, .fields = palloc(64 * sizeof(CsvField))};
	rvo_csv_scan_delimit(scan, ',');
}

/* rvo_csv_scan_delimit sets what is between fields. */
void
rvo_csv_scan_delimit(CsvScan *scan, char delimiter)
{
	memset(scan->stops, 0, sizeof(scan->stops));
	scan->delimiter = delimiter;
	scan->stops[(unsigned char) delimiter] = STOP_PLAIN;
	scan->stops['"'] |= STOP_QUOTED;
	scan->stops['\n'] = scan->stops['\r'] = STOP_PLAIN | STOP_QUOTED | STOP_LINE;
}

static inline const char *
skip_to(const CsvScan *scan, const char *p, unsigned char stop)
{
	while ((scan->stops[(unsigned char) *p] & stop) == 0)
		p++;
	return p;
}

/* rvo_csv_line_end finds the next line break. */
const char *
rvo_csv_line_end(const char *text)
{
	while (*text != '\n' && *text != '\r')
		text++;
	return text;
}

/* rvo_csv_break_length tells the octets of a line break. */
int
rvo_csv_break_length(const char *line_end, const char *end)
{
	return line_end[0] == '\r' && line_end + 1 < end && line_end[1] == '\n' ? 2 : 1;
}

/* is_cut tells a line break that may be half of one. */
static inline bool
is_cut(const CsvScan *scan, const char *p)
{
	return *p == '\r' && p + 1 == scan->end && !scan->is_last;
}

static inline void
add_field(CsvScan *scan, CsvFieldKind kind, const char *from, const char *to, const char *end)
{
	if (unlikely(scan->kept == scan->capacity) && scan->kept < CSV_MAX_FIELDS)
	{
		scan->capacity *= 2;
		scan->fields = repalloc(scan->fields, scan->capacity * sizeof(CsvField));
	}
	scan->nfields++;
	if (likely(scan->kept < CSV_MAX_FIELDS))
		scan->fields[scan->kept++] = (CsvField) {from - scan->text, to - scan->text, end - scan->text, kind};
}

static bool
is_blank(const char *from, const char *to)
{
	while (from < to && (*from == ' ' || *from == '\t'))
		from++;
	return from == to;
}

/*
 * closing_quote finds the quote that closes a field, counting line breaks, or
 * returns NULL.  If it is the last octet there is, the next one may still make it text.
 */
static const char *
closing_quote(CsvScan *scan, const char *p, bool *escaped)
{
	for (;;)
	{
		p = skip_to(scan, p, STOP_QUOTED);
		if (p == scan->end)
			return NULL;
		if (*p != '"')
		{
			scan->breaks++;
			p += rvo_csv_break_length(p, scan->end);
		}
		else if (p[1] == '"')
		{
			*escaped = true;
			p += 2;
		}
		else
			return p;
	}
}

/* scan_quoted finds the end of a field that begins behind a quote, and returns what is there; NULL tells CSV_MORE or CSV_BROKEN. */
static const char *
scan_quoted(CsvScan *scan, const char *open)
{
	int			breaks_before = scan->breaks;
	bool		escaped = false;
	const char *close;
	const char *p;

	scan->open = open - scan->text;
	close = closing_quote(scan, open, &escaped);
	if (close == NULL)
		return NULL;
	p = skip_to(scan, close + 1, STOP_PLAIN);
	if (p == close + 1)
		add_field(scan, escaped ? CSV_ESCAPED : CSV_QUOTED, open, close, p);
	else if (p == scan->end && !scan->is_last)
		return NULL;
	else if (is_blank(close + 1, p))
		add_field(scan, escaped ? CSV_ESCAPED : CSV_QUOTED, open, close, p);
	else if (scan->breaks > breaks_before)
	{
		scan->broken_at = p - scan->text;
		return NULL;
	}
	else
		add_field(scan, CSV_TRAILED, open, close, p);
	scan->open = 0;
	return p;
}

/* scan_field finds the end of the next field. */
static inline const char *
scan_field(CsvScan *scan, const char *p)
{
	const char *quote = p;
	const char *end;

	while (*quote == ' ' && scan->delimiter != ' ')
		quote++;
	if (*quote == '"')
		return scan_quoted(scan, quote + 1);
	end = skip_to(scan, quote, STOP_PLAIN);
	add_field(scan, CSV_PLAIN, p, end, end);
	return end;
}

/*
 * rvo_csv_scan looks for the record that text begins with.  CSV_MORE is not
 * returned if is_last, CSV_END only if there is no text; behind that nothing comes.
 */
CsvFound
rvo_csv_scan(CsvScan *scan, const char *text, int len, bool is_last)
{
	const char *p = text;

	scan->text = text;
	scan->end = text + len;
	scan->is_last = is_last;
	scan->broken_at = is_last ? len : 0;
	scan->kept = scan->nfields = scan->breaks = scan->open = 0;
	if (len == 0)
		return is_last ? CSV_END : CSV_MORE;
	for (;;)
	{
		p = scan_field(scan, p);
		if (p == NULL)
			return scan->broken_at > 0 ? CSV_BROKEN : CSV_MORE;
		if (p == scan->end || *p != scan->delimiter)
			break;
		p++;
	}
	scan->content = p - text;
	scan->used = scan->content;
	if (p < scan->end && !is_cut(scan, p))
		scan->used += rvo_csv_break_length(p, scan->end);
	else if (!is_last)
		return CSV_MORE;
	return CSV_RECORD;
}

/* rvo_csv_scan_is_empty tells a field in which nothing stands, or spaces and tabs. */
bool
rvo_csv_scan_is_empty(const CsvScan *scan, int field)
{
	const CsvField *f = &scan->fields[field];

	return f->kind != CSV_TRAILED && is_blank(scan->text + f->from, scan->text + f->to);
}

/* rvo_csv_scan_width counts the fields up to the last that is not empty. */
int
rvo_csv_scan_width(const CsvScan *scan)
{
	int			width = scan->kept;

	while (width > 0 && rvo_csv_scan_is_empty(scan, width - 1))
		width--;
	return width;
}

/* rvo_csv_scan_is_blank tells a record all of whose fields are empty. */
bool
rvo_csv_scan_is_blank(const CsvScan *scan)
{
	for (int i = 0; i < scan->kept; i++)
		if (!rvo_csv_scan_is_empty(scan, i))
			return false;
	return scan->nfields == scan->kept;
}

/* unescape makes one quote of two, and returns how many octets are left. */
static int
unescape(char *text, int len)
{
	int			n = 0;

	for (int i = 0; i < len; i++)
	{
		if (text[i] == '"' && i + 1 < len && text[i + 1] == '"')
			i++;
		text[n++] = text[i];
	}
	return n;
}

/* trailed_value reads a field with text behind its closing quote: to the last quote, if that ends it. */
static Slice
trailed_value(const CsvField *field, char *record)
{
	char	   *text = record + field->from;
	int			last = field->end - 1;
	int			len = field->to - field->from;

	while (record[last] == ' ')
		last--;
	if (record[last] == '"' && last > field->to)
		return (Slice) {text, unescape(text, last - field->from)};
	len = unescape(text, len);
	memmove(text + len, record + field->to + 1, field->end - field->to - 1);
	return (Slice) {text, len + field->end - field->to - 1};
}

/*
 * rvo_csv_field_value gives the text of a field, out of a copy of the record in which it is
 * written over; no value if nothing stands there, not even quotes.
 */
Slice
rvo_csv_field_value(const CsvField *field, char *record)
{
	Slice		value = {record + field->from, field->to - field->from};

	switch (field->kind)
	{
		case CSV_PLAIN:
			return value.len > 0 ? value : NO_SLICE;
		case CSV_QUOTED:
			return value;
		case CSV_ESCAPED:
			return (Slice) {value.data, unescape(record + field->from, value.len)};
		default:
			return trailed_value(field, record);
	}
}
