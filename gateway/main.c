/*
 * main.c
 *	  revyops-gateway: between nginx, which speaks FastCGI, and PostgreSQL.
 *
 * What it has to say is a line on standard error (err.h), which the service manager
 * keeps.  What a caller sends, and a key above all, is never in one.
 *
 * One thread, one loop (link.c has a cancel sent by another).  SIGHUP reads the settings and the endpoints anew,
 * SIGTERM and SIGINT end the program when what is under way is answered.
 */
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "caller.h"
#include "front.h"
#include "hold.h"
#include "lane.h"
#include "link.h"
#include "loop.h"
#include "metrics.h"
#include "routes.h"
#include "systemd.h"

#define VERSION "1.0"
#define TICK 100				/* milliseconds, while a time is waited for */

static const char *file;		/* of the settings */
static bool ending;
static Time ends_at;

/* read_settings reads them; the old ones stay if the new are not good. */
static bool
read_settings(void)
{
	static Config read;

	if (!config_read(file, &read) || !link_check(read.database) || !link_check(read.read_database))
		return false;
	config = read;
	return true;
}

/* listen_on opens a socket for the owner and the group, in place of one that nobody listens on any more. */
static int
listen_on(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int			fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct stat there;
	mode_t		mask;

	if (strlen(path) >= sizeof(address.sun_path))
		errx(1, "%s: longer than a socket's path can be", path);
	strcpy(address.sun_path, path);
	if (fd >= 0 && connect(fd, (struct sockaddr *) &address, sizeof(address)) == 0)
		errx(1, "%s: somebody listens there already", path);
	if (errno == ECONNREFUSED && lstat(path, &there) == 0 && S_ISSOCK(there.st_mode))
		(void) unlink(path);
	mask = umask(0117);
	if (fd < 0 || bind(fd, (struct sockaddr *) &address, sizeof(address)) != 0 || listen(fd, SOMAXCONN) != 0)
		err(1, "%s", path);
	umask(mask);
	return fd;
}

/* socket_of returns the socket of that name from the service manager, or one on a path. */
static int
socket_of(const char *name, const char *path)
{
	int			fd = systemd_socket(name);

	return fd >= 0 ? fd : listen_on(path);
}

static void
reload(void)
{
	systemd_notify("RELOADING=1");
	if (read_settings())
	{
		link_renew();
		warnx("the settings were read again");
	}
	else
		warnx("the settings stay as they were");
	systemd_notify("READY=1");
}

static void
begin_to_end(void)
{
	systemd_notify("STOPPING=1");
	ending = true;
	ends_at = loop_now() + config.drain_timeout;
	front_drain();
}

static void
on_signal(Watch *watch, uint32_t events)
{
	struct signalfd_siginfo signal_info;

	(void) events;
	if (read(watch->fd, &signal_info, sizeof(signal_info)) != sizeof(signal_info))
		return;
	if (signal_info.ssi_signo == SIGHUP)
		reload();
	else if (!ending)
		begin_to_end();
}

/* watch_signals makes of signals something that the loop waits for. */
static void
watch_signals(void)
{
	static Watch watch = {.ready = on_signal};
	sigset_t	set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	loop_add(&watch, signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC), EPOLLIN);
}

/* allow_files lets the program have as many connections as it is allowed to. */
static void
allow_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
	{
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/* run serves until it is told to end. */
static void
run(void)
{
	Time		last_tick = 0;

	while (!ending || (!front_is_empty() && loop_now() < ends_at))
	{
		bool		resting = !ending && link_is_resting();

		loop_round(resting ? -1 : hold_wait(TICK));
		link_ask_again();
		if (loop_now() - last_tick < TICK)
			continue;
		last_tick = loop_now();
		link_tick();
	}
	link_close();
}

/* check shows the settings and asks the database for its endpoints. */
static int
check(void)
{
	PGconn	   *pg;
	PGresult   *result;

	config_show(&config);
	pg = PQconnectdb(config.database);
	result = PQstatus(pg) == CONNECTION_OK ? PQexec(pg, ROUTES_QUERY) : NULL;
	if (PQresultStatus(result) == PGRES_TUPLES_OK)
		routes_read(result);
	else
	{
		warnx("database: %.*s", (int) strcspn(PQerrorMessage(pg), "\n"), PQerrorMessage(pg));
		PQclear(result);
	}
	printf("# %d endpoints\n", routes_count());
	PQfinish(pg);
	return routes_count() > 0 ? 0 : 1;
}

static noreturn void
usage(int status)
{
	fputs("usage: revyops-gateway [--config FILE] [--check | --version]\n", status == 0 ? stdout : stderr);
	exit(status);
}

int
main(int argc, char **argv)
{
	static int	checking;
	static const struct option options[] = {
		{"config", required_argument, NULL, 'c'}, {"check", no_argument, &checking, 1},
		{"version", no_argument, NULL, 'v'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}
	};
	int			option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
	{
		if (option == 'c')
			file = optarg;
		else if (option == 'v')
			return puts("revyops-gateway " VERSION) == EOF;
		else if (option != 0)
			usage(option == 'h' ? 0 : 2);
	}
	if (optind < argc)
		usage(2);
	if (!read_settings())
		return 1;
	if (checking)
		return check();

	allow_files();
	loop_open();
	watch_signals();
	caller_open();
	lane_open();
	front_listen(socket_of("fastcgi", config.listen));
	if (*config.metrics != '\0' || systemd_socket("metrics") >= 0)
		metrics_listen(socket_of("metrics", config.metrics));
	link_open();
	warnx("ready");
	systemd_notify("READY=1");
	run();
	warnx("ended");
	return 0;
}
