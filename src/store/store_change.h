/*
 * store_change.h
 *	  Queries on the changes that the change feed tells, one typed function each.
 */
#ifndef RVO_STORE_CHANGE_H
#define RVO_STORE_CHANGE_H

#include "shape/change.h"

/* A change to note. */
typedef struct NewChange
{
	int64		record_id;
	Slice	   *members;		/* names of those that are others than before */
	int			nmembers;
	int64		merged_into;	/* 0 = it was not */
} NewChange;

extern void rvo_store_insert_changes(int client_id, Entity entity, ChangeKind kind, const NewChange *changes, int n);
extern void rvo_store_insert_changes_of(int client_id, Entity entity, Datum ids, Slice member);

#endif							/* RVO_STORE_CHANGE_H */
