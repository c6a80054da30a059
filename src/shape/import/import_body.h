/*
 * import_body.h
 *	  The cells of a row as the body that creates a record.
 */
#ifndef RVO_IMPORT_BODY_H
#define RVO_IMPORT_BODY_H

#include "base/jsonio.h"
#include "base/text.h"
#include "shape/import/import_mapping.h"

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
extern Jsonb *rvo_import_body(const ImportMapping *mapping, const JsonbValue *cells, int row, ImportNotes *notes);

#endif							/* RVO_IMPORT_BODY_H */
