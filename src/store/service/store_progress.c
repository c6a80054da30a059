/*
 * store_progress.c
 *	  How far an import is whose transaction nobody else can see.
 *
 * The server has a place for that in shared memory, which everybody reads
 * without a lock: pg_stat_progress_copy.  An import shows itself there as a
 * COPY into the table of contacts, and puts its job and client into two
 * numbers that COPY leaves 0.  The end of a subtransaction by an error clears
 * it, so an import begins anew with each batch.
 *
 * Whoever may not see other sessions' statistics sees no numbers: the owner of
 * the extension must be superuser, or a member of pg_read_all_stats or of the
 * front's login.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/progress.h"
#include "utils/backend_progress.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "store/query/store_query.h"
#include "store/service/store_progress.h"

/* Of 20 numbers, counted from 0, COPY uses the first 6 (15, 16) or 7 (17 and later). */
#define PARAM_CLIENT 18
#define PARAM_JOB 19
StaticAssertDecl(PARAM_JOB < PGSTAT_NUM_PROGRESS_PARAM, "the server has no room for our numbers");

/* $1: the client.  The function counts its numbers from 1. */
static KeptQuery running_imports = {
	.sql = "SELECT param20, param1, param2, param3 FROM pg_catalog.pg_stat_get_progress_info('COPY')"
	" WHERE datid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())"
	" AND param19 = $1 AND param20 > 0 ORDER BY param20",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 1,
	.types = {INT8OID},
};

/* rvo_progress_begin shows that a client's import is running.  To be called again after an error that was caught. */
void
rvo_progress_begin(int client_id, int64 job, int64 octets_total)
{
	static const int index[] = {PROGRESS_COPY_BYTES_TOTAL, PROGRESS_COPY_COMMAND, PROGRESS_COPY_TYPE, PARAM_CLIENT, PARAM_JOB};
	const int64 values[] = {octets_total, PROGRESS_COPY_COMMAND_FROM, PROGRESS_COPY_TYPE_CALLBACK, client_id, job};

	pgstat_progress_start_command(PROGRESS_COMMAND_COPY, get_relname_relid("contact", get_namespace_oid("revyops", false)));
	pgstat_progress_update_multi_param(lengthof(index), index, values);
}

/* rvo_progress_update shows how much of the file was read, and how many rows of it are done. */
void
rvo_progress_update(int64 octets, int64 rows)
{
	static const int index[] = {PROGRESS_COPY_BYTES_PROCESSED, PROGRESS_COPY_TUPLES_PROCESSED};
	const int64 values[] = {octets, rows};

	pgstat_progress_update_multi_param(lengthof(index), index, values);
}

/* rvo_progress_end shows no import any more. */
void
rvo_progress_end(void)
{
	pgstat_progress_end_command();
}

/* Whom read_running tells. */
typedef struct Listener
{
	RunningImportReader read;
	void	   *arg;
} Listener;

static void
read_running(void *arg, const Datum *values, const bool *nulls pg_attribute_unused())
{
	const Listener *listener = arg;
	RunningImport running = {
		.job = DatumGetInt64(values[0]),
		.octets = DatumGetInt64(values[1]),
		.octets_total = DatumGetInt64(values[2]),
		.rows = DatumGetInt64(values[3]),
	};

	listener->read(listener->arg, &running);
}

/* rvo_store_running_imports tells of a client's imports that run in this database now, in the order of their jobs. */
void
rvo_store_running_imports(int client_id, RunningImportReader read, void *arg)
{
	Execution	e = {0};
	Listener	listener = {read, arg};

	rvo_add_datum(&e, Int64GetDatum(client_id), false);
	(void) rvo_query_read(&running_imports, &e, read_running, &listener);
}
