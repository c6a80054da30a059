/*
 * front.h
 *	  The web server's connections: requests in, answers out.
 */
#ifndef GATEWAY_FRONT_H
#define GATEWAY_FRONT_H

#include <stdbool.h>

extern void front_listen(int fd);
extern void front_drain(void);
extern bool front_is_empty(void);

#endif							/* GATEWAY_FRONT_H */
