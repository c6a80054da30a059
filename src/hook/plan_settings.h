/*
 * plan_settings.h
 *	  Which planner settings kept plans are made by.
 */
#ifndef RVO_PLAN_SETTINGS_H
#define RVO_PLAN_SETTINGS_H

extern void rvo_plan_settings_init(void);

#endif							/* RVO_PLAN_SETTINGS_H */
