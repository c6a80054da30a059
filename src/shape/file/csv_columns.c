/*
 * csv_columns.c
 *	  The names of a file's columns, each of its own.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "base/compat.h"
#include "base/unique_name.h"
#include "shape/file/csv_columns.h"

/* valid_length tells how many octets at the front are valid UTF-8 without NUL. */
static int
valid_length(Slice text)
{
	return text.len > 0 ? pg_encoding_verifymbstr(PG_UTF8, text.data, text.len) : 0;
}

/* rvo_csv_legible returns valid UTF-8: U+FFFD stands for a run of octets that are none, or NUL. */
Slice
rvo_csv_legible(Slice text)
{
	static const Slice replacement = CONST_SLICE("\xef\xbf\xbd");
	int			valid = valid_length(text);
	char	   *legible;
	int			len = 0;

	if (valid == text.len)
		return text;
	legible = palloc((Size) text.len * replacement.len);
	for (;;)
	{
		memcpy(legible + len, text.data, valid);
		len += valid;
		if (valid == text.len)
			return (Slice) {legible, len};
		if (valid > 0 || len == 0)
		{
			memcpy(legible + len, replacement.data, replacement.len);
			len += replacement.len;
		}
		text.data += valid + 1;
		text.len -= valid + 1;
		valid = valid_length(text);
	}
}

/* one_line makes one space of each run of control characters: a spreadsheet breaks the lines of a name. */
static Slice
one_line(Slice text)
{
	char	   *line = palloc(text.len + 1);
	int			len = 0;

	for (int i = 0; i < text.len; i++)
	{
		bool		is_control = (unsigned char) text.data[i] < ' ' || text.data[i] == 0x7f;

		if (!is_control)
			line[len++] = text.data[i];
		else if (len > 0 && line[len - 1] != ' ')
			line[len++] = ' ';
	}
	return (Slice) {line, len};
}

/*
 * rvo_csv_columns names the columns whose header cells these are: trimmed; by its
 * place if there is nothing, "column 3"; numbered if the name is one of a column before it,
 * "Email (2)".
 */
Slice *
rvo_csv_columns(const Slice *cells, int n)
{
	Slice	   *columns = palloc(Max(n, 1) * sizeof(Slice));

	for (int i = 0; i < n; i++)
		columns[i] = cells[i].len > 0 ? one_line(rvo_csv_legible(cells[i])) : CONST_SLICE("");
	rvo_columns_unique(columns, n);
	return columns;
}
