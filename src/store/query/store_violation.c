/*
 * store_violation.c
 *	  Whether what kept a row from being written is a key of ours.
 *
 * The tables are the user's, who may have added unique indexes, and triggers
 * that write to tables with some.  What those say, the user is to hear.  Such
 * indexes are told from ours by their columns, for ours may have other names
 * by now.
 */
#include "postgres.h"

#include <ctype.h>

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "commands/extension.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "base/failure.h"
#include "shape/record/record.h"
#include "store/query/store_distribution.h"
#include "store/query/store_violation.h"

/* is_column tells whether a column, 0 for an expression, has one of the names. */
static bool
is_column(Oid table, AttrNumber column, const char *const *names)
{
	const char *name = column == 0 ? NULL : get_attname(table, column, true);

	for (; name != NULL && *names != NULL; names++)
		if (strcmp(name, *names) == 0)
			return true;
	return false;
}

/* has_our_columns tells whether an index is of client_id and a key, in any order. */
static bool
has_our_columns(Oid table, const int2vector *columns)
{
	static const char *const client[] = {"client_id", NULL};
	static const char *const keys[] = {"id", RECORD_KEYS, NULL};

	if (columns->dim1 != 2)
		return false;
	return (is_column(table, columns->values[0], client) && is_column(table, columns->values[1], keys)) ||
		(is_column(table, columns->values[1], client) && is_column(table, columns->values[0], keys));
}

/* is_our_index tells whether a relation is an index like ours, on a table of the extension. */
static bool
is_our_index(Oid relation)
{
	HeapTuple	row = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(relation));
	const FormData_pg_index *index;
	bool		ours;

	if (!HeapTupleIsValid(row))
		return false;
	index = (const FormData_pg_index *) GETSTRUCT(row);
	ours = getExtensionOfObject(RelationRelationId, index->indrelid) == get_extension_oid("revyops", true) &&
		has_our_columns(index->indrelid, &index->indkey);
	ReleaseSysCache(row);
	return ours;
}

/* next_name finds the next name in a message, from at on, and copies it; NULL if there is none. */
static char *
next_name(const char **at)
{
	const char *begin;

	while (**at != '\0' && **at != '_' && !isalnum((unsigned char) **at))
		(*at)++;
	begin = *at;
	while (**at == '_' || isalnum((unsigned char) **at))
		(*at)++;
	return *at > begin ? pnstrdup(begin, *at - begin) : NULL;
}

/* cut_number cuts _NUMBER off the end of a name; false if it has none. */
static bool
cut_number(char *name)
{
	char	   *end = name + strlen(name);
	char	   *digits = end;

	while (digits > name && isdigit((unsigned char) digits[-1]))
		digits--;
	if (digits == end || digits == name || digits[-1] != '_')
		return false;
	digits[-1] = '\0';
	return true;
}

/*
 * names_shard_of tells whether the message of an error from another machine names the part that lies there of one
 * of our relations: NAME_NUMBER.  It comes without the fields that say so, and in that machine's language.
 */
static bool
names_shard_of(const ErrorData *error, bool (*is_meant) (const char *name, const void *arg), const void *arg)
{
	const char *at = error->message;
	char	   *name;

	if (!rvo_is_distributed("contact") || at == NULL)
		return false;
	while ((name = next_name(&at)) != NULL)
		if (cut_number(name) && is_meant(name, arg))
			return true;
	return false;
}

static bool
is_name_of_our_index(const char *name, const void *arg pg_attribute_unused())
{
	return is_our_index(get_relname_relid(name, get_namespace_oid("revyops", false)));
}

/* is_our_key tells whether the index that raised an error is one of our keys'. */
static bool
is_our_key(const ErrorData *error)
{
	Oid			schema;

	if (!rvo_sqlstate_is_taken_key(error->sqlerrcode))
		return false;
	if (error->schema_name == NULL || error->constraint_name == NULL)
		return names_shard_of(error, is_name_of_our_index, NULL);
	schema = get_namespace_oid(error->schema_name, true);
	return OidIsValid(schema) && is_our_index(get_relname_relid(error->constraint_name, schema));
}

static bool
is_name(const char *name, const void *arg)
{
	return strcmp(name, arg) == 0;
}

/* rvo_store_is_of_foreign_key tells whether what was to be deleted is referred to by a foreign key of this name. */
bool
rvo_store_is_of_foreign_key(const ErrorData *error, const char *name)
{
	if (!rvo_sqlstate_is_in_use(error->sqlerrcode))
		return false;
	return error->constraint_name != NULL ? strcmp(error->constraint_name, name) == 0 : names_shard_of(error, is_name, name);
}

/*
 * rvo_store_check_repeatable returns if a write that was undone may go better
 * another time: one of our keys was taken, and this transaction can see by whom.
 * Else it raises the error again, or 40001 if its snapshot is too old for that.
 */
void
rvo_store_check_repeatable(ErrorData *error)
{
	if (!is_our_key(error))
		ReThrowError(error);
	if (IsolationUsesXactSnapshot())
		rvo_failure_raise_serialization();
}
