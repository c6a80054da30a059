/*
 * import_report.c
 *	  What an import did to its rows, as a file with the source's own columns.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "base/compat.h"
#include "base/failure.h"
#include "base/fault.h"
#include "work/import/import_report.h"

/* find_job returns the id of a job that the client has, of this entity or of any (no value); of the last one for NULL.  Raises FAILURE_IMPORT_NOT_FOUND. */
static int64
find_job(int client_id, const int64 *job, Slice entity)
{
	ImportProgress progress;

	if (!rvo_store_find_import_job(client_id, job, entity, &progress))
		rvo_failure_raise_one(FAILURE_IMPORT_NOT_FOUND, "job", FAULT_NOT_FOUND);
	return progress.job;
}

/* report_lines is rvo_import_report_lines for a job of this entity, or of any (no value). */
static void
report_lines(int client_id, const int64 *job, Slice entity, Slice outcome, LineReader read, void *arg)
{
	if (outcome.data != NULL && !rvo_slice_equal(outcome, CONST_SLICE("rejected")) && !rvo_slice_equal(outcome, CONST_SLICE("changed")))
		rvo_failure_raise_one(FAILURE_INVALID_REQUEST, "outcome", FAULT_INVALID_OUTCOME);
	rvo_store_report_import(client_id, find_job(client_id, job, entity), outcome, read, arg);
}

/*
 * rvo_import_report_lines reads lines of CSV without their ends: the header, then the rows that
 * were rejected or changed, or those of one kind only.  Raises FAILURE_INVALID_REQUEST and FAILURE_IMPORT_NOT_FOUND.
 */
void
rvo_import_report_lines(int client_id, const int64 *job, Slice outcome, LineReader read, void *arg)
{
	report_lines(client_id, job, NO_SLICE, outcome, read, arg);
}

static void
append_line(void *arg, Slice line)
{
	appendBinaryStringInfo(arg, line.data, line.len);
	appendStringInfoString(arg, "\r\n");
}

/* rvo_import_report returns the same of a job of an entity as one text, in the current context. */
text *
rvo_import_report(int client_id, Entity entity, int64 job, Slice outcome)
{
	StringInfoData report;

	initStringInfo(&report);
	report.len = VARHDRSZ;		/* it becomes a text where it is */
	report_lines(client_id, &job, rvo_entity_names[entity], outcome, append_line, &report);
	SET_VARSIZE(report.data, report.len);
	return (text *) report.data;
}

/* rvo_import_job shows a job of an entity.  Raises FAILURE_IMPORT_NOT_FOUND. */
Jsonb *
rvo_import_job(int client_id, Entity entity, int64 job)
{
	Jsonb	   *shown = rvo_store_get_import_job(client_id, job, rvo_entity_names[entity]);

	if (shown == NULL)
		rvo_failure_raise_one(FAILURE_IMPORT_NOT_FOUND, "job", FAULT_NOT_FOUND);
	return shown;
}
