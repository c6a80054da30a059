/*
 * keep_data.c
 *	  DROP EXTENSION is refused while there is data.
 *
 * The server drops an extension with all its tables, full or not, and so does
 * a DROP SCHEMA … CASCADE of the schema that the API is in.  A trigger on
 * sql_drop comes too late: it would be dropped with the rest.  So the tables
 * are looked at when each is about to go, by the server's hook for that.  The
 * event trigger is there to have the library loaded by then.
 */
#include "postgres.h"

#include "access/tableam.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "commands/extension.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

#include "base/compat.h"
#include "base/failure.h"
#include "hook/keep_data.h"
#include "store/query/store_distribution.h"
#include "store/service/store_client.h"

PG_FUNCTION_INFO_V1(revyops_keep_data);

/* Whoever had the hook before. */
static object_access_hook_type next_hook = NULL;

/* is_member tells whether an object is the extension's. */
static bool
is_member(Oid class, Oid object)
{
	Oid			extension = get_extension_oid("revyops", true);

	return OidIsValid(extension) && getExtensionOfObject(class, object) == extension;
}

/*
 * is_kept tells whether a table decides if there is data.  Contacts don't refer to
 * clients; what else doesn't is nothing without either.  The extension may have been
 * given members of these names, of other kinds and in other schemas.
 */
static bool
is_kept(Oid table)
{
	const char *name = get_rel_name(table);

	return name != NULL && (strcmp(name, "client") == 0 || strcmp(name, "contact") == 0) &&
		get_rel_relkind(table) == RELKIND_RELATION &&
		is_member(RelationRelationId, table) && is_member(NamespaceRelationId, get_rel_namespace(table));
}

/* ask_as_owner tells whether a table has rows that lie on other machines, whatever the policies say. */
static bool
ask_as_owner(Oid table, Oid owner)
{
	Oid			user;
	int			context;
	bool		found;

	/* An error ends the transaction, or a subtransaction, which puts the user back. */
	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(owner, context | SECURITY_LOCAL_USERID_CHANGE);
	found = rvo_store_has_rows(strcmp(get_rel_name(table), "client") == 0);
	SetUserIdAndSecContext(user, context);
	return found;
}

/*
 * has_rows tells whether a table has any as of now, whatever the transaction's
 * snapshot and the policies say.  Who drops it has locked it.
 */
static bool
has_rows(Oid table)
{
	Relation	relation = table_open(table, NoLock);
	Oid			owner = relation->rd_rel->relowner;
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	TableScanDesc scan = table_beginscan_compat(relation, snapshot);
	TupleTableSlot *slot = table_slot_create(relation, NULL);
	bool		found = table_scan_getnextslot(scan, ForwardScanDirection, slot);

	ExecDropSingleTupleTableSlot(slot);
	table_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(relation, NoLock);
	return found || (rvo_is_distributed(get_rel_name(table)) && ask_as_owner(table, owner));
}

/* keep_data is called by the server before it drops an object, among other things. */
static void
keep_data(ObjectAccessType access, Oid class, Oid object, int part, void *arg)
{
	if (next_hook != NULL)
		next_hook(access, class, object, part, arg);
	if (access == OAT_DROP && class == RelationRelationId && part == 0 && is_kept(object) && has_rows(object))
		rvo_failure_raise_has_data(get_rel_name(object));
}

/* rvo_keep_data_init has the tables looked at from now on, in this backend. */
void
rvo_keep_data_init(void)
{
	next_hook = object_access_hook;
	object_access_hook = keep_data;
}

/* revyops.keep_data() returns event_trigger: calling it has loaded the library, which is all it is for. */
Datum
revyops_keep_data(PG_FUNCTION_ARGS)
{
	PG_RETURN_VOID();
}
