/*
 * link.h
 *	  The connections to the database, and what they carry out.
 */
#ifndef GATEWAY_LINK_H
#define GATEWAY_LINK_H

#include "config.h"

extern bool link_check(const char *conninfo);
extern void link_open(void);
extern void link_renew(void);
extern void link_close(void);
extern void link_tick(void);
extern void link_ask_again(void);
extern void link_wake(LaneId lane);
extern bool link_is_resting(void);

#endif							/* GATEWAY_LINK_H */
