/*
 * import_table.h
 *	  A table or view as what an import reads.
 */
#ifndef RVO_IMPORT_TABLE_H
#define RVO_IMPORT_TABLE_H

#include "work/import/import_source.h"

extern ImportSource *rvo_import_table_open(const char *name);
extern void rvo_import_table_close(ImportSource *source);

#endif							/* RVO_IMPORT_TABLE_H */
