/*
 * client_state.c
 *	  Whether a client is served here: active, moving to another server, or moved there.
 *
 * Whoever writes takes a lock before they read the state, and keeps it until their
 * transaction ends.  Whoever changes the state waits for them: once that is committed, all
 * that was written before can be seen, and whatever comes later reads the new state, whatever
 * its snapshot.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/failure.h"
#include "base/fault.h"
#include "store/service/store_client.h"
#include "store/service/store_lock.h"
#include "work/caller/client_state.h"

static const Slice states[] = {
	[CLIENT_ACTIVE] = CONST_SLICE("active"), [CLIENT_MOVING] = CONST_SLICE("moving"), [CLIENT_MOVED] = CONST_SLICE("moved")
};

/* rvo_client_check_readable raises FAILURE_CLIENT_MOVED for a client of another server. */
void
rvo_client_check_readable(ClientState state)
{
	if (state == CLIENT_MOVED)
		rvo_failure_raise_one(FAILURE_CLIENT_MOVED, "client_id", FAULT_CLIENT_MOVED);
}

/* rvo_client_check_writable raises FAILURE_CLIENT_MOVING or FAILURE_CLIENT_MOVED unless a client is active. */
void
rvo_client_check_writable(ClientState state)
{
	if (state == CLIENT_MOVING)
		rvo_failure_raise_one(FAILURE_CLIENT_MOVING, "client_id", FAULT_CLIENT_MOVING);
	rvo_client_check_readable(state);
}

/*
 * rvo_client_begin_write is for what the owner writes of a client: it keeps the client active
 * until the transaction ends.  Raises FAILURE_CLIENT_NOT_FOUND, and what rvo_client_check_writable raises.
 */
void
rvo_client_begin_write(int client_id)
{
	ClientState state;

	rvo_store_begin_write(client_id);
	if (!rvo_store_find_client_state(client_id, &state))
		rvo_failure_raise_one(FAILURE_CLIENT_NOT_FOUND, "client_id", FAULT_NOT_FOUND);
	rvo_client_check_writable(state);
}

/* follows tells whether a client can get from one state to another. */
static bool
follows(ClientState from, int to)
{
	return to == (int) from || to == CLIENT_ACTIVE || to == (int) from + 1;
}

/* rvo_client_set_state gives a client another state, once nobody is writing anything of it. */
void
rvo_client_set_state(const int *client_id, Slice state)
{
	FaultList	faults = {0};
	ClientState was;
	int			wanted = 0;

	if (client_id == NULL)
		rvo_fault_add(&faults, "client_id", FAULT_REQUIRED);
	while (wanted < (int) lengthof(states) && !(state.data != NULL && rvo_slice_equal(state, states[wanted])))
		wanted++;
	if (wanted == lengthof(states))
		rvo_fault_add(&faults, "state", FAULT_INVALID_CLIENT_STATE);
	if (faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	rvo_store_wait_for_writers(*client_id);
	if (!rvo_store_find_client_state(*client_id, &was))
		rvo_failure_raise_one(FAILURE_CLIENT_NOT_FOUND, "client_id", FAULT_NOT_FOUND);
	if (!follows(was, wanted))
		rvo_failure_raise_one(FAILURE_INVALID_REQUEST, "state", FAULT_INVALID_CLIENT_STATE);
	rvo_store_set_client_state(*client_id, states[wanted]);
}
