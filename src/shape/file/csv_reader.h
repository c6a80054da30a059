/*
 * csv_reader.h
 *	  CSV files as they are: octets in, records out.
 */
#ifndef RVO_CSV_READER_H
#define RVO_CSV_READER_H

#include "base/fault.h"
#include "base/text.h"
#include "shape/file/text_source.h"

/* Octets of a record, as UTF-8; what is longer is broken.  The fuzzer has fewer. */
#ifndef CSV_MAX_RECORD
#define CSV_MAX_RECORD (1024 * 1024)
#endif

/* What the caller knows of the file; no value, or an empty one, is to be found out. */
typedef struct CsvOptions
{
	Slice		encoding;		/* a name that the server knows, UTF16, UTF16LE or UTF16BE */
	Slice		delimiter;		/* an ASCII character, or comma, semicolon, tab, pipe */
	int64		header_line;	/* on which the names of the columns begin, from 1; 0 = to be found out */
	Slice		charset;		/* that the content type names: where no encoding is said, of what is no UTF-8 */
} CsvOptions;

/*
 * A record.  Fields are valid UTF-8, without quotes and not trimmed; data is NULL where
 * nothing stands, not even quotes.  Without a fault there are as many as columns.  With
 * FAULT_RAGGED_ROW and FAULT_INVALID_ENCODING they are what there is, with U+FFFD for
 * what could not be read; with FAULT_BROKEN_ROW the one is the beginning of the line;
 * with FAULT_BLANK_ROW there are none.
 */
typedef struct CsvRecord
{
	int64		line;			/* on which it begins, from 1 */
	int			nfields;
	int			actual;			/* how many the row has: what is told with FAULT_RAGGED_ROW */
	Slice	   *fields;
	FaultCode	fault;			/* FAULT_NONE, or why it is to be rejected */
} CsvRecord;

typedef struct CsvReader CsvReader;

/* What the file turned out to be.  The encoding is known for good at the end: an umlaut may come late. */
typedef struct CsvFormat
{
	const char *encoding;
	char		delimiter;
	int64		header_line;
	int			ncolumns;
	const Slice *columns;		/* names, each of its own */
} CsvFormat;

extern CsvReader *rvo_csv_open(const CsvOptions *wanted, CsvFeed feed, void *arg, FaultList *faults);
extern const CsvFormat *rvo_csv_format(const CsvReader *reader);
extern bool rvo_csv_take_header(CsvReader *reader, int later);
extern bool rvo_csv_column_has_key(CsvReader *reader, int column);
extern bool rvo_csv_next(CsvReader *reader, CsvRecord *record);
extern int64 rvo_csv_octets(const CsvReader *reader);

#endif							/* RVO_CSV_READER_H */
