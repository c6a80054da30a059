/*
 * metrics.c
 *	  What is counted, and the socket that shows it.
 *
 * Whoever connects to the socket and sends a request of HTTP, any, gets the
 * numbers as Prometheus' text.
 */
#include <sys/socket.h>
#include <unistd.h>

#include "hold.h"
#include "lane.h"
#include "link.h"
#include "loop.h"
#include "memory.h"
#include "metrics.h"

Metrics		metrics;

static const int bounds[BUCKETS_OF_TIME - 1] = {1, 3, 10, 30, 100, 1000, 10000};	/* milliseconds */
static const char *const seconds[BUCKETS_OF_TIME] = {"0.001", "0.003", "0.01", "0.03", "0.1", "1", "10", "+Inf"};

static const char *const refusals[REFUSALS] = {"all", "key", "late", "down"};

/* What is one number. */
static const struct
{
	const char *name;
	const char *help;
	const uint64_t *value;
}			counters[] = {
	{"packs_total", "Transactions that several requests shared.", &metrics.packs},
	{"packed_total", "Requests in them.", &metrics.packed},
	{"undone_total", "Requests undone, lost and only reading, or not answered by a standby, that were carried out again.", &metrics.undone},
	{"connects_total", "Connections made to the database.", &metrics.connects},
	{"losses_total", "Connections to the database lost or given up.", &metrics.losses},
	{"unknown_total", "Requests answered 503 that may have been carried out.", &metrics.unknown},
	{"gone_total", "Callers that did not wait for their answer.", &metrics.gone},
	{"broken_total", "Connections that were not FastCGI.", &metrics.broken},
};

/* metrics_answer counts an answer, and the time from the request's arrival. */
void
metrics_answer(LaneId lane, int status, int64_t milliseconds)
{
	int			bucket = 0;

	while (bucket < BUCKETS_OF_TIME - 1 && milliseconds >= bounds[bucket])
		bucket++;
	metrics.answers[lane][status >= 100 && status < 600 ? status / 100 : 0]++;
	metrics.times[lane][bucket]++;
	metrics.milliseconds[lane] += (uint64_t) milliseconds;
}

static void
print_type(Buffer *to, const char *name, const char *type, const char *help)
{
	buffer_print(to, "# HELP revyops_gateway_%s %s\n# TYPE revyops_gateway_%s %s\n", name, help, name, type);
}

static void
print_one(Buffer *to, const char *name, const char *type, const char *help, uint64_t value)
{
	print_type(to, name, type, help);
	buffer_print(to, "revyops_gateway_%s %llu\n", name, (unsigned long long) value);
}

/* print_lanes prints a number that each lane has. */
static void
print_lanes(Buffer *to, const char *name, const char *help, int (*value) (LaneId))
{
	print_type(to, name, "gauge", help);
	for (int lane = 0; lane < LANES; lane++)
		buffer_print(to, "revyops_gateway_%s{lane=\"%s\"} %d\n", name, lane_names[lane], value(lane));
}

static void
print_answers(Buffer *to)
{
	print_type(to, "answers_total", "counter", "Answers by lane and class of status.");
	for (int lane = 0; lane < LANES; lane++)
		for (int class = 2; class < 6; class++)
			buffer_print(to, "revyops_gateway_answers_total{lane=\"%s\",class=\"%dxx\"} %llu\n",
						 lane_names[lane], class, (unsigned long long) metrics.answers[lane][class]);
}

static void
print_times(Buffer *to)
{
	print_type(to, "seconds", "histogram", "Time from a request's arrival to its answer.");
	for (int lane = 0; lane < LANES; lane++)
	{
		unsigned long long below = 0;

		for (int i = 0; i < BUCKETS_OF_TIME; i++)
		{
			below += metrics.times[lane][i];
			buffer_print(to, "revyops_gateway_seconds_bucket{lane=\"%s\",le=\"%s\"} %llu\n", lane_names[lane], seconds[i], below);
		}
		buffer_print(to, "revyops_gateway_seconds_sum{lane=\"%s\"} %g\nrevyops_gateway_seconds_count{lane=\"%s\"} %llu\n",
					 lane_names[lane], (double) metrics.milliseconds[lane] / 1000, lane_names[lane], below);
	}
}

static void
print_all(Buffer *to)
{
	print_answers(to);
	print_times(to);
	print_lanes(to, "waiting", "Requests that wait for a connection.", lane_waiting);
	print_lanes(to, "connections", "Connections to the database that are up.", link_up);
	print_one(to, "under_way", "gauge", "Requests being read, waiting, running or held.", lane_under_way());
	print_one(to, "held", "gauge", "Those of them that wait for something to happen.", hold_count());
	print_one(to, "body_octets", "gauge", "Octets of their bodies.", lane_octets());
	print_type(to, "refused_total", "counter", "Requests answered 503 without the database, by reason.");
	for (int i = 0; i < REFUSALS; i++)
		buffer_print(to, "revyops_gateway_refused_total{reason=\"%s\"} %llu\n", refusals[i],
					 (unsigned long long) metrics.refused[i]);
	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		print_one(to, counters[i].name, "counter", counters[i].help, *counters[i].value);
}

/* show answers; what the socket does not take at once, some 8 kB of it, is nobody's who reads. */
static void
show(int fd)
{
	Buffer		body = {0};
	Buffer		answer = {0};

	print_all(&body);
	buffer_print(&answer, "HTTP/1.0 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: %zu\r\n\r\n", body.len);
	buffer_add(&answer, body.data, body.len);
	(void) !send(fd, answer.data, answer.len, MSG_NOSIGNAL);
	buffer_free(&body);
	buffer_free(&answer);
}

/* answer_reader answers one that asks, in a single piece, as all clients do, and hangs up. */
static void
answer_reader(Watch *watch, uint32_t events)
{
	int			fd = watch->fd;
	char		request[4096];

	(void) events;
	if (recv(fd, request, sizeof(request), 0) > 0)
		show(fd);
	loop_remove(watch);
	close(fd);
	loop_free_later(watch);
}

static void
take_reader(Watch *watch, uint32_t events)
{
	int			fd = accept4(watch->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	Watch	   *reader;

	(void) events;
	if (fd < 0)
		return;
	reader = memory_new(sizeof(Watch));
	reader->ready = answer_reader;
	loop_add(reader, fd, EPOLLIN);
}

/* metrics_listen answers those who connect to a socket that listens. */
void
metrics_listen(int fd)
{
	static Watch watch = {.ready = take_reader};

	loop_add(&watch, fd, EPOLLIN);
}
