/*
 * store_large_object.c
 *	  Reading a large object, piece by piece.
 *
 * By the server's SQL functions, so with the caller's rights, which are checked at each
 * piece.  Nothing stays open in between, so transactions may end, and others may write
 * to the large object, or put another one in its place.  Half of one file and half of
 * another are no file, so that is found out and raised: a page that is read must not have
 * been written by a transaction that the first snapshot does not see.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_largeobject.h"
#include "fmgr.h"
#include "libpq/libpq-fs.h"
#include "miscadmin.h"
#include "storage/large_object.h"
#include "utils/acl.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "base/compat.h"
#include "base/failure.h"
#include "store/query/store_large_object.h"

/*
 * note_running notes which transactions of others a snapshot does not see; of one with over 64 subtransactions perhaps
 * not all of those.  Its end comes before numbers that have been given out already, perhaps to the caller, who may
 * have made the large object just now.
 */
static void
note_running(LargeObject *object, Snapshot snapshot)
{
	TransactionId next = ReadNextTransactionId();

	object->next = next;
	object->running = palloc((snapshot->xcnt + snapshot->subxcnt + (next - snapshot->xmax) + 1) * sizeof(TransactionId));
	for (TransactionId xid = snapshot->xmax; xid != next; xid++)
		if (TransactionIdIsNormal(xid) && !TransactionIdIsCurrentTransactionId(xid))
			object->running[object->nrunning++] = xid;
	for (uint32 i = 0; i < snapshot->xcnt; i++)
		object->running[object->nrunning++] = snapshot->xip[i];
	for (int32 i = 0; i < snapshot->subxcnt; i++)
		object->running[object->nrunning++] = snapshot->subxip[i];
}

/*
 * rvo_large_object_open finds out how long a large object is.  Raises the server's error if it is not there, or not the caller's.
 * It remembers, in the current context, who may not write to it from here on.
 */
LargeObject
rvo_large_object_open(Oid oid)
{
	LargeObject object = {.oid = oid};
	Datum		fd;

	PushActiveSnapshot(GetTransactionSnapshot());
	note_running(&object, GetActiveSnapshot());
	fd = DirectFunctionCall2(be_lo_open, ObjectIdGetDatum(oid), Int32GetDatum(INV_READ));
	object.size = DatumGetInt64(DirectFunctionCall3(be_lo_lseek64, fd, Int64GetDatum(0), Int32GetDatum(SEEK_END)));
	(void) DirectFunctionCall1(be_lo_close, fd);
	PopActiveSnapshot();
	return object;
}

/*
 * is_later tells whether a transaction was not seen when the large object was opened.  Numbers come round, and a page
 * that is frozen keeps the number that it had, so those from then to now are asked for.
 */
static bool
is_later(const LargeObject *object, TransactionId writer, TransactionId now)
{
	if (writer - object->next < now - object->next)
		return true;
	for (int i = 0; i < object->nrunning; i++)
		if (object->running[i] == writer)
			return true;
	return false;
}

/* is_changed tells whether any of the pages from one place to another was written since. */
static bool
is_changed(const LargeObject *object, int64 begin, int64 end)
{
	TransactionId now = ReadNextTransactionId();
	Relation	pages = table_open(LargeObjectRelationId, AccessShareLock);
	ScanKeyData keys[3];
	SysScanDesc scan;
	HeapTuple	page;
	bool		changed = false;

	ScanKeyInit(&keys[0], Anum_pg_largeobject_loid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(object->oid));
	ScanKeyInit(&keys[1], Anum_pg_largeobject_pageno, BTGreaterEqualStrategyNumber, F_INT4GE, Int32GetDatum(begin / LOBLKSIZE));
	ScanKeyInit(&keys[2], Anum_pg_largeobject_pageno, BTLessEqualStrategyNumber, F_INT4LE, Int32GetDatum(end / LOBLKSIZE));
	scan = systable_beginscan(pages, LargeObjectLOidPNIndexId, true, GetActiveSnapshot(), 3, keys);
	while (!changed && HeapTupleIsValid(page = systable_getnext(scan)))
		changed = is_later(object, HeapTupleHeaderGetRawXmin(page->t_data), now);
	systable_endscan(scan);
	table_close(pages, AccessShareLock);
	return changed;
}

/* rvo_large_object_read reads up to size octets, 0 at the end.  Raises an error if it is not what was opened any more. */
int
rvo_large_object_read(LargeObject *object, char *buffer, int size)
{
	bytea	   *piece;
	int			n;
	bool		changed;

	PushActiveSnapshot(GetTransactionSnapshot());
	piece = DatumGetByteaPP(DirectFunctionCall3(be_lo_get_fragment, ObjectIdGetDatum(object->oid),
												Int64GetDatum(object->offset), Int32GetDatum(size)));
	n = VARSIZE_ANY_EXHDR(piece);
	changed = is_changed(object, object->offset, object->offset + n);
	PopActiveSnapshot();
	memcpy(buffer, VARDATA_ANY(piece), n);
	pfree(piece);
	object->offset += n;
	if (changed || object->offset > object->size || (n < size && object->offset < object->size))
		rvo_failure_raise_file_changed(object->oid);
	return n;
}

/* rvo_large_object_check_owner raises the server's error where rvo_large_object_unlink would. */
void
rvo_large_object_check_owner(Oid oid)
{
	if (!lo_compat_privileges && !owns_large_object(oid, GetUserId()))
		aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_LARGEOBJECT, psprintf("%u", oid));
}

/* rvo_large_object_unlink deletes a large object.  Raises the server's error if it is not the caller's. */
void
rvo_large_object_unlink(Oid oid)
{
	(void) DirectFunctionCall1(be_lo_unlink, ObjectIdGetDatum(oid));
}
