/*
 * lane.h
 *	  The queues: what may wait, for how long, and whose turn it is.
 */
#ifndef GATEWAY_LANE_H
#define GATEWAY_LANE_H

#include "metrics.h"
#include "request.h"

extern void lane_open(void);
extern int	lane_admit(Request *request);
extern void lane_release(Request *request);
extern void lane_queue(Request *request, LaneId lane);
extern Request *lane_take(LaneId lane);
extern void lane_ended(Request *request);
extern void lane_forget(Request *request);
extern void lane_refuse(LaneId lane, Time since, Refusal why);

#endif							/* GATEWAY_LANE_H */
