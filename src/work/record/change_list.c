/*
 * change_list.c
 *	  The change feed as it is read, and trimmed.
 *
 * A reader is told what they can see now, and could not when they last asked; within that in
 * the order of ids.  Whoever sees a change of a record sees the earlier ones,
 * so those are told before it.  Nobody waits for a transaction that is under way: what
 * it has changed is told when it can be seen.  doc/decisions/change-feed.md has why.
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/failure.h"
#include "store/query/store_snapshot.h"
#include "store/service/store_change.h"
#include "store/service/store_client.h"
#include "store/service/store_secret.h"
#include "work/record/change_list.h"

#define SOURCE "/public/v2/changes"

/* What was read for an answer. */
typedef struct ChangeList
{
	int			limit;
	int			count;			/* of those that are told; more says that there is one behind */
	bool		more;
	int64		last_id;
	JsonbValue	items;
} ChangeList;

/* ---------------------------------------------------------------- one change */

static JsonbValue
show_members(const NotedChange *change)
{
	JsonbValue	members = rvo_json_array(change->nmembers);

	for (int i = 0; i < change->nmembers; i++)
		rvo_json_append(&members, rvo_json_text(change->members[i]));
	return members;
}

/* show_data shows which record it is, by which change, and what is known of that. */
static JsonbValue
show_data(const NotedChange *change)
{
	JsonObject	data = rvo_json_open(4);

	rvo_json_put(&data, CONST_SLICE("id"), rvo_json_integer(change->record_id));
	if (change->nmembers >= 0)
		rvo_json_put(&data, CONST_SLICE("members"), show_members(change));
	rvo_json_put(&data, CONST_SLICE("version"), rvo_json_integer(change->id));
	if (change->merged_into != 0)
		rvo_json_put(&data, CONST_SLICE("merged_into"), rvo_json_integer(change->merged_into));
	return rvo_json_close(&data);
}

/* show shows a change, as an event of CloudEvents. */
static JsonbValue
show(const NotedChange *change)
{
	JsonObject	event = rvo_json_open(7);
	const char *type = psprintf("%.*s.%.*s", change->entity.len, change->entity.data, change->kind.len, change->kind.data);

	rvo_json_put(&event, CONST_SLICE("id"), rvo_json_text(rvo_slice(psprintf(INT64_FORMAT, change->id))));
	rvo_json_put(&event, CONST_SLICE("data"), show_data(change));
	rvo_json_put(&event, CONST_SLICE("time"), rvo_json_text(rvo_json_time(change->changed_at)));
	rvo_json_put(&event, CONST_SLICE("type"), rvo_json_text(rvo_slice(type)));
	rvo_json_put(&event, CONST_SLICE("source"), rvo_json_text(CONST_SLICE(SOURCE)));
	rvo_json_put(&event, CONST_SLICE("subject"), rvo_json_text(rvo_slice(psprintf(INT64_FORMAT, change->record_id))));
	rvo_json_put(&event, CONST_SLICE("specversion"), rvo_json_text(CONST_SLICE("1.0")));
	return rvo_json_close(&event);
}

static void
add_change(void *arg, const NotedChange *change)
{
	ChangeList *list = arg;

	list->more = list->count == list->limit;
	if (list->more)
		return;
	rvo_json_append(&list->items, show(change));
	list->last_id = change->id;
	list->count++;
}

/* ---------------------------------------------------------------- where a reader is */

/* begin makes the cursor of somebody who was told nothing: of what is there, nothing was seen. */
static ChangeCursor
begin(const ChangeFeed *feed)
{
	return (ChangeCursor) {
		.generation = feed->generation,
		.seen = {.end = Max(feed->trimmed_before, FIRST_TRANSACTION)},
	};
}

static void
raise_expired(void)
{
	rvo_failure_raise_one(FAILURE_CURSOR_EXPIRED, "after", FAULT_CURSOR_EXPIRED);
}

/*
 * check_complete raises FAILURE_CURSOR_EXPIRED if changes since a cursor may be missing, and a
 * serialization failure if the caller's snapshot is not as far as the cursor, and the next may be.
 */
static void
check_complete(const ChangeCursor *cursor, const ChangeFeed *feed)
{
	if (!rvo_store_log_has(cursor->place))
		raise_expired();
	if (cursor->generation > feed->generation && rvo_store_is_behind())
		rvo_failure_raise_serialization();
	if (cursor->generation != feed->generation || rvo_seen_first_not(&cursor->seen) < feed->trimmed_before)
		raise_expired();
}

/* find_place reads where the reader is. */
static ChangeCursor
find_place(int client_id, Slice secret, Slice after, const ChangeFeed *feed)
{
	ChangeCursor cursor = begin(feed);

	if (after.data == NULL)
		return cursor;
	switch (rvo_change_cursor_read(secret, client_id, after, &cursor))
	{
		case CURSOR_INVALID:
			rvo_failure_raise_one(FAILURE_INVALID_REQUEST, "after", FAULT_INVALID_CURSOR);
		case CURSOR_OF_OTHERS:
			raise_expired();
			break;
		case CURSOR_GOOD:
			check_complete(&cursor, feed);
	}
	return cursor;
}

/* read_next reads the next changes, and moves the cursor behind them. */
static void
read_next(int client_id, ChangeCursor *cursor, const Seen *now, ChangeList *list)
{
	Seen		all = rvo_seen_both(&cursor->seen, now);
	bool		resumed = cursor->last_id != 0;

	if (!resumed)
		cursor->next = all;
	else if (!rvo_seen_includes(&all, &cursor->next))
		rvo_failure_raise_serialization();	/* a standby that has not got as far */
	if (resumed || cursor->place.timeline == 0)
		rvo_store_read_changes_behind(client_id, cursor->last_id, &cursor->seen, &cursor->next, list->limit + 1, add_change, list);
	else
		rvo_store_read_changes_since(client_id, &cursor->seen, &cursor->next, list->limit + 1, add_change, list);
	cursor->last_id = list->more ? list->last_id : 0;
	if (!list->more)
		cursor->seen = cursor->next;
	list->more |= resumed;
}

/*
 * keep_place notes in a cursor where the server was when what it tells had ended.  In the middle of
 * a difference that is where it was before.  Who is told nothing keeps the cursor that was given, if
 * another would cost a flush.
 */
static void
keep_place(ChangeCursor *cursor, const ChangeCursor *given, const ChangeList *list)
{
	bool		nothing = list->count == 0 && !list->more;

	if (given->last_id != 0)
		return;
	if (nothing && rvo_store_log_is_near(given->place))
		*cursor = *given;
	else
		cursor->place = rvo_store_log_later(given->place, rvo_store_log_place());
}

/*
 * rvo_changes_list returns the changes that the caller can see since a cursor, in the
 * current context, with the next cursor.  after is no value for the first, and "now" for what comes
 * from now on; *can_wait tells that there are none, and that who asks the same again is told those to come: "now"
 * is another place by then.  Raises FAILURE_CHANGES_OFF, and what is in faults.
 */
Jsonb *
rvo_changes_list(const Caller *caller, Slice after, int limit, FaultList *faults, bool *can_wait)
{
	ChangeList	list = {.limit = limit};
	JsonObject	answer = rvo_json_open(3);
	Slice		secret = rvo_store_secret_of_changes();
	Seen		now;
	ChangeFeed	feed;
	ChangeCursor cursor;
	ChangeCursor given;
	JsonbValue	value;
	bool		from_now = after.data != NULL && rvo_slice_equal(after, CONST_SLICE("now"));

	if (limit < 1 || limit > CHANGES_MAX)
		rvo_fault_add(faults, "limit", FAULT_INVALID_LIMIT);
	if (faults->count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, faults);
	if (!caller->settings.notes_changes)
		rvo_failure_raise_one(FAILURE_CHANGES_OFF, "changes", FAULT_CHANGES_OFF);
	list.items = rvo_json_array(limit);
	now = rvo_store_seen_now();
	feed = rvo_store_change_feed(caller->client_id);
	if (from_now)
	{
		cursor = given = begin(&feed);
		cursor.seen = rvo_seen_both(&cursor.seen, &now);
	}
	else
	{
		cursor = given = find_place(caller->client_id, secret, after, &feed);
		read_next(caller->client_id, &cursor, &now, &list);
	}
	keep_place(&cursor, &given, &list);
	*can_wait = list.count == 0 && !list.more && !from_now;
	rvo_json_put(&answer, CONST_SLICE("cursor"), rvo_json_text(rvo_change_cursor_write(secret, caller->client_id, &cursor)));
	rvo_json_put(&answer, CONST_SLICE("changes"), list.items);
	rvo_json_put(&answer, CONST_SLICE("has_more"), rvo_json_boolean(list.more));
	value = rvo_json_close(&answer);
	return rvo_json_encode(&value);
}

/* ---------------------------------------------------------------- trimming */

/* Whose changes are trimmed. */
typedef struct Trimming
{
	int		   *clients;
	int			nclients;
	int			capacity;
} Trimming;

static void
add_client(void *arg, const Datum *values, const bool *nulls pg_attribute_unused())
{
	Trimming   *trimming = arg;

	if (trimming->nclients == trimming->capacity)
	{
		trimming->capacity *= 2;
		trimming->clients = repalloc(trimming->clients, trimming->capacity * sizeof(int));
	}
	trimming->clients[trimming->nclients++] = DatumGetInt32(values[0]);
}

/*
 * rvo_changes_trim deletes changes from before a time, of a client or of all (client_id is
 * NULL), and returns how many.  Cursors that have not seen them have expired then.
 */
int64
rvo_changes_trim(NullableTime before, const int *client_id)
{
	Seen		now = rvo_store_seen_now();
	Trimming	trimming = {.capacity = 64, .clients = palloc(64 * sizeof(int))};
	int64		trimmed = 0;

	if (!before.given)
		rvo_failure_raise_one(FAILURE_INVALID_REQUEST, "before", FAULT_REQUIRED);
	if (client_id == NULL)
		rvo_store_read_clients(add_client, &trimming);
	else if (!rvo_store_has_client(*client_id))
		rvo_failure_raise_one(FAILURE_CLIENT_NOT_FOUND, "client_id", FAULT_NOT_FOUND);
	else
		trimming.clients[trimming.nclients++] = *client_id;
	for (int i = 0; i < trimming.nclients; i++)
		trimmed += rvo_store_trim_changes(trimming.clients[i], before.time, rvo_seen_first_not(&now));
	return trimmed;
}
