/*
 * loop.c
 *	  Waiting for many things at once: what can be read or written, and the time.
 *
 * One round of epoll may tell of a watch that an earlier event of the same round
 * has ended.  So whatever holds a watch is freed after the round only, and a
 * watch that was removed is not told any more.
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "loop.h"
#include "memory.h"

#define ROUND_EVENTS 256

static int	epoll_fd = -1;
static Watch *ended;			/* to be freed after the round */
static Time now;				/* of this round */

static void
read_clock(void)
{
	struct timespec clock;

	clock_gettime(CLOCK_MONOTONIC, &clock);
	now = (Time) clock.tv_sec * 1000 + clock.tv_nsec / 1000000;
}

void
loop_open(void)
{
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (epoll_fd < 0)
		err(1, "epoll_create1");
	read_clock();
}

static void
control(int operation, Watch *watch)
{
	struct epoll_event event = {.events = watch->events, .data.ptr = watch};

	if (epoll_ctl(epoll_fd, operation, watch->fd, &event) != 0)
		err(1, "epoll_ctl");
}

/* loop_add waits for a file descriptor from now on. */
void
loop_add(Watch *watch, int fd, uint32_t events)
{
	watch->fd = fd;
	watch->events = events;
	control(EPOLL_CTL_ADD, watch);
}

/* loop_change waits for other events. */
void
loop_change(Watch *watch, uint32_t events)
{
	if (watch->events == events)
		return;
	watch->events = events;
	control(EPOLL_CTL_MOD, watch);
}

/* loop_remove waits no longer.  A library may have closed the file descriptor already, which is as good. */
void
loop_remove(Watch *watch)
{
	if (watch->fd >= 0)
		(void) epoll_ctl(epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
	watch->fd = -1;
}

/*
 * loop_accept takes a connection from a socket that listens, and waits for what comes: a watch
 * with so much memory, which is loop_free's; NULL = there is none.
 */
Watch *
loop_accept(Watch *listener, size_t size, void (*ready) (Watch *watch, uint32_t events))
{
	int			fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	Watch	   *watch;

	if (fd < 0)
		return NULL;
	watch = memory_new(size);
	watch->ready = ready;
	loop_add(watch, fd, EPOLLIN);
	return watch;
}

/* loop_close waits no longer, and closes. */
void
loop_close(Watch *watch)
{
	int			fd = watch->fd;

	loop_remove(watch);
	if (fd >= 0)
		close(fd);
}

/* loop_free closes a watch that was accepted, if it is not yet, and frees it when no event of this round can point to it any more. */
void
loop_free(Watch *watch)
{
	loop_close(watch);
	watch->next_ended = ended;
	ended = watch;
}

/* loop_now returns the time at which this round began. */
Time
loop_now(void)
{
	return now;
}

/* loop_round waits, for so many milliseconds at most (-1 = any), and tells whoever waited. */
void
loop_round(int timeout)
{
	struct epoll_event events[ROUND_EVENTS];
	int			count = epoll_wait(epoll_fd, events, ROUND_EVENTS, timeout);

	if (count < 0 && errno != EINTR)
		err(1, "epoll_wait");
	read_clock();
	for (int i = 0; i < count; i++)
	{
		Watch	   *watch = events[i].data.ptr;

		if (watch->fd >= 0)
			watch->ready(watch, events[i].events);
	}
	while (ended != NULL)
	{
		Watch	   *watch = ended;

		ended = watch->next_ended;
		free(watch);
	}
}
