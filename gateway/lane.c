/*
 * lane.c
 *	  The queues: what may wait, for how long, and whose turn it is.
 *
 * In each lane the callers that have something waiting take turns, one request
 * at a time.  What is under way is bounded, for a caller and for all together,
 * in requests and in octets; beyond is a 503.
 */
#include "caller.h"
#include "lane.h"

static CallerList turns[LANES]; /* those that have something waiting, the next one first */

void
lane_open(void)
{
	for (int i = 0; i < LANES; i++)
		TAILQ_INIT(&turns[i]);
}

/* count adds requests and octets to what a caller, and all together, have under way. */
static void
count(Caller *caller, int requests, int64_t octets)
{
	caller->requests += requests;
	caller->octets += octets;
	metrics.under_way += requests;
	metrics.body_octets += octets;
}

/*
 * lane_admit counts a request whose body is still to come; returns the status to
 * refuse it with, 0 = it is admitted.
 */
int
lane_admit(Request *request)
{
	Caller	   *caller = caller_of(request->key.data);
	int64_t		length = (int64_t) request->body_length;
	bool		all = metrics.under_way >= config.waiting || metrics.body_octets + length > config.octets;

	if (length > config.body_octets)
		return 413;
	if (all || caller->requests >= config.key_requests || caller->octets + length > config.key_octets)
	{
		metrics.refused[all ? REFUSED_ALL : REFUSED_KEY]++;
		return 503;
	}
	request->caller = caller;
	count(caller, 1, length);
	return 0;
}

/* lane_release ends what lane_admit began; a request that was not admitted has nothing to end. */
void
lane_release(Request *request)
{
	if (request->caller != NULL)
		count(request->caller, -1, -(int64_t) request->body_length);
	request->caller = NULL;
}

/* lane_queue has an admitted request wait in a lane, behind its caller's others. */
void
lane_queue(Request *request, LaneId lane)
{
	Caller	   *caller = request->caller;
	CallerLane *of_caller = &caller->lanes[lane];

	request->lane = lane;
	request->state = REQUEST_WAITING;
	if (TAILQ_EMPTY(&of_caller->waiting))
		TAILQ_INSERT_TAIL(&turns[lane], caller, lanes[lane].turn);
	TAILQ_INSERT_TAIL(&of_caller->waiting, request, entry);
	metrics.waiting[lane]++;
}

/* lane_forget takes a request out of its queue, and its caller out of turn if it was the last. */
void
lane_forget(Request *request)
{
	Caller	   *caller = request->caller;
	LaneId		lane = request->lane;
	CallerLane *of_caller = &caller->lanes[lane];

	TAILQ_REMOVE(&of_caller->waiting, request, entry);
	metrics.waiting[lane]--;
	if (TAILQ_EMPTY(&of_caller->waiting))
		TAILQ_REMOVE(&turns[lane], caller, lanes[lane].turn);
}

/* may_run tells whether a caller may have one more running: where there are no packs, not on the last connection. */
static bool
may_run(const Caller *caller, LaneId lane)
{
	int			connections = config.connections[lane];

	return (lane == LANE_WRITE && config.packs) || connections == 1 || caller->lanes[lane].running < connections - 1;
}

/* lane_take returns the next request to carry out; NULL = none that may be. */
Request *
lane_take(LaneId lane)
{
	Caller	   *caller;
	Request    *request;

	TAILQ_FOREACH(caller, &turns[lane], lanes[lane].turn)
		if (may_run(caller, lane))
			break;
	if (caller == NULL)
		return NULL;
	request = TAILQ_FIRST(&caller->lanes[lane].waiting);
	lane_forget(request);
	request->state = REQUEST_RUNNING;
	caller->lanes[lane].running++;
	if (!TAILQ_EMPTY(&caller->lanes[lane].waiting))
	{
		TAILQ_REMOVE(&turns[lane], caller, lanes[lane].turn);
		TAILQ_INSERT_TAIL(&turns[lane], caller, lanes[lane].turn);
	}
	return request;
}

/* lane_ended says that a request which was taken is running no more. */
void
lane_ended(Request *request)
{
	request->caller->lanes[request->lane].running--;
}

/* lane_refuse answers those of a lane that wait since before a time, and nobody of their caller's in front of them for shorter. */
void
lane_refuse(LaneId lane, Time since, Refusal why)
{
	Caller	   *next;
	Request    *request;

	for (Caller *caller = TAILQ_FIRST(&turns[lane]); caller != NULL; caller = next)
	{
		next = TAILQ_NEXT(caller, lanes[lane].turn);
		while ((request = TAILQ_FIRST(&caller->lanes[lane].waiting)) != NULL && request->queued < since)
		{
			lane_forget(request);
			metrics.refused[why]++;
			request_refuse(request, 503);
		}
	}
}
