/*
 * failure.c
 *	  How a call ends that fails, or has something to tell: SQLSTATEs, HTTP statuses, messages.
 *
 * A failure is an SQLSTATE PTnnn, PostgREST's convention for HTTP status nnn,
 * and a fixed primary message, which PostgREST puts into the status line as it
 * is.  Nothing that a caller sent ever reaches the latter; the faults are the
 * error's DETAIL.  What the server itself raises is told apart by its SQLSTATE.
 */
#include "postgres.h"

#include "utils/elog.h"

#include "base/compat.h"
#include "base/failure.h"
#include "base/fault.h"

static const struct
{
	int			status;
	int			sqlstate;
	const char *message;
}			failures[] = {
#define PT(a, b, c) (a) * 100 + (b) * 10 + (c), MAKE_SQLSTATE('P', 'T', '0' + (a), '0' + (b), '0' + (c))
	[FAILURE_COMPANY_MERGED] = {PT(3, 0, 1), "company was merged"},
	[FAILURE_CONTACT_MERGED] = {PT(3, 0, 1), "contact was merged"},
	[FAILURE_INVALID_REQUEST] = {PT(4, 0, 0), "invalid request"},
	[FAILURE_COMPANY_OF_OTHER_CLIENT] = {PT(4, 0, 1), "company does not belong to this client"},
	[FAILURE_CONTACT_OF_OTHER_CLIENT] = {PT(4, 0, 1), "contact does not belong to this client"},
	[FAILURE_EMAIL_OF_OTHER_CLIENT] = {PT(4, 0, 1), "e-mail does not belong to this client"},
	[FAILURE_CREDENTIALS] = {PT(4, 0, 3), "missing or invalid credentials"},
	[FAILURE_CAMPAIGN_NOT_FOUND] = {PT(4, 0, 4), "campaign not found"},
	[FAILURE_AGENCY_NOT_FOUND] = {PT(4, 0, 4), "agency not found"},
	[FAILURE_COMPANY_NOT_FOUND] = {PT(4, 0, 4), "company not found"},
	[FAILURE_CONTACT_NOT_FOUND] = {PT(4, 0, 4), "contact not found"},
	[FAILURE_EMAIL_NOT_FOUND] = {PT(4, 0, 4), "e-mail not found"},
	[FAILURE_CUSTOM_FIELD_NOT_FOUND] = {PT(4, 0, 4), "custom field not found"},
	[FAILURE_DOMAIN_NOT_FOUND] = {PT(4, 0, 4), "domain not found"},
	[FAILURE_CLIENT_NOT_FOUND] = {PT(4, 0, 4), "client not found"},
	[FAILURE_CLIENT_MOVED] = {PT(5, 0, 3), "client was moved"},
	[FAILURE_CLIENT_MOVING] = {PT(5, 0, 3), "client is being moved"},
	[FAILURE_CONTACT_EXISTS] = {PT(4, 0, 9), "contact already exists"},
	[FAILURE_COMPANY_EXISTS] = {PT(4, 0, 9), "company already exists"},
	[FAILURE_IMPORT_NOT_FOUND] = {PT(4, 0, 4), "import not found"},
	[FAILURE_CHANGES_OFF] = {PT(4, 0, 9), "changes are not noted"},
	[FAILURE_WEBHOOK_NOT_FOUND] = {PT(4, 0, 4), "webhook not found"},
	[FAILURE_CUSTOM_FIELD_EXISTS] = {PT(4, 0, 9), "custom field already exists"},
	[FAILURE_CURSOR_EXPIRED] = {PT(4, 1, 0), "cursor has expired"},
	[FAILURE_POSITION_LOST] = {PT(4, 1, 0), "position is lost"},
	[FAILURE_TOO_LARGE] = {PT(4, 1, 3), "request body too large"},
	[FAILURE_UNSUPPORTED_MEDIA_TYPE] = {PT(4, 1, 5), "unsupported media type"},
	[FAILURE_KEY_REUSED] = {PT(4, 2, 2), "idempotency key was used for another request"},
	[FAILURE_DO_NOT_CONTACT] = {PT(4, 2, 2), "address is on the do-not-contact list"},
	[FAILURE_ENTRY_NOT_FOUND] = {PT(4, 0, 4), "do-not-contact entry not found"},
	[FAILURE_FORCE_REQUIRED] = {PT(4, 0, 9), "do-not-contact entry came from the person"},
#undef PT
};

/* rvo_failure_raise ends the call with an error whose DETAIL is the faults. */
void
rvo_failure_raise(Failure failure, const FaultList *faults)
{
	ereport(ERROR,
			(errcode(failures[failure].sqlstate),
			 errmsg("%s", failures[failure].message),
			 errdetail_internal("%s", rvo_fault_json(faults))));
}

/* rvo_failure_raise_one is rvo_failure_raise for a single fault. */
void
rvo_failure_raise_one(Failure failure, const char *where, FaultCode code)
{
	FaultList	faults = {0};

	rvo_fault_add(&faults, where, code);
	rvo_failure_raise(failure, &faults);
}

/*
 * rvo_failure_raise_nobody ends a call that does not say who makes it, or does but is not
 * believed (shown).  Most who say nothing call from SQL for the first time.
 */
void
rvo_failure_raise_nobody(bool shown)
{
	FaultList	faults = {0};

	rvo_fault_add(&faults, "X-API-Key", shown ? FAULT_INVALID_CREDENTIALS : FAULT_MISSING_CREDENTIALS);
	ereport(ERROR,
			(errcode(failures[FAILURE_CREDENTIALS].sqlstate),
			 errmsg("%s", failures[FAILURE_CREDENTIALS].message),
			 errdetail_internal("%s", rvo_fault_json(&faults)),
			 shown ? 0 : errhint("In SQL, set revyops.client_id or revyops.api_key for the session, or for the role by ALTER ROLE ... SET.")));
}

/* rvo_failure_raise_file_changed ends an import of a large object that is not the same any more. */
void
rvo_failure_raise_file_changed(Oid file)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("large object %u was changed while it was being imported", file),
			 errhint("The batches before are in. Import it again when nobody writes to it.")));
}

/* rvo_failure_raise_in_transaction refuses an import inside a transaction block, as VACUUM does, and tells what can be called there. */
void
rvo_failure_raise_in_transaction(const char *procedure, const char *instead)
{
	ereport(ERROR,
			(errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
			 errmsg("%s cannot run inside a transaction block", procedure),
			 errhint("It commits after each batch. Within a transaction use %s.", instead)));
}

/* rvo_failure_raise_replica refuses to delete a record without what belongs to it. */
void
rvo_failure_raise_replica(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("cannot delete contacts and companies while session_replication_role is replica"),
			 errdetail("No foreign key is followed then."),
			 errhint("SET session_replication_role = origin.")));
}

/* rvo_failure_raise_has_data refuses to drop the extension, of whose tables this one has rows. */
void
rvo_failure_raise_has_data(const char *table)
{
	ereport(ERROR,
			(errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
			 errmsg("cannot drop extension revyops because it has data"),
			 errdetail("Table revyops.%s has rows.", table),
			 errhint("Dump what is needed, then empty it: TRUNCATE revyops.client CASCADE.")));
}

/* rvo_failure_raise_serialization ends the call with 40001: the caller's snapshot is too old, they may try again. */
void
rvo_failure_raise_serialization(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 errmsg("could not serialize access due to concurrent update")));
}

/* rvo_failure_raise_no_trigrams ends the call: an index can't be made without the extension that it is of. */
void
rvo_failure_raise_no_trigrams(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("extension pg_trgm is not there"),
			 errhint("CREATE EXTENSION pg_trgm; it is one of PostgreSQL's own.")));
}

/* rvo_failure_raise_not_coordinator ends the call: the tables are distributed, and this is one of the machines that only keep them. */
void
rvo_failure_raise_not_coordinator(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("revyops must be called on the coordinator"),
			 errdetail("The tables are distributed, and this is a worker node."),
			 errhint("Connect to the coordinator. Call functions of revyops in a query without distributed tables.")));
}

/* rvo_failure_raise_rewritten ends the call: a rule of the tables' owner made something else of a statement. */
void
rvo_failure_raise_rewritten(const char *statement)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("a rule does something else instead"),
			 errdetail("The statement was: %s", statement),
			 errhint("Drop the rule, and use a trigger.")));
}

/* rvo_notice_ignored tells that members were ignored; both are lists of JSON strings, nearest may be NULL. */
void
rvo_notice_ignored(const char *names, const char *nearest)
{
	ereport(NOTICE,
			(errmsg("unknown members were ignored"),
			 errdetail_internal("Ignored: %s.", names),
			 nearest != NULL ? errhint("Perhaps you meant %s.", nearest) : 0));
}

/* rvo_notice_do_not_contact tells that the address of a new contact is on the do-not-contact list, and why. */
void
rvo_notice_do_not_contact(const char *reasons)
{
	ereport(NOTICE,
			(errmsg("address is on the do-not-contact list"),
			 errdetail_internal("Reasons: %s.", reasons)));
}

/* rvo_notice_items_do_not_contact tells so of several new contacts of a batch, and which these are. */
void
rvo_notice_items_do_not_contact(int count, const char *ordinals)
{
	ereport(NOTICE,
			(errmsg_plural("address of %d contact is on the do-not-contact list",
						   "addresses of %d contacts are on the do-not-contact list", count, count),
			 errdetail_internal("Ordinals: %s.", ordinals)));
}

/* rvo_failure_raise_bug ends the call with XX000: what only a bug of ours explains. */
void
rvo_failure_raise_bug(const char *message)
{
	ereport(ERROR,
			(errcode(ERRCODE_INTERNAL_ERROR), errmsg_internal("revyops: %s", message)));
}

int
rvo_failure_http_status(Failure failure)
{
	return failures[failure].status;
}

/* rvo_sqlstate_http_status returns the status of one of our failures, 503 for what may be tried again, or had no time, else 500. */
int
rvo_sqlstate_http_status(int sqlstate)
{
	for (size_t i = 0; i < lengthof(failures); i++)
		if (failures[i].sqlstate == sqlstate)
			return failures[i].status;
	return rvo_sqlstate_is_transient(sqlstate) || rvo_sqlstate_is_cancel(sqlstate) ? 503 : 500;
}

/* rvo_sqlstate_is_held tells that the client is being moved, or was: the owner's doing, and no error. */
bool
rvo_sqlstate_is_held(int sqlstate)
{
	return sqlstate == failures[FAILURE_CLIENT_MOVING].sqlstate;
}

/* rvo_sqlstate_retry_after tells in how many seconds what was told 503 may be tried again. */
const char *
rvo_sqlstate_retry_after(int sqlstate)
{
	return rvo_sqlstate_is_held(sqlstate) ? "3" : "1";
}

/* rvo_sqlstate_is_read_only tells that the server, or the transaction, takes no writes. */
bool
rvo_sqlstate_is_read_only(int sqlstate)
{
	return sqlstate == ERRCODE_READ_ONLY_SQL_TRANSACTION;
}

/* rvo_sqlstate_is_cancel tells an order to stop from an error. */
bool
rvo_sqlstate_is_cancel(int sqlstate)
{
	return sqlstate == ERRCODE_QUERY_CANCELED;
}

/*
 * rvo_error_is_timeout tells whether a statement's time was over, which is an order to stop like any
 * other to the server; it has no code of its own, but this is its text before it is translated.
 */
bool
rvo_error_is_timeout(const ErrorData *error)
{
	return rvo_sqlstate_is_cancel(error->sqlerrcode) && error->message_id != NULL &&
		strcmp(error->message_id, "canceling statement due to statement timeout") == 0;
}

/* rvo_sqlstate_is_taken_key tells that a unique index has the key already. */
bool
rvo_sqlstate_is_taken_key(int sqlstate)
{
	return sqlstate == ERRCODE_UNIQUE_VIOLATION;
}

/* rvo_sqlstate_is_in_use tells that a foreign key refers to what was to be deleted. */
bool
rvo_sqlstate_is_in_use(int sqlstate)
{
	return sqlstate == ERRCODE_FOREIGN_KEY_VIOLATION;
}

/* rvo_sqlstate_is_deadlock tells work that the server broke off so that others can go on. */
bool
rvo_sqlstate_is_deadlock(int sqlstate)
{
	return sqlstate == ERRCODE_T_R_DEADLOCK_DETECTED;
}

/* rvo_sqlstate_is_transient tells that others were in the way, and the same call may succeed when made again. */
bool
rvo_sqlstate_is_transient(int sqlstate)
{
	return sqlstate == ERRCODE_T_R_SERIALIZATION_FAILURE || sqlstate == ERRCODE_T_R_DEADLOCK_DETECTED ||
		sqlstate == ERRCODE_LOCK_NOT_AVAILABLE;
}

/* rvo_sqlstate_is_data tells errors that only the data can be blamed for. */
bool
rvo_sqlstate_is_data(int sqlstate)
{
	int			class = ERRCODE_TO_CATEGORY(sqlstate);

	return class == ERRCODE_DATA_EXCEPTION || class == ERRCODE_PROGRAM_LIMIT_EXCEEDED;
}
