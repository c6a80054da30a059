/*
 * change_time.c
 *	  When a change was.
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "shape/record/change_time.h"

/*
 * rvo_time_of_change returns the time of a change to a locked row that was last
 * changed at before: the transaction's, as everywhere.  But if the row was changed
 * by a transaction that began later and ended earlier, it is now, so that the
 * times of a row go on as its changes do.
 */
TimestampTz
rvo_time_of_change(TimestampTz before)
{
	TimestampTz start = GetCurrentTransactionStartTimestamp();

	return before > start ? GetCurrentTimestamp() : start;
}
