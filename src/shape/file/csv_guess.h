/*
 * csv_guess.h
 *	  What a CSV file does not say: its delimiter, and which row has the names.
 */
#ifndef RVO_CSV_GUESS_H
#define RVO_CSV_GUESS_H

#include "shape/file/csv_scan.h"

extern bool rvo_csv_is_report_header(const CsvScan *scan);
extern bool rvo_csv_guess_delimiter(CsvScan *scan, const char *text, int len, bool is_last);
extern bool rvo_csv_first_row(CsvScan *scan, const char *text, int len, bool is_last, int *at);
extern bool rvo_csv_find_header(CsvScan *scan, const char *text, int len, bool is_last, int later, int *header);
extern bool rvo_csv_has_key(CsvScan *scan, const char *text, int len, bool is_last, int column);

#endif							/* RVO_CSV_GUESS_H */
