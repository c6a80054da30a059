/*
 * import_report.h
 *	  What an import did to its rows, as a file with the source's own columns.
 */
#ifndef RVO_IMPORT_REPORT_H
#define RVO_IMPORT_REPORT_H

#include "shape/record/entity.h"
#include "store/service/store_import.h"

extern void rvo_import_report_lines(int client_id, const int64 *job, Slice outcome, LineReader read, void *arg);
extern text *rvo_import_report(int client_id, Entity entity, int64 job, Slice outcome);
extern Jsonb *rvo_import_job(int client_id, Entity entity, int64 job);

#endif							/* RVO_IMPORT_REPORT_H */
