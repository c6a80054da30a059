/*
 * import_csv.h
 *	  Importing a file that is at hand, in one transaction.
 */
#ifndef RVO_IMPORT_CSV_H
#define RVO_IMPORT_CSV_H

#include "work/import/import.h"

/* Octets that a file may have. */
#define IMPORT_CSV_MAX_OCTETS (16 * 1024 * 1024)

/* What is asked for.  Of texts no value is the default. */
typedef struct CsvImport
{
	const ImportKind *kind;
	Slice		content;		/* octets; no value = none, which is one of the faults */
	Slice		mode;
	Slice		on_fault;
	Slice		blanks;
	Slice		origin;
	Slice		encoding;
	Slice		charset;		/* that the file came with */
	Slice		delimiter;
	int64		header_line;	/* 0 = to be found out */
	Jsonb	   *columns;		/* NULL = none are named */
	FaultList	faults;			/* what the caller has found wrong with any of this */
} CsvImport;

extern Jsonb *rvo_import_csv(const Claim *claim, const CsvImport *wanted);

#endif							/* RVO_IMPORT_CSV_H */
