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
#define CHUNK 32768				/* octets of a body that are sent together */

/* One connection of the web server. */
typedef struct Connection
{
	Watch		watch;			/* first: it is freed as this */
	TAILQ_ENTRY(Connection) entry;
	FcgiReader	reader;
	Buffer		in;				/* what came of a record that is not whole */
	Buffer		params;
	Request    *request;		/* NULL = between two */
	int			refusal;		/* the status to answer as soon as the body has come; 0 = none */
	Buffer		out;
	size_t		sent;			/* octets of it */
	Slice		body;			/* of the answer, what is not in it yet */
} Connection;

static TAILQ_HEAD(, Connection) connections = TAILQ_HEAD_INITIALIZER(connections);
static int	count;
static Watch listener = {.fd = -1};
static bool draining;

static void send_answer(Connection *connection);

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
	int			fd = connection->watch.fd;

	if (fd < 0)
		return;
	loop_remove(&connection->watch);
	close(fd);
	TAILQ_REMOVE(&connections, connection, entry);
	if (connection->request != NULL)
		drop_request(connection->request);
	buffer_free(&connection->in);
	buffer_free(&connection->params);
	buffer_free(&connection->out);
	loop_free_later(&connection->watch);
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

/* fill puts the next record of the answer into out; the one with the last octets has the end behind it. */
static void
fill(Connection *connection, Slice head)
{
	Slice		chunk = {connection->body.data, connection->body.len < CHUNK ? connection->body.len : CHUNK};

	fcgi_add_stdout(&connection->out, connection->reader.id, head, chunk);
	connection->body = (Slice) {chunk.data + chunk.len, connection->body.len - chunk.len};
	if (connection->body.len == 0)
		fcgi_add_end(&connection->out, connection->reader.id);
}

/* answered begins to send a request's answer; it is what a request is given to call. */
static void
answered(Request *request)
{
	Connection *connection = request->owner;
	Buffer		head = {0};

	request->state = REQUEST_ANSWERED;
	metrics_answer(request->lane, request->status, loop_now() - request->queued);	/* without the time that it was held */
	if (request->status < 300 && request->result != NULL)
		caller_is_good(request->key.data);
	buffer_free(&request->body);
	if (connection == NULL)
	{
		lane_release(request);
		request_free(request);
		return;
	}
	add_head(&head, request);
	connection->body = request->head ? (Slice) {"", 0} : request->answer_body;
	fill(connection, (Slice) {head.data, head.len});
	buffer_free(&head);
	send_answer(connection);
}

/* end_answer is done with a request whose answer has gone out. */
static void
end_answer(Connection *connection)
{
	lane_release(connection->request);
	request_free(connection->request);
	connection->request = NULL;
	fcgi_ended(&connection->reader);
	if (!connection->reader.keep || draining)
		close_connection(connection);
	else
		loop_change(&connection->watch, EPOLLIN);
}

/* send_answer sends as much as the socket takes. */
static void
send_answer(Connection *connection)
{
	Buffer	   *out = &connection->out;

	for (;;)
	{
		ssize_t		sent;

		if (connection->sent == out->len)
		{
			out->len = 0;
			connection->sent = 0;
			if (connection->body.len == 0)
				break;
			fill(connection, (Slice) {"", 0});
		}
		sent = send(connection->watch.fd, out->data + connection->sent, out->len - connection->sent, MSG_NOSIGNAL);
		if (sent < 0 && errno == EAGAIN)
		{
			loop_change(&connection->watch, EPOLLIN | EPOLLOUT);
			return;
		}
		if (sent < 0)
		{
			close_connection(connection);
			return;
		}
		connection->sent += (size_t) sent;
	}
	end_answer(connection);
}

/* ------------------------------------------------ requests */

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
	connection->request = request;
	connection->refusal = lane_admit(request);
	return true;
}

/* take_body takes a part of a body; of a request that was refused nothing is kept. */
static bool
take_body(Connection *connection, Slice part)
{
	Request    *request = connection->request;

	if (connection->refusal != 0)
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

	if (connection->refusal != 0)
		request_refuse(request, connection->refusal);
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
take_records(Connection *connection, Slice octets)
{
	Buffer		before = connection->in;
	FcgiEvent	event = FCGI_BEGIN;

	if (before.len > 0)
	{
		buffer_add(&before, octets.data, octets.len);
		octets = (Slice) {before.data, before.len};
	}
	connection->in = (Buffer) {0};
	while (event != FCGI_MORE && connection->watch.fd >= 0)
	{
		Slice		part = {0};

		event = fcgi_next(&connection->reader, &octets, &part);
		if (event != FCGI_MORE && !take_event(connection, event, part))
			break_off(connection);
	}
	if (octets.len > 0 && connection->watch.fd >= 0)
		buffer_add(&connection->in, octets.data, octets.len);
	buffer_free(&before);
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
		take_records(connection, (Slice) {octets, (size_t) came});
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
		int			fd = accept4(watch->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		Connection *connection;

		if (fd < 0 && (errno == EAGAIN || count == 0))
			return;
		if (fd < 0)
			break;
		connection = memory_new(sizeof(Connection));
		connection->watch.ready = on_connection;
		TAILQ_INSERT_TAIL(&connections, connection, entry);
		loop_add(&connection->watch, fd, EPOLLIN);
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
	if (listener.fd >= 0)
	{
		int			fd = listener.fd;

		loop_remove(&listener);
		close(fd);
	}
	for (connection = TAILQ_FIRST(&connections); connection != NULL; connection = next)
	{
		next = TAILQ_NEXT(connection, entry);
		on_connection(&connection->watch, EPOLLIN);	/* a request may have come */
		if (connection->watch.fd >= 0 && connection->reader.id == 0 && connection->request == NULL)
			close_connection(connection);
	}
}

/* front_is_empty tells that nobody is connected. */
bool
front_is_empty(void)
{
	return count == 0;
}
