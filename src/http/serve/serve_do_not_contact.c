/*
 * serve_do_not_contact.c
 *	  The endpoints of the do-not-contact list.
 *
 * {"entries": […], "mode": "partial"} is answered by {"results": [{"index", "status",
 * "errors"}], "summary": {"total", "added", "there", "failed"}}, {"addresses": […]} by
 * {"results": [{"index", "address", "do_not_contact", "reasons", "since"}]}.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"

#include "base/compat.h"
#include "base/failure.h"
#include "base/fault.h"
#include "http/request/answer.h"
#include "http/request/batch_body.h"
#include "http/request/parameter.h"
#include "http/serve/serve_batch.h"
#include "http/serve/serve_do_not_contact.h"
#include "http/serve/serve_import.h"
#include "http/serve/serve_record.h"
#include "shape/record/known_member.h"
#include "shape/record/member.h"
#include "work/contact/do_not_contact.h"
#include "work/contact/suppression.h"
#include "work/import/do_not_contact_csv.h"

/* read_removed reads whether those that were removed are wanted. */
static bool
read_removed(Slice text, FaultList *faults)
{
	static const Slice allowed[] = {CONST_SLICE("false"), CONST_SLICE("true")};

	text = rvo_text_trim(text);
	if (text.len == 0 || rvo_slice_equal(text, allowed[0]))
		return false;
	if (!rvo_slice_equal(text, allowed[1]))
		rvo_fault_add_names(faults, "removed", FAULT_INVALID_OPTION, "allowed", allowed, lengthof(allowed));
	return true;
}

static text *
list(const HttpRequest *request, const ListRequest *list)
{
	DoNotContactQuery query = {
		.address = rvo_parameter_address(request->query, "address"),
		.reason = rvo_parameter(request->query, "reason"),
		.list = *list,
	};

	query.removed = read_removed(rvo_parameter(request->query, "removed"), &query.list.faults);
	return rvo_do_not_contact_list(request->caller.client_id, &query);
}

static const Slice conditions[] = {CONST_SLICE("address"), CONST_SLICE("reason"), CONST_SLICE("removed")};

/* Of an entry: none is a condition, but an address is asked for whatever it is of. */
static const ListedMember entry_members[] = {
	LISTED_AS("email", "address"), LISTED_AS("domain", "address"), LISTED("id"),
	LISTED("subdomains"), LISTED("since"), LISTED("source"), LISTED("note"), LISTED("removal_note")
};

/* What a list is asked for by; members of entries and of contacts are none. */
const Resource rvo_do_not_contact = {
	.shape = &rvo_contact_shape,
	.listed = entry_members,
	.nlisted = lengthof(entry_members),
	.conditions = conditions,
	.nconditions = lengthof(conditions),
	.list = list,
};

/* rvo_serve_suppress adds an entry. */
void
rvo_serve_suppress(const HttpRequest *request, Answer *answer)
{
	bool		added;
	Jsonb	   *entry = rvo_do_not_contact_create(&request->caller, request->body, &added);

	rvo_answer(answer, added ? 201 : 200, entry);
}

/* read_list returns the list that a body has, and notes what is wrong with it. */
static JsonbContainer *
read_list(const HttpRequest *request, const char *name, const Slice *members, int nmembers, FaultList *faults)
{
	JsonbContainer *items = rvo_batch_body_items(request, name, faults);
	JsonbContainer *body = rvo_json_root(request->body);

	if (rvo_json_is_object(body))
		rvo_members_check(&request->caller, body, "", members, nmembers, faults);
	return items;
}

/* show_outcomes writes what became of entries. */
static text *
show_outcomes(const EntryOutcome *outcomes, int n)
{
	StringInfoData body;
	int			counts[3] = {0};	/* added, there, failed */

	initStringInfo(&body);
	body.len = VARHDRSZ;		/* it becomes a text where it is */
	appendStringInfoString(&body, "{\"results\": [");
	for (int i = 0; i < n; i++)
	{
		const EntryOutcome *outcome = &outcomes[i];

		CHECK_FOR_INTERRUPTS();
		appendStringInfo(&body, "%s{\"index\": %d, \"status\": %d", i > 0 ? ", " : "", i, outcome->status);
		if (outcome->faults.count > 0)
			appendStringInfo(&body, ", \"errors\": %s", rvo_fault_json(&outcome->faults));
		appendStringInfoChar(&body, '}');
		counts[outcome->status == 201 ? 0 : outcome->status == 200 ? 1 : 2]++;
	}
	appendStringInfo(&body, "], \"summary\": {\"total\": %d, \"added\": %d, \"there\": %d, \"failed\": %d}}",
					 n, counts[0], counts[1], counts[2]);
	SET_VARSIZE(body.data, body.len);
	return (text *) body.data;
}

/* rvo_serve_suppress_batch adds many. */
void
rvo_serve_suppress_batch(const HttpRequest *request, Answer *answer)
{
	static const Slice members[] = {CONST_SLICE("mode"), CONST_SLICE("entries")};
	FaultList	faults = {0};
	JsonbContainer *entries = read_list(request, "entries", members, lengthof(members), &faults);
	ManyEntries many = {
		.caller = &request->caller,
		.array = entries,
		.mode = rvo_batch_mode_of_body(request, &faults),
		.broken = request->broken,
		.number_name = "index",
	};

	if (faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	rvo_do_not_contact_create_many(&many);
	answer->status = 200;
	answer->body = show_outcomes(many.outcomes, many.count);
}

/* rvo_serve_suppress_file adds the addresses of a file. */
void
rvo_serve_suppress_file(const HttpRequest *request, Answer *answer)
{
	static const Slice names[] = {
		CONST_SLICE("reason"), CONST_SLICE("note"), CONST_SLICE("column"), CONST_SLICE("encoding"), CONST_SLICE("delimiter"),
		CONST_SLICE("header_line")
	};
	DoNotContactFile file = {
		.content = request->upload->content,
		.reason = rvo_import_option(request, "reason"),
		.note = rvo_import_option(request, "note"),
		.column = rvo_import_option(request, "column"),
		.encoding = rvo_import_option(request, "encoding"),
		.charset = request->upload->charset,
		.delimiter = rvo_import_option(request, "delimiter"),
	};

	file.header_line = rvo_import_line(rvo_import_option(request, "header_line"), &file.faults);
	rvo_import_check_options(request, names, lengthof(names), &file.faults);
	if (file.content.data == NULL)
		rvo_fault_add(&file.faults, "/file", FAULT_REQUIRED);
	if (file.faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &file.faults);
	rvo_answer(answer, 200, rvo_do_not_contact_csv(&request->caller, &file));
}

/* rvo_serve_unsuppress removes an entry. */
void
rvo_serve_unsuppress(const HttpRequest *request, Answer *answer)
{
	static const Slice members[] = {CONST_SLICE("note"), CONST_SLICE("force"), CONST_SLICE("reason"), CONST_SLICE("address")};
	JsonbContainer *body = rvo_json_root(request->body);
	FaultList	faults = {0};
	Removal		removal = {
		.address_name = "/address", .reason_name = "/reason", .note_name = "/note", .force_name = "/force"
	};

	if (!rvo_json_is_object(body))
		rvo_member_note_no_object(body, &faults);
	else
	{
		removal.address = rvo_member_string(body, "address", &faults);
		removal.reason = rvo_member_string(body, "reason", &faults);
		removal.note = rvo_member_string(body, "note", &faults);
		removal.force = rvo_member_flag(body, "force", &faults);
		rvo_members_check(&request->caller, body, "", members, lengthof(members), &faults);
	}
	if (faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	rvo_answer(answer, 200, rvo_do_not_contact_remove(&request->caller, &removal));
}

/* read_addresses reads strings, and notes what is none. */
static Slice *
read_addresses(JsonbContainer *array, int *n, FaultList *faults)
{
	Slice	   *addresses = palloc(Max(JsonContainerSize(array), 1) * sizeof(Slice));
	JsonbIterator *it = JsonbIteratorInit(array);
	JsonbIteratorToken token;
	JsonbValue	element;

	*n = 0;
	while ((token = JsonbIteratorNext(&it, &element, true)) != WJB_DONE)
	{
		CHECK_FOR_INTERRUPTS();
		if (token != WJB_ELEM)
			continue;
		if (element.type != jbvString)
			rvo_fault_add(faults, psprintf("/addresses/%d", *n), FAULT_NOT_A_STRING);
		addresses[(*n)++] = element.type == jbvString ? rvo_json_string(&element) : NO_SLICE;
	}
	return addresses;
}

/* show_found writes what the list says of addresses. */
static text *
show_found(const Slice *given, const Slice *addresses, const Suppression *found, int n)
{
	StringInfoData body;

	initStringInfo(&body);
	body.len = VARHDRSZ;
	appendStringInfoString(&body, "{\"results\": [");
	for (int i = 0; i < n; i++)
	{
		JsonbValue	address = rvo_json_text(given[i]);
		bool		listed = addresses[i].data != NULL && found[i].reasons != 0;
		JsonbValue	reasons = rvo_suppression_reasons(&found[i]);
		JsonbValue	since = rvo_json_nullable_time((NullableTime) {listed, found[i].since});

		CHECK_FOR_INTERRUPTS();
		appendStringInfo(&body, "%s{\"index\": %d, \"address\": ", i > 0 ? ", " : "", i);
		rvo_json_write(&body, &address);
		appendStringInfo(&body, ", \"do_not_contact\": %s, \"reasons\": ",
						 addresses[i].data == NULL ? "null" : listed ? "true" : "false");
		rvo_json_write(&body, &reasons);
		appendStringInfoString(&body, ", \"since\": ");
		rvo_json_write(&body, &since);
		appendStringInfoChar(&body, '}');
	}
	appendStringInfoString(&body, "]}");
	SET_VARSIZE(body.data, body.len);
	return (text *) body.data;
}

/* rvo_serve_check_suppressed tells what the list says of many addresses. */
void
rvo_serve_check_suppressed(const HttpRequest *request, Answer *answer)
{
	static const Slice members[] = {CONST_SLICE("addresses")};
	FaultList	faults = {0};
	JsonbContainer *array = read_list(request, "addresses", members, lengthof(members), &faults);
	int			n = 0;
	Slice	   *given = array != NULL && faults.count == 0 ? read_addresses(array, &n, &faults) : NULL;
	Slice	   *addresses = palloc(Max(n, 1) * sizeof(Slice));
	Suppression *found = palloc0(Max(n, 1) * sizeof(Suppression));

	if (faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	for (int i = 0; i < n; i++)
		addresses[i] = rvo_suppression_address(given[i]);
	rvo_suppressions_find(request->caller.client_id, addresses, n, found);
	answer->status = 200;
	answer->body = show_found(given, addresses, found, n);
}
