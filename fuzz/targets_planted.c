/*
 * targets_planted.c
 *	  The target that takes no input: faults that must be found.
 *
 * What is found elsewhere is worth as much as this.  Each fault is committed in
 * a child process, which AddressSanitizer is expected to end, with a report of
 * just that.
 */
#include "postgres.h"

#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sys/wait.h>

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "fuzz.h"

#define OVERRUN "use-after-poison"
#define OVERRUN_OF_BLOCK "heap-buffer-overflow"
#define TOO_LATE "heap-use-after-free"

typedef struct Fault
{
	const char *name;
	const char *report;
	void		(*commit) (void);
} Fault;

/* ---------------------------------------------------------------- past the end, or before the start */

/* touch writes an octet, where the compiler can't foresee it. */
static void
touch(void *chunk, volatile int at)
{
	((char *) chunk)[at] = 'x';
}

static void
past_end(void)
{
	touch(palloc(13), 13);
}

static void
past_end_of_zeroes(void)
{
	touch(palloc0(16), 16);
}

static void
past_end_of_block(void)
{
	touch(palloc(100000), 100000);
}

static void
past_end_grown(void)
{
	touch(repalloc(palloc(13), 21), 21);
}

static void
past_end_shrunk(void)
{
	touch(repalloc(palloc(2100), 13), 13);
}

/* These are allocated by the server, for us. */
static void
past_end_of_text(void)
{
	touch(cstring_to_text("twelve chars"), VARHDRSZ + 12);
}

static void
past_end_of_copy(void)
{
	touch(pstrdup("eleven char"), 12);
}

static void
past_end_of_string(void)
{
	StringInfoData string;

	initStringInfo(&string);
	appendStringInfoSpaces(&string, 1024);
	touch(string.data, string.maxlen);
}

static void
before_start(void)
{
	touch(palloc(13), -1);
}

/* ---------------------------------------------------------------- when it is gone */

static void
after_free(void)
{
	char	   *chunk = palloc(13);

	pfree(chunk);
	touch(chunk, 0);
}

static void
after_growth(void)
{
	char	   *chunk = palloc(13);

	(void) repalloc(chunk, 2100);
	touch(chunk, 0);
}

static MemoryContext
create_context(void)
{
	return AllocSetContextCreate(CurrentMemoryContext, "planted", ALLOCSET_DEFAULT_SIZES);
}

static void
after_reset(void)
{
	MemoryContext context = create_context();
	char	   *chunk = MemoryContextAlloc(context, 13);

	MemoryContextReset(context);
	touch(chunk, 0);
}

static void
after_delete(void)
{
	MemoryContext context = create_context();
	char	   *chunk = MemoryContextAlloc(context, 13);

	MemoryContextDelete(context);
	touch(chunk, 0);
}

static const Fault faults[] = {
	{"past the end", OVERRUN, past_end},
	{"past the end of zeroes", OVERRUN, past_end_of_zeroes},
	{"past the end of a block", OVERRUN_OF_BLOCK, past_end_of_block},
	{"past the end when grown", OVERRUN, past_end_grown},
	{"past the end when shrunk", OVERRUN, past_end_shrunk},
	{"past the end of a text", OVERRUN, past_end_of_text},
	{"past the end of a copy", OVERRUN, past_end_of_copy},
	{"past the end of a string", OVERRUN_OF_BLOCK, past_end_of_string},
	{"before the start", OVERRUN, before_start},
	{"after pfree", TOO_LATE, after_free},
	{"after repalloc", TOO_LATE, after_growth},
	{"after the context's reset", TOO_LATE, after_reset},
	{"after the context's end", TOO_LATE, after_delete},
};

/* ---------------------------------------------------------------- found or not */

static const Fault *committed;

/* end_child is what AddressSanitizer calls with its report. */
static void
end_child(const char *report)
{
	_exit(strstr(report, committed->report) != NULL ? 0 : 1);
}

/* is_found commits a fault.  The child must not leave what libFuzzer leaves of a crash; its alarm interrupts the wait. */
static bool
is_found(const Fault *fault)
{
	pid_t		child = fork();
	pid_t		ended;
	int			status;

	MUST(child != -1);
	if (child == 0)
	{
		committed = fault;
		__sanitizer_set_death_callback(NULL);
		__asan_set_error_report_callback(end_child);
		fault->commit();
		_exit(1);
	}
	do
		ended = waitpid(child, &status, 0);
	while (ended == -1 && errno == EINTR);
	MUST(ended == child);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* check_peak takes memory, gives it back, and must see it counted, wherever it was taken. */
static void
check_peak(void)
{
	MemoryContext context = create_context();
	StringInfoData string;

	fuzz_memory_watch(CurrentMemoryContext);
	MUST(fuzz_memory_peak() < 100000);
	MemoryContextDelete(context);
	(void) MemoryContextAlloc(context = create_context(), 100000);
	MemoryContextDelete(context);
	MUST(fuzz_memory_peak() >= 100000 && fuzz_memory_peak() < 200000);
	initStringInfo(&string);
	enlargeStringInfo(&string, 1000000);
	MUST(fuzz_memory_peak() >= 1000000);
}

/* The input is of no matter, so once will do. */
void
fuzz_planted(Slice input pg_attribute_unused())
{
	static bool done = false;

	if (done)
		return;
	done = true;
	for (size_t i = 0; i < lengthof(faults); i++)
		if (!is_found(&faults[i]))
			fuzz_breach(psprintf("a fault is found: %s", faults[i].name), __FILE__, __LINE__);
	check_peak();
}
