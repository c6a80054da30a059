/*
 * metrics.c
 *	  What is counted, and the socket that shows it.
 *
 * Whoever connects to the socket and sends a request of HTTP, any, gets the
 * numbers as Prometheus' text.
 */
#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "memory.h"
#include "metrics.h"

#define PREFIX "revyops_gateway_"

Metrics		metrics;

const char *const lane_names[LANES] = {"read", "write", "slow", "batch"};
static const char *const refusals[REFUSALS] = {"all", "key", "late", "down"};

static const int bounds[BUCKETS_OF_TIME - 1] = {1, 3, 10, 30, 100, 1000, 10000};	/* milliseconds */
static const char *const seconds[BUCKETS_OF_TIME] = {"0.001", "0.003", "0.01", "0.03", "0.1", "1", "10", "+Inf"};

/* What is one number, or one for each value of a label. */
static const struct
{
	const char *name;
	const char *type;
	const char *help;
	const		int64_t *values;
	const char *label;			/* NULL = one number */
	const char *const *of;
	int			count;
}			families[] = {
	{"waiting", "gauge", "Requests that wait for a connection.", metrics.waiting, "lane", lane_names, LANES},
	{"connections", "gauge", "Connections to the database that are up.", metrics.connections, "lane", lane_names, LANES},
	{"under_way", "gauge", "Requests being read, waiting, running or held.", &metrics.under_way, NULL, NULL, 1},
	{"held", "gauge", "Those of them that wait for something to happen.", &metrics.held, NULL, NULL, 1},
	{"body_octets", "gauge", "Octets of their bodies.", &metrics.body_octets, NULL, NULL, 1},
	{"refused_total", "counter", "Requests answered 503 without the database, by reason.", metrics.refused, "reason", refusals, REFUSALS},
	{"packs_total", "counter", "Transactions that several requests shared.", &metrics.packs, NULL, NULL, 1},
	{"packed_total", "counter", "Requests in them.", &metrics.packed, NULL, NULL, 1},
	{"undone_total", "counter", "Requests undone, lost and only reading, or not answered by a standby, that were carried out again.", &metrics.undone, NULL, NULL, 1},
	{"connects_total", "counter", "Connections made to the database.", &metrics.connects, NULL, NULL, 1},
	{"losses_total", "counter", "Connections to the database lost or given up.", &metrics.losses, NULL, NULL, 1},
	{"unknown_total", "counter", "Requests answered 503 that may have been carried out.", &metrics.unknown, NULL, NULL, 1},
	{"gone_total", "counter", "Callers that did not wait for their answer.", &metrics.gone, NULL, NULL, 1},
	{"broken_total", "counter", "Connections that were not FastCGI.", &metrics.broken, NULL, NULL, 1},
};

/* metrics_answer counts an answer, and the time from the request's arrival. */
void
metrics_answer(LaneId lane, int status, Time time)
{
	int			bucket = 0;

	while (bucket < BUCKETS_OF_TIME - 1 && time >= bounds[bucket])
		bucket++;
	metrics.answers[lane][status >= 100 && status < 600 ? status / 100 : 0]++;
	metrics.times[lane][bucket]++;
	metrics.milliseconds[lane] += time;
}

static void
print_type(FILE * to, const char *name, const char *type, const char *help)
{
	fprintf(to, "# HELP " PREFIX "%s %s\n# TYPE " PREFIX "%s %s\n", name, help, name, type);
}

static void
print_answers(FILE * to)
{
	print_type(to, "answers_total", "counter", "Answers by lane and class of status.");
	for (int lane = 0; lane < LANES; lane++)
		for (int class = 2; class < 6; class++)
			fprintf(to, PREFIX "answers_total{lane=\"%s\",class=\"%dxx\"} %" PRId64 "\n", lane_names[lane], class, metrics.answers[lane][class]);
}

static void
print_times(FILE * to)
{
	print_type(to, "seconds", "histogram", "Time from a request's arrival to its answer.");
	for (int lane = 0; lane < LANES; lane++)
	{
		int64_t		below = 0;

		for (int i = 0; i < BUCKETS_OF_TIME; i++)
		{
			below += metrics.times[lane][i];
			fprintf(to, PREFIX "seconds_bucket{lane=\"%s\",le=\"%s\"} %" PRId64 "\n", lane_names[lane], seconds[i], below);
		}
		fprintf(to, PREFIX "seconds_sum{lane=\"%s\"} %g\n" PREFIX "seconds_count{lane=\"%s\"} %" PRId64 "\n",
				lane_names[lane], (double) metrics.milliseconds[lane] / 1000, lane_names[lane], below);
	}
}

static void
print_all(FILE * to)
{
	print_answers(to);
	print_times(to);
	for (size_t f = 0; f < sizeof(families) / sizeof(families[0]); f++)
	{
		print_type(to, families[f].name, families[f].type, families[f].help);
		for (int i = 0; i < families[f].count; i++)
		{
			fprintf(to, PREFIX "%s", families[f].name);
			if (families[f].label != NULL)
				fprintf(to, "{%s=\"%s\"}", families[f].label, families[f].of[i]);
			fprintf(to, " %" PRId64 "\n", families[f].values[i]);
		}
	}
}

/*
 * answer_reader answers one that asks, in a single piece, as all clients do, and hangs up.  What the
 * socket does not take at once, some 8 kB, is nobody's who reads.
 */
static void
answer_reader(Watch *watch, uint32_t events)
{
	char		request[4096];
	char	   *text;
	size_t		len;
	FILE	   *to = open_memstream(&text, &len);
	Buffer		answer = {0};

	(void) events;
	if (to == NULL)
		errx(1, "out of memory");
	print_all(to);
	if (fclose(to) != 0)
		errx(1, "out of memory");
	buffer_print(&answer, "HTTP/1.0 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: %zu\r\n\r\n", len);
	buffer_add(&answer, text, len);
	if (recv(watch->fd, request, sizeof(request), 0) > 0)
		(void) send(watch->fd, answer.data, answer.len, MSG_NOSIGNAL);
	buffer_free(&answer);
	free(text);
	loop_free(watch);
}

static void
take_reader(Watch *watch, uint32_t events)
{
	(void) events;
	(void) loop_accept(watch, sizeof(Watch), answer_reader);
}

/* metrics_listen answers those who connect to a socket that listens. */
void
metrics_listen(int fd)
{
	static Watch watch = {.ready = take_reader};

	loop_add(&watch, fd, EPOLLIN);
}
