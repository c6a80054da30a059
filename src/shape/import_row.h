/*
 * import_row.h
 *	  A row of somebody's table as the body that creates a contact.
 */
#ifndef RVO_IMPORT_ROW_H
#define RVO_IMPORT_ROW_H

#include "access/htup.h"
#include "access/tupdesc.h"

#include "base/jsonio.h"
#include "base/text.h"

/* What the columns of a source mean.  Only import_row.c looks inside. */
typedef struct ImportColumns ImportColumns;

extern ImportColumns *rvo_import_columns_read(TupleDesc descriptor);
extern Jsonb *rvo_import_row_body(const ImportColumns *columns, HeapTuple row);
extern Jsonb *rvo_import_row_show(const ImportColumns *columns, HeapTuple row);

#endif							/* RVO_IMPORT_ROW_H */
