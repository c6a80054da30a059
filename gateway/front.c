/*
 * front.c
 *	  The web server's connections: requests in, answers out.
 *
 * A connection has one request at a time.  The request lives on when its
 * connection has gone while the database works on it: it has no owner then.
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "caller.h"
#include "fcgi.h"
#include "front.h"
#include "hold.h"
#include "lane.h"
#include "link.h"
#include "loop.h"
#include "metrics.h"
#include "request.h"
#include "routes.h"

#define SPARE_CONNECTIONS 1024
#define PARAMS_MAX (128 * 1024)	/* octets of a request's parameters */

/* One connection of the web server. */
typedef struct Connection
{
	Watch		watch;			/* first: it is freed as this */
	TAILQ_ENTRY(Connection) entry;
	FcgiReader	reader;
	Buffer		in;				/* what came of a record that is not whole */
	Buffer		params;
	Request    *request;		/* whose answer has not gone out; NULL = none */
	Buffer		out;			/* an answer, */
	size_t		sent;			/* octets of it */
} Connection;

static TAILQ_HEAD(, Connection) connections = TAILQ_HEAD_INITIALIZER(connections);
static int	count;
static Watch listener = {.fd = -1};
static bool draining;

/* drop_request lets go of a request whose caller has gone; one that runs ends by itself. */
static void
drop_request(Request *request)
{
	metrics.gone++;
	request->owner = NULL;
	if (request->state == REQUEST_RUNNING)
		return;
	if (request->state == REQUEST_WAITING)
		lane_forget(request);
	else if (request->state == REQUEST_HELD)
		hold_forget(request);
	lane_release(request);
	request_free(request);
}

static void
close_connection(Connection *connection)
{
	if (connection->watch.fd < 0)
		return;
	TAILQ_REMOVE(&connections, connection, entry);
	if (connection->request != NULL)
		drop_request(connection->request);
	buffer_free(&connection->in);
	buffer_free(&connection->params);
	buffer_free(&connection->out);
	loop_free(&connection->watch);
	count--;
	if (listener.fd >= 0)
		loop_change(&listener, EPOLLIN);
}

/* break_off ends a connection on which something else than FastCGI came. */
static void
break_off(Connection *connection)
{
	metrics.broken++;
	warnx("a connection that is not FastCGI as nginx speaks it was closed");
	close_connection(connection);
}

/* ------------------------------------------------ answers */

/* reason returns a status' words, which HTTP/1.1 has behind it. */
static const char *
reason(int status)
{
	static const struct
	{
		int			status;
		const char *words;
	}			reasons[] = {
		{200, "OK"}, {201, "Created"}, {204, "No Content"}, {301, "Moved Permanently"}, {400, "Bad Request"},
		{401, "Unauthorized"}, {403, "Forbidden"}, {404, "Not Found"}, {405, "Method Not Allowed"},
		{409, "Conflict"}, {410, "Gone"}, {413, "Payload Too Large"}, {415, "Unsupported Media Type"},
		{422, "Unprocessable Entity"}, {500, "Internal Server Error"}, {503, "Service Unavailable"},
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].status == status)
			return reasons[i].words;
	return "Unknown";
}

/* add_head appends an answer's status and headers, as CGI has them, but for headers that are for the gateway. */
static void
add_head(Buffer *to, const Request *request)
{
	Slice		lines = request->answer_headers;

	buffer_print(to, "Status: %d %s\r\n", request->status, reason(request->status));
	if (request->answer_body.len > 0)
		buffer_print(to, "Content-Length: %zu\r\n", request->answer_body.len);
	while (lines.len > 0)
	{
		Slice		line = slice_cut(&lines, '\n');

		if (slice_begins(line, "Revyops-"))
			continue;
		buffer_add(to, line.data, line.len);
		buffer_add(to, "\r\n", 2);
	}
	buffer_add(to, "\r\n", 2);
}

/* end_answer is done with a request whose answer has gone out. */
static void
end_answer(Connection *connection)
{
	lane_release(connection->request);
	request_free(connection->request);
	connection->request = NULL;
	buffer_free(&connection->out);
	connection->sent = 0;
	fcgi_ended(&connection->reader);
	if (!connection->reader.keep || draining)
		close_connection(connection);
	else
		loop_change(&connection->watch, EPOLLIN);
}

/* send_answer sends as much as the socket takes; behind the last octet the next request may come. */
static void
send_answer(Connection *connection)
{
	Buffer	   *out = &connection->out;
	ssize_t		sent = send(connection->watch.fd, out->data + connection->sent, out->len - connection->sent, MSG_NOSIGNAL);

	if (sent < 0 && errno != EAGAIN)
	{
		close_connection(connection);
		return;
	}
	connection->sent += sent > 0 ? (size_t) sent : 0;
	if (connection->sent < out->len)
		loop_change(&connection->watch, EPOLLIN | EPOLLOUT);
	else
		end_answer(connection);
}

/* answered begins to send a request's answer; it is what a request is given to call.  Until it is sent the request counts. */
static void
answered(Request *request)
{
	Connection *connection = request->owner;
	Buffer		head = {0};

	metrics_answer(request->lane, request->status, loop_now() - request->queued);	/* without the time that
																					 * it was held */
	if (request->status < 300 && request->result != NULL)
		caller_is_good(request->key.data);
	request->state = REQUEST_ANSWERED;
	if (connection == NULL)
	{
		lane_release(request);
		request_free(request);
		return;
	}
	add_head(&head, request);
	fcgi_add_answer(&connection->out, connection->reader.id, (Slice) {head.data, head.len}, request->head ? (Slice) {"", 0} : request->answer_body);
	buffer_free(&head);
	buffer_free(&request->body);
	PQclear(request->result);	/* what it answered is in out */
	request->result = NULL;
	send_answer(connection);
}

/* ------------------------------------------------ requests */

/* set_caller has an endpoint that asks for no key be called by its path, which may have a token in it. */
static void
set_caller(Request *request)
{
	const char *path = routes_open(request->method.data, request->path.data);

	if (path == NULL)
		return;
	buffer_free(&request->key);
	buffer_add(&request->key, path, strlen(path));
}

/* take_params makes a request of the parameters, and admits it or not. */
static bool
take_params(Connection *connection)
{
	Request    *request = request_new((Slice) {connection->params.data, connection->params.len});

	connection->params.len = 0;
	if (request == NULL)
		return false;
	request->owner = connection;
	request->answered = answered;
	request->lane = routes_lane(request->method.data, request->path.data);
	set_caller(request);
	connection->request = request;
	request->status = lane_admit(request);
	return true;
}

/* take_body takes a part of a body; of a request that was refused nothing is kept. */
static bool
take_body(Connection *connection, Slice part)
{
	Request    *request = connection->request;

	if (request->status != 0)
		return true;
	if (part.len > request->body_length - request->body.len)
		return false;
	buffer_add(&request->body, part.data, part.len);
	return true;
}

/* begin_request hands a whole request on. */
static bool
begin_request(Connection *connection)
{
	Request    *request = connection->request;

	if (request->status != 0)
		request_refuse(request, request->status);
	else if (request->body.len != request->body_length)
		return false;
	else
	{
		lane_queue(request, request->lane);
		link_wake(request->lane);
	}
	return true;
}

/* take_event does what a connection said next; false if it can't have said that. */
static bool
take_event(Connection *connection, FcgiEvent event, Slice part)
{
	switch (event)
	{
		case FCGI_BEGIN:
			return true;
		case FCGI_PARAMS:
			buffer_add(&connection->params, part.data, part.len);
			return connection->params.len <= PARAMS_MAX;
		case FCGI_PARAMS_END:
			return take_params(connection);
		case FCGI_STDIN:
			return take_body(connection, part);
		case FCGI_STDIN_END:
			return begin_request(connection);
		case FCGI_ABORT:
			close_connection(connection);
			return true;
		default:
			return false;
	}
}

/* take_records reads the records that have come, and keeps what is left, unless the connection ends. */
static void
take_records(Connection *connection)
{
	Buffer		came = connection->in;
	Slice		left = {came.data, came.len};
	Slice		part = {0};
	FcgiEvent	event;

	connection->in = (Buffer) {0};
	while (connection->watch.fd >= 0 && (event = fcgi_next(&connection->reader, &left, &part)) != FCGI_MORE)
		if (!take_event(connection, event, part))
			break_off(connection);
	if (left.len > 0 && connection->watch.fd >= 0)
		buffer_add(&connection->in, left.data, left.len);
	buffer_free(&came);
}

static void
on_connection(Watch *watch, uint32_t events)
{
	static char octets[65536];
	Connection *connection = (Connection *) watch;
	ssize_t		came;

	if (events & EPOLLOUT)
		send_answer(connection);
	if (watch->fd < 0 || !(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		return;
	came = recv(watch->fd, octets, sizeof(octets), 0);
	if (came > 0)
	{
		buffer_add(&connection->in, octets, (size_t) came);
		take_records(connection);
	}
	else if (came == 0 || errno != EAGAIN)
		close_connection(connection);
}

/* on_listener takes new connections: more than may be under way, so that whoever is too many is told. */
static void
on_listener(Watch *watch, uint32_t events)
{
	(void) events;
	while (count < config.waiting + SPARE_CONNECTIONS)
	{
		Connection *connection = (Connection *) loop_accept(watch, sizeof(Connection), on_connection);

		if (connection == NULL && (errno == EAGAIN || count == 0))
			return;
		if (connection == NULL)
			break;
		TAILQ_INSERT_TAIL(&connections, connection, entry);
		count++;
	}
	loop_change(watch, 0);		/* until one has ended */
}

/* ------------------------------------------------ what main calls */

/* front_listen takes the connections of a socket that listens. */
void
front_listen(int fd)
{
	listener.ready = on_listener;
	loop_add(&listener, fd, EPOLLIN);
}

/* front_drain takes no new connection, and ends each when its request is answered. */
void
front_drain(void)
{
	Connection *connection;
	Connection *next;

	draining = true;
	hold_end();
	loop_close(&listener);
	for (connection = TAILQ_FIRST(&connections); connection != NULL; connection = next)
	{
		next = TAILQ_NEXT(connection, entry);
		on_connection(&connection->watch, EPOLLIN);	/* a request may have come */
		if (connection->watch.fd >= 0 && connection->reader.id == 0)
			close_connection(connection);
	}
}

/* front_is_empty tells that nobody is connected. */
bool
front_is_empty(void)
{
	return count == 0;
}
