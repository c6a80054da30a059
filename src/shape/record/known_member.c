/*
 * known_member.c
 *	  Members of a body that nobody knows: a fault, or told of.
 *
 * Strictly, each is a fault; else it is ignored, and the call names it in the end, or
 * when it is refused: in a NOTICE, or in a header.  Members that only an answer has
 * are known, so that an answer can be sent back.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/guc.h"
#include "utils/json.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "base/failure.h"
#include "shape/record/known_member.h"
#include "value/nearest.h"

#define UNKNOWN_MAX 100			/* faults of an object */
#define NAME_MAX_OCTETS 255		/* of one that is told of */
#define HEADER_MAX_OCTETS 1000

/* note remembers a name that is ignored, unless it has been. */
static void
note(const Caller *caller, Slice name, const Slice *known, int nknown)
{
	CallNotes  *notes = caller->notes;
	Slice		nearest[NEAREST_MAX];
	MemoryContext context;

	name.len = rvo_text_clip(name, NAME_MAX_OCTETS);
	for (int i = 0; i < notes->nunknown; i++)
		if (rvo_slice_equal(notes->unknown[i].name, name))
			return;
	if (notes->nunknown == UNKNOWN_MEMBERS_NOTED)
	{
		notes->more_unknown = true;
		return;
	}
	context = MemoryContextSwitchTo(notes->context);
	notes->unknown[notes->nunknown++] = (UnknownMember) {
		.name = {rvo_slice_cstring(name), name.len},
		.nearest = rvo_nearest(name, known, nknown, nearest) > 0 ? nearest[0] : NO_SLICE,
	};
	MemoryContextSwitchTo(context);
}

static int
compare(Slice a, Slice b)
{
	return a.len != b.len ? a.len - b.len : memcmp(a.data, b.data, a.len);
}

/*
 * rvo_members_check looks for members of an object that are not among the known
 * ones, which are constants in jsonb's order.  above is the pointer to the object.
 */
void
rvo_members_check(const Caller *caller, JsonbContainer *object, const char *above,
				  const Slice *known, int nknown, FaultList *faults)
{
	JsonNames	names = {.object = object};
	Slice		nearest[NEAREST_MAX];
	Slice		name;
	int			found = 0;
	int			k = 0;

	while (rvo_json_next_name(&names, &name))
	{
		CHECK_FOR_INTERRUPTS();
		while (k < nknown && compare(known[k], name) < 0)
			k++;
		if (k < nknown && rvo_slice_equal(known[k], name))
			continue;
		if (!caller->strict)
			note(caller, name, known, nknown);
		else if (found++ < UNKNOWN_MAX)
			rvo_fault_add_member(faults, above, name, nearest,
								 rvo_fault_is_full(faults) ? 0 : rvo_nearest(name, known, nknown, nearest));
	}
}

/* append_quoted writes a name as JSON, with a comma if it is not the first. */
static void
append_quoted(StringInfo to, Slice name)
{
	if (to->len > 0)
		appendStringInfoString(to, ", ");
	escape_json(to, rvo_slice_cstring(name));
}

/*
 * append_encoded writes a name so that it can stand in a header: percent-encoded, but for letters and digits;
 * the empty one as two quotes, which no other has.
 */
static void
append_encoded(StringInfo to, Slice name)
{
	if (name.len == 0)
		appendStringInfoString(to, "\"\"");
	for (int i = 0; i < name.len; i++)
	{
		unsigned char c = name.data[i];

		if (rvo_is_letter(c) || rvo_is_digit(c) || c == '-' || c == '_')
			appendStringInfoChar(to, c);
		else
			appendStringInfo(to, "%%%02X", c);
	}
}

/* rvo_names_header lists names, for a header; more: and others that are not at hand. */
const char *
rvo_names_header(const Slice *names, int n, bool more)
{
	StringInfoData header;

	initStringInfo(&header);
	for (int i = 0; i < n; i++)
	{
		int			before = header.len;

		if (i > 0)
			appendStringInfoString(&header, ", ");
		append_encoded(&header, names[i]);
		if (header.len <= HEADER_MAX_OCTETS)
			continue;
		header.len = before;
		header.data[before] = '\0';
		more = true;
		break;
	}
	if (more)
		appendStringInfoString(&header, header.len > 0 ? ", ..." : "...");
	return header.data;
}

/* rvo_members_header lists what was ignored, for a header; NULL for nothing. */
const char *
rvo_members_header(const Caller *caller)
{
	const CallNotes *notes = caller->notes;
	Slice		names[UNKNOWN_MEMBERS_NOTED];

	if (notes->nunknown == 0)
		return NULL;
	for (int i = 0; i < notes->nunknown; i++)
		names[i] = notes->unknown[i].name;
	return rvo_names_header(names, notes->nunknown, notes->more_unknown);
}

/*
 * tell_postgrest has a PostgREST that made the call name what was ignored in a header
 * of its answer, unless the caller has set headers themselves.
 */
static void
tell_postgrest(const Caller *caller)
{
	const char *request = GetConfigOption("request.headers", true, false);
	const char *headers = GetConfigOption("response.headers", true, false);
	StringInfoData json;

	if (request == NULL || request[0] == '\0' || (headers != NULL && headers[0] != '\0'))
		return;
	initStringInfo(&json);
	appendStringInfoString(&json, "[{\"X-Revyops-Unknown-Members\": ");
	escape_json(&json, rvo_members_header(caller));
	appendStringInfoString(&json, "}]");
	(void) set_config_option("response.headers", json.data, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0, false);
}

/* rvo_members_tell gives an SQL caller a NOTICE of what was ignored; through PostgREST, which drops it, a header. */
void
rvo_members_tell(const Caller *caller)
{
	const CallNotes *notes = caller->notes;
	StringInfoData ignored;
	StringInfoData meant;

	if (notes->nunknown == 0)
		return;
	initStringInfo(&ignored);
	initStringInfo(&meant);
	for (int i = 0; i < notes->nunknown; i++)
	{
		append_quoted(&ignored, notes->unknown[i].name);
		if (notes->unknown[i].nearest.data != NULL)
			append_quoted(&meant, notes->unknown[i].nearest);
	}
	if (notes->more_unknown)
		appendStringInfoString(&ignored, ", ...");
	rvo_notice_ignored(ignored.data, meant.len > 0 ? meant.data : NULL);
	tell_postgrest(caller);
}

/*
 * rvo_members_refuse ends a call that has faults.  An SQL caller is told of what was
 * ignored before: a name that nobody knows may be why something else is missing.
 */
void
rvo_members_refuse(const Caller *caller, Failure failure, const FaultList *faults)
{
	if (faults->count == 0)
		return;
	if (caller->notes->told_by_notice)
		rvo_members_tell(caller);
	rvo_failure_raise(failure, faults);
}

/* rvo_members_told hands on an answer, having told of what was ignored. */
Jsonb *
rvo_members_told(const Caller *caller, Jsonb *answer)
{
	rvo_members_tell(caller);
	return answer;
}
