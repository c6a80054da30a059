/*
 * import_cell.h
 *	  What a human reads in a cell.
 */
#ifndef RVO_IMPORT_CELL_H
#define RVO_IMPORT_CELL_H

#include "base/text.h"

typedef enum CellReading
{
	CELL_PLAIN,					/* as it stands, but for white space around it */
	CELL_BLANK,					/* nothing to be seen */
	CELL_CLEANED,				/* written in another way */
	CELL_MORE_VALUES,			/* the first of several */
	CELL_PLACEHOLDER			/* it says that there is nothing */
} CellReading;

typedef struct ImportCell
{
	CellReading reading;
	Slice		value;			/* no value for CELL_BLANK and CELL_PLACEHOLDER */
} ImportCell;

extern ImportCell rvo_import_cell_email(Slice text);
extern ImportCell rvo_import_cell_linkedin(Slice text);
extern bool rvo_import_has_profile(Slice text, const Slice *profiles, int n);
extern ImportCell rvo_import_cell_domain(Slice text);
extern ImportCell rvo_import_cell_company(Slice text);
extern ImportCell rvo_import_cell_name(Slice text);
extern ImportCell rvo_import_cell_text(Slice text);
extern ImportCell rvo_import_cell_field(Slice text);

#endif							/* RVO_IMPORT_CELL_H */
