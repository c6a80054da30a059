/*
 * store_import_alias.c
 *	  What columns of imports are called, by the owner and by those programs that are known.
 *
 * The owner's rows count before those that come with the extension, and a row for
 * columns beside another one before a row for all.  A row for columns beside themselves
 * is for those alone: no other column may be that member.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/compat.h"
#include "base/slice_map.h"
#include "store/query/store_query.h"
#include "store/service/store_import_alias.h"

static KeptQuery find_import_aliases = {
	.sql = "SELECT DISTINCT ON (key) key, member, beside_key <> '', beside_key = key FROM revyops.import_alias WHERE entity = $1 AND key = ANY ($2)"
	" AND (beside_key = '' OR beside_key = ANY ($2)) ORDER BY key, shipped, beside_key = ''",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 2,
	.types = {TEXTOID, TEXTARRAYOID},
};

/* The aliases of the headers of one source. */
typedef struct Aliases
{
	MemoryContext context;
	SliceMap   *places;			/* by key: in members, from 1 */
	Slice	   *members;
	AliasTerm  *terms;
	int			count;
} Aliases;

static void
read_alias(void *arg, const Datum *values, const bool *nulls)
{
	Aliases    *aliases = arg;
	MemoryContext caller = MemoryContextSwitchTo(aliases->context);
	Slice		key = rvo_slice_of_text(DatumGetTextPP(values[0]));
	Slice		member = nulls[1] ? NO_SLICE : rvo_slice_of_text(DatumGetTextPP(values[1]));
	bool		found;

	key.data = rvo_slice_cstring(key);
	if (member.data != NULL)
		member.data = rvo_slice_cstring(member);
	aliases->members[aliases->count] = member;
	aliases->terms[aliases->count++] = DatumGetBool(values[3]) ? ALIAS_ALONE : DatumGetBool(values[2]) ? ALIAS_BESIDE : ALIAS_ALWAYS;
	*rvo_slice_map_put(aliases->places, key, &found) = aliases->count;
	MemoryContextSwitchTo(caller);
}

static bool
find(void *arg, Slice header_key, Slice *member, AliasTerm *term)
{
	const Aliases *aliases = arg;
	const int64 *place = rvo_slice_map_find(aliases->places, header_key);

	if (place == NULL)
		return false;
	*member = aliases->members[*place - 1];
	*term = aliases->terms[*place - 1];
	return true;
}

/* rvo_store_find_import_aliases finds the aliases of a source's headers, by one query; they live in the current context. */
ImportAliases
rvo_store_find_import_aliases(Slice entity, const ImportHeaders *headers)
{
	Execution	e = {0};
	Aliases    *aliases = palloc0(sizeof(Aliases));
	Slice	   *keys = palloc(Max(headers->count, 1) * sizeof(Slice));

	for (int i = 0; i < headers->count; i++)
		keys[i] = rvo_import_header_key(headers->names[i]);
	aliases->context = CurrentMemoryContext;
	aliases->places = rvo_slice_map_create(headers->count);
	aliases->members = palloc(Max(headers->count, 1) * sizeof(Slice));
	aliases->terms = palloc(Max(headers->count, 1) * sizeof(AliasTerm));
	rvo_add_text(&e, entity);
	rvo_add_slices(&e, keys, headers->count);
	rvo_query_read(&find_import_aliases, &e, read_alias, aliases);
	return (ImportAliases) {find, aliases};
}
