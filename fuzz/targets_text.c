/*
 * targets_text.c
 *	  Targets that take a text: the normalisers, query strings, headers, cursors.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "base/fault.h"
#include "base/json_parse.h"
#include "http/request/parameter.h"
#include "shape/list/cursor.h"
#include "shape/import/import_cell.h"
#include "shape/record/member.h"
#include "value/domain.h"
#include "value/email_address.h"
#include "value/field_date.h"
#include "value/field_value.h"
#include "value/import_key.h"
#include "value/linkedin.h"
#include "fuzz.h"

/*
 * normalize checks what every normaliser promises: a fault or a canonical form,
 * which is ASCII and its own canonical form, whatever white space is around it.
 */
static Slice
normalize(Normalizer normalizer, Slice input, int max_length)
{
	Slice		out;
	Slice		again;
	FaultCode	fault = normalizer(input, &out);

	fuzz_check_memory(input);
	if (fault != FAULT_NONE)
	{
		MUST((fault == FAULT_TOO_LONG) == (out.data != NULL));
		MUST(fault != FAULT_TOO_LONG || out.len > max_length);
		return NO_SLICE;
	}
	MUST((out.data == NULL) == (rvo_text_trim(input).len == 0));
	if (out.data == NULL)
		return out;
	MUST(out.len > 0 && out.len <= max_length);
	for (int i = 0; i < out.len; i++)
		MUST(out.data[i] > ' ' && out.data[i] < 0x7f);
	MUST(normalizer(out, &again) == FAULT_NONE && rvo_slice_equal(out, again));
	MUST(normalizer(rvo_slice(psprintf("\xc2\xa0 %.*s\t", out.len, out.data)), &again) == FAULT_NONE &&
		 rvo_slice_equal(out, again));
	return out;
}

void
fuzz_email(Slice input)
{
	Slice		email = normalize(rvo_email_address_normalize, input, EMAIL_MAX_LENGTH);

	if (email.data != NULL)
		MUST(memchr(email.data, '@', email.len) != NULL);
}

void
fuzz_linkedin(Slice input)
{
	(void) normalize(rvo_linkedin_normalize, input, 2000);
}

void
fuzz_domain(Slice input)
{
	Slice		domain = normalize(rvo_domain_normalize, input, 253);
	Slice		list[DOMAIN_LIST_MAX];
	int			n;

	(void) rvo_domain_is_canonical(input);
	if (domain.data == NULL)
		return;
	MUST(rvo_domain_is_canonical(domain));
	n = rvo_domain_with_parents(domain, list);
	MUST(n >= 1 && n <= DOMAIN_LIST_MAX && rvo_slice_equal(list[0], domain));
	for (int i = 1; i < n; i++)
		MUST(list[i].len > 0 && list[i].len < list[i - 1].len &&
			 list[i].data + list[i].len == domain.data + domain.len);
}

/* check_cell checks what every reader of a cell promises, and returns what it found. */
static ImportCell
check_cell(ImportCell (*read) (Slice text), Slice input)
{
	ImportCell	cell = read(input);
	ImportCell	again;

	fuzz_check_memory(input);
	MUST((cell.value.data == NULL) == (cell.reading == CELL_BLANK || cell.reading == CELL_PLACEHOLDER));
	if (cell.value.data == NULL)
		return cell;
	MUST(cell.value.len > 0 && pg_verify_mbstr(PG_UTF8, cell.value.data, cell.value.len, true));
	MUST(cell.reading != CELL_PLAIN || rvo_slice_equal(cell.value, rvo_text_trim(input)));
	MUST(rvo_slice_equal(cell.value, rvo_text_trim(cell.value)));
	if (cell.reading == CELL_PLAIN)
	{
		again = read(cell.value);
		MUST(again.reading == CELL_PLAIN && rvo_slice_equal(cell.value, again.value));
	}
	return cell;
}

/* check_key_cell is check_cell for a key: what is found in the cell is one. */
static void
check_key_cell(ImportCell (*read) (Slice text), Normalizer normalizer, Slice input)
{
	ImportCell	cell = check_cell(read, input);
	Slice		canonical;

	if (cell.reading == CELL_CLEANED || cell.reading == CELL_MORE_VALUES)
		MUST(normalizer(cell.value, &canonical) == FAULT_NONE && canonical.data != NULL);
}

/* The input: a cell of an import, whatever it is of. */
void
fuzz_cell(Slice input)
{
	Slice		key = rvo_import_header_key(input);
	ImportCell	cell;

	MUST(rvo_slice_equal(rvo_import_header_key(rvo_slice(psprintf(" %.*s-", key.len, key.data))), key) || input.len > 200);
	check_key_cell(rvo_import_cell_email, rvo_email_address_normalize, input);
	check_key_cell(rvo_import_cell_linkedin, rvo_linkedin_normalize, input);
	check_key_cell(rvo_import_cell_domain, rvo_domain_normalize, input);
	(void) check_cell(rvo_import_cell_company, input);
	cell = check_cell(rvo_import_cell_name, input);
	MUST(cell.value.data == NULL || !rvo_text_has_control(cell.value, false));
	cell = check_cell(rvo_import_cell_text, input);
	MUST(cell.value.data == NULL || !rvo_text_has_control(cell.value, false));
	cell = check_cell(rvo_import_cell_field, input);
	MUST(cell.value.data == NULL || !rvo_text_has_control(cell.value, true));
}

static bool
choose(Slice *value)
{
	static const Slice choices[] = {CONST_SLICE("SaaS"), CONST_SLICE("\xc3\x96l"), CONST_SLICE("b b")};

	return rvo_field_choice(choices, lengthof(choices), value);
}

/* The input: the value of a custom field; whatever type has it, its canonical form is its own. */
void
fuzz_field(Slice input)
{
	static bool (*const types[]) (Slice *) = {rvo_field_number, rvo_field_boolean, rvo_field_url, rvo_field_date, choose};
	Slice		value = rvo_text_trim(input);

	for (size_t i = 0; i < lengthof(types) && value.len > 0; i++)
	{
		Slice		canonical = value;
		Slice		again;

		if (!types[i] (&canonical))
		{
			MUST(canonical.data == value.data && canonical.len == value.len);
			continue;
		}
		again = canonical;
		MUST(canonical.len > 0 && types[i] (&again) && rvo_slice_equal(canonical, again));
	}
	fuzz_check_memory(input);
}

/*
 * The input: a cursor that somebody made up, or where to bend a good one; a secret; two conditions; the
 * octets of a place.
 */
void
fuzz_cursor(Slice input)
{
	Slice		made_up = fuzz_line(&input);
	Slice		secret = fuzz_line(&input);
	Slice		conditions[] = {fuzz_line(&input), fuzz_line(&input)};
	Slice		fewer[] = {conditions[0], NO_SLICE};
	ListScope	scope = {"contacts", 1, .conditions = conditions, .count = lengthof(conditions), .possible = true};
	ListScope	others[] = {scope, scope, scope, scope, scope};
	ListPlace	place = {0};
	ListPlace	read;
	Slice		cursor;
	char	   *bent;
	unsigned int at = made_up.len > 0 ? (unsigned char) made_up.data[0] : 0;

	MUST(!rvo_cursor_read(secret, &scope, made_up, &read));
	memcpy(&place.id, input.data, Min(input.len, (int) sizeof(place.id)));
	place.client_id = place.id >> 7;
	place.pages = place.id ^ made_up.len;
	place.entries = ~place.id;
	place.scanned = place.id & 1;
	place.total = (ListCount) {place.id ^ input.len, place.id & 2};
	if (place.id & 4)
		place.key = (Slice) {input.data, Min(input.len, 4096)};
	cursor = rvo_cursor_write(secret, &scope, &place);
	MUST(rvo_cursor_read(secret, &scope, cursor, &read));
	MUST(read.id == place.id && read.client_id == place.client_id && read.pages == place.pages &&
		 read.entries == place.entries && read.scanned == place.scanned && read.counted &&
		 read.total.entries == place.total.entries && read.total.exact == place.total.exact &&
		 read.key.len == place.key.len && (place.key.len == 0 || memcmp(read.key.data, place.key.data, place.key.len) == 0));

	others[0].what = "companies";
	others[1].client_id = 2;
	others[2].by_field = true;
	others[3].possible = false;
	others[4].conditions = fewer;
	for (size_t i = 0; i < lengthof(others); i++)
		MUST(!rvo_cursor_read(secret, &others[i], cursor, &read));
	bent = pnstrdup(cursor.data, cursor.len);
	bent[at % cursor.len] = bent[at % cursor.len] == 'A' ? 'B' : 'A';
	MUST(!rvo_cursor_read(secret, &scope, (Slice) {bent, cursor.len}, &read));
	MUST(!rvo_cursor_read(rvo_slice("another"), &scope, cursor, &read) || rvo_slice_equal(secret, rvo_slice("another")));
	fuzz_check_memory(input);
}

/* The input: a digit that says which parameter, and a query string. */
void
fuzz_query(Slice input)
{
	static const char *const names[] = {"structure", "page", "field_name", "field_value", "email"};
	Slice		choice = fuzz_line(&input);
	Slice		value = rvo_parameter(input, names[choice.len > 0 ? (unsigned char) choice.data[0] % lengthof(names) : 0]);
	char	   *longer;
	int64		id;

	fuzz_check_memory(input);
	MUST(value.data == NULL || pg_verify_mbstr(PG_UTF8, value.data, value.len, true));
	if (value.data != NULL && rvo_text_to_id(value, &id))
		MUST(id > 0 && rvo_text_is_digits(value));

	/* the last one counts */
	longer = psprintf("%.*s&%%66%%6fo=%%41+b&", input.len, input.data);
	value = rvo_parameter(rvo_slice(longer), "foo");
	MUST(rvo_slice_equal(value, CONST_SLICE("A b")));
}

/* agrees tells whether a member was found in text as it is in jsonb. */
static bool
agrees(Slice found, JsonbContainer *object, const char *name)
{
	JsonbValue	value;

	if (!rvo_json_get(object, rvo_slice(name), &value))
		return found.data == NULL;
	return rvo_slice_equal(found, value.type == jbvString ? rvo_json_string(&value) : CONST_SLICE(""));
}

/* JSON text is searched and measured as the parser would read it. */
void
fuzz_headers(Slice input)
{
	Slice		key = NO_SLICE;
	Slice		query = NO_SLICE;
	JsonStringMember members[] = {{"x-api-key", &key}, {"x-revyops-query", &query}};
	bool		found = rvo_json_find_strings(input, members, lengthof(members));
	JsonExtent	extent = rvo_json_measure(input, 0);
	Jsonb	   *json;

	fuzz_check_memory(input);
	MUST(extent.depth <= extent.containers && extent.containers + extent.commas <= input.len);
	if (!rvo_json_is_loadable(input))
		return;
	MUST(rvo_json_is_valid(input));
	PG_TRY();
	{
		json = rvo_json_parse(input);
	}
	PG_CATCH();
	{
		MUST(!"a text that is loadable can be parsed");
	}
	PG_END_TRY();
	MUST(found == rvo_json_is_object(&json->root));
	if (found)
		MUST(agrees(key, &json->root, "x-api-key") && agrees(query, &json->root, "x-revyops-query"));
}
