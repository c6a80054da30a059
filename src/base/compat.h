/*
 * compat.h
 *	  The only place that knows server versions: PostgreSQL 15 to 19.
 *
 * Include after postgres.h.  The code is written for the newest server.  Where
 * a name of its can be given to older ones, that is done here; where its
 * arguments have changed, NAME_compat has those that we use, and calls NAME.
 * Each entry says since which version.
 */
#ifndef RVO_COMPAT_H
#define RVO_COMPAT_H

#if PG_VERSION_NUM < 150000 || PG_VERSION_NUM >= 200000
#error "revyops is made for PostgreSQL 15 to 19"
#endif

#ifndef USE_FLOAT8_BYVAL
#error "revyops needs a 64-bit server"
#endif

/* ---------------------------------------------------------------- the language */

/* 18: stands in front of a declaration. */
#ifndef pg_noreturn
#define pg_noreturn __attribute__((noreturn))
#endif

/* 16: VARDATA_ANY and its like are no longer in postgres.h. */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* ---------------------------------------------------------------- JSON */

/* 16: what the parser calls says by its result whether to go on. */
#if PG_VERSION_NUM >= 160000
#define JsonCallbackResult JsonParseErrorType
#define JSON_GO_ON JSON_SUCCESS
#else
#define JsonCallbackResult void
#define JSON_GO_ON
#endif

/* 17: the caller may provide the memory of a lexer. */
#if PG_VERSION_NUM >= 170000
#define makeJsonLexContextCstringLen_compat(text, len) makeJsonLexContextCstringLen(NULL, text, len, PG_UTF8, true)
#else
#define makeJsonLexContextCstringLen_compat(text, len) \
	makeJsonLexContextCstringLen(unconstify(char *, text), len, PG_UTF8, true)
#endif

/* 19: the result is a member of the state. */
#if PG_VERSION_NUM >= 190000
#define pushJsonbValue_compat(state, token, value) pushJsonbValue(state, token, value)
#else
typedef struct JsonbInState
{
	struct JsonbParseState *parseState;
	struct JsonbValue *result;
} JsonbInState;

#define pushJsonbValue_compat(state, token, value) \
	((state)->result = pushJsonbValue(&(state)->parseState, token, value))
#endif

/* ---------------------------------------------------------------- texts */

/* 18: octets are uint8. */
#if PG_VERSION_NUM >= 180000
#define pg_b64_encode_compat(octets, len, to, to_len) pg_b64_encode((const uint8 *) (octets), len, to, to_len)
#define pg_b64_decode_compat(text, len, to, to_len) pg_b64_decode(text, len, (uint8 *) (to), to_len)
#else
#define pg_b64_encode_compat(octets, len, to, to_len) pg_b64_encode((const char *) (octets), len, to, to_len)
#define pg_b64_decode_compat(text, len, to, to_len) pg_b64_decode(text, len, to, to_len)
#endif

/* ---------------------------------------------------------------- transactions */

/* How many transactions that wrote have ended since the server began.  17: another name.  Needs access/transam.h. */
#if PG_VERSION_NUM >= 170000
#define ended_transactions() (TransamVariables->xactCompletionCount)
#else
#define ended_transactions() (ShmemVariableCache->xactCompletionCount)
#endif

/* ---------------------------------------------------------------- tables and indexes */

/* 18: a deferrable primary key may be asked for. */
#if PG_VERSION_NUM >= 180000
#define RelationGetPrimaryKeyIndex_compat(table) RelationGetPrimaryKeyIndex(table, false)
#else
#define RelationGetPrimaryKeyIndex_compat(table) RelationGetPrimaryKeyIndex(table)
#endif

/* 18: a CHECK constraint may be one that is not enforced, a generated column one that is not stored. */
#if PG_VERSION_NUM >= 180000
#define check_is_enforced(check) ((check)->ccenforced)
#define has_generated_columns(constr) ((constr)->has_generated_stored || (constr)->has_generated_virtual)
#else
#define check_is_enforced(check) true
#define has_generated_columns(constr) ((constr)->has_generated_stored)
#endif

/* What was reported of a table: rows changed since ANALYZE, and how often there was one.  16: other names.  Needs pgstat.h. */
#if PG_VERSION_NUM >= 160000
#define changes_reported(entry) ((entry)->mod_since_analyze)
#define analyzes_reported(entry) ((entry)->analyze_count + (entry)->autoanalyze_count)
#else
#define changes_reported(entry) ((entry)->changes_since_analyze)
#define analyzes_reported(entry) ((entry)->analyze_count + (entry)->autovac_analyze_count)
#endif

/* 16: one function for the owners of all kinds of objects. */
#if PG_VERSION_NUM < 160000
#define owns_large_object(oid, role) pg_largeobject_ownercheck(oid, role)
#else
#define owns_large_object(oid, role) object_ownercheck(LargeObjectRelationId, oid, role)
#endif

/* 19: flags. */
#if PG_VERSION_NUM >= 190000
#define table_beginscan_compat(table, snapshot) table_beginscan(table, snapshot, 0, NULL, SO_NONE)
#else
#define table_beginscan_compat(table, snapshot) table_beginscan(table, snapshot, 0, NULL)
#endif

/* 18: scans may be counted; 19: flags. */
#if PG_VERSION_NUM >= 190000
#define index_beginscan_compat(table, index, snapshot, nkeys) \
	index_beginscan(table, index, snapshot, NULL, nkeys, 0, SO_NONE)
#elif PG_VERSION_NUM >= 180000
#define index_beginscan_compat(table, index, snapshot, nkeys) index_beginscan(table, index, snapshot, NULL, nkeys, 0)
#else
#define index_beginscan_compat(table, index, snapshot, nkeys) index_beginscan(table, index, snapshot, nkeys, 0)
#endif

/* 18: scans may be counted. */
#if PG_VERSION_NUM >= 180000
#define index_beginscan_bitmap_compat(index, snapshot, nkeys) index_beginscan_bitmap(index, snapshot, NULL, nkeys)
#else
#define index_beginscan_bitmap_compat(index, snapshot, nkeys) index_beginscan_bitmap(index, snapshot, nkeys)
#endif

/* The pages of a bitmap, and where their rows are; none, where that is not known.  18: other names, and these are asked for.  Needs nodes/tidbitmap.h. */
#if PG_VERSION_NUM >= 180000
#define TBMPageIterator TBMPrivateIterator
#define tbm_begin_pages(bitmap) tbm_begin_private_iterate(bitmap)
#define tbm_next_page(iterator, page) tbm_private_iterate(iterator, page)
#define tbm_rows_of_page(page, offsets) ((page)->lossy ? 0 : tbm_extract_page_tuple(page, offsets, lengthof(offsets)))
#define tbm_end_pages(iterator) tbm_end_private_iterate(iterator)
#else
#define TBMPageIterator TBMIterator
#define tbm_begin_pages(bitmap) tbm_begin_iterate(bitmap)
#define tbm_next_page(iterator, page) (((page) = tbm_iterate(iterator)) != NULL)
#define tbm_rows_of_page(page, to) ((page)->ntuples <= 0 ? 0 : \
	(memcpy(to, (page)->offsets, (page)->ntuples * sizeof(OffsetNumber)), (page)->ntuples))
#define tbm_end_pages(iterator) tbm_end_iterate(iterator)
#endif

/* ---------------------------------------------------------------- the executor and the planner */

/* 18: another name. */
#if PG_VERSION_NUM < 180000
#define ri_CheckConstraintExprs ri_ConstraintExprs
#endif

/* 18: the row may be one that is there already. */
#if PG_VERSION_NUM >= 180000
#define ExecCheckIndexConstraints_compat(target, row, estate, conflict, indexes) \
	ExecCheckIndexConstraints(target, row, estate, conflict, NULL, indexes)
#else
#define ExecCheckIndexConstraints_compat(target, row, estate, conflict, indexes) \
	ExecCheckIndexConstraints(target, row, estate, conflict, indexes)
#endif

/* An insert of which is told whether a taken key is no error.  16: summarizing indexes may be asked for alone; 19: flags. */
#if PG_VERSION_NUM >= 190000
#define ExecInsertIndexTuples_compat(target, row, estate, no_error, conflict) \
	ExecInsertIndexTuples(target, estate, (no_error) ? EIIT_NO_DUPE_ERROR : 0, row, NIL, conflict)
#elif PG_VERSION_NUM >= 160000
#define ExecInsertIndexTuples_compat(target, row, estate, no_error, conflict) \
	ExecInsertIndexTuples(target, row, estate, false, no_error, conflict, NIL, false)
#else
#define ExecInsertIndexTuples_compat(target, row, estate, no_error, conflict) \
	ExecInsertIndexTuples(target, row, estate, false, no_error, conflict, NIL)
#endif

/* 19: the planner knows of an EXPLAIN. */
#if PG_VERSION_NUM >= 190000
#define PLANNER_PARAMETERS Query *parse, const char *text, int options, ParamListInfo parameters, struct ExplainState *explain
#define PLANNER_ARGUMENTS parse, text, options, parameters, explain
#else
#define PLANNER_PARAMETERS Query *parse, const char *text, int options, ParamListInfo parameters
#define PLANNER_ARGUMENTS parse, text, options, parameters
#endif

/* What the planner is told of a table.  19: a hook for relations of every kind, of which some are no table. */
#if PG_VERSION_NUM >= 190000
#define table_size_hook build_simple_rel_hook
#define table_size_hook_type build_simple_rel_hook_type
#define TABLE_SIZE_HOOK_PARAMETERS PlannerInfo *root, RelOptInfo *info, RangeTblEntry *entry
#define TABLE_SIZE_HOOK_ARGUMENTS root, info, entry
#define TABLE_SIZE_HOOK_TABLE (entry->rtekind == RTE_RELATION ? entry->relid : InvalidOid)
#else
#define table_size_hook get_relation_info_hook
#define table_size_hook_type get_relation_info_hook_type
#define TABLE_SIZE_HOOK_PARAMETERS PlannerInfo *root, Oid relation, bool inherited, RelOptInfo *info
#define TABLE_SIZE_HOOK_ARGUMENTS root, relation, inherited, info
#define TABLE_SIZE_HOOK_TABLE relation
#endif

#endif							/* RVO_COMPAT_H */
