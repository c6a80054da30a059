/*
 * text_source.c
 *	  The octets of a file as UTF-8, whatever encoding they come in.
 *
 * A byte order mark tells the encoding, before all else.  Then comes what the caller
 * says.  Otherwise zero octets tell UTF-16; and a file is UTF-8 or Windows-1252, which
 * is decided at the first octet that is not ASCII, however far into the file: until
 * then both are the same.  What is no UTF-8 is what the file came with says, if anything
 * does.  What can be none of these is not read any further.
 *
 * UTF-8 goes through as it is and is not checked here.  Of any other encoding, an octet
 * that can't be read becomes SOURCE_UNREADABLE, so that whoever checks the text finds
 * it where it stands.
 */
#include "postgres.h"

#include "catalog/pg_conversion.h"
#include "catalog/pg_namespace.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"

#include "base/compat.h"
#include "base/text.h"
#include "shape/file/macintosh.h"
#include "shape/file/text_source.h"
#include "shape/file/windows_text.h"

/* The longest character of any encoding of the server's has 4 octets; what is refused within these at the end may be cut off. */
#define LONGEST_CHARACTER 8

/* The one that is not the server's, as squeeze gives its name. */
#define MACINTOSH "macintosh"

/* Names that the server does not have, as squeeze gives them. */
static const struct
{
	const char *name;
	const char *server_name;
}			aliases[] = {
	{"ascii", "utf8"}, {"usascii", "utf8"}, {"utf8sig", "utf8"}, {"utf8bom", "utf8"}, {"unicode", "utf16le"},
	{"utf16", "utf16le"}, {"ucs2", "utf16le"}, {"ucs2le", "utf16le"}, {"ucs2be", "utf16be"},
	/* as browsers do: what is said to be Latin 1 has the euro sign and quotation marks of Windows */
	{"latin1", "win1252"}, {"iso88591", "win1252"}, {"ansi", "win1252"},
	/* what Java, Python and browsers call them; what is said to be GB2312 or KS C 5601 has the characters of Windows, too */
	{"windows31j", "sjis"}, {"ms932", "sjis"}, {"cswindows31j", "sjis"}, {"xsjis", "sjis"},
	{"gb2312", "gbk"}, {"ms936", "gbk"}, {"ksc56011987", "uhc"}, {"ksc5601", "uhc"}, {"ms949", "uhc"}, {"ms950", "big5"}, {"big5hkscs", "big5"},
	{"macroman", MACINTOSH}, {"xmacroman", MACINTOSH}, {"csmacintosh", MACINTOSH}, {"mac", MACINTOSH},
};

/* ---------------------------------------------------------------- octets */

static inline int
available(const TextSource *source)
{
	return source->to - source->from;
}

/* rvo_feed_slice is the feed of a file in memory, a Slice, which becomes what was not read yet. */
int
rvo_feed_slice(void *arg, char *buffer, int size)
{
	Slice	   *unread = arg;
	int			n = Min(size, unread->len);

	memcpy(buffer, unread->data, n);
	unread->data += n;
	unread->len -= n;
	return n;
}

/* refill asks the feed for as much as there is room for. */
static void
refill(TextSource *source)
{
	CHECK_FOR_INTERRUPTS();
	memmove(source->octets, source->octets + source->from, available(source));
	source->to -= source->from;
	source->from = 0;
	while (source->to < SOURCE_WINDOW && !source->ended)
	{
		int			n = source->feed(source->arg, source->octets + source->to, SOURCE_WINDOW - source->to);

		source->to += n;
		source->fed += n;
		source->ended = n == 0;
	}
}

static bool
starts_with(const TextSource *source, Slice what)
{
	return available(source) >= what.len && memcmp(source->octets + source->from, what.data, what.len) == 0;
}

/* ---------------------------------------------------------------- which encoding */

/* begin_of_text puts the first characters that are no white space into a buffer, as a string; of UTF-16 the zeroes are left out. */
static void
begin_of_text(const TextSource *source, char *buffer, int size)
{
	int			len = 0;

	for (int i = source->from; i < source->to && len + 1 < size; i++)
		if (source->octets[i] != '\0' && (len > 0 || strchr(" \t\r\n", source->octets[i]) == NULL))
			buffer[len++] = source->octets[i];
	buffer[len] = '\0';
}

/* is_markup tells what is called .xls, but is HTML or XML.  An address between brackets is none: <table@acme.com>. */
static bool
is_markup(const TextSource *source)
{
	static const char *const tags[] = {"?xml", "!doctype", "html", "head", "meta", "style", "body", "table"};
	char		begin[16];

	begin_of_text(source, begin, sizeof(begin));
	for (size_t i = 0; i < lengthof(tags); i++)
	{
		int			len = strlen(tags[i]);

		if (begin[0] == '<' && pg_strncasecmp(begin + 1, tags[i], len) == 0 && strchr(" \t\r\n>", begin[1 + len]) != NULL)
			return true;
	}
	return false;
}

/*
 * is_spreadsheet knows what people send for CSV by how it begins: ZIP, OLE, markup; what is packed by gzip, bzip2, xz,
 * zstd, RAR, 7-Zip; PDF, RTF, PNG, JPEG, SQLite, Parquet.
 */
static bool
is_spreadsheet(const TextSource *source)
{
	static const Slice magics[] = {
		CONST_SLICE("PK\x03\x04"), CONST_SLICE("PK\x05\x06"), CONST_SLICE("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
		CONST_SLICE("\x1f\x8b"), CONST_SLICE("BZh91AY&SY"), CONST_SLICE("\xfd" "7zXZ\0"), CONST_SLICE("\x28\xb5\x2f\xfd"),
		CONST_SLICE("Rar!\x1a"), CONST_SLICE("7z\xbc\xaf\x27\x1c"), CONST_SLICE("%PDF-"), CONST_SLICE("{\\rtf"),
		CONST_SLICE("\x89PNG\r\n"), CONST_SLICE("\xff\xd8\xff"), CONST_SLICE("SQLite format 3\0"), CONST_SLICE("PAR1\x15"),
	};

	for (size_t i = 0; i < lengthof(magics); i++)
		if (starts_with(source, magics[i]))
			return true;
	return is_markup(source);
}

/* take_mark takes a byte order mark off the front; false if there is none. */
static bool
take_mark(TextSource *source)
{
	static const struct
	{
		Slice		mark;
		SourceKind	kind;
	}			marks[] = {
		{CONST_SLICE("\xef\xbb\xbf"), SOURCE_UTF8},
		{CONST_SLICE("\xff\xfe"), SOURCE_UTF16LE},
		{CONST_SLICE("\xfe\xff"), SOURCE_UTF16BE},
	};

	for (size_t i = 0; i < lengthof(marks); i++)
	{
		if (starts_with(source, marks[i].mark))
		{
			source->from += marks[i].mark.len;
			source->kind = marks[i].kind;
			return true;
		}
	}
	return false;
}

/* guess_by_zeroes tells UTF-16 by where zeroes are: in a good part of all units, always in the same half. */
static SourceKind
guess_by_zeroes(const TextSource *source)
{
	int			zeroes[2] = {0, 0};
	int			units = available(source) / 2;

	for (int i = 0; i < units * 2; i++)
		zeroes[i & 1] += source->octets[source->from + i] == '\0';
	if (zeroes[1] > units / 8 && zeroes[0] <= zeroes[1] / 8)
		return SOURCE_UTF16LE;
	if (zeroes[0] > units / 8 && zeroes[1] <= zeroes[0] / 8)
		return SOURCE_UTF16BE;
	return SOURCE_UNDECIDED;
}

/* convert_from has the server convert; false if it does not. Whoever makes conversions of their own is not asked. */
static bool
convert_from(TextSource *source, int encoding)
{
	Oid			function = FindDefaultConversion(PG_CATALOG_NAMESPACE, encoding, PG_UTF8);

	if (!OidIsValid(function))
		return false;
	fmgr_info_cxt(function, &source->conversion, source->context);
	source->kind = SOURCE_CONVERTED;
	source->encoding = encoding;
	return true;
}

/* squeeze leaves letters and digits of a name, in lower case; empty if it is too long for any. */
static char *
squeeze(Slice name)
{
	char	   *squeezed = palloc(NAMEDATALEN);
	int			len = 0;

	for (int i = 0; i < name.len; i++)
	{
		if (!rvo_is_letter(name.data[i]) && !rvo_is_digit(name.data[i]))
			continue;
		if (len == NAMEDATALEN - 1)
			return pstrdup("");
		squeezed[len++] = rvo_ascii_lower(name.data[i]);
	}
	squeezed[len] = '\0';
	return squeezed;
}

/* choose takes the encoding that the caller names; false if there is none of that name, or none that can be converted. */
static bool
choose(TextSource *source, Slice wanted)
{
	const char *name = squeeze(wanted);
	int			encoding;

	/* Python's names of what Windows has */
	if (strncmp(name, "cp", 2) == 0 && rvo_is_digit(name[2]))
		name = psprintf("win%s", name + 2);
	for (size_t i = 0; i < lengthof(aliases); i++)
		if (strcmp(name, aliases[i].name) == 0)
			name = aliases[i].server_name;
	if (strcmp(name, "utf16le") == 0)
		source->kind = SOURCE_UTF16LE;
	else if (strcmp(name, "utf16be") == 0)
		source->kind = SOURCE_UTF16BE;
	else if (strcmp(name, MACINTOSH) == 0)
		source->kind = SOURCE_MACINTOSH;
	else if ((encoding = pg_char_to_encoding(name)) == PG_UTF8)
		source->kind = SOURCE_UTF8;
	else
		return encoding >= 0 && convert_from(source, encoding);
	return true;
}

/* What speaks for UTF-8, and what against it. */
typedef struct Utf8Count
{
	int			characters;		/* in runs that are UTF-8 */
	int			flaws;			/* octets that are none */
} Utf8Count;

/*
 * count_run counts a run of octets that are not ASCII, and returns its end; that of the text if it may be cut off there. In other encodings
 * two neighbours are a character by chance: so a run tells of UTF-8 only as a whole.
 */
static const char *
count_run(const TextSource *source, const char *p, Utf8Count *count)
{
	const char *end = source->octets + source->to;
	Utf8Count	run = {0};

	while (p < end && !rvo_is_ascii(*p))
	{
		int			length = pg_utf_mblen((const unsigned char *) p);

		if (length > end - p && !source->ended)
			p = end;
		else if (length > 1 && length <= end - p && pg_utf8_islegal((const unsigned char *) p, length))
		{
			run.characters++;
			p += length;
		}
		else
		{
			run.flaws++;
			p++;
		}
	}
	if (run.flaws == 0)
		count->characters += run.characters;
	count->flaws += run.flaws;
	return p;
}

/*
 * take_charset takes what the file came with for the encoding of what is no UTF-8; false if that tells nothing. Many programs say
 * UTF-8 or Latin 1 of every file, so that tells nothing either.
 */
static bool
take_charset(TextSource *source)
{
	if (source->charset.len == 0)
		return false;
	if (!choose(source, source->charset))
	{
		source->fault = FAULT_UNKNOWN_ENCODING;
		return true;
	}
	return source->kind == SOURCE_MACINTOSH || (source->kind == SOURCE_CONVERTED && source->encoding != PG_WIN1252);
}

/*
 * decide tells UTF-8 from Windows-1252, and from what is neither, by what comes next.  Text in Windows-1252 is
 * hardly ever UTF-8 by chance: so a few characters tell more than some octets that are none.
 */
static void
decide(TextSource *source)
{
	const char *start = source->octets + source->from;
	const char *end = source->octets + source->to;
	Utf8Count	count = {0};

	for (const char *p = start; p < end;)
		p = rvo_is_ascii(*p) ? p + 1 : count_run(source, p, &count);
	if (count.flaws <= count.characters * 4)
		source->kind = SOURCE_UTF8;
	else if (take_charset(source))
		return;
	else if (!rvo_text_may_be_windows((Slice) {start, end - start}) || !convert_from(source, PG_WIN1252))
		source->fault = FAULT_ENCODING_NOT_FOUND;
}

/*
 * rvo_text_source_open begins to read, in the current context, in an encoding, or no value to find it out. Then charset is what
 * the file came with: it counts only for what is no UTF-8. It may return FAULT_UNKNOWN_ENCODING or FAULT_SPREADSHEET.
 */
FaultCode
rvo_text_source_open(TextSource *source, CsvFeed feed, void *arg, Slice encoding, Slice charset)
{
	*source = (TextSource) {
		.feed = feed, .arg = arg, .context = CurrentMemoryContext, .octets = palloc(SOURCE_WINDOW), .charset = charset
	};
	if (encoding.len > 0 && !choose(source, encoding))
		return FAULT_UNKNOWN_ENCODING;
	refill(source);
	if (!take_mark(source) && source->kind == SOURCE_UNDECIDED)
		source->kind = guess_by_zeroes(source);
	return is_spreadsheet(source) ? FAULT_SPREADSHEET : FAULT_NONE;
}

/* rvo_text_source_encoding names the encoding, as the server does if it has it.  Of ASCII alone it is UTF-8. */
const char *
rvo_text_source_encoding(const TextSource *source)
{
	switch (source->kind)
	{
		case SOURCE_UTF16LE:
			return "UTF16LE";
		case SOURCE_UTF16BE:
			return "UTF16BE";
		case SOURCE_MACINTOSH:
			return "MACINTOSH";
		case SOURCE_CONVERTED:
			return pg_encoding_to_char(source->encoding);
		default:
			return pg_encoding_to_char(PG_UTF8);
	}
}

/* ---------------------------------------------------------------- reading */

/* ascii_length tells how many octets at the front are ASCII. */
static int
ascii_length(const char *octets, int len)
{
	int			n = 0;
	uint64		eight;

	for (; n + (int) sizeof(eight) <= len; n += sizeof(eight))
	{
		memcpy(&eight, octets + n, sizeof(eight));
		if ((eight & UINT64CONST(0x8080808080808080)) != 0)
			break;
	}
	while (n < len && rvo_is_ascii(octets[n]))
		n++;
	return n;
}

/* undecided_length tells how many octets at the front are the same in UTF-8 and Windows-1252: up to the word that has the first one that is not. */
static int
undecided_length(const TextSource *source, int room)
{
	const char *octets = source->octets + source->from;
	int			len = Min(available(source), room);
	int			n = ascii_length(octets, len);

	if (n < len)
		while (n > 0 && rvo_is_letter(octets[n - 1]))
			n--;
	return n;
}

/* copy takes so many octets as they are. */
static int
copy(TextSource *source, char *to, int n)
{
	memcpy(to, source->octets + source->from, n);
	source->from += n;
	return n;
}

/* unit returns one of UTF-16, the so-manieth of those that come. */
static inline pg_wchar
unit(const TextSource *source, int i)
{
	const unsigned char *p = (const unsigned char *) source->octets + source->from + i * 2;

	return source->kind == SOURCE_UTF16LE ? p[0] | p[1] << 8 : p[0] << 8 | p[1];
}

/* read_utf16 reads characters while there is room; half of a pair, or of a unit, is unreadable. */
static int
read_utf16(TextSource *source, char *to, int room)
{
	char	   *start = to;

	while (available(source) >= 2 && to - start + MAX_MULTIBYTE_CHAR_LEN <= room)
	{
		pg_wchar	first = unit(source, 0);
		bool		is_high = first >= 0xd800 && first <= 0xdbff;

		if (is_high && available(source) < 4 && !source->ended)
			break;
		if (first < 0x80)
			*to++ = first;
		else if (is_high && available(source) >= 4 && unit(source, 1) >= 0xdc00 && unit(source, 1) <= 0xdfff)
		{
			unicode_to_utf8(0x10000 + ((first & 0x3ff) << 10) + (unit(source, 1) & 0x3ff), (unsigned char *) to);
			to += 4;
			source->from += 2;
		}
		else if (first >= 0xd800 && first <= 0xdfff)
			*to++ = SOURCE_UNREADABLE;
		else
		{
			unicode_to_utf8(first, (unsigned char *) to);
			to += pg_utf_mblen((unsigned char *) to);
		}
		source->from += 2;
	}
	if (to == start && available(source) == 1)
	{
		*to++ = SOURCE_UNREADABLE;
		source->from++;
	}
	return to - start;
}

/* read_macintosh reads characters while there is room. */
static int
read_macintosh(TextSource *source, char *to, int room)
{
	char	   *start = to;

	while (available(source) > 0 && to - start + MAX_MULTIBYTE_CHAR_LEN <= room)
	{
		unsigned char c = source->octets[source->from++];

		unicode_to_utf8(rvo_is_ascii(c) ? c : rvo_macintosh[c - 0x80], (unsigned char *) to);
		to += pg_utf_mblen((unsigned char *) to);
	}
	return to - start;
}

/*
 * read_converted has the server convert as much as there is room for, up to what it can't.
 * That is an octet that is unreadable, or a character that is not all there yet.
 */
static int
read_converted(TextSource *source, char *to, int room)
{
	int			given = Min(available(source), (room - 2) / MAX_CONVERSION_GROWTH);
	char	   *octets = source->octets + source->from;
	int			taken = DatumGetInt32(FunctionCall6(&source->conversion, Int32GetDatum(source->encoding),
													Int32GetDatum(PG_UTF8), CStringGetDatum(octets),
													CStringGetDatum(to), Int32GetDatum(given), BoolGetDatum(true)));
	int			made = strlen(to);
	bool		is_all = given == available(source) && source->ended;

	if (taken < given && (is_all || given - taken >= LONGEST_CHARACTER))
	{
		to[made++] = SOURCE_UNREADABLE;
		taken++;
	}
	source->from += taken;
	return made;
}

/*
 * rvo_text_source_read puts text into to, where there is room for at least
 * SOURCE_MIN_ROOM, and returns how many octets; 0 at the end, or where a fault is found.
 */
int
rvo_text_source_read(TextSource *source, char *to, int room)
{
	int			n;

	if (available(source) < LONGEST_CHARACTER)
		refill(source);
	if (available(source) == 0)
		return 0;
	if (source->kind == SOURCE_UNDECIDED)
	{
		n = undecided_length(source, room);
		if (n > 0)
			return copy(source, to, n);
		refill(source);
		decide(source);
	}
	if (source->fault != FAULT_NONE)
		return 0;
	switch (source->kind)
	{
		case SOURCE_UTF16LE:
		case SOURCE_UTF16BE:
			return read_utf16(source, to, room);
		case SOURCE_MACINTOSH:
			return read_macintosh(source, to, room);
		case SOURCE_CONVERTED:
			return read_converted(source, to, room);
		default:
			return copy(source, to, Min(available(source), room));
	}
}
