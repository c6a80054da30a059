/*
 * attempt.c
 *	  Work whose error can be caught and undone.
 *
 * The work is done in a subtransaction of its own.  For callers who answer for
 * what went wrong: HTTP requests, and the import, which owns its
 * transactions; and for writes whose constraint nobody can ask beforehand, and
 * locks that may have to be let go.  Everybody else lets an error end the
 * call, and may watch it pass.
 *
 * The only place with PG_TRY.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "storage/latch.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"

#include "base/attempt.h"
#include "base/compat.h"
#include "base/failure.h"

/* How often work is done that the server breaks off to end a deadlock. */
#define ATTEMPTS 10

/* Milliseconds before the second attempt; twice as many before each other one, up to the longest. */
#define FIRST_PAUSE 2
#define LONGEST_PAUSE 256

/*
 * let_others_go_on waits for who won a deadlock.  Whoever runs is back before one who waits is woken: on a busy
 * machine it would have the same locks again, and lose again, as often as it may.
 */
static void
let_others_go_on(int attempts)
{
	TimestampTz end = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), Min(FIRST_PAUSE << (attempts - 1), LONGEST_PAUSE));
	long		left;

	/* the latch is set for other things, too */
	while ((left = TimestampDifferenceMilliseconds(GetCurrentTimestamp(), end)) > 0)
	{
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, left, PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
}

/*
 * attempt does work and returns NULL, or undoes it and returns the error that
 * ended it, in the current context.  An order to stop is raised again, but not
 * the end of the statement's time.  It is undone as well if there is a kept, and
 * that is false in the end.  attempts: those before this one, which lost a deadlock.
 */
static ErrorData *
attempt(Work work, void *arg, int attempts, const bool *kept)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData  *volatile error = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		if (attempts > 0)
			let_others_go_on(attempts);
		work(arg, attempts > 0);
		if (kept == NULL || *kept)
			ReleaseCurrentSubTransaction();
		else
			RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
	}
	PG_END_TRY();
	if (error != NULL && rvo_sqlstate_is_cancel(error->sqlerrcode) && !rvo_error_is_timeout(error))
		ReThrowError(error);
	return error;
}

/*
 * rvo_attempt_once does work and returns NULL, or undoes it and returns the
 * error that ended it, in the current context.  An order to stop is raised again.
 * For work within somebody else's transaction: whatever locks that holds, no
 * repetition gets out of a deadlock.
 */
ErrorData *
rvo_attempt_once(Work work, void *arg)
{
	return attempt(work, arg, 0, NULL);
}

/*
 * rvo_attempt does work and returns NULL, or undoes it and returns the error
 * that ended it, in the current context.  An order to stop is raised again.
 * What lost a deadlock is tried again, after a pause.  It may still be back before the winner goes
 * on, and meet it once more: work that can wait for others to end does so then.
 */
ErrorData *
rvo_attempt(Work work, void *arg)
{
	ErrorData  *error = attempt(work, arg, 0, NULL);

	for (int i = 1; i < ATTEMPTS && error != NULL && rvo_sqlstate_is_deadlock(error->sqlerrcode); i++)
		error = attempt(work, arg, i, NULL);
	return error;
}

/* Work that tells whether it was in vain. */
typedef struct Trying
{
	Trial		work;
	void	   *arg;
	bool		kept;
} Trying;

static void
try(void *arg, bool again pg_attribute_unused())
{
	Trying	   *trying = arg;

	trying->kept = trying->work(trying->arg);
}

/* rvo_attempt_kept does work, and undoes it if it was in vain: then locks are let go, too.  An error is raised again. */
bool
rvo_attempt_kept(Trial work, void *arg)
{
	Trying		trying = {work, arg, false};
	ErrorData  *error = attempt(try, &trying, 0, &trying.kept);

	if (error != NULL)
		ReThrowError(error);
	return trying.kept;
}

/* rvo_attempt_watched does work. Of an error it tells, and lets it go on; nothing is undone. */
void
rvo_attempt_watched(Work work, void (*failed) (void *arg, int sqlstate), void *arg)
{
	PG_TRY();
	{
		work(arg, false);
	}
	PG_CATCH();
	{
		failed(arg, geterrcode());
		PG_RE_THROW();
	}
	PG_END_TRY();
}
