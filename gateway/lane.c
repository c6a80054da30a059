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

const char *const lane_names[LANES] = {"read", "write", "slow", "batch"};

typedef struct Lane
{
	CallerList	turns;
	int			waiting;
} Lane;

static Lane lanes[LANES];
static int	under_way;
static size_t octets;

void
lane_open(void)
{
	for (int i = 0; i < LANES; i++)
		TAILQ_INIT(&lanes[i].turns);
}

/*
 * lane_admit counts a request whose body is still to come; returns the status to
 * refuse it with, 0 = it is admitted.
 */
int
lane_admit(Request *request)
{
	Caller	   *caller = caller_of(request->key.data);
	size_t		length = request->body_length;

	if (length > (size_t) config.body_octets)
		return 413;
	if (under_way >= config.waiting || octets + length > (size_t) config.octets)
	{
		metrics.refused[REFUSED_ALL]++;
		return 503;
	}
	if (caller->requests >= config.key_requests || caller->octets + length > (size_t) config.key_octets)
	{
		metrics.refused[REFUSED_KEY]++;
		return 503;
	}
	request->caller = caller;
	caller->requests++;
	caller->octets += length;
	under_way++;
	octets += length;
	return 0;
}

/* lane_release ends what lane_admit began; a request that was not admitted has nothing to end. */
void
lane_release(Request *request)
{
	Caller	   *caller = request->caller;

	if (caller == NULL)
		return;
	request->caller = NULL;
	caller->requests--;
	caller->octets -= request->body_length;
	under_way--;
	octets -= request->body_length;
}

/* lane_queue has an admitted request wait in a lane, behind its caller's others. */
void
lane_queue(Request *request, LaneId lane)
{
	Caller	   *caller = request->caller;
	CallerLane *of_caller = &caller->lanes[lane];

	request->lane = lane;
	request->state = REQUEST_WAITING;
	TAILQ_INSERT_TAIL(&of_caller->waiting, request, entry);
	lanes[lane].waiting++;
	if (!of_caller->in_turn)
	{
		TAILQ_INSERT_TAIL(&lanes[lane].turns, caller, lanes[lane].turn);
		of_caller->in_turn = true;
	}
}

/* lane_forget takes a request out of its queue, and its caller out of turn if it was the last. */
void
lane_forget(Request *request)
{
	Caller	   *caller = request->caller;
	LaneId		lane = request->lane;
	CallerLane *of_caller = &caller->lanes[lane];

	TAILQ_REMOVE(&of_caller->waiting, request, entry);
	lanes[lane].waiting--;
	if (TAILQ_EMPTY(&of_caller->waiting))
	{
		TAILQ_REMOVE(&lanes[lane].turns, caller, lanes[lane].turn);
		of_caller->in_turn = false;
	}
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

	TAILQ_FOREACH(caller, &lanes[lane].turns, lanes[lane].turn)
		if (may_run(caller, lane))
			break;
	if (caller == NULL)
		return NULL;
	request = TAILQ_FIRST(&caller->lanes[lane].waiting);
	lane_forget(request);
	request->state = REQUEST_RUNNING;
	caller->lanes[lane].running++;
	if (caller->lanes[lane].in_turn)
	{
		TAILQ_REMOVE(&lanes[lane].turns, caller, lanes[lane].turn);
		TAILQ_INSERT_TAIL(&lanes[lane].turns, caller, lanes[lane].turn);
	}
	return request;
}

/* lane_ended says that a request which was taken is running no more. */
void
lane_ended(Request *request)
{
	request->caller->lanes[request->lane].running--;
}

/* refuse_waiting answers those of a lane that wait since before a time. */
static void
refuse_waiting(LaneId lane, Time since, Refusal why)
{
	Caller	   *caller = TAILQ_FIRST(&lanes[lane].turns);

	while (caller != NULL)
	{
		Caller	   *next_caller = TAILQ_NEXT(caller, lanes[lane].turn);
		Request    *request = TAILQ_FIRST(&caller->lanes[lane].waiting);

		while (request != NULL)
		{
			Request    *next = TAILQ_NEXT(request, entry);

			if (request->queued < since)
			{
				lane_forget(request);
				metrics.refused[why]++;
				request_refuse(request, 503);
			}
			request = next;
		}
		caller = next_caller;
	}
}

/* lane_expire answers those that have waited too long. */
void
lane_expire(void)
{
	for (int lane = 0; lane < LANES; lane++)
		refuse_waiting(lane, loop_now() - config.queue_timeout, REFUSED_LATE);
}

/* lane_refuse answers all that wait in a lane: nobody is there to carry them out. */
void
lane_refuse(LaneId lane, Refusal why)
{
	refuse_waiting(lane, loop_now() + 1, why);
}

int
lane_waiting(LaneId lane)
{
	return lanes[lane].waiting;
}

/* lane_under_way returns how many requests are being read, waiting or running. */
int
lane_under_way(void)
{
	return under_way;
}

/* lane_octets returns how many octets their bodies have. */
size_t
lane_octets(void)
{
	return octets;
}
