/*
 * plan_size.h
 *	  What the planner is told of the tables' size.
 */
#ifndef RVO_PLAN_SIZE_H
#define RVO_PLAN_SIZE_H

extern void rvo_plan_size_init(void);

#endif							/* RVO_PLAN_SIZE_H */
