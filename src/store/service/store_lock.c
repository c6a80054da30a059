/*
 * store_lock.c
 *	  Locks on what is not a row, held until the transaction ends.
 *
 * They are the server's locks on objects, of a class that is one of our
 * tables.  No SQL can take them, unlike advisory locks, so nobody can keep a
 * client's batches waiting.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "base/siphash.h"
#include "store/service/store_lock.h"
#include "store/service/store_secret.h"
#include "value/sha256.h"

static Oid
table_oid(const char *name)
{
	return get_relname_relid(name, get_namespace_oid("revyops", false));
}

/*
 * A standby has no lock above RowExclusiveLock, and says only that; what it
 * cannot do is write, so that is said before such a lock is asked for.
 */
#define NO_STANDBY() PreventCommandDuringRecovery("INSERT")

/*
 * rvo_store_line_up lets a client's batches run side by side, but one that is
 * alone: it waits for the others to end, and they for it.
 */
void
rvo_store_line_up(int client_id, bool alone)
{
	NO_STANDBY();
	LockDatabaseObject(table_oid("client"), client_id, 0, alone ? ExclusiveLock : ShareLock);
}

/* Beside the lock of batches, which has the same table and number. */
#define WRITES 1

/*
 * rvo_store_begin_write is called before anything of a client is written, and before its state is
 * read: who is to change that waits for those who write, and they for it.
 */
void
rvo_store_begin_write(int client_id)
{
	LockDatabaseObject(table_oid("client"), client_id, WRITES, RowExclusiveLock);
}

/* rvo_store_wait_for_writers waits until nobody is writing anything of a client, and keeps others from it. */
void
rvo_store_wait_for_writers(int client_id)
{
	PreventCommandIfReadOnly("UPDATE");
	LockDatabaseObject(table_oid("client"), client_id, WRITES, ExclusiveLock);
}

/*
 * rvo_store_line_up_domains lets those who make companies work side by side, but keeps them off while somebody (alone)
 * gives a company a domain beside its first: a domain of either kind is unique, and no index knows both.  A server
 * that only reads says so, rather than that it has no such lock.
 */
void
rvo_store_line_up_domains(int client_id, bool alone)
{
	PreventCommandIfReadOnly("INSERT");
	LockDatabaseObject(table_oid("company_domain"), client_id, 0, alone ? ExclusiveLock : ShareLock);
}

/*
 * rvo_store_line_up_addresses has those who keep addresses that a platform tells of a client's contacts, and those who erase
 * a contact, wait for each other, but not for their like.  It comes before all rows of the client, so that nobody waits in a circle.
 */
void
rvo_store_line_up_addresses(int client_id, bool erases)
{
	NO_STANDBY();
	LockDatabaseObject(table_oid("webhook_object"), client_id, 0, erases ? RowExclusiveLock : ShareLock);
}

/* rvo_store_mark_import_running shows that a job is running. */
void
rvo_store_mark_import_running(int64 job)
{
	LockDatabaseObject(table_oid("import_job"), (Oid) job, 0, ExclusiveLock);
}

/*
 * lock_key returns the key by which locks are numbered, made of the database's secret,
 * which is read each time: all sessions must have the same, also after the extension was
 * made anew, or somebody changed the secret to end all cursors.
 */
static SipKey
lock_key(void)
{
	const Slice parts[] = {CONST_SLICE("idempotency"), rvo_store_secret()};
	uint8		sha256[PG_SHA256_DIGEST_LENGTH];
	SipKey		key;

	rvo_sha256(parts, lengthof(parts), sha256);
	memcpy(&key, sha256, sizeof(key));
	return key;
}

/*
 * rvo_store_wait_for_twin waits until no other transaction is at work under a
 * client's idempotency key, and makes others wait for this one.  Two keys may share a
 * lock, at one in 2^48; nobody can compute which, without the secret of the database.
 */
void
rvo_store_wait_for_twin(int client_id, Slice key)
{
	char	   *text = psprintf("%d %.*s", client_id, key.len, key.data);
	SipKey		sip_key = lock_key();
	uint64		hash = rvo_siphash(&sip_key, rvo_slice(text));

	NO_STANDBY();
	LockDatabaseObject(table_oid("idempotency_key"), (Oid) hash, (uint16) (hash >> 32), ExclusiveLock);
}
