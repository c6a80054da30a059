/*
 * store_snapshot.c
 *	  What the calling statement sees, and where the server is.
 *
 * pg_current_snapshot() says less than this: on a standby it leaves out which
 * transactions are under way, and it counts the caller's own as one that is seen.
 */
#include "postgres.h"

#include "access/timeline.h"
#include "access/transam.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "access/xlog_internal.h"
#include "access/xlogrecovery.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"

#include "base/compat.h"
#include "base/failure.h"
#include "store/query/store_snapshot.h"

/* How far behind a reader may be left who is told nothing: as much log as takes a busy server seconds to write. */
#define NEAR_OCTETS (UINT64CONST(256) * 1024 * 1024)

/* widen tells which transaction has a number of 32 bits. */
static uint64
widen(TransactionId xid, FullTransactionId next)
{
	uint32		epoch = EpochFromFullTransactionId(next);

	if (xid > XidFromFullTransactionId(next))
		epoch--;
	return U64FromFullTransactionId(FullTransactionIdFromEpochAndXid(epoch, xid));
}

/*
 * rvo_store_take_snapshot has queries that are read_only or of_snapshot see what this transaction did before and, in READ
 * COMMITTED, what others have committed by now: one and the same for all of them, until rvo_store_leave_snapshot.
 */
void
rvo_store_take_snapshot(void)
{
	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
}

void
rvo_store_leave_snapshot(void)
{
	PopActiveSnapshot();
}

/* rvo_store_snapshot_end returns the first transaction of which a snapshot sees nothing, as it had not begun. */
uint64
rvo_store_snapshot_end(Snapshot snapshot)
{
	return widen(snapshot->xmax, ReadNextFullTransactionId());
}

/*
 * rvo_store_seen_now returns the transactions whose changes the calling statement sees, in
 * the current context; its own is not among them, which may still be undone.  Raises a
 * serialization failure while more are under way than a cursor has room for.
 */
Seen
rvo_store_seen_now(void)
{
	Snapshot	snapshot = GetActiveSnapshot();
	FullTransactionId next = ReadNextFullTransactionId();
	FullTransactionId own = GetTopFullTransactionIdIfAny();
	bool		standby = snapshot->takenDuringRecovery;
	int			n = standby ? snapshot->subxcnt : (int) snapshot->xcnt;
	const TransactionId *xids = standby ? snapshot->subxip : snapshot->xip;
	uint64	   *open = palloc((n + 1) * sizeof(uint64));

	if (n > SEEN_MAX_OPEN)
		rvo_failure_raise_serialization();
	for (int i = 0; i < n; i++)
		open[i] = widen(xids[i], next);
	if (FullTransactionIdIsValid(own))
		open[n++] = U64FromFullTransactionId(own);
	return rvo_seen_of(widen(snapshot->xmax, next), open, n);
}

/* end_of_log returns how far the log goes: where the last record ends, not where the next one begins. */
static XLogRecPtr
end_of_log(void)
{
	XLogRecPtr	end = GetXLogInsertRecPtr();

	if (XLogSegmentOffset(end, wal_segment_size) == SizeOfXLogLongPHD)
		return end - SizeOfXLogLongPHD;
	return end % XLOG_BLCKSZ == SizeOfXLogShortPHD ? end - SizeOfXLogShortPHD : end;
}

/*
 * rvo_store_log_place returns where the server is.  All that has ended by now is on disk
 * then: a number that a crash takes back would be that of another transaction.
 */
LogPlace
rvo_store_log_place(void)
{
	TimeLineID	timeline;
	XLogRecPtr	end;

	if (RecoveryInProgress())
		end = GetXLogReplayRecPtr(&timeline);
	else
	{
		end = end_of_log();
		timeline = GetWALInsertionTimeLine();
		XLogFlush(end);
	}
	return (LogPlace) {timeline, end};
}

/*
 * rvo_store_log_is_near tells whether to go on from a place costs a flush, and is not worth it:
 * what has ended since is not all on disk, and the log is not much longer.
 */
bool
rvo_store_log_is_near(LogPlace place)
{
	XLogRecPtr	end;

	if (RecoveryInProgress() || place.timeline != GetWALInsertionTimeLine())
		return false;
	end = end_of_log();
	return GetFlushRecPtr(NULL) < end && end - place.octets < NEAR_OCTETS;
}

/* rvo_store_log_later returns the one of two places, both of which are in the past of one server, that is not earlier. */
LogPlace
rvo_store_log_later(LogPlace a, LogPlace b)
{
	return a.timeline > b.timeline || (a.timeline == b.timeline && a.octets > b.octets) ? a : b;
}

/*
 * rvo_store_log_has tells whether a place is in the past of this server.  It is not after
 * a restore to an earlier point, or if the standby that took over had not got so far.
 */
bool
rvo_store_log_has(LogPlace place)
{
	TimeLineID	timeline;

	if (RecoveryInProgress())
		(void) GetXLogReplayRecPtr(&timeline);
	else
		timeline = GetWALInsertionTimeLine();
	if (place.timeline == timeline)
		return RecoveryInProgress() || place.octets <= GetXLogInsertRecPtr();
	if (place.timeline > timeline)
		return RecoveryInProgress();	/* it is only behind */
	return place.octets > 0 && tliOfPointInHistory(place.octets - 1, readTimeLineHistory(timeline)) == place.timeline;
}

/* rvo_store_is_behind tells whether the snapshot may be older than what the caller was told: on a standby, or in a transaction that keeps one. */
bool
rvo_store_is_behind(void)
{
	return RecoveryInProgress() || IsolationUsesXactSnapshot();
}

/* rvo_store_log_end tells where the log ends, whether or not that is on disk; false on a standby. */
bool
rvo_store_log_end(LogPlace *end)
{
	if (RecoveryInProgress())
		return false;
	*end = (LogPlace) {GetWALInsertionTimeLine(), end_of_log()};
	return true;
}

/* rvo_store_own_transaction returns the number of the transaction that is under way; 0 if it has written nothing. */
uint64
rvo_store_own_transaction(void)
{
	return U64FromFullTransactionId(GetTopFullTransactionIdIfAny());
}

/* outcome_of returns what became of a transaction whose number was given out: "committed", "aborted", "in progress"; NULL if it is too long ago. */
static const char *
outcome_of(uint64 xid)
{
	LOCAL_FCINFO(fcinfo, 1);
	Datum		outcome;

	InitFunctionCallInfoData(*fcinfo, NULL, 1, InvalidOid, NULL, NULL);
	fcinfo->args[0] = (NullableDatum) {UInt64GetDatum(xid), false};
	outcome = pg_xact_status(fcinfo);
	return fcinfo->isnull ? NULL : TextDatumGetCString(outcome);
}

/* see tells whether the active snapshot sees a transaction; 0 is none. */
static Sight
see(uint64 xid)
{
	uint64		next = U64FromFullTransactionId(ReadNextFullTransactionId());
	const char *outcome;

	if (xid == 0)
		return SIGHT_SEEN;
	if (xid >= next)
		return SIGHT_BEHIND;
	outcome = outcome_of(xid);
	if (outcome == NULL)
		return SIGHT_SEEN;
	if (strcmp(outcome, "aborted") == 0)
		return SIGHT_LOST;
	return XidInMVCCSnapshot((TransactionId) xid, GetActiveSnapshot()) ? SIGHT_BEHIND : SIGHT_SEEN;
}

/*
 * rvo_store_enter_place takes a new snapshot for what follows, until rvo_store_leave_place, if it sees a
 * transaction that was committed and all that had ended at a place of the log; timeline 0 is none.  The calling statement's may be
 * older than what was replayed since.  A commit that did not get here before a standby took over
 * is lost: its number may have come, as that of a transaction that ended with the old primary.
 */
Sight
rvo_store_enter_place(LogPlace place, uint64 xid)
{
	TimeLineID	timeline;
	Sight		sight;

	if (place.timeline != 0 && !rvo_store_log_has(place))
		return SIGHT_LOST;
	if (RecoveryInProgress() && (GetXLogReplayRecPtr(&timeline) < place.octets || timeline < place.timeline))
		return SIGHT_BEHIND;
	PushActiveSnapshot(GetLatestSnapshot());
	sight = see(xid);
	if (sight != SIGHT_SEEN)
		PopActiveSnapshot();
	return sight;
}

/* rvo_store_leave_place goes back to the snapshot of before. */
void
rvo_store_leave_place(void)
{
	PopActiveSnapshot();
}

/* rvo_store_snapshot_of makes of transactions that were seen what pg_visible_in_snapshot takes. */
Datum
rvo_store_snapshot_of(const Seen *seen)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text, UINT64_FORMAT ":" UINT64_FORMAT ":", rvo_seen_first_not(seen), seen->end);
	for (int i = 0; i < seen->nopen; i++)
		appendStringInfo(&text, "%s" UINT64_FORMAT, i > 0 ? "," : "", seen->open[i]);
	return DirectFunctionCall1(pg_snapshot_in, CStringGetDatum(text.data));
}
