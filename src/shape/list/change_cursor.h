/*
 * change_cursor.h
 *	  A cursor of the change feed: what a reader was told, as they hold it.
 */
#ifndef RVO_CHANGE_CURSOR_H
#define RVO_CHANGE_CURSOR_H

#include "base/text.h"
#include "shape/list/seen.h"

/* Where the server was: on which timeline, and how far in its write-ahead log. */
typedef struct LogPlace
{
	uint32		timeline;
	uint64		octets;
} LogPlace;

typedef struct ChangeCursor
{
	LogPlace	place;			/* when it was made */
	int64		generation;		/* of the feed */
	Seen		seen;			/* of these all changes were told, */
	Seen		next;			/* and of those of these that are not among them, */
	int64		last_id;		/* the changes up to this one; 0 = there is no next */
} ChangeCursor;

typedef enum CursorState
{
	CURSOR_GOOD,
	CURSOR_OF_OTHERS,			/* of a database that had another key: this one, before it was restored */
	CURSOR_INVALID
} CursorState;

extern Slice rvo_change_cursor_write(Slice secret, int client_id, const ChangeCursor *cursor);
extern CursorState rvo_change_cursor_read(Slice secret, int client_id, Slice text, ChangeCursor *cursor);

#endif							/* RVO_CHANGE_CURSOR_H */
