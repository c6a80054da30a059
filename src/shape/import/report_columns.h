/*
 * report_columns.h
 *	  The columns that a report of an import has behind those of the source.
 */
#ifndef RVO_REPORT_COLUMNS_H
#define RVO_REPORT_COLUMNS_H

#define REPORT_LINE "import_line"
#define REPORT_OUTCOME "import_outcome"
#define REPORT_FAULTS "import_faults"

#endif							/* RVO_REPORT_COLUMNS_H */
