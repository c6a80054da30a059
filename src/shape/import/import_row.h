/*
 * import_row.h
 *	  A row of somebody's table as cells.
 */
#ifndef RVO_IMPORT_ROW_H
#define RVO_IMPORT_ROW_H

#include "access/htup.h"
#include "access/tupdesc.h"

#include "base/jsonio.h"
#include "base/text.h"
#include "shape/import/import_mapping.h"

/* The columns of a source.  Only import_row.c looks inside. */
typedef struct ImportColumns ImportColumns;

extern ImportColumns *rvo_import_columns_read(TupleDesc descriptor);
extern ImportHeaders rvo_import_columns_headers(const ImportColumns *columns);
extern void rvo_import_row_cells(const ImportColumns *columns, HeapTuple row, JsonbValue *cells);
extern Jsonb *rvo_import_row_show(const ImportColumns *columns, HeapTuple row);

#endif							/* RVO_IMPORT_ROW_H */
