/*
 * loop.h
 *	  Waiting for many things at once: what can be read or written, and the time.
 */
#ifndef GATEWAY_LOOP_H
#define GATEWAY_LOOP_H

#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>

/* Something that is waited for; part of a larger structure. */
typedef struct Watch Watch;
struct Watch
{
	int			fd;				/* -1 = nothing is waited for */
	uint32_t	events;
	void		(*ready) (Watch *watch, uint32_t events);
	Watch	   *next_ended;		/* that is freed after the round */
};

/* A time: milliseconds of a clock that nobody sets. */
typedef int64_t Time;

extern void loop_open(void);
extern void loop_add(Watch *watch, int fd, uint32_t events);
extern void loop_change(Watch *watch, uint32_t events);
extern void loop_remove(Watch *watch);
extern Watch *loop_accept(Watch *listener, size_t size, void (*ready) (Watch *watch, uint32_t events));
extern void loop_close(Watch *watch);
extern void loop_free(Watch *watch);
extern Time loop_now(void);
extern void loop_round(int timeout);

#endif							/* GATEWAY_LOOP_H */
