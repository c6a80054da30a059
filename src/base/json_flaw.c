/*
 * json_flaw.c
 *	  Where JSON text breaks.
 *
 * For texts that could not be loaded, to say why: nothing here is on the way of
 * one that could.
 */
#include "postgres.h"

#include "common/jsonapi.h"
#include "mb/pg_wchar.h"

#include "base/compat.h"
#include "base/json_flaw.h"
#include "base/jsonio.h"

/* What find_number carries through the parser. */
typedef struct NumberSearch
{
	JsonLexContext *lex;
	const char *found;			/* NULL = none yet */
} NumberSearch;

/* find_number notes the first number that jsonb may have no room for; the parser is behind it. */
static JsonCallbackResult
find_number(void *state, char *token, JsonTokenType type)
{
	NumberSearch *search = state;

	if (type == JSON_TOKEN_NUMBER && search->found == NULL && !rvo_json_number_fits(token))
		search->found = search->lex->prev_token_terminator - strlen(token);
	return JSON_GO_ON;
}

/*
 * rvo_json_find_flaw tells why a text can't be loaded, and where that is; FAULT_NONE
 * if it can.  depth is how many arrays and objects are around it.
 */
FaultCode
rvo_json_find_flaw(Slice text, int depth, int *offset)
{
	NumberSearch search = {0};
	JsonSemAction actions = {.semstate = &search, .scalar = find_number};

	*offset = pg_encoding_verifymbstr(PG_UTF8, text.data, text.len);
	if (*offset < text.len)
		return FAULT_MALFORMED_BODY;
	*offset = rvo_json_measure(text, depth).too_deep;
	if (*offset >= 0)
		return FAULT_TOO_DEEP;
	search.lex = makeJsonLexContextCstringLen_compat(text.data, text.len);
	if (pg_parse_json(search.lex, &actions) != JSON_SUCCESS)
		search.found = search.lex->token_start != NULL ? search.lex->token_start : text.data + text.len;
	*offset = search.found != NULL ? search.found - text.data : text.len;
	return search.found != NULL ? FAULT_MALFORMED_BODY : FAULT_NONE;
}

/* rvo_text_next_place says where an offset is, which is not before the last one that was asked for. */
TextPlace
rvo_text_next_place(PlaceWalk *walk, int offset)
{
	for (; walk->offset < offset; walk->offset++)
		if (walk->text.data[walk->offset] == '\n')
		{
			walk->lines++;
			walk->line_start = walk->offset + 1;
		}
	return (TextPlace) {
		walk->lines + 1,
		rvo_text_characters((Slice) {walk->text.data + walk->line_start, offset - walk->line_start}) + 1
	};
}

/* rvo_text_place says where an offset is. */
TextPlace
rvo_text_place(Slice text, int offset)
{
	PlaceWalk	walk = {.text = text};

	return rvo_text_next_place(&walk, offset);
}
