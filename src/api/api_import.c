/*
 * api_import.c
 *	  The SQL procedures that import a table or a large object, and what belongs to them.
 *
 * A procedure that commits can be neither SECURITY DEFINER nor carry SET.  So
 * it runs as the caller, with the caller's search_path: it reads the source and
 * shows its rows, and that calls functions of the caller's types.  All that is
 * written goes through three functions in schema revyops that are SECURITY DEFINER.
 * They take a pointer, which nobody can make in SQL.
 *
 * Each batch is a subtransaction, so that one that lost a deadlock is tried
 * again, and a transaction.  One of a check, which writes little but the job, is not.
 *
 * Who an import is for is what the settings say when it is called: by SET LOCAL
 * they say it until the first commit only.  It counts for triggers, too, those that a
 * COMMIT runs among them.  Whether that is still good is looked up for each batch, so a revoked key ends it.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "api/argument.h"
#include "base/attempt.h"
#include "base/compat.h"
#include "base/failure.h"
#include "shape/record/known_member.h"
#include "store/query/store_large_object.h"
#include "store/query/store_source.h"
#include "store/service/store_lock.h"
#include "work/caller/auth.h"
#include "work/import/import.h"
#include "work/import/import_file.h"
#include "work/import/import_table.h"

PG_FUNCTION_INFO_V1(revyops_import_contacts);
PG_FUNCTION_INFO_V1(revyops_import_companies);
PG_FUNCTION_INFO_V1(revyops_import_file);
PG_FUNCTION_INFO_V1(revyops_import_company_file);
PG_FUNCTION_INFO_V1(revyops_import_status);
PG_FUNCTION_INFO_V1(revyops_import_begin);
PG_FUNCTION_INFO_V1(revyops_import_write);
PG_FUNCTION_INFO_V1(revyops_import_note);

/* What a procedure reads, and the import that comes of it. */
typedef struct Reading
{
	Import		import;
	ImportSource *source;
} Reading;

/* call_owner calls one of the functions that write.  They are found whether or not the caller may use their schema. */
static void
call_owner(const char *name, Import *import)
{
	Oid			type = INTERNALOID;
	Oid			function = GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum(name),
										   PointerGetDatum(buildoidvector(&type, 1)),
										   ObjectIdGetDatum(get_namespace_oid("revyops", false)));

	if (!OidIsValid(function))
		rvo_failure_raise_bug("a function of the import is gone");
	(void) OidFunctionCall1(function, PointerGetDatum(import));
}

/* write_batch is the part of a batch that can be undone and tried again. */
static void
write_batch(void *arg, bool again)
{
	Reading    *reading = arg;

	reading->import.again = again;
	call_owner("import_write", &reading->import);
	rvo_import_show(reading->source, &reading->import);
	call_owner("import_note", &reading->import);
}

/* import_batch reads a batch, writes it and commits; false if it was the last. */
static bool
import_batch(Reading *reading)
{
	Import	   *import = &reading->import;
	ErrorData  *error;

	rvo_store_mark_import_running(import->job);
	rvo_import_fetch(reading->source, import);
	/* a check keeps what it has seen of rows, which nothing undoes */
	error = import->mode == IMPORT_CHECK ? rvo_attempt_once(write_batch, reading) : rvo_attempt(write_batch, reading);
	if (error != NULL)
		ReThrowError(error);
	rvo_source_commit();
	import->rows_before += import->nbodies;
	import->notes_before += import->nnotes;
	ereport(NOTICE,
			(errmsg("%s " INT64_FORMAT ": %s", import->mode == IMPORT_CHECK ? "check" : "import", import->job,
					rvo_import_progress_counts(&import->progress))));
	return !import->finished;
}

/* tell_mapping says what each column is taken for. */
static void
tell_mapping(const Import *import)
{
	const char *mapping = rvo_import_mapping_notice(import->mapping);

	ereport(NOTICE, (errmsg("import " INT64_FORMAT ": columns", import->job), errdetail("%s", mapping)));
}

/* import_all begins a job and reads the source to its end. */
static void
import_all(void *arg)
{
	Reading    *reading = arg;
	Import	   *import = &reading->import;
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "revyops import", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = CurrentMemoryContext;
	bool		more;

	import->headers = reading->source->headers;
	import->choice = reading->source->choice;
	call_owner("import_begin", import);

	tell_mapping(import);

	/* From here on the job can be seen. */
	rvo_store_mark_import_running(import->job);
	rvo_source_commit();
	do
	{
		MemoryContextSwitchTo(context);
		more = import_batch(reading);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(context);
	} while (more);
}

/* import_source does an import as whom it is for, whatever the settings say when it has committed. */
static void
import_source(Reading *reading)
{
	rvo_auth_commit_as(&reading->import.claim, import_all, reading);
}

/* copy_options copies what is needed after the first commit, when the arguments may be gone. */
static void
copy_options(ImportOptions *options)
{
	Jsonb	   *columns = options->columns;

	if (options->origin.data != NULL)
		options->origin = rvo_slice(rvo_slice_cstring(options->origin));
	if (columns == NULL)
		return;
	options->columns = palloc(VARSIZE(columns));
	memcpy(options->columns, columns, VARSIZE(columns));
}

/*
 * begin_reading checks that the call can commit (else the caller is told what to call instead), notes who
 * calls, and connects; what is asked for is copied there.
 */
static void
begin_reading(FunctionCallInfo fcinfo, Reading *reading, const char *instead)
{
	Import	   *import = &reading->import;

	if (fcinfo->context == NULL || !IsA(fcinfo->context, CallContext) ||
		castNode(CallContext, fcinfo->context)->atomic)
		rvo_failure_raise_in_transaction(get_func_name(fcinfo->flinfo->fn_oid), instead);
	import->claim = rvo_auth_claim_of_call();
	rvo_source_connect();
	import->context = CurrentMemoryContext;
	copy_options(&import->options);
}

/* import_table is all procedures (source regclass, batch_size integer, origin text, mode text, on_fault text, blanks text, columns jsonb). */
static Datum
import_table(FunctionCallInfo fcinfo, const ImportKind *kind, const char *instead)
{
	const char *source = PG_ARGISNULL(0) ? NULL : rvo_source_name(PG_GETARG_OID(0));
	Reading		reading = {.import = {
		.kind = kind,
		.source = source == NULL ? NO_SLICE : rvo_slice(source),
		.options = {
			.batch_size = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1),
			.origin = rvo_argument_text(fcinfo, 2),
			.mode = rvo_argument_text(fcinfo, 3),
			.on_fault = rvo_argument_text(fcinfo, 4),
			.blanks = rvo_argument_text(fcinfo, 5),
			.columns = rvo_argument_jsonb(fcinfo, 6),
		},
	}};

	begin_reading(fcinfo, &reading, instead);
	if (source == NULL)
		call_owner("import_begin", &reading.import);	/* which raises */
	reading.source = rvo_import_table_open(source);
	import_source(&reading);
	rvo_import_table_close(reading.source);
	rvo_source_disconnect();
	PG_RETURN_VOID();
}

Datum
revyops_import_contacts(PG_FUNCTION_ARGS)
{
	return import_table(fcinfo, &rvo_contact_import, "revyops_create_contacts");
}

Datum
revyops_import_companies(PG_FUNCTION_ARGS)
{
	return import_table(fcinfo, &rvo_company_import, "revyops_create_companies");
}

/* feed reads more of a large object. */
static int
feed(void *arg, char *buffer, int size)
{
	return rvo_large_object_read(arg, buffer, size);
}

/*
 * import_file is all procedures (file oid, mode text, on_fault text, blanks text, columns jsonb,
 * origin text, encoding text, delimiter text, batch_size integer, unlink boolean, header_line integer).
 */
static Datum
import_file(FunctionCallInfo fcinfo, const ImportKind *kind, const char *instead)
{
	CsvOptions	format = {rvo_argument_text(fcinfo, 6), rvo_argument_text(fcinfo, 7), rvo_argument_line(fcinfo, 10), NO_SLICE};
	bool		unlink = !PG_ARGISNULL(9) && PG_GETARG_BOOL(9);
	LargeObject object;
	Reading		reading = {.import = {
		.kind = kind,
		.source = PG_ARGISNULL(0) ? NO_SLICE : rvo_slice(psprintf("large object %u", PG_GETARG_OID(0))),
		.options = {
			.mode = rvo_argument_text(fcinfo, 1),
			.on_fault = rvo_argument_text(fcinfo, 2),
			.blanks = rvo_argument_text(fcinfo, 3),
			.columns = rvo_argument_jsonb(fcinfo, 4),
			.origin = rvo_argument_text(fcinfo, 5),
			.batch_size = PG_ARGISNULL(8) ? 0 : PG_GETARG_INT32(8),
		},
	}};

	begin_reading(fcinfo, &reading, instead);
	if (PG_ARGISNULL(0))
		call_owner("import_begin", &reading.import);	/* which raises */
	object = rvo_large_object_open(PG_GETARG_OID(0));
	if (unlink)
		rvo_large_object_check_owner(object.oid);
	reading.source = rvo_import_file_open(&format, feed, &object, object.size, &reading.import.faults);
	if (reading.source == NULL)
	{
		reading.import.is_unreadable = true;
		call_owner("import_begin", &reading.import);	/* which raises */
	}
	import_source(&reading);
	if (unlink && reading.import.mode != IMPORT_CHECK)
		rvo_large_object_unlink(object.oid);
	rvo_source_disconnect();
	PG_RETURN_VOID();
}

Datum
revyops_import_file(PG_FUNCTION_ARGS)
{
	return import_file(fcinfo, &rvo_contact_import, "revyops_import_csv");
}

Datum
revyops_import_company_file(PG_FUNCTION_ARGS)
{
	return import_file(fcinfo, &rvo_company_import, "revyops_import_company_csv");
}

/* revyops_import_status(job bigint) returns text */
Datum
revyops_import_status(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(rvo_import_status(rvo_auth_client_id_of_call(), rvo_argument_id(fcinfo, 0))));
}

/* revyops.import_begin(import internal) returns void */
Datum
revyops_import_begin(PG_FUNCTION_ARGS)
{
	Import	   *import = (Import *) PG_GETARG_POINTER(0);

	rvo_import_begin(rvo_auth_caller(&import->claim).client_id, import);
	PG_RETURN_VOID();
}

/* revyops.import_write(import internal) returns void */
Datum
revyops_import_write(PG_FUNCTION_ARGS)
{
	Import	   *import = (Import *) PG_GETARG_POINTER(0);
	Caller		caller = rvo_auth_caller(&import->claim);

	rvo_import_write(&caller, import);
	rvo_members_tell(&caller);
	PG_RETURN_VOID();
}

/* revyops.import_note(import internal) returns void */
Datum
revyops_import_note(PG_FUNCTION_ARGS)
{
	Import	   *import = (Import *) PG_GETARG_POINTER(0);

	rvo_import_note(rvo_auth_caller(&import->claim).client_id, import);
	PG_RETURN_VOID();
}
