/*
 * loop.c
 *	  Waiting for many things at once: what can be read or written, and the time.
 *
 * One round of epoll may tell of a watch that an earlier event of the same round
 * has ended.  So whatever holds a watch is freed after the round only, and a
 * watch that was removed is not told any more.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "loop.h"
#include "memory.h"

#define ROUND_EVENTS 256

/* Memory to be freed after the round. */
typedef struct Freed
{
	void	  **items;
	size_t		count;
	size_t		size;
} Freed;

static int	epoll_fd = -1;
static Freed freed;
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
		log_die("epoll_create1: %s", strerror(errno));
	read_clock();
}

static void
control(int operation, Watch *watch)
{
	struct epoll_event event = {.events = watch->events, .data.ptr = watch};

	if (epoll_ctl(epoll_fd, operation, watch->fd, &event) != 0)
		log_die("epoll_ctl: %s", strerror(errno));
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

/* loop_free_later frees memory when no event of this round can point to it any more. */
void
loop_free_later(void *memory)
{
	if (freed.count == freed.size)
	{
		freed.size = freed.size == 0 ? 64 : freed.size * 2;
		freed.items = realloc(freed.items, freed.size * sizeof(void *));
		if (freed.items == NULL)
			log_die("out of memory");
	}
	freed.items[freed.count++] = memory;
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
		log_die("epoll_wait: %s", strerror(errno));
	read_clock();
	for (int i = 0; i < count; i++)
	{
		Watch	   *watch = events[i].data.ptr;

		if (watch->fd >= 0)
			watch->ready(watch, events[i].events);
	}
	while (freed.count > 0)
		free(freed.items[--freed.count]);
}
