/*
 * store_distribution.c
 *	  Whether the tables are spread over several machines, by Citus.
 *
 * Citus notes that in tables of its own, in pg_catalog, the same on all machines
 * but for which one it is.  They are read without SPI, since that asks here.
 * Where Citus is not, none of this costs more than to look at a flag: Citus
 * is loaded with the server, before us, or not at all.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_namespace.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/compat.h"
#include "base/failure.h"
#include "store/query/store_distribution.h"

bool		rvo_citus_is_loaded = false;

/* rvo_distribution_init looks whether Citus is in this backend. */
void
rvo_distribution_init(void)
{
	rvo_citus_is_loaded = GetConfigOption("citus.shard_count", true, false) != NULL;
}

/*
 * find_row finds a row of a table of Citus', the one whose column has this OID, or, for InvalidOid, any, and reads
 * that column; false if there is none, or no such table.
 */
static bool
find_row(const char *table, const char *column, Oid wanted, Datum *value)
{
	Oid			oid = get_relname_relid(table, PG_CATALOG_NAMESPACE);
	AttrNumber	number = OidIsValid(oid) ? get_attnum(oid, column) : InvalidAttrNumber;
	Relation	relation;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	row;
	bool		isnull = true;

	if (number == InvalidAttrNumber)
		return false;
	relation = table_open(oid, AccessShareLock);
	ScanKeyInit(&key, number, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(wanted));
	scan = systable_beginscan(relation, InvalidOid, false, NULL, OidIsValid(wanted) ? 1 : 0, &key);
	row = systable_getnext(scan);
	if (HeapTupleIsValid(row))
		*value = heap_getattr(row, number, RelationGetDescr(relation), &isnull);
	systable_endscan(scan);
	table_close(relation, AccessShareLock);
	return !isnull;
}

/* rvo_is_distributed tells whether a table of ours is spread, or copied to all machines. */
bool
rvo_is_distributed(const char *table)
{
	Oid			oid;
	Datum		found;

	if (!rvo_citus_is_loaded)
		return false;
	oid = get_relname_relid(table, get_namespace_oid("revyops", false));
	return OidIsValid(oid) && find_row("pg_dist_partition", "logicalrelid", oid, &found);
}

/* is_worker tells whether this machine is not the coordinator, whose number is 0. */
static bool
is_worker(void)
{
	Datum		group;

	return find_row("pg_dist_local_group", "groupid", InvalidOid, &group) && DatumGetInt32(group) != 0;
}

/*
 * rvo_check_entry ends a call on a machine that is not the coordinator of the tables: the locks and the numbers of
 * new records are the coordinator's.
 */
void
rvo_check_entry(void)
{
	if (rvo_citus_is_loaded && is_worker() && rvo_is_distributed("contact"))
		rvo_failure_raise_not_coordinator();
}
