/*
 * broken_items.c
 *	  A body of many items, some of whose texts can't be read.
 *
 * Half an emoji in one of 10,000 items is that item's fault, and no other's.  Only
 * a body that could not be loaded comes here.  Where its brackets, quotes, colons
 * and commas are those of JSON, it is clear where each item begins and ends,
 * whatever stands in its strings and between: then each item is looked at by
 * itself, and in the place of one that can't be read a number is put, which is no
 * item.  If they are not, the numbers of items would be guesses, and nothing is done.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"

#include "base/compat.h"
#include "base/failure.h"
#include "base/json_flaw.h"
#include "base/json_parse.h"
#include "base/jsonio.h"
#include "http/request/body.h"
#include "http/request/broken_items.h"

/* What may come next. */
typedef enum Expected
{
	A_VALUE,
	A_VALUE_OR_END,				/* behind a [ */
	A_NAME,
	A_NAME_OR_END,				/* behind a { */
	A_COLON,
	A_COMMA_OR_END,
	NOTHING						/* behind the whole */
} Expected;

/* The depth of an item: in the list, in the body. */
#define ITEM_DEPTH 2

typedef struct BodyScan
{
	Slice		text;			/* a copy, to be mended */
	int			at;
	Expected	expected;
	StringInfoData open;		/* the brackets that are open, outermost first */
	Slice		list;			/* name of the list, as it stands between quotes */
	bool		named_list;		/* the last name in the body itself was that */
	bool		in_list;
	int			items;			/* of the list, that have ended */
	int			item_start;
	int			items_max;
	int			deep_at;		/* where what has not ended nests too deeply; -1 = nowhere */
	PlaceWalk	places;
	int			capacity;
	BrokenItems *broken;
} BodyScan;

/* raise_at ends the call: the text breaks here, in an item or outside of the list. */
pg_noreturn static void
raise_at(const BodyScan *scan, FaultCode code, int offset)
{
	TextPlace	place = rvo_text_place(scan->text, offset);
	FaultList	faults = {0};

	rvo_fault_add_place(&faults, "", code, place.line, place.column, scan->in_list ? scan->items : -1);
	rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
}

/* raise_broken ends the call: the text is not built as JSON is, from here on. */
pg_noreturn static void
raise_broken(const BodyScan *scan, int offset)
{
	if (scan->deep_at >= 0)
		raise_at(scan, FAULT_TOO_DEEP, scan->deep_at);
	raise_at(scan, FAULT_MALFORMED_BODY, offset);
}

/* replace writes a number over a text, and blanks behind it; lines stay. */
static void
replace(Slice text)
{
	char	   *to = unconstify(char *, text.data);

	for (int i = 0; i < text.len; i++)
		if (to[i] != '\n')
			to[i] = i == 0 ? '1' : ' ';
}

/* end_item looks at an item that has ended. */
static void
end_item(BodyScan *scan)
{
	Slice		item = {scan->text.data + scan->item_start, scan->at - scan->item_start};
	BrokenItems *broken = scan->broken;
	TextPlace	place;
	FaultCode	code;
	int			offset;

	CHECK_FOR_INTERRUPTS();
	scan->deep_at = -1;
	if (scan->items++ >= scan->items_max)
		return;					/* they are too many anyway */
	code = rvo_json_find_flaw(item, ITEM_DEPTH, &offset);
	if (code == FAULT_NONE)
		return;
	place = rvo_text_next_place(&scan->places, scan->item_start + offset);
	if (broken->count == scan->capacity)
	{
		scan->capacity = Max(16, 2 * scan->capacity);
		broken->items = broken->items == NULL ? palloc(scan->capacity * sizeof(BrokenItem)) :
			repalloc(broken->items, scan->capacity * sizeof(BrokenItem));
	}
	broken->items[broken->count++] = (BrokenItem) {.index = scan->items - 1, .code = code, .place = place};
	broken->hash = hash_combine64(broken->hash + scan->items, hash_bytes_extended((const unsigned char *) item.data, item.len, 0));
	replace(item);
}

/* end_value goes on behind a value. */
static void
end_value(BodyScan *scan)
{
	if (scan->in_list && scan->open.len == ITEM_DEPTH)
		end_item(scan);
	scan->expected = scan->open.len == 0 ? NOTHING : A_COMMA_OR_END;
}

static void
open_bracket(BodyScan *scan, char bracket)
{
	if (bracket == '[' && scan->open.len == ITEM_DEPTH - 1 && scan->named_list)
	{
		scan->in_list = true;	/* of two lists of one name the last one counts */
		scan->items = 0;
		scan->broken->count = 0;
		scan->broken->hash = 0;
		scan->places = (PlaceWalk) {.text = scan->text};
	}
	appendStringInfoChar(&scan->open, bracket);
	if (scan->open.len > JSON_MAX_DEPTH && scan->deep_at < 0)
		scan->deep_at = scan->at;
	scan->expected = bracket == '[' ? A_VALUE_OR_END : A_NAME_OR_END;
	scan->at++;
}

static void
close_bracket(BodyScan *scan)
{
	scan->open.len--;
	scan->at++;
	if (scan->open.len < ITEM_DEPTH)
		scan->in_list = false;
	end_value(scan);
}

/* take_string steps over a string and returns what is between its quotes; whatever is. */
static Slice
take_string(BodyScan *scan)
{
	int			start = scan->at + 1;
	int			i = start;

	while (i < scan->text.len && scan->text.data[i] != '"')
		i += scan->text.data[i] == '\\' ? 2 : 1;
	if (i >= scan->text.len)
		raise_broken(scan, scan->at);
	scan->at = i + 1;
	return (Slice) {scan->text.data + start, i - start};
}

/* take_word steps over a number, or what stands there like one: NaN, 1e400000, undefined. */
static void
take_word(BodyScan *scan)
{
	int			start = scan->at;

	for (; scan->at < scan->text.len; scan->at++)
	{
		char		c = scan->text.data[scan->at];

		if (!rvo_is_letter(c) && !rvo_is_digit(c) && c != '+' && c != '-' && c != '.' && c != '_')
			break;
	}
	if (scan->at == start)
		raise_broken(scan, start);
}

static void
take_value(BodyScan *scan, char c)
{
	if (scan->in_list && scan->open.len == ITEM_DEPTH)
		scan->item_start = scan->at;
	if (c == '[' || c == '{')
	{
		open_bracket(scan, c);
		return;
	}
	if (c == '"')
		(void) take_string(scan);
	else
		take_word(scan);
	end_value(scan);
}

static void
take_name(BodyScan *scan)
{
	Slice		name = take_string(scan);

	if (scan->open.len == ITEM_DEPTH - 1)
		scan->named_list = rvo_slice_equal(name, scan->list);
	scan->expected = A_COLON;
}

/* take_next steps over what begins with c, if it is what may stand here; false if not. */
static bool
take_next(BodyScan *scan, char c)
{
	char		bracket = scan->open.len > 0 ? scan->open.data[scan->open.len - 1] : '\0';
	bool		may_end = scan->expected == A_VALUE_OR_END || scan->expected == A_NAME_OR_END ||
		scan->expected == A_COMMA_OR_END;

	if (may_end && ((c == ']' && bracket == '[') || (c == '}' && bracket == '{')))
		close_bracket(scan);
	else if (scan->expected == A_VALUE || scan->expected == A_VALUE_OR_END)
		take_value(scan, c);
	else if (c == '"' && (scan->expected == A_NAME || scan->expected == A_NAME_OR_END))
		take_name(scan);
	else if ((c == ':' && scan->expected == A_COLON) || (c == ',' && scan->expected == A_COMMA_OR_END))
	{
		scan->expected = c == ',' && bracket == '{' ? A_NAME : A_VALUE;
		scan->at++;
	}
	else
		return false;
	return true;
}

/* scan_all goes through the whole text.  Raises FAILURE_INVALID_REQUEST where it is not built as JSON is. */
static void
scan_all(BodyScan *scan)
{
	for (;;)
	{
		while (scan->at < scan->text.len && scan->text.data[scan->at] != '\0' &&
			   strchr(" \t\n\r", scan->text.data[scan->at]) != NULL)
			scan->at++;
		if (scan->at == scan->text.len && scan->expected == NOTHING)
			return;
		if (scan->at == scan->text.len || !take_next(scan, scan->text.data[scan->at]))
			raise_broken(scan, scan->at);
	}
}

/*
 * rvo_broken_items_read reads JSON text that can't be loaded as it is.  Of the items
 * of the list (NULL = there is none), those that can't be read become numbers and are
 * noted; no more than items_max are looked at.  Raises FAILURE_INVALID_REQUEST, and
 * says where, if it breaks elsewhere; and what jsonb_in raises.
 */
Jsonb *
rvo_broken_items_read(Slice text, const char *list, int items_max, BrokenItems *broken)
{
	BodyScan	scan = {
		.text = {memcpy(palloc(text.len), text.data, text.len), text.len},
		.list = list != NULL ? rvo_slice(list) : NO_SLICE,
		.items_max = items_max,
		.deep_at = -1,
		.broken = broken,
	};
	FaultList	faults = {0};
	JsonExtent	extent = rvo_json_measure(text, 0);
	FaultCode	code;
	int			offset;

	if (extent.depth <= JSON_MAX_DEPTH)
		rvo_body_check_extent(&extent);
	initStringInfo(&scan.open);
	if (list != NULL)
		scan_all(&scan);
	if (scan.items > items_max)
	{
		rvo_fault_add_limit(&faults, psprintf("/%s", list), FAULT_TOO_MANY, items_max, scan.items);
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	}
	code = rvo_json_find_flaw(scan.text, 0, &offset);
	if (code != FAULT_NONE)
		raise_at(&scan, code, offset);
	extent = rvo_json_measure(scan.text, 0);
	rvo_body_check_extent(&extent);
	return rvo_json_parse(scan.text);
}
