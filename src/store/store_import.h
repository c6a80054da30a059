/*
 * store_import.h
 *	  Import jobs and what they rejected.
 */
#ifndef RVO_STORE_IMPORT_H
#define RVO_STORE_IMPORT_H

#include "base/jsonio.h"
#include "base/text.h"
#include "shape/import_progress.h"

/* A row that became no contact, but for duplicates. */
typedef struct ImportReject
{
	int			row;			/* of its batch, from 0 */
	int			status;
	Slice		errors;			/* JSON */
	Jsonb	   *source_row;
} ImportReject;

/* What one batch adds to a job. */
typedef struct ImportCounts
{
	int			rows_seen;
	int			created;
	int			updated;
	int			duplicates;
	int			failed;
} ImportCounts;

extern int64 rvo_store_insert_import_job(int client_id, Slice source, bool upserts);
extern ImportProgress rvo_store_update_import_job(int client_id, int64 job, const ImportCounts *counts,
												  double estimate, bool finished);
extern void rvo_store_insert_import_rejects(int client_id, int64 job, int64 rows_before,
											const ImportReject *rejects, int n);
extern bool rvo_store_find_import_job(int client_id, const int64 *job, ImportProgress *progress);

#endif							/* RVO_STORE_IMPORT_H */
