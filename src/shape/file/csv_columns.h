/*
 * csv_columns.h
 *	  The names of a file's columns, each of its own.
 */
#ifndef RVO_CSV_COLUMNS_H
#define RVO_CSV_COLUMNS_H

#include "base/text.h"

extern Slice rvo_csv_legible(Slice text);
extern Slice *rvo_csv_columns(const Slice *cells, int n);

#endif							/* RVO_CSV_COLUMNS_H */
