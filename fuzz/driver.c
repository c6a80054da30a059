/*
 * driver.c
 *	  Runs libFuzzer inside a server process.
 *
 * The library is the extension's own code, built with AddressSanitizer,
 * UndefinedBehaviorSanitizer and coverage, and this.  script/fuzz starts
 * "postgres --single" with it among session_preload_libraries and
 * REVYOPS_FUZZ set to a target and libFuzzer's arguments.  So what is fuzzed
 * calls the real jsonb, numeric and ereport; nothing of the server is imitated,
 * and its memory contexts are only made to show more (memory.c).  Without that variable it is the extension, no more.
 */
#include "postgres.h"

#include <signal.h>

#include "access/xact.h"
#include "fmgr.h"
#include "libpq/pqsignal.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "base/failure.h"
#include "fuzz.h"

/*
 * No input may take more than this, beside so much per octet of its own.  A
 * number of eight characters may have 131,072 digits.
 */
#define MEMORY_FIXED (512 * 1024)
#define MEMORY_PER_OCTET 512

extern PGDLLEXPORT void _PG_init(void);
extern void rvo_fuzz_extension_init(void);
extern int	LLVMFuzzerRunDriver(int *argc, char ***argv, int (*run) (const uint8_t *, size_t));

static const Target targets[] = {
	{.name = "planted", .run = fuzz_planted},
	{.name = "email", .run = fuzz_email},
	{.name = "linkedin", .run = fuzz_linkedin},
	{.name = "domain", .run = fuzz_domain},
	{.name = "field", .run = fuzz_field},
	{.name = "cell", .run = fuzz_cell},
	{.name = "cursor", .run = fuzz_cursor, .in_transaction = true},
	{.name = "json", .run = fuzz_json, .takes_bytes = true},
	{.name = "urlencoded", .run = fuzz_urlencoded, .takes_bytes = true},
	{.name = "multipart", .run = fuzz_multipart, .takes_bytes = true},
	{.name = "query", .run = fuzz_query},
	{.name = "headers", .run = fuzz_headers},
	{.name = "csv", .run = fuzz_csv, .takes_bytes = true, .in_transaction = true},
	{.name = "delivery", .run = fuzz_delivery, .takes_bytes = true, .in_transaction = true},
	{.name = "contact", .run = fuzz_contact},
	{.name = "company", .run = fuzz_company},
	{.name = "render", .run = fuzz_render},
	{.name = "row", .run = fuzz_row, .in_transaction = true},
	{.name = "http", .run = fuzz_http, .takes_bytes = true, .in_transaction = true},
};

static const Target *target = NULL;
static MemoryContext context = NULL;

void
fuzz_breach(const char *condition, const char *file, int line)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
	abort();
}

/* fuzz_check_memory checks what was allocated so far for an input, before a target allocates for checks of its own. */
void
fuzz_check_memory(Slice input)
{
	MUST(fuzz_memory_peak() <= MEMORY_FIXED + MEMORY_PER_OCTET * (Size) input.len);
}

/* fuzz_line takes a line off the front of the input. */
Slice
fuzz_line(Slice *input)
{
	return rvo_text_split(input, '\n');
}

/* repair makes a text of the input: what is no UTF-8, or NUL, becomes a question mark. */
static void
repair(char *data, int len)
{
	int			valid;

	while ((valid = pg_encoding_verifymbstr(PG_UTF8, data, len)) < len)
	{
		data[valid] = '?';
		data += valid + 1;
		len -= valid + 1;
	}
}

/* is_expected tells the errors that a caller is to get for his input. */
static bool
is_expected(int sqlstate)
{
	return rvo_sqlstate_http_status(sqlstate) != 500 || rvo_sqlstate_is_data(sqlstate);
}

/* run_caught runs the target; an error that is not the input's own fault is a breach. */
static void
run_caught(Slice input)
{
	PG_TRY();
	{
		target->run(input);
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		if (!is_expected(error->sqlerrcode))
		{
			fprintf(stderr, "%s: %s\n", unpack_sql_state(error->sqlerrcode), error->message);
			abort();
		}
		MUST(error->detail == NULL || rvo_json_is_valid(rvo_slice(error->detail)) ||
			 rvo_sqlstate_is_data(error->sqlerrcode));
	}
	PG_END_TRY();
}

static int
run_one(const uint8_t *data, size_t size)
{
	char	   *copy;

	if (target->in_transaction)
	{
		StartTransactionCommand();
		PushActiveSnapshot(GetTransactionSnapshot());
	}
	MemoryContextSwitchTo(context);
	fuzz_memory_watch(context);

	/* without room for one more, so that reading past the end is seen */
	copy = palloc(size);
	memcpy(copy, data, size);
	if (!target->takes_bytes)
		repair(copy, size);
	run_caught((Slice) {copy, size});

	MemoryContextSwitchTo(context);
	if (target->in_transaction)
		AbortCurrentTransaction();
	MemoryContextReset(context);
	return 0;
}

/* run_driver hands over to libFuzzer, which does not come back. */
static void
run_driver(char *arguments)
{
	static const int signals[] = {SIGABRT, SIGALRM, SIGFPE, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
	char	  **argv = malloc((strlen(arguments) + 2) * sizeof(char *));
	int			argc = 0;
	const char *name = strtok(arguments, " \t\n");

	for (size_t i = 0; i < lengthof(targets) && name != NULL; i++)
		if (strcmp(targets[i].name, name) == 0)
			target = &targets[i];
	if (target == NULL)
	{
		fprintf(stderr, "no such target: %s\n", name);
		exit(2);
	}
	argv[argc++] = "fuzz";
	while ((argv[argc] = strtok(NULL, " \t\n")) != NULL)
		argc++;

	/* A session's libraries are loaded within a transaction; each input is to have its own. */
	if (IsTransactionState())
		CommitTransactionCommand();

	/* libFuzzer leaves alone what somebody else handles. */
	for (size_t i = 0; i < lengthof(signals); i++)
		signal(signals[i], SIG_DFL);
	sigprocmask(SIG_SETMASK, &UnBlockSig, NULL);
	context = fuzz_context_create(TopMemoryContext, "fuzz", 0, 0, 0);
	exit(LLVMFuzzerRunDriver(&argc, &argv, run_one));
}

/*
 * _PG_init is called once more where an SQL function needs the library while
 * this one has not returned: the server does not know yet that it has it.
 */
void
_PG_init(void)
{
	static bool called = false;
	const char *arguments = getenv("REVYOPS_FUZZ");

	if (called)
		return;
	called = true;
	rvo_fuzz_extension_init();
	if (arguments != NULL && process_shared_preload_libraries_done)
		run_driver(strdup(arguments));
}
