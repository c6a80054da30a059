/*
 * serve_import.c
 *	  The endpoints of imports: a file in, how far it is, what became of it.
 *
 * An import is one request and one transaction.  Its options are parameters of
 * the query, or parts of the form that the file is a part of.  While it runs
 * GET on its path tells how far it is; the job and its report are there
 * once it has ended.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "base/compat.h"
#include "base/failure.h"
#include "base/fault.h"
#include "base/json_parse.h"
#include "http/request/answer.h"
#include "http/request/parameter.h"
#include "http/request/unknown_parameter.h"
#include "http/serve/serve_import.h"
#include "http/serve/serve_record.h"
#include "store/service/store_progress.h"
#include "value/nearest.h"
#include "work/import/import_csv.h"
#include "work/import/import_report.h"

static const Slice option_names[] = {
	CONST_SLICE("mode"), CONST_SLICE("on_fault"), CONST_SLICE("blanks"), CONST_SLICE("origin"), CONST_SLICE("encoding"),
	CONST_SLICE("delimiter"), CONST_SLICE("header_line"), CONST_SLICE("columns")
};

/* check_names notes what is wrong with the names in a query, strictly or not, and returns those that are ignored, for a header. */
static const char *
check_names(const HttpRequest *request, const Slice *names, int n, bool strict, FaultList *faults)
{
	static const Slice others[] = {CONST_SLICE("client_id")};
	KnownParameters known = {
		.conditions = names, .nconditions = n, .others = others, .nothers = lengthof(others),
		.shape = request->endpoint->resource->shape,
	};

	return rvo_parameters_check(request->query, &known, strict, faults);
}

/* check_query notes what is wrong with the names in a query that only asks, and tells of those that are ignored. */
static void
check_query(const HttpRequest *request, const Slice *names, int n, FaultList *faults, Answer *answer)
{
	const char *ignored = check_names(request, names, n, request->caller.strict, faults);

	if (ignored != NULL)
		rvo_answer_add_header(answer, "X-Revyops-Unknown-Parameters", ignored);
}

/* check_parts notes parts of a form that are no option: none comes there by itself. */
static void
check_parts(const Upload *upload, const Slice *names, int n, FaultList *faults)
{
	for (int i = 0; i < upload->options.count; i++)
	{
		Slice		name = upload->options.parts[i].name;
		Slice		nearest[NEAREST_MAX];
		bool		known = false;

		for (int o = 0; !known && o < n; o++)
			known = rvo_slice_equal(name, names[o]);
		if (!known)
			rvo_fault_add_parameter(faults, name, nearest, rvo_nearest(name, names, n, nearest));
	}
}

/*
 * rvo_import_check_options notes what is wrong with the names of options, in the query and in the form. Both are strict:
 * whoever writes dry_run=true would have the whole file in.
 */
void
rvo_import_check_options(const HttpRequest *request, const Slice *names, int n, FaultList *faults)
{
	check_names(request, names, n, true, faults);
	check_parts(request->upload, names, n, faults);
}

/* rvo_import_option returns an option, of the query or else of the form; no value if neither has it. */
Slice
rvo_import_option(const HttpRequest *request, const char *name)
{
	Slice		value = rvo_parameter(request->query, name);

	return value.data != NULL ? value : rvo_upload_option(request->upload, name);
}

/* read_columns reads the option that is JSON; NULL if there is none, or it is a fault. */
static Jsonb *
read_columns(Slice text, FaultList *faults)
{
	Jsonb	   *columns;

	if (rvo_text_trim(text).len == 0)
		return NULL;
	if (!rvo_json_is_loadable(text))
	{
		rvo_fault_add(faults, "columns", FAULT_MALFORMED_JSON);
		return NULL;
	}
	columns = rvo_json_parse(text);
	if (rvo_json_is_object(rvo_json_root(columns)))
		return columns;
	rvo_fault_add(faults, "columns", FAULT_NOT_AN_OBJECT);
	return NULL;
}

/* rvo_import_line reads the number of a line; 0 if there is none, or it is a fault. */
int64
rvo_import_line(Slice text, FaultList *faults)
{
	int64		line = 0;

	text = rvo_text_trim(text);
	if (text.len > 0 && (!rvo_text_is_digits(text) || !rvo_text_to_id(text, &line) || line < 1))
	{
		rvo_fault_add(faults, "header_line", FAULT_INVALID_NUMBER);
		return 0;
	}
	return line;
}

/* read_import reads what is to be imported, and how. */
static CsvImport
read_import(const HttpRequest *request)
{
	FaultList	faults = {0};
	CsvImport	import = {
		.kind = request->endpoint->resource->import,
		.content = request->upload->content,
		.mode = rvo_import_option(request, "mode"),
		.on_fault = rvo_import_option(request, "on_fault"),
		.blanks = rvo_import_option(request, "blanks"),
		.origin = rvo_import_option(request, "origin"),
		.encoding = rvo_import_option(request, "encoding"),
		.charset = request->upload->charset,
		.delimiter = rvo_import_option(request, "delimiter"),
		.header_line = rvo_import_line(rvo_import_option(request, "header_line"), &faults),
		.columns = read_columns(rvo_import_option(request, "columns"), &faults),
	};

	if (import.content.data == NULL)
		rvo_fault_add(&faults, "/file", FAULT_REQUIRED);
	import.faults = faults;
	return import;
}

/* rvo_serve_import imports a file. */
void
rvo_serve_import(const HttpRequest *request, Answer *answer)
{
	CsvImport	import = read_import(request);

	rvo_import_check_options(request, option_names, lengthof(option_names), &import.faults);
	rvo_answer(answer, 200, rvo_import_csv(&request->claim, &import));
}

/* job_of returns the id of the import that an answer tells of. */
static int64
job_of(Slice body)
{
	Jsonb	   *result = rvo_json_parse(body);
	JsonbValue	value;
	int64		job;

	if (!rvo_json_get(&result->root, CONST_SLICE("job"), &value) || value.type != jbvNumeric || !rvo_json_to_id(&value, &job))
		rvo_failure_raise_bug("an import has no job");
	return job;
}

/* rvo_link_rejects adds to an answer where the rejects of its import are, as a file. */
void
rvo_link_rejects(const HttpRequest *request, Answer *answer)
{
	Slice		told = rvo_slice_of_text(answer->body);
	StringInfoData body;

	initStringInfo(&body);
	body.len = VARHDRSZ;		/* it becomes a text where it is */
	appendBinaryStringInfo(&body, told.data, told.len - 1);	/* without the brace that ends it */
	/* an address has nothing that JSON would escape (public_base.c) */
	appendStringInfo(&body, ", \"rejects_url\": \"%.*s%ss/" INT64_FORMAT "/report?outcome=rejected\"}",
					 request->root.len, request->root.data, request->route->path, job_of(told));
	SET_VARSIZE(body.data, body.len);
	answer->body = (text *) body.data;
}

/* append_running appends an import to a list. */
static void
append_running(void *arg, const RunningImport *running)
{
	JsonObject	entry = rvo_json_open(4);

	rvo_json_put(&entry, CONST_SLICE("job"), rvo_json_integer(running->job));
	rvo_json_put(&entry, CONST_SLICE("octets"), rvo_json_integer(running->octets));
	rvo_json_put(&entry, CONST_SLICE("octets_total"), rvo_json_integer(running->octets_total));
	rvo_json_put(&entry, CONST_SLICE("rows"), rvo_json_integer(running->rows));
	rvo_json_append(arg, rvo_json_close(&entry));
}

/* rvo_serve_running_imports tells how far the client's imports are that run now. */
void
rvo_serve_running_imports(const HttpRequest *request, Answer *answer)
{
	JsonObject	body = rvo_json_open(1);
	JsonbValue	list = rvo_json_array(1);
	JsonbValue	value;
	FaultList	faults = {0};

	check_query(request, NULL, 0, &faults, answer);
	if (faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	rvo_store_running_imports(request->caller.client_id, append_running, &list);
	rvo_json_put(&body, CONST_SLICE("running"), list);
	value = rvo_json_close(&body);
	rvo_answer(answer, 200, rvo_json_encode(&value));
}

/* entity_of returns what the imports are of that a path names. */
static Entity
entity_of(const HttpRequest *request)
{
	return request->endpoint->resource->import->kind->entity;
}

/* rvo_serve_import_job shows an import that has ended. */
void
rvo_serve_import_job(const HttpRequest *request, Answer *answer)
{
	rvo_answer(answer, 200, rvo_import_job(request->caller.client_id, entity_of(request), request->id));
}

/* rvo_serve_import_report answers with a file: the rows that were rejected or changed, as they came, and why. */
void
rvo_serve_import_report(const HttpRequest *request, Answer *answer)
{
	static const Slice names[] = {CONST_SLICE("outcome")};
	FaultList	faults = {0};
	Slice		outcome = rvo_parameter(request->query, "outcome");

	check_query(request, names, lengthof(names), &faults, answer);
	if (faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	answer->status = 200;
	answer->body = rvo_import_report(request->caller.client_id, entity_of(request), request->id, outcome);
	answer->content_type = "text/csv; charset=utf-8";
	rvo_answer_add_header(answer, "Content-Disposition",
						  psprintf("attachment; filename=\"import-" INT64_FORMAT "%s%.*s.csv\"", request->id,
								   outcome.data != NULL ? "-" : "", outcome.len, outcome.data));
}
