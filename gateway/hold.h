/*
 * hold.h
 *	  Requests whose answer is not wanted yet: the database is asked again.
 */
#ifndef GATEWAY_HOLD_H
#define GATEWAY_HOLD_H

#include "request.h"

extern bool hold_is_wanted(const Request *request);
extern bool hold_take(Request *request);
extern Request *hold_due(void);
extern void hold_forget(Request *request);
extern void hold_end(void);
extern int	hold_wait(int most);

#endif							/* GATEWAY_HOLD_H */
