/*
 * store_progress.h
 *	  How far an import is whose transaction nobody else can see.
 */
#ifndef RVO_STORE_PROGRESS_H
#define RVO_STORE_PROGRESS_H

/* An import that is running. */
typedef struct RunningImport
{
	int64		job;
	int64		octets;
	int64		octets_total;
	int64		rows;
} RunningImport;

/* What is called for each. */
typedef void (*RunningImportReader) (void *arg, const RunningImport *running);

extern void rvo_progress_begin(int client_id, int64 job, int64 octets_total);
extern void rvo_progress_update(int64 octets, int64 rows);
extern void rvo_progress_end(void);
extern void rvo_store_running_imports(int client_id, RunningImportReader read, void *arg);

#endif							/* RVO_STORE_PROGRESS_H */
