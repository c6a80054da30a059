/*
 * store_large_object.c
 *	  Reading a large object, piece by piece.
 *
 * By the server's SQL functions, so with the caller's rights, which are checked at each
 * piece.  Nothing stays open in between, so transactions may end: what is read after
 * that is the large object as it is by then.
 */
#include "postgres.h"

#include "fmgr.h"
#include "libpq/libpq-fs.h"
#include "utils/fmgrprotos.h"
#include "utils/snapmgr.h"

#include "base/compat.h"
#include "store/store_large_object.h"

/* rvo_large_object_open finds out how long a large object is.  Raises the server's error if it is not there, or not the caller's. */
LargeObject
rvo_large_object_open(Oid oid)
{
	LargeObject object = {.oid = oid};
	Datum		fd;

	PushActiveSnapshot(GetTransactionSnapshot());
	fd = DirectFunctionCall2(be_lo_open, ObjectIdGetDatum(oid), Int32GetDatum(INV_READ));
	object.size = DatumGetInt64(DirectFunctionCall3(be_lo_lseek64, fd, Int64GetDatum(0), Int32GetDatum(SEEK_END)));
	(void) DirectFunctionCall1(be_lo_close, fd);
	PopActiveSnapshot();
	return object;
}

/* rvo_large_object_read reads up to size octets, 0 at the end. */
int
rvo_large_object_read(LargeObject *object, char *buffer, int size)
{
	bytea	   *piece;
	int			n;

	PushActiveSnapshot(GetTransactionSnapshot());
	piece = DatumGetByteaPP(DirectFunctionCall3(be_lo_get_fragment, ObjectIdGetDatum(object->oid),
												Int64GetDatum(object->offset), Int32GetDatum(size)));
	PopActiveSnapshot();
	n = VARSIZE_ANY_EXHDR(piece);
	memcpy(buffer, VARDATA_ANY(piece), n);
	pfree(piece);
	object->offset += n;
	return n;
}

/* rvo_large_object_unlink deletes a large object.  Raises the server's error if it is not the caller's. */
void
rvo_large_object_unlink(Oid oid)
{
	(void) DirectFunctionCall1(be_lo_unlink, ObjectIdGetDatum(oid));
}
