/*
 * position.h
 *	  What a caller has written, for a reader that may be behind.
 */
#ifndef RVO_POSITION_H
#define RVO_POSITION_H

#include "http/request/endpoint.h"

extern void rvo_position_tell(Answer *answer);
extern bool rvo_position_enter(Slice position, Answer *answer);
extern void rvo_position_leave(void);

#endif							/* RVO_POSITION_H */
