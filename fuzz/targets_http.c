/*
 * targets_http.c
 *	  The target that takes whole requests: every adapter, down to the tables.
 */
#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/json.h"

#include "fuzz.h"

#define REQUESTS_MAX 4

/* script/fuzz puts this key into the database: client 1's, and a master key. */
#define KEY "rvo_000000000000_0000000000000000000000000000000000000000000000000000000000000000"

#define ADAPTERS(X) \
	X(contacts_v2_create) X(contacts_v2_update) X(contacts_v2_batch) X(contacts_v2_list) \
	X(contacts_v2_get) X(contacts_v2_lookup) X(contacts_v1_list) X(contacts_v1_create) \
	X(contacts_v1_get) X(contacts_v1_update) X(contacts_v1_delete) X(contacts_v1_lookup) \
	X(contacts_v1_field_add) X(contacts_v1_field_update) X(contacts_v1_field_delete) \
	X(contacts_v2_master_list) X(contacts_v2_master_get) X(contacts_v2_master_lookup) \
	X(contacts_v1_master_list) X(contacts_v1_master_get) X(contacts_v1_master_lookup) \
	X(companies_v2_create) X(companies_v2_update) X(companies_v2_batch) X(companies_v2_list) \
	X(companies_v2_get) X(companies_v2_lookup) X(companies_v1_list) X(companies_v1_create) \
	X(companies_v1_get) X(companies_v1_update) X(companies_v1_delete) \
	X(companies_v1_field_add) X(companies_v1_field_update) X(companies_v1_field_delete) \
	X(companies_v2_master_list) X(companies_v2_master_get) X(companies_v2_master_lookup) \
	X(companies_v1_master_list) X(companies_v1_master_get)

#define DECLARE(name) extern Datum revyops_http_##name(PG_FUNCTION_ARGS);
ADAPTERS(DECLARE)

#define ENTRY(name) {#name, revyops_http_##name},
static const struct
{
	const char *name;
	PGFunction	function;
}			adapters[] = {ADAPTERS(ENTRY)};

static const int statuses[] = {200, 201, 204, 400, 401, 403, 404, 409, 413, 415};

static PGFunction
find_adapter(Slice name)
{
	for (size_t i = 0; i < lengthof(adapters); i++)
		if (rvo_slice_equal(name, rvo_slice(adapters[i].name)))
			return adapters[i].function;
	return NULL;
}

static void
put_header(StringInfo headers, const char *name, Slice value)
{
	if (value.len == 0)
		return;
	appendStringInfo(headers, "%s\"%s\": ", headers->len > 1 ? ", " : "", name);
	escape_json(headers, rvo_slice_cstring(value));
}

static void
set_setting(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0, false);
}

static void
check_answer(text *body)
{
	Slice		answer = rvo_slice_of_text(body);
	int			status = atoi(GetConfigOption("response.status", false, false));
	bool		documented = false;
	JsonbValue	detail;

	for (size_t i = 0; i < lengthof(statuses); i++)
		documented |= statuses[i] == status;
	MUST(documented);
	MUST(rvo_json_is_valid(answer));
	if (status >= 400)
		MUST(rvo_json_get(&rvo_json_parse(answer)->root, CONST_SLICE("detail"), &detail));
}

/* request: a line "adapter id field_id query", a line with the content type, and the body. */
static void
request(Slice input)
{
	Slice		query = fuzz_line(&input);
	Slice		type = fuzz_line(&input);
	PGFunction	adapter = find_adapter(rvo_text_split(&query, ' '));
	Slice		id = rvo_text_split(&query, ' ');
	Slice		field_id = rvo_text_split(&query, ' ');
	StringInfoData headers;

	if (adapter == NULL)
		return;
	initStringInfo(&headers);
	appendStringInfoChar(&headers, '{');
	put_header(&headers, "x-api-key", CONST_SLICE(KEY));
	put_header(&headers, "x-revyops-content-type", type);
	put_header(&headers, "x-revyops-query", query);
	put_header(&headers, "x-revyops-id", id);
	put_header(&headers, "x-revyops-field-id", field_id);
	appendStringInfoChar(&headers, '}');
	set_setting("request.headers", headers.data);
	check_answer(DatumGetTextPP(DirectFunctionCall1(adapter, PointerGetDatum(cstring_to_text_with_len(input.data, input.len)))));
}

/* The input: requests, with a byte 0x1e between them; all in one transaction. */
void
fuzz_http(Slice input)
{
	for (int i = 0; i < REQUESTS_MAX && input.len > 0; i++)
		request(rvo_text_split(&input, '\x1e'));
}
