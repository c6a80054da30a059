/*
 * import_progress.c
 *	  How far an import is, in a line for people.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "base/compat.h"
#include "shape/import/import_progress.h"

#define BAR_WIDTH 20

/* append_count writes a number with separators, 1,234,567. */
static void
append_count(StringInfo line, int64 count)
{
	char	   *digits = psprintf(INT64_FORMAT, count);
	int			n = strlen(digits);

	for (int i = 0; i < n; i++)
	{
		if (i > 0 && (n - i) % 3 == 0)
			appendStringInfoChar(line, ',');
		appendStringInfoChar(line, digits[i]);
	}
}

static void
append_counts(StringInfo line, const ImportProgress *progress)
{
	append_count(line, progress->rows_seen);
	if (!progress->finished)
	{
		appendStringInfoString(line, " of about ");
		append_count(line, progress->estimated_total);
	}
	appendStringInfoString(line, " rows: ");
	append_count(line, progress->created);
	appendStringInfoString(line, " created, ");
	append_count(line, progress->upserts ? progress->updated : progress->duplicates);
	if (progress->upserts)
		appendStringInfoString(line, " updated, ");
	else
		appendStringInfoString(line, progress->duplicates == 1 ? " duplicate, " : " duplicates, ");
	append_count(line, progress->failed);
	appendStringInfoString(line, " failed");
	if (progress->notes > 0)
	{
		appendStringInfoString(line, ", ");
		append_count(line, progress->notes);
		appendStringInfoString(line, progress->notes == 1 ? " value changed" : " values changed");
	}
	appendStringInfoString(line, "; ");
	append_count(line, (int64) (progress->rows_per_second + 0.5));
	appendStringInfoString(line, " rows/s");
}

/* append_rest tells how the import ended, or how long it will still take. */
static void
append_rest(StringInfo line, const ImportProgress *progress)
{
	int64		left = progress->estimated_total - progress->rows_seen;

	if (progress->finished)
		appendStringInfoString(line, "; finished");
	else if (progress->on_standby)
		appendStringInfoString(line, "; not finished");
	else if (!progress->running)
		appendStringInfoString(line, "; interrupted");
	else if (progress->rows_per_second > 0)
		appendStringInfo(line, "; " INT64_FORMAT " s left", (int64) (left / progress->rows_per_second + 0.5));
}

/* rvo_import_progress_counts returns the counts, in the current context. */
const char *
rvo_import_progress_counts(const ImportProgress *progress)
{
	StringInfoData line;

	initStringInfo(&line);
	append_counts(&line, progress);
	return line.data;
}

/* rvo_import_progress_bar returns a line with a bar, in the current context. */
const char *
rvo_import_progress_bar(const ImportProgress *progress)
{
	StringInfoData line;
	double		share = progress->finished ? 1 :
		(double) progress->rows_seen / Max(progress->estimated_total, 1);

	initStringInfo(&line);
	appendStringInfo(&line, "%s " INT64_FORMAT " of %.*s [", progress->checks ? "check" : "import", progress->job,
					 progress->source.len, progress->source.data);
	for (int i = 0; i < BAR_WIDTH; i++)
		appendStringInfoChar(&line, i < (int) (share * BAR_WIDTH) ? '#' : '.');
	appendStringInfo(&line, "] %3d %%, ", (int) (share * 100));
	append_counts(&line, progress);
	append_rest(&line, progress);
	return line.data;
}
