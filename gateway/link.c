/*
 * link.c
 *	  The connections to the database, and what they carry out.
 *
 * A connection belongs to a lane.  When it is idle, it takes what waits there:
 * one request, or in the write lane all that a pack may have.  A pack is that many
 * executions of one prepared statement with one Sync at their end, which makes
 * them one transaction.  Each undoes itself alone if its answer is an error, and
 * answers status 0 if somebody else's transaction was in the way: then it is
 * repeated alone.  An answer leaves after the Sync's, when the commit is certain.
 *
 * When a connection is lost, what was under way is unknown: it is a 503 and never
 * repeated, unless it only reads, or could not be sent at all.
 */
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hold.h"
#include "lane.h"
#include "link.h"
#include "loop.h"
#include "metrics.h"
#include "request.h"
#include "routes.h"

#define CONNECT_TIMEOUT 10000	/* milliseconds */
#define BACKOFF_LEAST 100		/* milliseconds until the next try, doubled by each that fails */
#define BACKOFF_MOST 3200
#define PACK_TIME 1000			/* milliseconds that a pack may take, by the pace of the one before */
#define DOWN_AFTER 2000			/* milliseconds without a connection in which one may still come back */

#define STATEMENT "request"
#define TEXT_OID 25
#define BYTEA_OID 17
#define PARAMETERS 5

typedef enum LinkState
{
	LINK_DOWN,
	LINK_CONNECTING,
	LINK_SETTING_UP,			/* connected: the routes are read, the statement is prepared */
	LINK_IDLE,
	LINK_BUSY
} LinkState;

/* What became of a transaction. */
typedef enum Fate
{
	FATE_COMMITTED,				/* but a request in it may have undone itself */
	FATE_UNDONE,				/* or never sent */
	FATE_UNKNOWN
} Fate;

typedef struct Link
{
	Watch		watch;
	LaneId		lane;
	LinkState	state;
	PGconn	   *pg;
	RequestList running;
	int			count;			/* of them */
	Request    *current;		/* the one whose result comes next */
	char		sqlstate[6];	/* of the error that ended its transaction; empty = none */
	bool		renew;			/* to be closed when idle: the settings have changed */
	Time		since;			/* of the state */
	Time		pace;			/* milliseconds that each of the last requests took */
	Time		backoff;
} Link;

static Link links[LANES][LANE_CONNECTIONS_MAX]; /* as many of a lane's are used as the settings say */

#define LAST (&links[LANES - 1][LANE_CONNECTIONS_MAX - 1])

static void take_work(Link *link);

static const Oid parameter_types[PARAMETERS] = {TEXT_OID, TEXT_OID, TEXT_OID, TEXT_OID, BYTEA_OID};

/* How the requests of each lane are carried out: by what, and with which setting of the session. */
static const struct
{
	const char *function;
	const char *setting;
	const int  *value;
}			ways[LANES] = {
	[LANE_READ] = {"handle_read", "default_transaction_read_only", &(const int) {1}},
	/* A pack waits for nobody: whoever is locked out is undone, and repeated alone. */
	[LANE_WRITE] = {"handle_shared", "lock_timeout", &config.lock_timeout},
	[LANE_SLOW] = {"handle", NULL, NULL},
	/* A file takes longer than whatever is one record. */
	[LANE_BATCH] = {"handle", "statement_timeout", &config.batch_timeout},
};

/* way_of returns which of them is a lane's: without packs, a write is carried out like what may not share. */
static LaneId
way_of(LaneId lane)
{
	return lane == LANE_WRITE && !config.packs ? LANE_SLOW : lane;
}

/* shares tells whether a lane's requests share transactions. */
static bool
shares(LaneId lane)
{
	return way_of(lane) == LANE_WRITE;
}

static void
enter(Link *link, LinkState state)
{
	metrics.connections[link->lane] += (state >= LINK_IDLE) - (link->state >= LINK_IDLE);
	link->state = state;
	link->since = loop_now();
}

/* link_check refuses a connection string that is none, or has a password. */
bool
link_check(const char *conninfo)
{
	char	   *message = NULL;
	PQconninfoOption *options = PQconninfoParse(conninfo, &message);
	bool		good = options != NULL;

	if (!good)
		warnx("database: not a connection string");
	for (PQconninfoOption *option = options; good && option->keyword != NULL; option++)
	{
		if (option->val != NULL && *option->dispchar == '*')
			warnx("database: a password belongs in a file that PGPASSFILE names");
		else if (option->val != NULL && strcmp(option->keyword, "options") == 0)
			warnx("database: options are the gateway's; ALTER ROLE ... SET has the same effect");
		else
			continue;
		good = false;
	}
	PQconninfoFree(options);
	PQfreemem(message);
	return good;
}

/* ------------------------------------------------ the end of what was under way */

/* repeat_alone has a request wait again in a lane, for a transaction of its own. */
static void
repeat_alone(Request *request, LaneId lane)
{
	metrics.undone++;
	PQclear(request->result);
	request->result = NULL;
	request->status = 0;
	request->repeated = true;
	if (request->owner == NULL)
	{
		lane_release(request);
		request_free(request);
		return;
	}
	lane_queue(request, lane);
	link_wake(lane);
}

/* refusal returns the status for an error of the statement itself: what may go well another time, or not. */
static int
refusal(const char *sqlstate)
{
	static const char *const later[] = {"08", "25006", "40", "42501", "42883", "53", "55P03", "57", "3F000"};

	for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++)
		if (strncmp(sqlstate, later[i], strlen(later[i])) == 0)
			return 503;
	return 500;
}

/* read_answer takes an answer from its row; false if there is none, or its status is 0: undone. */
static bool
read_answer(Request *request)
{
	PGresult   *result = request->result;

	if (result == NULL || PQntuples(result) != 1 || PQnfields(result) != 3)
		return false;
	request->status = atoi(PQgetvalue(result, 0, 0));
	request->answer_headers = (Slice) {PQgetvalue(result, 0, 1), (size_t) PQgetlength(result, 0, 1)};
	request->answer_body = (Slice) {PQgetvalue(result, 0, 2), (size_t) PQgetlength(result, 0, 2)};
	return request->status != 0;
}

/* may_repeat tells whether a request that has no answer is to be carried out again. */
static bool
may_repeat(const Link *link, const Request *request, Fate fate)
{
	if (request->repeated)
		return false;
	if (fate == FATE_UNKNOWN)
		return link->lane == LANE_READ;
	if (fate == FATE_COMMITTED)
		return shares(link->lane);	/* it was undone by itself */
	/* a pack is undone as a whole, and nobody knows for whose error; of one alone, what passes at once */
	return link->count > 1 || link->sqlstate[0] == '\0' || strncmp(link->sqlstate, "40", 2) == 0;
}

/* is_for_primary tells whether what a standby could not answer is to be asked of the primary: it is behind, or gone. */
static bool
is_for_primary(const Link *link, const Request *request, Fate fate)
{
	if (link->lane != LANE_READ || *config.read_database == '\0')
		return false;
	return fate == FATE_UNKNOWN || (request->status == 503 && hold_is_wanted(request));
}

/* end_all answers all that a connection has carried out, or has them repeated. */
static void
end_all(Link *link, Fate fate)
{
	RequestList ended = TAILQ_HEAD_INITIALIZER(ended);
	Request    *request;
	bool		has_answer;

	TAILQ_CONCAT(&ended, &link->running, entry);
	while ((request = TAILQ_FIRST(&ended)) != NULL)
	{
		TAILQ_REMOVE(&ended, request, entry);
		lane_ended(request);
		has_answer = fate == FATE_COMMITTED && read_answer(request);
		if (has_answer && hold_take(request))
			continue;
		if (!has_answer && may_repeat(link, request, fate))
			repeat_alone(request, link->lane == LANE_WRITE ? LANE_SLOW : link->lane);
		else if (is_for_primary(link, request, fate))
			repeat_alone(request, LANE_SLOW);
		else if (has_answer)
			request->answered(request);
		else
		{
			metrics.unknown += fate == FATE_UNKNOWN && link->lane != LANE_READ;
			request_refuse(request, link->sqlstate[0] != '\0' ? refusal(link->sqlstate) : 503);
		}
	}
	link->count = 0;
}

/* drop closes a connection; the next try comes after a while that grows. */
static void
drop(Link *link, Fate fate)
{
	loop_remove(&link->watch);
	PQfinish(link->pg);
	link->pg = NULL;
	link->renew = false;
	enter(link, LINK_DOWN);
	end_all(link, fate);
	link_wake(link->lane);		/* the others may carry out now what this one was in the way of */
}

/* lose drops a connection that was lost, or is given up. */
static void
lose(Link *link, const char *why, Fate fate)
{
	const char *said = link->pg != NULL ? PQerrorMessage(link->pg) : "";

	/* two lines for an outage, not one for each try */
	if (link->backoff == 0 || link->backoff == BACKOFF_MOST / 2)
		warnx("connection of lane %s: %s: %.*s", lane_names[link->lane], why, (int) strcspn(said, "\n"), said);
	metrics.losses++;
	link->backoff = link->backoff == 0 ? BACKOFF_LEAST : link->backoff * 2;
	if (link->backoff > BACKOFF_MOST)
		link->backoff = BACKOFF_MOST;
	if (fate == FATE_UNKNOWN)
		link->sqlstate[0] = '\0';
	drop(link, fate);
}

/* ------------------------------------------------ connecting */

/* watch_connecting waits for what libpq wants; the socket may be another one than the last time. */
static void
watch_connecting(Link *link, PostgresPollingStatusType wanted)
{
	loop_remove(&link->watch);
	loop_add(&link->watch, PQsocket(link->pg), wanted == PGRES_POLLING_READING ? EPOLLIN : EPOLLOUT);
}

/* ignore_notice keeps what a trigger of the owner's says out of the log. */
static void
ignore_notice(void *arg, const PGresult *notice)
{
	(void) arg;
	(void) notice;
}

static void
connect_link(Link *link)
{
	LaneId		way = way_of(link->lane);
	char		options[64] = "";
	bool		elsewhere = link->lane == LANE_READ && *config.read_database != '\0';
	const char *names[] = {"fallback_application_name", "dbname", "client_encoding", "options", NULL};
	const char *values[] = {"revyops-gateway", elsewhere ? config.read_database : config.database, "UTF8", options, NULL};

	if (ways[way].setting != NULL)
		snprintf(options, sizeof(options), "-c %s=%d", ways[way].setting, *ways[way].value);
	link->pg = PQconnectStartParams(names, values, 1);
	if (link->pg == NULL || PQstatus(link->pg) == CONNECTION_BAD)
	{
		lose(link, "cannot connect", FATE_UNDONE);
		return;
	}
	PQsetNoticeReceiver(link->pg, ignore_notice, NULL);
	enter(link, LINK_CONNECTING);
	watch_connecting(link, PGRES_POLLING_WRITING);
}

/* flush sends what libpq holds, and waits for room if there is none. */
static bool
flush(Link *link)
{
	int			left = PQflush(link->pg);

	if (left < 0)
		return false;
	loop_change(&link->watch, left == 0 ? EPOLLIN : EPOLLIN | EPOLLOUT);
	return true;
}

/* set_up asks for the routes and prepares the statement. */
static void
set_up(Link *link)
{
	PGconn	   *pg = link->pg;
	char		statement[128];

	snprintf(statement, sizeof(statement), "SELECT status, headers, body FROM revyops_http.%s($1, $2, $3, $4, $5)", ways[way_of(link->lane)].function);
	enter(link, LINK_SETTING_UP);
	link->sqlstate[0] = '\0';
	if (PQsetnonblocking(pg, 1) != 0 || !PQenterPipelineMode(pg) ||
		!PQsendQueryParams(pg, ROUTES_QUERY, 0, NULL, NULL, NULL, NULL, 0) ||
		!PQsendPrepare(pg, STATEMENT, statement, PARAMETERS, parameter_types) ||
		!PQpipelineSync(pg) || !flush(link))
		lose(link, "cannot set up", FATE_UNDONE);
}

static void
go_on_connecting(Link *link)
{
	PostgresPollingStatusType status = PQconnectPoll(link->pg);

	if (status == PGRES_POLLING_FAILED)
		lose(link, "cannot connect", FATE_UNDONE);
	else if (status != PGRES_POLLING_OK)
		watch_connecting(link, status);
	else
	{
		watch_connecting(link, PGRES_POLLING_READING);
		metrics.connects++;
		set_up(link);
	}
}

/* is_set_up begins to work, if all went well. */
static void
is_set_up(Link *link)
{
	if (link->sqlstate[0] != '\0')
	{
		lose(link, "the database has no revyops that goes with this program, or no rights on it", FATE_UNDONE);
		return;
	}
	if (link->backoff > 0)
		warnx("connection of lane %s: up again", lane_names[link->lane]);
	link->backoff = 0;
	enter(link, LINK_IDLE);
	take_work(link);
}

/* ------------------------------------------------ carrying out */

/* send_request sends one execution. */
static bool
send_request(Link *link, const Request *request)
{
	const char *values[PARAMETERS] = {
		request->method.data, request->path.data, request->query.len > 0 ? request->query.data : "",
		request->headers.len > 0 ? request->headers.data : "", request->body.len > 0 ? request->body.data : ""
	};
	int			lengths[PARAMETERS] = {0, 0, 0, 0, (int) request->body.len};
	static const int formats[PARAMETERS] = {0, 0, 0, 0, 1};

	return PQsendQueryPrepared(link->pg, STATEMENT, PARAMETERS, values, lengths, formats, 0);
}

/*
 * gather takes from the lane what the connection carries out next: one request,
 * or a pack.  Whoever is in a pack waits for all of it, so its size follows from
 * how long those of the one before took.
 */
static void
gather(Link *link)
{
	int			most = shares(link->lane) ? 1 + (int) (PACK_TIME / (link->pace + 1)) : 1;
	size_t		octets = 0;
	Request    *request;

	if (most > config.pack_requests)
		most = config.pack_requests;
	while (link->count < most && octets < (size_t) config.pack_octets &&
		   (request = lane_take(link->lane)) != NULL)
	{
		TAILQ_INSERT_TAIL(&link->running, request, entry);
		link->count++;
		octets += request->body.len;
	}
	if (link->count > 1)
	{
		metrics.packs++;
		metrics.packed += (uint64_t) link->count;
	}
}

/* take_work carries out what waits, if something does. */
static void
take_work(Link *link)
{
	Request    *request;
	bool		good = true;

	if (link->renew)
	{
		drop(link, FATE_UNDONE);	/* link_tick connects it again */
		return;
	}
	gather(link);
	if (link->count == 0)
		return;
	enter(link, LINK_BUSY);
	link->sqlstate[0] = '\0';
	link->current = TAILQ_FIRST(&link->running);
	TAILQ_FOREACH(request, &link->running, entry)
		good = good && send_request(link, request);
	/* Without its Sync nothing is committed; from then on nobody knows. */
	if (!good || !PQpipelineSync(link->pg) || !flush(link))
		lose(link, "lost", FATE_UNDONE);
}

static void
note_pace(Link *link)
{
	link->pace = (loop_now() - link->since) / link->count;
}

/* end_work is for when the database has said how the transaction ended. */
static void
end_work(Link *link)
{
	bool		failed = link->sqlstate[0] != '\0';

	note_pace(link);
	end_all(link, failed ? FATE_UNDONE : FATE_COMMITTED);
	enter(link, LINK_IDLE);
	if (strcmp(link->sqlstate, "25006") == 0)
		lose(link, "the server only reads", FATE_UNDONE);	/* another may be the primary now */
	else
		take_work(link);
}

/* note_failure keeps how the transaction failed; the message is in the server's log. */
static void
note_failure(Link *link, const char *sqlstate)
{
	snprintf(link->sqlstate, sizeof(link->sqlstate), "%s", sqlstate);
	if (link->state == LINK_BUSY)
		warnx("lane %s: SQLSTATE %s, %d requests", lane_names[link->lane], sqlstate, link->count);
}

/* take_rows takes the rows of a request, or those of the routes. */
static void
take_rows(Link *link, PGresult *result)
{
	if (link->state == LINK_SETTING_UP)
		routes_read(result);
	else
	{
		link->current->result = result;
		link->current = TAILQ_NEXT(link->current, entry);
	}
}

/* take_result takes the next result of what was sent; false when it was the last, or the connection is given up. */
static bool
take_result(Link *link, PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	if (status == PGRES_FATAL_ERROR && sqlstate != NULL)
		note_failure(link, sqlstate);
	if (status == PGRES_TUPLES_OK)
		take_rows(link, result);
	else
		PQclear(result);
	if (status == PGRES_FATAL_ERROR && sqlstate == NULL)
		lose(link, "lost", FATE_UNKNOWN);	/* libpq's own error, which says nothing of the transaction */
	else if (status != PGRES_PIPELINE_SYNC)
		return true;
	else if (link->state == LINK_SETTING_UP)
		is_set_up(link);
	else
		end_work(link);
	return false;
}

/* take_results takes what results have come, also those that came before the connection was lost. */
static void
take_results(Link *link)
{
	PGconn	   *pg = link->pg;
	int			empty = 0;

	/* after the results of a statement comes an empty one; two of them, and there is nothing more */
	while (empty < 2 && !PQisBusy(pg))
	{
		PGresult   *result = PQgetResult(pg);

		empty = result == NULL ? empty + 1 : 0;
		if (result != NULL && !take_result(link, result))
			return;
	}
	if (PQstatus(pg) != CONNECTION_OK)
		lose(link, "lost", FATE_UNKNOWN);
}

static void
on_socket(Watch *watch, uint32_t events)
{
	Link	   *link = (Link *) watch;

	(void) events;
	if (link->state == LINK_CONNECTING)
	{
		go_on_connecting(link);
		return;
	}
	if (PQconsumeInput(link->pg))
		(void) flush(link);		/* a failure shows in the connection's state */
	take_results(link);
}

/* ------------------------------------------------ giving up */

static void *
send_cancel(void *cancel)
{
	char		message[256];

	(void) PQcancel(cancel, message, sizeof(message));
	PQfreeCancel(cancel);
	return NULL;
}

/*
 * give_up ends a connection that does not answer, and has the server end what it
 * does there.  Closed alone, a session whose commit waits for a standby stays, as
 * no time limit ends that, and with it its place among those of the login.  libpq
 * sends a cancel and waits, so a thread of its own does it.
 */
static void
give_up(Link *link)
{
	PGcancel   *cancel = PQgetCancel(link->pg);
	pthread_t	thread;

	if (cancel != NULL && pthread_create(&thread, NULL, send_cancel, cancel) == 0)
		pthread_detach(thread);
	else
		PQfreeCancel(cancel);
	note_pace(link);
	lose(link, "no answer in time", FATE_UNKNOWN);
}

/* ------------------------------------------------ what the others call */

/* link_open prepares all connections; link_tick makes them. */
void
link_open(void)
{
	for (int lane = 0; lane < LANES; lane++)
		for (int i = 0; i < LANE_CONNECTIONS_MAX; i++)
		{
			links[lane][i].watch = (Watch) {.fd = -1, .ready = on_socket};
			links[lane][i].lane = lane;
			TAILQ_INIT(&links[lane][i].running);
		}
	link_tick();
}

/* link_renew has every connection made anew, as soon as it is idle: the settings have changed. */
void
link_renew(void)
{
	for (Link *link = links[0]; link <= LAST; link++)
	{
		link->renew = link->state != LINK_DOWN;
		link->backoff = 0;
		if (link->state == LINK_IDLE)
			drop(link, FATE_UNDONE);
	}
	link_tick();
}

/* link_close says goodbye to the server. */
void
link_close(void)
{
	for (Link *link = links[0]; link <= LAST; link++)
		if (link->pg != NULL)
			drop(link, FATE_UNKNOWN);
}

/* is_down tells that a lane has had no connection for longer than a restart of the server takes. */
static bool
is_down(LaneId lane)
{
	for (int i = 0; i < config.connections[lane]; i++)
		if (links[lane][i].backoff < DOWN_AFTER)
			return false;
	return true;
}

/* tick_link does what a connection's time has come for. */
static void
tick_link(Link *link, bool wanted)
{
	Time		age = loop_now() - link->since;

	if (link->state == LINK_DOWN)
	{
		if (wanted && age >= link->backoff)
			connect_link(link);
	}
	else if (link->state == LINK_IDLE && !wanted)
		drop(link, FATE_UNDONE);
	else if (link->state == LINK_BUSY && age > config.answer_timeout)
		give_up(link);
	else if (link->state < LINK_IDLE && age > CONNECT_TIMEOUT)
		lose(link, "no connection in time", FATE_UNDONE);
}

/* link_ask_again has those that were held long enough wait in their lanes again. */
void
link_ask_again(void)
{
	Request    *request;

	while ((request = hold_due()) != NULL)
	{
		request->queued = loop_now();
		lane_queue(request, request->lane);
		link_wake(request->lane);
	}
}

/* link_tick is called now and then: it makes connections, gives some up, and answers who has waited too long. */
void
link_tick(void)
{
	for (int lane = 0; lane < LANES; lane++)
	{
		for (int i = 0; i < LANE_CONNECTIONS_MAX; i++)
			tick_link(&links[lane][i], i < config.connections[lane]);
		lane_refuse(lane, loop_now() - config.queue_timeout, REFUSED_LATE);
		if (is_down(lane))
			lane_refuse(lane, loop_now() + 1, REFUSED_DOWN);
	}
}

/* link_wake has idle connections of a lane carry out what waits there. */
void
link_wake(LaneId lane)
{
	for (int i = 0; i < config.connections[lane] && metrics.waiting[lane] > 0; i++)
		if (links[lane][i].state == LINK_IDLE)
			take_work(&links[lane][i]);
}

/* link_is_resting tells that no time is waited for: all are up, and nothing is under way. */
bool
link_is_resting(void)
{
	bool		resting = metrics.under_way == 0;

	for (int lane = 0; lane < LANES; lane++)
		resting = resting && metrics.connections[lane] == config.connections[lane];
	return resting;
}
