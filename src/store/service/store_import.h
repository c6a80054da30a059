/*
 * store_import.h
 *	  Import jobs, what they rejected and what they changed.
 */
#ifndef RVO_STORE_IMPORT_H
#define RVO_STORE_IMPORT_H

#include "base/jsonio.h"
#include "base/text.h"
#include "shape/import/import_progress.h"

/* A job, as it begins. */
typedef struct NewImportJob
{
	Slice		entity;			/* "contact" or "company" */
	Slice		source;
	Slice		mode;
	Slice		on_fault;
	Slice		blanks;
	const Slice *columns;		/* the source's, in its order */
	int			ncolumns;
	Jsonb	   *mapping;
} NewImportJob;

/* A row that came to nothing, but for duplicates. */
typedef struct RejectRow
{
	int64		ordinal;
	int64		line;			/* 0 = of no file */
	int64		status;
	Slice		errors;			/* JSON */
	Jsonb	   *source_row;
} RejectRow;

/* A value of a row that was changed or left out. */
typedef struct NoteRow
{
	int64		number;			/* of all notes of the job, from 1 */
	int64		ordinal;
	int64		line;			/* 0 = of no file */
	int64		record_id;		/* of what the row became or changed; 0 = nothing, it was a check */
	Slice		member;
	Slice		value;
	Slice		code;
	Jsonb	   *source_row;		/* at the first note of a row; NULL at others */
} NoteRow;

/* What one batch adds to a job. */
typedef struct ImportCounts
{
	int			rows_seen;
	int			created;
	int			updated;
	int			duplicates;
	int			failed;
	int			notes;
} ImportCounts;

/* What is done with a line of a report. */
typedef void (*LineReader) (void *arg, Slice line);

extern int64 rvo_store_insert_import_job(int client_id, const NewImportJob *job);
extern ImportProgress rvo_store_update_import_job(int client_id, int64 job, const ImportCounts *counts,
												  double estimate, bool finished);
extern void rvo_store_insert_import_rejects(int client_id, int64 job, const RejectRow *rejects, int n);
extern void rvo_store_insert_import_notes(int client_id, int64 job, const NoteRow *notes, int n);
extern bool rvo_store_find_import_job(int client_id, const int64 *job, Slice entity, ImportProgress *progress);
extern Jsonb *rvo_store_get_import_job(int client_id, int64 job, Slice entity);
extern void rvo_store_report_import(int client_id, int64 job, Slice outcome, LineReader read, void *arg);

#endif							/* RVO_STORE_IMPORT_H */
