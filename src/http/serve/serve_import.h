/*
 * serve_import.h
 *	  The endpoints of imports: a file in, how far it is, what became of it.
 */
#ifndef RVO_SERVE_IMPORT_H
#define RVO_SERVE_IMPORT_H

#include "http/request/endpoint.h"

extern void rvo_import_check_options(const HttpRequest *request, const Slice *names, int n, FaultList *faults);
extern Slice rvo_import_option(const HttpRequest *request, const char *name);
extern int64 rvo_import_line(Slice text, FaultList *faults);
extern void rvo_serve_import(const HttpRequest *request, Answer *answer);
extern void rvo_link_rejects(const HttpRequest *request, Answer *answer);
extern void rvo_serve_running_imports(const HttpRequest *request, Answer *answer);
extern void rvo_serve_import_job(const HttpRequest *request, Answer *answer);
extern void rvo_serve_import_report(const HttpRequest *request, Answer *answer);

#endif							/* RVO_SERVE_IMPORT_H */
