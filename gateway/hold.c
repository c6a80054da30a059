/*
 * hold.c
 *	  Requests whose answer is not wanted yet: the database is asked again.
 *
 * An answer with the header "Revyops-Hold: 500 25000" says: ask again after 500
 * milliseconds, and give the caller what there is when 25,000 are over since they
 * asked.  Meanwhile no connection is taken.  Half of what may be under way can be held, of
 * all callers and of each; beyond, and when the program ends, the answer leaves at once.
 */
#include <stdlib.h>
#include <string.h>

#include "caller.h"
#include "hold.h"
#include "loop.h"

#define HEADER "Revyops-Hold: "
#define WAIT_MOST 60000			/* milliseconds, whatever the database says */

static RequestList held = TAILQ_HEAD_INITIALIZER(held);
static int	count;
static bool ended;

/* find_header returns what stands behind the header; NULL if the answer does not have it. */
static const char *
find_header(Slice lines)
{
	size_t		length = strlen(HEADER);

	while (lines.len > length)
	{
		const char *end = memchr(lines.data, '\n', lines.len);

		if (memcmp(lines.data, HEADER, length) == 0 && end != NULL)
			return lines.data + length;
		if (end == NULL)
			break;
		lines = (Slice) {end + 1, lines.len - (size_t) (end + 1 - lines.data)};
	}
	return NULL;
}

/* hold_take takes a request with its answer, if that says so and there is room; else the answer is to leave. */
bool
hold_take(Request *request)
{
	const char *value = find_header(request->answer_headers);
	char	   *rest;
	Time		interval;
	Time		wait;
	Time		until;

	if (value == NULL || ended || request->owner == NULL)
		return false;
	interval = strtol(value, &rest, 10);
	wait = strtol(rest, NULL, 10);
	until = request->arrived + (wait < WAIT_MOST ? wait : WAIT_MOST);
	if (loop_now() >= until || interval < 1 || count >= config.waiting / 2 ||
		request->caller->held >= config.key_requests / 2)
		return false;
	request->state = REQUEST_HELD;
	request->due = loop_now() + interval < until ? loop_now() + interval : until;
	request->caller->held++;
	count++;
	TAILQ_INSERT_TAIL(&held, request, entry);
	return true;
}

/* hold_forget lets go of a request that is held. */
void
hold_forget(Request *request)
{
	TAILQ_REMOVE(&held, request, entry);
	request->caller->held--;
	count--;
}

/* hold_due returns a request whose answer is to be asked for again, without it; NULL if there is none. */
Request *
hold_due(void)
{
	Request    *request;

	TAILQ_FOREACH(request, &held, entry)
		if (request->due <= loop_now())
			break;
	if (request == NULL)
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

/* hold_count returns how many are held. */
int
hold_count(void)
{
	return count;
}
