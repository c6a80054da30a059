/*
 * json_flaw.h
 *	  Where JSON text breaks.
 */
#ifndef RVO_JSON_FLAW_H
#define RVO_JSON_FLAW_H

#include "base/fault.h"
#include "base/text.h"

/* A place in a text, as an editor shows it: both count from 1, characters in a line. */
typedef struct TextPlace
{
	int			line;
	int			column;
} TextPlace;

/* Where a walk over places is.  Starts as {text}. */
typedef struct PlaceWalk
{
	Slice		text;
	int			offset;
	int			lines;			/* that have ended before */
	int			line_start;
} PlaceWalk;

/* An item whose text could not be read: nothing of it is there but what is wrong with it. */
typedef struct BrokenItem
{
	int			index;			/* from 0 */
	FaultCode	code;
	TextPlace	place;			/* where the text breaks; line 0 = that is not told */
	int			limit;			/* how many parts it should have, and has; 0 = that is not what is wrong */
	int			actual;
} BrokenItem;

/* All of them, in the order of input.  Starts as {0}. */
typedef struct BrokenItems
{
	int			count;
	uint64		hash;			/* of their texts and indexes: what nothing else is left of */
	BrokenItem *items;
} BrokenItems;

extern FaultCode rvo_json_find_flaw(Slice text, int depth, int *offset);
extern TextPlace rvo_text_next_place(PlaceWalk *walk, int offset);
extern TextPlace rvo_text_place(Slice text, int offset);

#endif							/* RVO_JSON_FLAW_H */
