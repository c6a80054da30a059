/*
 * import_progress.h
 *	  How far an import is, in a line for people.
 */
#ifndef RVO_IMPORT_PROGRESS_H
#define RVO_IMPORT_PROGRESS_H

#include "base/text.h"

typedef struct ImportProgress
{
	int64		job;
	Slice		source;
	int64		rows_seen;
	int64		created;
	int64		updated;		/* of one that upserts */
	int64		duplicates;		/* of one that does not */
	int64		failed;
	int64		notes;			/* values that were changed or left out */
	int64		estimated_total;
	double		rows_per_second;
	bool		upserts;
	bool		checks;			/* nothing is written */
	bool		finished;
	bool		running;		/* false and not finished: it was broken off */
	bool		on_standby;		/* where nobody can tell whether it is running */
} ImportProgress;

extern const char *rvo_import_progress_counts(const ImportProgress *progress);
extern const char *rvo_import_progress_bar(const ImportProgress *progress);

#endif							/* RVO_IMPORT_PROGRESS_H */
