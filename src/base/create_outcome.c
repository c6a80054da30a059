/*
 * create_outcome.c
 *	  How the creates of contacts end, counted for each client.
 *
 * In shared memory, so that a refusal writes nothing and nobody waits: kept if the
 * library is in shared_preload_libraries, until the server stops.  Whether the
 * transaction commits makes no difference, as in the server's own statistics.
 *
 * A client gets a slot with its first create, and keeps it.  A slot is found
 * by hashing, and taken by exchanging its 0 for the client's id, so there is no lock.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "miscadmin.h"
#include "port/atomics.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/create_outcome.h"

/* How many clients can be counted. */
#define SLOTS 4096

/* At how many slots a client is looked for: one that finds them all taken isn't counted, and soon knows it. */
#define PROBES 64

typedef struct Slot
{
	pg_atomic_uint32 client_id; /* 0 = nobody's */
	pg_atomic_uint64 counts[CREATE_OUTCOMES];
} Slot;

typedef struct Counts
{
	pg_atomic_uint64 reset_time;
	Slot		slots[SLOTS];
} Counts;

static Counts *shared = NULL;
static shmem_request_hook_type request_before = NULL;
static shmem_startup_hook_type startup_before = NULL;

static void
request(void)
{
	if (request_before != NULL)
		request_before();
	RequestAddinShmemSpace(MAXALIGN(sizeof(Counts)));
}

static void
startup(void)
{
	bool		found;

	if (startup_before != NULL)
		startup_before();
	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	shared = ShmemInitStruct("revyops outcomes of creates", sizeof(Counts), &found);
	if (!found)
	{
		pg_atomic_init_u64(&shared->reset_time, GetCurrentTimestamp());
		for (int s = 0; s < SLOTS; s++)
		{
			pg_atomic_init_u32(&shared->slots[s].client_id, 0);
			for (int o = 0; o < CREATE_OUTCOMES; o++)
				pg_atomic_init_u64(&shared->slots[s].counts[o], 0);
		}
	}
	LWLockRelease(AddinShmemInitLock);
}

/* rvo_create_outcomes_init has the server give us its memory, if it is just starting. */
void
rvo_create_outcomes_init(void)
{
	if (!process_shared_preload_libraries_in_progress)
		return;
	request_before = shmem_request_hook;
	shmem_request_hook = request;
	startup_before = shmem_startup_hook;
	shmem_startup_hook = startup;
}

/* rvo_create_outcomes_kept tells whether anything is counted. */
bool
rvo_create_outcomes_kept(void)
{
	return shared != NULL;
}

/* find returns a client's slot, taking a free one if wanted; NULL if there is none. */
static Slot *
find(int client_id, bool take)
{
	uint32		first = murmurhash32((uint32) client_id);

	for (int i = 0; i < PROBES; i++)
	{
		Slot	   *slot = &shared->slots[(first + i) % SLOTS];
		uint32		owner = pg_atomic_read_u32(&slot->client_id);

		/* Whoever is faster leaves their id in owner. */
		if (owner == 0 && (!take || pg_atomic_compare_exchange_u32(&slot->client_id, &owner, (uint32) client_id)))
			return take ? slot : NULL;
		if (owner == (uint32) client_id)
			return slot;
	}
	return NULL;
}

/* outcome_of sets what a status says of a create; false if that is nothing, as for a request that will be repeated. */
static bool
outcome_of(int http_status, CreateOutcome *outcome)
{
	switch (http_status)
	{
		case 201:
			*outcome = CREATE_DONE;
			return true;
		case 400:
			*outcome = CREATE_INVALID;
			return true;
		case 401:
		case 404:
			*outcome = CREATE_COMPANY_NOT_FOUND;
			return true;
		case 409:
			*outcome = CREATE_DUPLICATE;
			return true;
		case 422:
			*outcome = CREATE_SUPPRESSED;
			return true;
		default:
			return false;
	}
}

/* rvo_create_outcome_count counts n creates that ended with a status; nothing where none are kept. */
void
rvo_create_outcome_count(int client_id, int http_status, int n)
{
	CreateOutcome outcome;
	Slot	   *slot;

	if (shared == NULL || n == 0 || !outcome_of(http_status, &outcome))
		return;
	slot = find(client_id, true);
	if (slot != NULL)
		pg_atomic_fetch_add_u64(&slot->counts[outcome], n);
}

/* rvo_create_outcomes_read sets a client's counts; false if it is not counted. */
bool
rvo_create_outcomes_read(int client_id, int64 counts[CREATE_OUTCOMES])
{
	Slot	   *slot;

	memset(counts, 0, CREATE_OUTCOMES * sizeof(int64));
	if (shared == NULL)
		return false;
	slot = find(client_id, false);
	for (int o = 0; slot != NULL && o < CREATE_OUTCOMES; o++)
		counts[o] = (int64) pg_atomic_read_u64(&slot->counts[o]);
	return true;
}

/* rvo_create_outcomes_reset_time returns since when creates are counted. */
TimestampTz
rvo_create_outcomes_reset_time(void)
{
	return (TimestampTz) pg_atomic_read_u64(&shared->reset_time);
}

/* rvo_create_outcomes_reset begins at 0 again, for all clients. */
void
rvo_create_outcomes_reset(void)
{
	if (shared == NULL)
		return;
	for (int s = 0; s < SLOTS; s++)
		for (int o = 0; o < CREATE_OUTCOMES; o++)
			pg_atomic_write_u64(&shared->slots[s].counts[o], 0);
	pg_atomic_write_u64(&shared->reset_time, GetCurrentTimestamp());
}
