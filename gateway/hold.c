/*
 * hold.c
 *	  Requests whose answer is not wanted yet: the database is asked again.
 *
 * An answer with the header "Revyops-Hold: 500 25000" says: ask again after 500
 * milliseconds, and give the caller what there is when 25,000 are over since they
 * asked.  Who asks long is asked again less often.  Meanwhile no connection is taken.  Half of what may be under way can be held, of
 * all callers and of each; beyond, and when the program ends, the answer leaves at once.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "caller.h"
#include "hold.h"
#include "loop.h"
#include "metrics.h"

#define HEADER "Revyops-Hold: "
#define WAIT_MOST 60000			/* milliseconds, whatever the database says */
#define INTERVAL_MOST 500		/* that an interval grows to */

static RequestList held = TAILQ_HEAD_INITIALIZER(held); /* in the order in which they are due */
static bool ended;

/* find_header returns what stands behind the header; NULL if the answer does not have it. */
static const char *
find_header(Slice lines)
{
	while (lines.len > 0)
	{
		Slice		line = slice_cut(&lines, '\n');

		if (slice_begins(line, HEADER))
			return line.data + strlen(HEADER);
	}
	return NULL;
}

/* hold_is_wanted tells of an answer whether the caller would rather have a later one. */
bool
hold_is_wanted(const Request *request)
{
	return find_header(request->answer_headers) != NULL;
}

/* insert puts a request where it is due. */
static void
insert(Request *request)
{
	Request    *before = TAILQ_LAST(&held, RequestList);

	while (before != NULL && before->due > request->due)
		before = TAILQ_PREV(before, RequestList, entry);
	if (before == NULL)
		TAILQ_INSERT_HEAD(&held, request, entry);
	else
		TAILQ_INSERT_AFTER(&held, before, request, entry);
}

/* hold_take takes a request with its answer, if that says so and there is room; else the answer is to leave. */
bool
hold_take(Request *request)
{
	const char *value = find_header(request->answer_headers);
	Time		now = loop_now();
	char	   *rest;
	Time		interval;
	Time		slowly = MIN((now - request->arrived) / 4, INTERVAL_MOST);
	Time		until;

	if (value == NULL || ended || request->owner == NULL)
		return false;
	interval = strtol(value, &rest, 10);
	until = request->arrived + MIN(strtol(rest, NULL, 10), request->status == 503 ? config.standby_timeout : WAIT_MOST);
	if (now >= until || interval < 1 || metrics.held >= config.waiting / 2 ||
		request->caller->held >= config.key_requests / 2)
		return false;
	request->state = REQUEST_HELD;
	request->due = MIN(now + MAX(interval, slowly), until);
	request->caller->held++;
	metrics.held++;
	insert(request);
	return true;
}

/* hold_forget lets go of a request that is held. */
void
hold_forget(Request *request)
{
	TAILQ_REMOVE(&held, request, entry);
	request->caller->held--;
	metrics.held--;
}

/* hold_due returns a request whose answer is to be asked for again, without it; NULL if there is none. */
Request *
hold_due(void)
{
	Request    *request = TAILQ_FIRST(&held);

	if (request == NULL || request->due > loop_now())
		return NULL;
	hold_forget(request);
	PQclear(request->result);
	request->result = NULL;
	request->status = 0;
	return request;
}

/* hold_end answers all that are held, and holds no more: the program ends. */
void
hold_end(void)
{
	Request    *request;

	ended = true;
	while ((request = TAILQ_FIRST(&held)) != NULL)
	{
		hold_forget(request);
		request->answered(request);
	}
}

/* hold_wait returns how many milliseconds it is until one is due, so many at most. */
int
hold_wait(int most)
{
	Request    *first = TAILQ_FIRST(&held);
	Time		left = first != NULL ? first->due - loop_now() : most;

	return (int) (left < 0 ? 0 : MIN(left, most));
}
