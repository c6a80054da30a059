/*
 * store_change.h
 *	  Queries on the changes that the change feed tells, one typed function each.
 */
#ifndef RVO_STORE_CHANGE_H
#define RVO_STORE_CHANGE_H

#include "shape/list/seen.h"
#include "shape/record/change.h"

/* A change to note. */
typedef struct NewChange
{
	int64		record_id;
	Slice	   *members;		/* names of those that are others than before */
	int			nmembers;
	int64		merged_into;	/* 0 = it was not */
} NewChange;

/* A change that was noted. */
typedef struct NotedChange
{
	int64		id;
	int64		record_id;
	int64		merged_into;	/* 0 = it was not */
	TimestampTz changed_at;
	Slice		entity;
	Slice		kind;
	int			nmembers;		/* -1 = it is not known which */
	Slice	   *members;
} NotedChange;

/* From where on the changes of a client are complete. */
typedef struct ChangeFeed
{
	int64		generation;
	uint64		trimmed_before;	/* of transactions before this one they are not */
} ChangeFeed;

/* What is called for each change; it is in the current context. */
typedef void (*ChangeReader) (void *arg, const NotedChange *change);

extern void rvo_store_insert_changes(int client_id, Entity entity, ChangeKind kind, const NewChange *changes, int n);
extern void rvo_store_insert_changes_of(int client_id, Entity entity, Datum ids, Slice member);
extern ChangeFeed rvo_store_change_feed(int client_id);
extern void rvo_store_begin_changes(int client_id);
extern void rvo_store_read_changes_since(int client_id, const Seen *seen, const Seen *next, int limit, ChangeReader read, void *arg);
extern void rvo_store_read_changes_behind(int client_id, int64 id, const Seen *seen, const Seen *next, int limit, ChangeReader read, void *arg);
extern int64 rvo_store_trim_changes(int client_id, TimestampTz before, uint64 first_open);

#endif							/* RVO_STORE_CHANGE_H */
