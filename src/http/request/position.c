/*
 * position.c
 *	  What a caller has written, for a reader that may be behind.
 *
 * A request with the header X-Revyops-Position that writes is told a position: where
 * the log ended, and the transaction that is about to commit.  A read that has it is
 * carried out only where that can be seen.  A standby that is behind says 503, and in
 * a header for fronts how long to ask again.
 *
 * A position is a cursor of the change feed that is no client's, since it tells the same of the server.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/failure.h"
#include "base/fault.h"
#include "http/request/answer.h"
#include "http/request/position.h"
#include "shape/list/change_cursor.h"
#include "store/query/store_snapshot.h"
#include "store/service/store_secret.h"

#define NAME "X-Revyops-Position"
#define NOBODY 0				/* the id of no client */
#define HOLD "5 5000"			/* milliseconds: ask again after, and until */

/* rvo_position_tell adds the position to the answer of what writes; a server that can't write has none. */
void
rvo_position_tell(Answer *answer)
{
	ChangeCursor cursor = {.seen.end = rvo_store_own_transaction()};
	Slice		position;

	if (!rvo_store_log_end(&cursor.place))
		return;
	position = rvo_change_cursor_write(rvo_store_secret_of_changes(), NOBODY, &cursor);
	rvo_answer_add_header(answer, NAME, psprintf("%.*s", position.len, position.data));
}

/* read_position reads a position; "new" is that of whoever has none.  Raises FAILURE_INVALID_REQUEST and FAILURE_POSITION_LOST. */
static ChangeCursor
read_position(Slice position)
{
	ChangeCursor cursor = {0};
	CursorState state = CURSOR_GOOD;

	if (!rvo_slice_equal(position, CONST_SLICE("new")))
		state = rvo_change_cursor_read(rvo_store_secret_of_changes(), NOBODY, position, &cursor);
	if (state == CURSOR_INVALID)
		rvo_failure_raise_one(FAILURE_INVALID_REQUEST, NAME, FAULT_INVALID_POSITION);
	if (state == CURSOR_OF_OTHERS)
		rvo_failure_raise_one(FAILURE_POSITION_LOST, NAME, FAULT_POSITION_LOST);
	return cursor;
}

/*
 * rvo_position_enter lets what follows see a position, until rvo_position_leave; false if that is
 * still to come, and the answer says so.  Raises FAILURE_INVALID_REQUEST, and FAILURE_POSITION_LOST
 * for one of a past that this server does not have.
 */
bool
rvo_position_enter(Slice position, Answer *answer)
{
	ChangeCursor cursor = read_position(position);

	switch (rvo_store_enter_place(cursor.place, cursor.seen.end))
	{
		case SIGHT_LOST:
			rvo_failure_raise_one(FAILURE_POSITION_LOST, NAME, FAULT_POSITION_LOST);
			break;
		case SIGHT_SEEN:
			return true;
		case SIGHT_BEHIND:
			break;
	}
	rvo_answer_error(answer, 503, "", NULL);
	rvo_answer_add_header(answer, "Retry-After", "1");
	rvo_answer_add_header(answer, "Revyops-Hold", HOLD);
	return false;
}

/* rvo_position_leave ends what rvo_position_enter began. */
void
rvo_position_leave(void)
{
	rvo_store_leave_place();
}
