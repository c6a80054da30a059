/*
 * serve_change.c
 *	  The endpoints of changes: those of records, and of a contact's status.
 *
 * Nobody waits in the database for a change that is still to come.  An answer that tells of
 * none says in a header for fronts how long the caller would wait for one: a front
 * that can asks the same again until then, and gives the answer to the caller.
 */
#include "postgres.h"

#include "base/compat.h"
#include "http/request/answer.h"
#include "http/request/parameter.h"
#include "http/request/unknown_parameter.h"
#include "http/serve/serve_change.h"
#include "http/serve/serve_record.h"
#include "work/contact/status_history_read.h"
#include "work/record/change_list.h"

#define WAIT_MAX 30				/* seconds */
#define ASK_AGAIN 500			/* milliseconds */

/* read_wait reads how many seconds the caller would wait. */
static int
read_wait(const HttpRequest *request, FaultList *faults)
{
	Slice		digits = rvo_parameter(request->query, "wait");
	int			wait = rvo_parameter_number(request->query, "wait", 0);

	if (digits.data != NULL && !rvo_slice_equal(digits, CONST_SLICE("0")) && (wait < 1 || wait > WAIT_MAX))
		rvo_fault_add(faults, "wait", FAULT_INVALID_WAIT);
	return wait;
}

/* check_query notes which parameters are faults, and tells of those that are ignored. */
static void
check_query(const HttpRequest *request, KnownParameters known, FaultList *faults, Answer *answer)
{
	const char *ignored;

	known.shape = &rvo_contact_shape;
	ignored = rvo_parameters_check(request->query, &known, request->caller.strict, faults);
	if (ignored != NULL)
		rvo_answer_add_header(answer, "X-Revyops-Unknown-Parameters", ignored);
}

/* rvo_serve_changes answers what became of records since a cursor. */
void
rvo_serve_changes(const HttpRequest *request, Answer *answer)
{
	static const Slice names[] = {CONST_SLICE("after"), CONST_SLICE("limit"), CONST_SLICE("wait")};
	static const Slice others[] = {CONST_SLICE("client_id")};
	/* Whoever gives the cursor by its name in the answer would be told all again. */
	static const ListedMember listed[] = {
		LISTED_AS("cursor", "after"), LISTED_AS("since", "after"), LISTED("type"),
		LISTED("subject"), LISTED("source")
	};
	KnownParameters known = {
		.conditions = names, .nconditions = lengthof(names), .others = others, .nothers = lengthof(others),
		.listed = listed, .nlisted = lengthof(listed)
	};
	FaultList	faults = {0};
	int			limit = rvo_parameter_number(request->query, "limit", CHANGES_LIMIT);
	int			wait = read_wait(request, &faults);
	bool		can_wait;

	check_query(request, known, &faults, answer);
	rvo_answer(answer, 200, rvo_changes_list(&request->caller, rvo_parameter(request->query, "after"), limit, &faults, &can_wait));
	if (can_wait && wait > 0)
		rvo_answer_add_header(answer, "Revyops-Hold", psprintf("%d %d", ASK_AGAIN, wait * 1000));
}

/* rvo_serve_status_history answers what statuses a contact had.  It has no cursors, so "after" would give the first page again. */
void
rvo_serve_status_history(const HttpRequest *request, Answer *answer)
{
	static const Slice others[] = {CONST_SLICE("client_id"), CONST_SLICE("page"), CONST_SLICE("page_size")};
	static const ListedMember listed[] = {
		LISTED_AS("after", "page"), LISTED("changed_at"), LISTED("source")
	};
	KnownParameters known = {
		.others = others, .nothers = lengthof(others), .listed = listed, .nlisted = lengthof(listed)
	};
	ListRequest list = {
		.page = rvo_parameter_number(request->query, "page", 1),
		.page_size = rvo_parameter_number(request->query, "page_size", PAGE_MAX_SIZE),
		.link = rvo_link_to_next(request, "page"),
	};

	check_query(request, known, &list.faults, answer);
	answer->status = 200;
	answer->body = rvo_status_history_list(request->caller.client_id, &request->id, "id", &list);
}
