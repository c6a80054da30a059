/*
 * store_field_rows.c
 *	  The rows that have a custom field, read without a plan.
 *
 * The index has hashes of names and values, without the case of names, so each row
 * that it finds is compared.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "nodes/primnodes.h"
#include "utils/lsyscache.h"
#include "utils/relcache.h"

#include "base/compat.h"
#include "base/jsonio.h"
#include "shape/record/custom_field_index.h"
#include "store/list/store_estimate.h"
#include "store/list/store_field_rows.h"
#include "store/query/store_indexed.h"

/* A look at rows, and the columns that are looked at. */
typedef struct FieldLook
{
	const FieldRows *rows;
	FoundRows  *found;
	AttrNumber	id;
	AttrNumber	client_id;
	AttrNumber	custom_fields;
} FieldLook;

/* column_of finds a column, if it is of this type. */
static AttrNumber
column_of(Relation table, const char *name, Oid type)
{
	AttrNumber	number = get_attnum(RelationGetRelid(table), name);

	return number > 0 && TupleDescAttr(RelationGetDescr(table), number - 1)->atttypid == type ? number : InvalidAttrNumber;
}

/* is_of_fields tells whether an index has, as its first column, the hashes of all rows, by the two columns that are looked at. */
static bool
is_of_fields(const FieldLook *look, Relation index)
{
	List	   *expressions = RelationGetIndexExpressions(index);
	const FuncExpr *hashes = list_length(expressions) == 1 ? linitial(expressions) : NULL;
	const Var  *client_id;
	const Var  *custom_fields;

	if (hashes == NULL || !IsA(hashes, FuncExpr) || list_length(hashes->args) != 2 || index->rd_index->indkey.values[0] != 0 ||
		RelationGetIndexPredicate(index) != NIL ||
		get_func_namespace(hashes->funcid) != get_namespace_oid("revyops", true) ||
		strcmp(get_func_name(hashes->funcid), "custom_field_hashes") != 0)
		return false;
	client_id = linitial(hashes->args);
	custom_fields = lsecond(hashes->args);
	return IsA(client_id, Var) && client_id->varattno == look->client_id &&
		IsA(custom_fields, Var) && custom_fields->varattno == look->custom_fields;
}

static bool
begins(void *arg, Relation table, Relation index)
{
	FieldLook  *look = arg;

	look->id = column_of(table, "id", INT8OID);
	look->client_id = column_of(table, "client_id", INT4OID);
	look->custom_fields = column_of(table, "custom_fields", JSONBOID);
	return look->id != InvalidAttrNumber && look->client_id != InvalidAttrNumber && look->custom_fields != InvalidAttrNumber &&
		is_of_fields(look, index);
}

static bool
fits(void *arg, TupleTableSlot *row)
{
	const FieldLook *look = arg;
	const FieldRows *rows = look->rows;
	bool		isnull;
	Datum		value = slot_getattr(row, look->client_id, &isnull);

	if (isnull || DatumGetInt32(value) != rows->client_id)
		return false;
	value = slot_getattr(row, look->custom_fields, &isnull);
	return !isnull && rvo_custom_fields_have(&DatumGetJsonbP(value)->root, rows->name, rows->value, rows->any_case);
}

static void
take(void *arg, TupleTableSlot *row)
{
	const FieldLook *look = arg;
	bool		isnull;
	Datum		id = slot_getattr(row, look->id, &isnull);

	if (!isnull)
		rvo_found_add(look->found, (FoundRow) {DatumGetInt64(id), look->rows->client_id});
}

/*
 * rvo_find_with_field finds the rows that have a custom field; false if a plan must, and nothing is found.  If they are more than
 * bound, that is how many it says, and it may leave some out.
 */
bool
rvo_find_with_field(const FieldRows *rows, int64 bound, FoundRows *found)
{
	FoundRows	begun = *found;
	FieldLook	look = {.rows = rows, .found = found};
	IndexedRows indexed = {
		.table = get_relname_relid(rvo_slice_cstring(rvo_entity_names[rows->entity]), get_namespace_oid("revyops", true)),
		.index = rvo_index_on_fields(rows->entity), .numbers = PointerGetDatum(rows->hashes), .begins = begins, .fits = fits,
		.take = take, .arg = &look
	};
	IndexedAnswer answer = OidIsValid(indexed.table) && OidIsValid(indexed.index) ? rvo_read_indexed_rows(&indexed, bound) : INDEXED_NOT_POSSIBLE;

	if (answer == INDEXED_NOT_POSSIBLE)
		*found = begun;
	if (answer == INDEXED_MANY)
		found->found = bound + 1;
	return answer != INDEXED_NOT_POSSIBLE;
}
