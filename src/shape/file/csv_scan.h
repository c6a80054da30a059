/*
 * csv_scan.h
 *	  Where a record of CSV text ends, and where its fields are.
 */
#ifndef RVO_CSV_SCAN_H
#define RVO_CSV_SCAN_H

#include "base/text.h"

/* Fields of a record that are kept; those beyond are counted. */
#define CSV_MAX_FIELDS 10000

typedef enum CsvFieldKind
{
	CSV_PLAIN,
	CSV_QUOTED,
	CSV_ESCAPED,				/* quoted, with doubled quotes */
	CSV_TRAILED					/* quoted, with more text behind the closing quote */
} CsvFieldKind;

/* A field: octets of the record from from to to, of a quoted one what is between the quotes. */
typedef struct CsvField
{
	int			from;
	int			to;
	int			end;			/* of all that belongs to it */
	CsvFieldKind kind;
} CsvField;

typedef enum CsvFound
{
	CSV_RECORD,
	CSV_MORE,					/* the text ends before the record does, as far as can be told */
	CSV_BROKEN,					/* a quote has no end */
	CSV_END						/* there is nothing */
} CsvFound;

/* A scanner, and what it found last. */
typedef struct CsvScan
{
	char		delimiter;
	unsigned char stops[256];	/* which octets end what */
	CsvField   *fields;
	int			capacity;
	int			kept;			/* fields that are in there */
	int			nfields;		/* and how many there are */
	int			content;		/* octets of the record, without its line's end */
	int			used;			/* and with it */
	int			breaks;			/* line breaks within quotes */
	int			open;			/* behind the quote that has no end; 0 = none was found */
	const char *text;
	const char *end;
	bool		is_last;		/* nothing comes after end */
	int			broken_at;		/* where it is certain that a quote has no end; 0 = nowhere yet */
} CsvScan;

extern void rvo_csv_scan_init(CsvScan *scan);
extern void rvo_csv_scan_delimit(CsvScan *scan, char delimiter);
extern CsvFound rvo_csv_scan(CsvScan *scan, const char *text, int len, bool is_last);
extern bool rvo_csv_scan_is_empty(const CsvScan *scan, int field);
extern bool rvo_csv_scan_is_blank(const CsvScan *scan);
extern int	rvo_csv_scan_width(const CsvScan *scan);
extern Slice rvo_csv_field_value(const CsvField *field, char *record);
extern const char *rvo_csv_line_end(const char *text);
extern int	rvo_csv_break_length(const char *line_end, const char *end);

#endif							/* RVO_CSV_SCAN_H */
