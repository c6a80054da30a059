/*
 * import_source.h
 *	  What an import reads: rows of somebody's table, or of a file.
 */
#ifndef RVO_IMPORT_SOURCE_H
#define RVO_IMPORT_SOURCE_H

#include "base/fault.h"
#include "base/jsonio.h"
#include "work/import/import.h"

typedef struct ImportSource ImportSource;

/* How a kind of source is read.  A row is named by its place among those that were fetched last, from 0. */
typedef struct RowReading
{
	/*
	 * fetch reads up to n rows, which live as long as the current context or until the next fetch, and
	 * returns how many there are.  It says if these were the last.
	 */
	int			(*fetch) (ImportSource *source, int n);

	/* estimate tells how many rows there may be in all, of which so many were read. */
	double		(*estimate) (const ImportSource *source, int64 rows_read);

	/* cells fills the values of a row, as many as there are columns. */
	void		(*cells) (const ImportSource *source, int row, JsonbValue *cells);

	/* show shows a row as it was read. */
	Jsonb	   *(*show) (const ImportSource *source, int row);

	/* fault tells why a row can't be read, with the code FAULT_NONE if it can; NULL if all can. */
	BrokenItem	(*fault) (const ImportSource *source, int row);

	/* line tells on which a row begins; NULL if that is not known. */
	int64		(*line) (const ImportSource *source, int row);
} RowReading;

/* A source under way: the first member of a struct of its kind. */
struct ImportSource
{
	const RowReading *kind;
	ImportHeaders headers;
	HeaderChoice choice;
	bool		dots_may_group; /* see CallNotes */
	bool		ended;			/* there are no more rows than were fetched */
};

extern void rvo_import_fetch(ImportSource *source, Import *import);
extern void rvo_import_show(const ImportSource *source, Import *import);

#endif							/* RVO_IMPORT_SOURCE_H */
