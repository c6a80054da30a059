/*
 * api_import.c
 *	  The SQL procedure that imports a table, and what belongs to it.
 *
 * A procedure that commits can be neither SECURITY DEFINER nor carry SET.  So
 * it runs as the caller, with the caller's search_path: it reads the source and
 * shows its rows, and that calls functions of the caller's types.  All that is
 * written goes through three functions in schema revyops that are SECURITY DEFINER.
 * They take a pointer, which nobody can make in SQL.
 *
 * Each batch is a subtransaction, so that one that lost a deadlock is tried
 * again, and a transaction.
 *
 * Who an import is for is what the settings say when it is called: by SET LOCAL
 * they say it until the first commit only.  Whether that is still good is looked
 * up for each batch, so a revoked key ends it.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "api/argument.h"
#include "base/attempt.h"
#include "base/compat.h"
#include "base/fault.h"
#include "shape/import_row.h"
#include "shape/known_member.h"
#include "store/store_lock.h"
#include "store/store_source.h"
#include "work/auth.h"
#include "work/import.h"

PG_FUNCTION_INFO_V1(revyops_import_contacts);
PG_FUNCTION_INFO_V1(revyops_import_status);
PG_FUNCTION_INFO_V1(revyops_import_begin);
PG_FUNCTION_INFO_V1(revyops_import_write);
PG_FUNCTION_INFO_V1(revyops_import_note);

/* One batch of the procedure: the import, and the rows of the source that it is about. */
typedef struct Reading
{
	Import		import;
	const ImportColumns *columns;
	HeapTuple  *rows;
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
		rvo_fault_raise_bug("a function of the import is gone");
	(void) OidFunctionCall1(function, PointerGetDatum(import));
}

/* make_bodies makes the bodies of a batch, in the current context. */
static void
make_bodies(Reading *reading)
{
	Import	   *import = &reading->import;

	import->bodies = palloc(Max(import->nbodies, 1) * sizeof(Jsonb *));
	PushActiveSnapshot(GetTransactionSnapshot());
	for (int i = 0; i < import->nbodies; i++)
	{
		CHECK_FOR_INTERRUPTS();
		import->bodies[i] = rvo_import_row_body(reading->columns, reading->rows[i]);
	}
	PopActiveSnapshot();
}

/* show_rejects makes what is kept of the rejected rows, in the current context. */
static void
show_rejects(Reading *reading)
{
	PushActiveSnapshot(GetTransactionSnapshot());
	for (int i = 0; i < reading->import.nrejects; i++)
	{
		ImportReject *reject = &reading->import.rejects[i];

		CHECK_FOR_INTERRUPTS();
		reject->source_row = rvo_import_row_show(reading->columns, reading->rows[reject->row]);
	}
	PopActiveSnapshot();
}

/* write_batch is the part of a batch that can be undone and tried again. */
static void
write_batch(void *arg, bool again)
{
	Reading    *reading = arg;

	reading->import.again = again;
	call_owner("import_write", &reading->import);
	show_rejects(reading);
	call_owner("import_note", &reading->import);
}

/* import_batch reads a batch, writes it and commits; false if it was the last. */
static bool
import_batch(Source *source, Reading *reading)
{
	Import	   *import = &reading->import;
	ErrorData  *error;

	rvo_store_mark_import_running(import->job);
	import->nbodies = rvo_source_fetch(source, import->batch_size, &reading->rows);
	import->finished = import->nbodies < import->batch_size;
	make_bodies(reading);
	error = rvo_attempt(write_batch, reading);
	if (error != NULL)
		ReThrowError(error);
	rvo_source_commit();
	import->rows_before += import->nbodies;
	ereport(NOTICE,
			(errmsg("import " INT64_FORMAT ": %s", import->job, rvo_import_progress_counts(&import->progress))));
	return !import->finished;
}

/* import_source reads a source to its end. */
static void
import_source(Reading *reading)
{
	Source		source = rvo_source_open(reading->import.source.data);
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "revyops import", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = CurrentMemoryContext;
	bool		more;

	reading->import.estimate = source.estimate;
	reading->import.origin.data = reading->import.origin.data == NULL ? NULL : rvo_slice_cstring(reading->import.origin);
	reading->columns = rvo_import_columns_read(source.descriptor);

	/* From here on the job can be seen. */
	rvo_store_mark_import_running(reading->import.job);
	rvo_source_commit();
	do
	{
		MemoryContextSwitchTo(context);
		more = import_batch(&source, reading);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(context);
	} while (more);
	rvo_source_close(&source);
}

/* revyops_import_contacts(source regclass, batch_size integer, origin text, mode text), a procedure */
Datum
revyops_import_contacts(PG_FUNCTION_ARGS)
{
	const char *source = PG_ARGISNULL(0) ? NULL : rvo_source_name(PG_GETARG_OID(0));
	text	   *origin = PG_ARGISNULL(2) ? NULL : PG_GETARG_TEXT_PP(2);
	text	   *mode = PG_ARGISNULL(3) ? NULL : PG_GETARG_TEXT_PP(3);
	Reading		reading = {0};

	if (fcinfo->context == NULL || !IsA(fcinfo->context, CallContext) ||
		castNode(CallContext, fcinfo->context)->atomic)
		rvo_fault_raise_in_transaction();
	reading.import.claim = rvo_auth_claim_of_call();
	reading.import.source = source == NULL ? NO_SLICE : rvo_slice(source);
	reading.import.batch_size = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1);
	reading.import.origin = rvo_slice_of_text(origin);
	reading.import.mode_name = rvo_slice_of_text(mode);
	call_owner("import_begin", &reading.import);
	import_source(&reading);
	PG_RETURN_VOID();
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

	rvo_import_begin(rvo_auth_client_id(&import->claim), import);
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

	rvo_import_note(rvo_auth_client_id(&import->claim), import);
	PG_RETURN_VOID();
}
