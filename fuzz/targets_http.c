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

/* script/fuzz puts these keys into the database: master keys of client 1 and, with all that one can set, client 2. */
#define KEY "rvo_000000000000_0000000000000000000000000000000000000000000000000000000000000000"
#define OTHER_KEY "rvo_000000000001_0000000000000000000000000000000000000000000000000000000000000000"

#define ADAPTERS(X) \
	X(contacts_v2_create) X(contacts_v2_update) X(contacts_v2_batch) X(contacts_v2_list) \
	X(contacts_v2_upsert) X(contacts_v2_upsert_batch) X(contacts_v2_merge) \
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
	X(companies_v1_master_list) X(companies_v1_master_get) X(key_check)

#define DECLARE(name) extern Datum revyops_http_##name(PG_FUNCTION_ARGS);
ADAPTERS(DECLARE)

#define ENTRY(name) {#name, revyops_http_##name},
static const struct
{
	const char *name;
	PGFunction	function;
}			adapters[] = {ADAPTERS(ENTRY)};

static const int statuses[] = {200, 201, 204, 301, 400, 401, 403, 404, 409, 413, 415, 422};

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

static int
answer_status(void)
{
	return atoi(GetConfigOption("response.status", false, false));
}

static void
check_answer(text *body)
{
	Slice		answer = rvo_slice_of_text(body);
	int			status = answer_status();
	bool		documented = false;
	JsonbValue	detail;

	for (size_t i = 0; i < lengthof(statuses); i++)
		documented |= statuses[i] == status;
	MUST(documented);
	MUST(rvo_json_is_valid(answer));
	if (status >= 400)
		MUST(rvo_json_get(&rvo_json_parse(answer)->root, CONST_SLICE("detail"), &detail));
}

/* call carries out a request and returns its body. */
static text *
call(PGFunction adapter, Slice body)
{
	return DatumGetTextPP(DirectFunctionCall1(adapter, PointerGetDatum(cstring_to_text_with_len(body.data, body.len))));
}

/* check_repeated expects the same answer again for a creation that has an idempotency key. */
static void
check_repeated(PGFunction adapter, Slice body, text *first)
{
	int			status = answer_status();

	if (status != 201 || (adapter != revyops_http_contacts_v2_create && adapter != revyops_http_companies_v2_create))
		return;
	MUST(rvo_slice_equal(rvo_slice_of_text(first), rvo_slice_of_text(call(adapter, body))));
	MUST(answer_status() == status);
}

/*
 * request: a line "adapter id field_id query"; a line with the content type and,
 * behind tabs, an idempotency key, what is preferred, and whether it is client 2's;
 * and the body.
 */
static void
request(Slice input)
{
	Slice		query = fuzz_line(&input);
	Slice		more = fuzz_line(&input);
	Slice		type = rvo_text_split(&more, '\t');
	Slice		key = rvo_text_split(&more, '\t');
	Slice		prefer = rvo_text_split(&more, '\t');
	PGFunction	adapter = find_adapter(rvo_text_split(&query, ' '));
	Slice		id = rvo_text_split(&query, ' ');
	Slice		field_id = rvo_text_split(&query, ' ');
	StringInfoData headers;
	text	   *answer;

	if (adapter == NULL)
		return;
	initStringInfo(&headers);
	appendStringInfoChar(&headers, '{');
	put_header(&headers, "x-api-key", more.len > 0 ? CONST_SLICE(OTHER_KEY) : CONST_SLICE(KEY));
	put_header(&headers, "x-revyops-content-type", type);
	put_header(&headers, "x-revyops-idempotency-key", key);
	put_header(&headers, "x-revyops-prefer", prefer);
	put_header(&headers, "x-revyops-query", query);
	put_header(&headers, "x-revyops-id", id);
	put_header(&headers, "x-revyops-field-id", field_id);
	appendStringInfoChar(&headers, '}');
	set_setting("request.headers", headers.data);
	answer = call(adapter, input);
	check_answer(answer);
	if (key.len > 0)
		check_repeated(adapter, input, answer);
}

/* The input: requests, with a byte 0x1e between them; all in one transaction. */
void
fuzz_http(Slice input)
{
	for (int i = 0; i < REQUESTS_MAX && input.len > 0; i++)
		request(rvo_text_split(&input, '\x1e'));
}
