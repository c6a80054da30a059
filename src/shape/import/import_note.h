/*
 * import_note.h
 *	  What is told of values of a row that were changed or left out.
 */
#ifndef RVO_IMPORT_NOTE_H
#define RVO_IMPORT_NOTE_H

#include "base/jsonio.h"
#include "base/text.h"

/* A value of a row that was changed or left out. */
typedef struct ImportNote
{
	int			row;			/* of its batch, from 0 */
	Slice		member;			/* a member, or the name of a custom field */
	Slice		value;			/* what stood there */
	Slice		code;			/* "cleaned", "more_values", "placeholder", or that of a fault */
} ImportNote;

/* Starts as {0}. */
typedef struct ImportNotes
{
	ImportNote *items;
	int			count;
	int			capacity;
} ImportNotes;

extern void rvo_import_note_add(ImportNotes *notes, ImportNote note);
extern Slice rvo_import_note_text(const JsonbValue *value);

#endif							/* RVO_IMPORT_NOTE_H */
