/*
 * store_large_object.h
 *	  Reading a large object, piece by piece.
 */
#ifndef RVO_STORE_LARGE_OBJECT_H
#define RVO_STORE_LARGE_OBJECT_H

/* A large object, and how far it was read. */
typedef struct LargeObject
{
	Oid			oid;
	int64		size;
	int64		offset;
	TransactionId next;			/* this transaction, and those after it, had not begun when it was opened */
	TransactionId *running;		/* these had not ended */
	int			nrunning;
} LargeObject;

extern LargeObject rvo_large_object_open(Oid oid);
extern void rvo_large_object_check_owner(Oid oid);
extern void rvo_large_object_unlink(Oid oid);
extern int	rvo_large_object_read(LargeObject *object, char *buffer, int size);

#endif							/* RVO_STORE_LARGE_OBJECT_H */
