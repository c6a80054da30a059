/*
 * cursor.h
 *	  A cursor: a place in a list, as a caller holds it.
 */
#ifndef RVO_CURSOR_H
#define RVO_CURSOR_H

#include "base/text.h"
#include "shape/list/page.h"

/* Which list a cursor is of: it is good for no other. */
typedef struct ListScope
{
	const char *what;			/* contacts or companies */
	int			client_id;
	bool		by_field;		/* a look-up */
	const Slice *conditions;	/* in canonical form */
	int			count;
	bool		possible;		/* that anything fits; else conditions are missing */
} ListScope;

extern Slice rvo_cursor_write(Slice secret, const ListScope *scope, const ListPlace *place);
extern bool rvo_cursor_read(Slice secret, const ListScope *scope, Slice cursor, ListPlace *place);

#endif							/* RVO_CURSOR_H */
