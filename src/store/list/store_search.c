/*
 * store_search.c
 *	  Searching records.
 *
 * A search is read in one of four ways.  By keys and ids, as many rows are found as there are values; by one of them
 * alone, as a get finds it.  Where an
 * index serves another of the conditions that must hold, the rows that it gives are found, up to a bound, and sorted.
 * Else all of a client's, or of a company's, are scanned in the order of ids, and no more
 * than SEARCH_MAX_ROWS are looked at: the page may end there, and the next one goes on.  In
 * any other order all of them must be looked at, so they may not be more than that.
 *
 * The bound is on the rows within a sub-select, in the order of an index.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "base/failure.h"
#include "base/fault.h"
#include "shape/record/custom_field_index.h"
#include "store/list/store_estimate.h"
#include "store/list/store_field_rows.h"
#include "store/list/store_search.h"
#include "store/list/store_search_sql.h"
#include "store/query/store_kept_count.h"
#include "store/query/store_made_query.h"
#include "store/record/store_company.h"
#include "store/record/store_contact.h"

/* The record that has a key, $1. */
#define WITH_KEY(columns, table, key) { \
	.sql = "SELECT " columns " FROM " table " WHERE " key " = $1 AND client_id = $2", \
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 2, \
	.types = {TEXTOID, INT4OID}, \
}

static KeptQuery contact_with_email = WITH_KEY(READ_CONTACT, "revyops.contact", "email");
static KeptQuery contact_with_linkedin_url = WITH_KEY(READ_CONTACT, "revyops.contact", "linkedin_url");
static KeptQuery company_with_domain = WITH_KEY(READ_COMPANY, "revyops.company", "domain");

/* What is searched. */
typedef struct SearchTable
{
	const RecordTable *table;
	const char *name;
	const char *columns;
	KeptQuery  *with_key[2];	/* in the order of the shape's keys, which are its first members */
	const char *text_index;		/* of trigrams; there if the owner has made it */
	const char *text_columns[5];	/* that it has, up to NULL */
} SearchTable;

/* Those that can be searched. */
static const SearchTable tables[ENTITIES] = {
	[CONTACT_ENTITY] = {
		.table = &rvo_contact_table, .name = "revyops.contact", .columns = READ_CONTACT,
		.with_key = {&contact_with_email, &contact_with_linkedin_url}, .text_index = "contact_text_search_idx",
		.text_columns = {"email", "linkedin_url", "first_name", "last_name"},
	},
	[COMPANY_ENTITY] = {
		.table = &rvo_company_table, .name = "revyops.company", .columns = READ_COMPANY,
		.with_key = {&company_with_domain}, .text_index = "company_text_search_idx",
		.text_columns = {"domain", "name"},
	},
};

/* What the value that is sorted by is called, where ids are. */
#define SEARCH_KEY "search_key"

/* A search under way. */
typedef struct Search
{
	const SearchTable *table;
	const SearchQuery *query;
	int			client_id;
	const char *key;			/* the expression of what is sorted by */
	const char *conditions;		/* " AND …" */
	const char *base;			/* the same for what the scan is of, beside the client: a company, or nothing */
	const char *behind;			/* the same for the page's place */
	Datum		hashes;			/* of a custom field, if the index on them is asked; else an empty array */
	const char *has_hash;		/* " AND …" for them, or nothing */
	bool		few;			/* and ANALYZE did not find more rows with them than a page has */
	int64		place;			/* the id behind which to read */
	int64		max_rows;		/* to look at for a page */
	int64		count_rows;		/* and to count */
	SearchValues values;
} Search;

/* ---------------------------------------------------------------- statements */

/* Each is a query of this form. */
static const KeptQuery search_form = {
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = SEARCH_PARAMETERS, .types = {SEARCH_TYPES},
};

/* parameters_of makes what a statement of a search is given. */
static Execution
parameters_of(const Search *search, int64 place, int64 limit, int64 bound)
{
	Execution	e = {0};

	rvo_add_integer(&e, search->client_id);
	rvo_add_search_values(&e, &search->values);
	rvo_add_datum(&e, search->hashes, false);
	rvo_add_datum(&e, Int64GetDatum(place), false);
	rvo_add_datum(&e, Int64GetDatum(limit), limit == NO_LIMIT);
	rvo_add_datum(&e, Int64GetDatum(bound), bound == NO_LIMIT);
	return e;
}

/* run runs a statement of a search and shows its rows to read. */
static void
run(const Search *search, const char *sql, int64 place, int64 limit, int64 bound, RowReader read, void *arg)
{
	Execution	e = parameters_of(search, place, limit, bound);

	rvo_query_read(rvo_made_query(sql, &search_form), &e, read, arg);
}

/* Numbers of a row, if there is one. */
typedef struct Numbers
{
	bool		given;
	int64		number;
} Numbers;

static void
read_number(void *arg, const Datum *values, const bool *nulls)
{
	Numbers    *numbers = arg;

	*numbers = (Numbers) {!nulls[0], nulls[0] ? 0 : DatumGetInt64(values[0])};
}

/* What is kept of a number that is not given. */
#define NOT_GIVEN PG_INT64_MIN

/* run_number runs a statement of one number, unless that is kept; given is false if it has no row. */
static Numbers
run_number(const Search *search, const char *sql, int64 place, int64 limit, int64 bound)
{
	KeptQuery  *query = rvo_made_query(sql, &search_form);
	Execution	e = parameters_of(search, place, limit, bound);
	Numbers		numbers = {false, 0};
	CountKey	key;
	int64		kept;

	if (rvo_kept_count_find(query, &e, true, &key, &kept))
		return (Numbers) {kept != NOT_GIVEN, kept};
	rvo_query_read(query, &e, read_number, &numbers);
	rvo_kept_count_put(&key, numbers.given ? numbers.number : NOT_GIVEN);
	return numbers;
}

/* Reads rows into a page, and the two counts behind them, if there are such. */
typedef struct PageReading
{
	SearchRows *found;
	const SearchQuery *query;
	int64		octets;			/* about as an answer shows them */
	bool		counts;
	int64		following;
	int64		all;
} PageReading;

static void
read_row(void *arg, const Datum *values, const bool *nulls)
{
	PageReading *reading = arg;
	ListRows   *rows = &reading->found->rows;
	Record	   *record = (Record *) (rows->items + rows->count * rows->table->size);

	if (reading->counts)
	{
		reading->following = DatumGetInt64(values[RESULTS_OF_RECORD(rows->table)]);
		reading->all = DatumGetInt64(values[RESULTS_OF_RECORD(rows->table) + 1]);
	}
	/* A page that is full by its octets ends early; the cursor leads on. */
	rows->has_more = rows->count == reading->query->page.size || reading->octets >= PAGE_MAX_OCTETS;
	if (rows->has_more)
		return;
	rvo_record_of_row(rows->table, record, values, nulls);
	reading->octets += rvo_list_octets_of(rows->table, record);
	rows->count++;
	rows->last_id = record->id;
	reading->found->last_key = rvo_search_key(reading->query, record);
}

/* begin_page makes ready to read a page. */
static PageReading
begin_page(const Search *search, bool counts, SearchRows *found)
{
	found->rows = (ListRows) {
		.table = search->table->table, .items = palloc(search->query->page.size * search->table->table->size)
	};
	return (PageReading) {.found = found, .query = search->query, .counts = counts};
}

/* read_page runs the statement of a page, one row more than it has. */
static PageReading
read_page(const Search *search, const char *sql, bool counts, int64 bound, SearchRows *found)
{
	PageReading reading = begin_page(search, counts, found);

	run(search, sql, search->place, (int64) search->query->page.size + 1, bound, read_row, &reading);
	return reading;
}

/* ---------------------------------------------------------------- which index */

/* is_alone tells whether a condition must hold, rather than one of several. */
static bool
is_alone(const SearchQuery *query, int i)
{
	int			number = query->conditions[i].number;

	return (i == 0 || query->conditions[i - 1].number != number) &&
		(i + 1 == query->count || query->conditions[i + 1].number != number);
}

/* is_equal tells the operators that give values which a row must have. */
static bool
is_equal(const SearchCondition *condition)
{
	return condition->operator == SEARCH_EQ || condition->operator == SEARCH_IN;
}

/* find_base finds the company that a search is of: its rows are in the order of ids in an index. */
static const char *
find_base(const SearchQuery *query, SearchValues *values)
{
	for (int i = 0; i < query->count; i++)
	{
		const SearchCondition *condition = &query->conditions[i];

		if (condition->member == NULL || condition->member->kind != MEMBER_COMPANY || condition->operator != SEARCH_EQ ||
			!is_alone(query, i))
			continue;
		values->ids[values->nids++] = Int64GetDatum(condition->values[0].number);
		return psprintf(" AND company_id = ($3)[%d]", values->nids);
	}
	return "";
}

/* has_text_index tells whether trigrams of a member are in an index that can be used. */
static bool
has_text_index(const SearchTable *table, const RecordMember *member)
{
	Oid			index;
	HeapTuple	tuple;
	bool		valid;

	for (int i = 0; table->text_columns[i] != NULL; i++)
	{
		if (!rvo_slice_equal(member->name, rvo_slice(table->text_columns[i])))
			continue;
		index = get_relname_relid(table->text_index, get_namespace_oid("revyops", true));
		tuple = OidIsValid(index) ? SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index)) : NULL;
		valid = HeapTupleIsValid(tuple) && ((Form_pg_index) GETSTRUCT(tuple))->indisvalid;
		if (HeapTupleIsValid(tuple))
			ReleaseSysCache(tuple);
		return valid;
	}
	return false;
}

/* A part of a text that has fewer characters has no trigram. */
#define TRIGRAM_LENGTH 3

/* Of the first so many rows, so many that fit are too many for an index of trigrams: its rows come all at once. */
#define SAMPLE_ROWS 500
#define SAMPLE_MAX 25

/* is_rare looks at the client's first rows. */
static bool
is_rare(const Search *search)
{
	return run_number(search, psprintf("SELECT pg_catalog.count(*) FROM (SELECT * FROM %s WHERE client_id = $1 ORDER BY id LIMIT "
									   SEARCH_BOUND ") AS r WHERE true%s", search->table->name, search->conditions),
					  0, NO_LIMIT, SAMPLE_ROWS).number < SAMPLE_MAX;
}

/* hash_values makes what the index on custom fields has for the values of a condition. */
static ArrayType *
hash_values(const Search *search, const SearchCondition *condition)
{
	Datum	   *hashes = palloc(Max(condition->nvalues, 1) * sizeof(Datum));

	for (int i = 0; i < condition->nvalues; i++)
		hashes[i] = Int64GetDatum(rvo_custom_field_hash(search->client_id, condition->field, condition->values[i].text));
	return construct_array(hashes, condition->nvalues, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
}

/* is_unique tells whether a condition gives no more rows than it has values. */
static bool
is_unique(const SearchCondition *condition)
{
	return condition->member != NULL && is_equal(condition) &&
		(condition->member->kind == MEMBER_KEY || condition->member->kind == MEMBER_ID);
}

/* has_few tells whether some condition that must hold gives few rows. */
static bool
has_few(const SearchQuery *query)
{
	for (int i = 0; i < query->count; i++)
		if (is_alone(query, i) && is_unique(&query->conditions[i]))
			return true;
	return false;
}

/* serves tells whether an index serves a condition, and asks it. */
static bool
serves(Search *search, const SearchCondition *condition, double most)
{
	const RecordMember *member = condition->member;
	ArrayType  *hashes;

	if (member == NULL)
	{
		if (!is_equal(condition))
			return false;
		hashes = hash_values(search, condition);
		if (rvo_many_have_field(search->table->table->entity, hashes, most))
			return false;
		search->hashes = PointerGetDatum(hashes);
		search->few = rvo_estimate_with_field(search->table->table->entity, hashes) <= search->query->page.size;

		/* twice, so that the planner guesses few rows: doc/decisions/reading-and-changing.md */
		search->has_hash = " AND revyops.custom_field_hashes(client_id, custom_fields) && " SEARCH_HASHES
			" AND revyops.custom_field_hashes(client_id, custom_fields) && " SEARCH_HASHES;
		return true;
	}
	return (condition->operator == SEARCH_CONTAINS || condition->operator == SEARCH_STARTS_WITH) &&
		rvo_text_characters(condition->values[0].text) >= TRIGRAM_LENGTH &&
		has_text_index(search->table, member) && is_rare(search);
}

/* find_index finds a condition that an index serves: custom fields first, then parts of texts. */
static bool
find_index(Search *search, double most)
{
	const SearchQuery *query = search->query;

	for (int parts = 0; parts < 2; parts++)
		for (int i = 0; i < query->count; i++)
			if ((query->conditions[i].member != NULL) == parts && is_alone(query, i) &&
				serves(search, &query->conditions[i], most))
				return true;
	return false;
}

/* ---------------------------------------------------------------- few rows */

/* is_first tells a page that begins with the first row; then where others begin is in no statement. */
static bool
is_first(const SearchQuery *query)
{
	return query->page.place.entries == 0 && query->page.place.key.data == NULL;
}

/* search_one reads the one row that a key or an id gives, if that is all that is asked for; false if it is not. */
static bool
search_one(const Search *search, SearchRows *found)
{
	const SearchQuery *query = search->query;
	const SearchCondition *condition = &query->conditions[0];
	const RecordTable *table = search->table->table;
	Execution	e = {0};
	Record	   *record;
	int			count;

	if (query->count != 1 || condition->operator != SEARCH_EQ || !is_unique(condition) || !is_first(query))
		return false;
	record = palloc(table->size);
	if (condition->member->kind == MEMBER_ID)
		count = rvo_store_get(table, search->client_id, condition->values[0].number, record);
	else
	{
		rvo_add_text(&e, condition->values[0].text);
		rvo_add_integer(&e, search->client_id);
		count = rvo_store_find(table, search->table->with_key[condition->member - table->shape->members], &e, record);
	}
	*found = (SearchRows) {.rows = {.table = table, .items = (char *) record, .count = count, .total = {count, true}}, .complete = true};
	return true;
}

/*
 * search_few reads the first page out of the rows that the index on custom fields finds, if these are no more than
 * the page has.  To count so few, and to sort them apart, would take as long as to find them.
 */
static bool
search_few(const Search *search, SearchRows *found)
{
	const SearchTable *table = search->table;

	if (!search->few || !is_first(search->query))
		return false;
	read_page(search, psprintf("SELECT %s FROM (SELECT * FROM %s WHERE client_id = $1%s%s LIMIT " SEARCH_LIMIT ") AS r ORDER BY %s",
							   table->columns, table->name, search->has_hash, search->conditions,
							   rvo_search_order(search->query, search->key)),
			  false, NO_LIMIT, found);
	found->complete = true;
	found->rows.total = (ListCount) {found->rows.count, true};
	return !found->rows.has_more;
}

/* ---------------------------------------------------------------- three ways */

/*
 * find_rows finds rows by an index, without a plan if they have one condition that the index on custom fields serves.
 * If there are more than bound, it may leave some out.
 */
static FoundRows
find_rows(const Search *search, int64 bound)
{
	const SearchQuery *query = search->query;
	const SearchCondition *condition = &query->conditions[0];
	const SearchTable *table = search->table;
	FoundRows	found = rvo_found_begin((FoundRow) {search->place, search->client_id}, query->descending, query->page.size + 1);

	if (query->count == 1 && condition->member == NULL && condition->operator == SEARCH_EQ)
	{
		FieldRows	rows = {
			.entity = table->table->entity, .client_id = search->client_id, .name = condition->field,
			.value = condition->values[0].text, .hashes = DatumGetArrayTypeP(search->hashes)
		};

		if (rvo_find_with_field(&rows, bound, &found))
			return found;
	}
	run(search, psprintf(RARE_IDS("%s", "client_id = $1%s%s", SEARCH_BOUND), table->name, search->has_hash, search->conditions),
		0, NO_LIMIT, bound == NO_LIMIT ? NO_LIMIT : bound + 1, rvo_found_read, &found);
	return found;
}

/* search_found reads a page out of the rows that an index finds, in the order of ids.  False if there are more than bound. */
static bool
search_found(const Search *search, int64 bound, SearchRows *found)
{
	FoundRows	rows = find_rows(search, bound);
	PageReading reading = begin_page(search, false, found);

	if (bound != NO_LIMIT && rows.found > bound)
		return false;
	rvo_found_show(&rows, search->table->table, search->client_id, 0, read_row, &reading);
	found->complete = true;
	found->rows.total = (ListCount) {search->query->page.place.entries + rows.following, true};
	return true;
}

/*
 * search_found_sorted reads a page out of the rows that an index finds, in another order; only ids and keys are sorted.
 * False if there are more than bound.
 */
static bool
search_found_sorted(const Search *search, int64 bound, SearchRows *found)
{
	const SearchTable *table = search->table;
	const char *order = rvo_search_order(search->query, SEARCH_KEY);
	const char *ids = psprintf("SELECT id, %s AS " SEARCH_KEY " FROM %s WHERE client_id = $1%s%s LIMIT " SEARCH_BOUND,
							   search->key, table->name, search->has_hash, search->conditions);
	const char *counted = psprintf("SELECT id, " SEARCH_KEY ", pg_catalog.count(*) OVER () AS found FROM (%s) AS f", ids);
	const char *page = psprintf("SELECT id AS found_id, " SEARCH_KEY ", pg_catalog.count(*) OVER () AS following, found FROM (%s) AS f"
								" WHERE true%s ORDER BY %s LIMIT " SEARCH_LIMIT, counted, search->behind, order);
	const char *sql = psprintf("SELECT %s, following, found FROM (%s) AS f JOIN %s ON client_id = $1 AND id = found_id ORDER BY %s",
							   table->columns, page, table->name, order);
	PageReading reading = read_page(search, sql, true, bound == NO_LIMIT ? NO_LIMIT : bound + 1, found);
	const ListPlace *place = &search->query->page.place;

	/* Behind the end there is no row, and so no count. */
	if (found->rows.count == 0 && place->entries > 0)
		reading.all = run_number(search, psprintf("SELECT pg_catalog.count(*) FROM (SELECT 1 FROM %s WHERE client_id = $1%s%s LIMIT "
												  SEARCH_BOUND ") AS f", table->name, search->has_hash, search->conditions),
								 0, NO_LIMIT, bound == NO_LIMIT ? NO_LIMIT : bound + 1).number;
	found->complete = true;
	found->rows.total = (ListCount) {place->entries + reading.following, true};
	return bound == NO_LIMIT || reading.all <= bound;
}

/* rows_of_scan returns the rows behind an id, in their order, as a sub-select; up to SEARCH_BOUND of them. */
static const char *
rows_of_scan(const Search *search, const char *columns)
{
	bool		descending = search->query->descending;

	return psprintf("(SELECT %s FROM %s WHERE client_id = $1%s AND id %s " SEARCH_PLACE " ORDER BY id%s LIMIT " SEARCH_BOUND ") AS r",
					columns, search->table->name, search->base, descending ? "<" : ">", descending ? " DESC" : "");
}

/* end_of_scan returns the last id of so many rows behind one; not given, if there are no more than these. */
static Numbers
end_of_scan(const Search *search, int64 place, int64 rows)
{
	bool		descending = search->query->descending;

	return run_number(search, psprintf("SELECT id FROM %s WHERE client_id = $1%s AND id %s " SEARCH_PLACE " ORDER BY id%s OFFSET "
									   SEARCH_BOUND " LIMIT " SEARCH_LIMIT, search->table->name, search->base,
									   descending ? "<" : ">", descending ? " DESC" : ""), place, 1, rows - 1);
}

/* ids_behind returns how many ids there are behind one, up to the client's last. */
static int64
ids_behind(const Search *search, int64 id)
{
	bool		descending = search->query->descending;
	Numbers		last = run_number(search, psprintf("SELECT id FROM %s WHERE client_id = $1 ORDER BY id%s LIMIT " SEARCH_LIMIT,
												   search->table->name, descending ? "" : " DESC"), 0, 1, NO_LIMIT);

	return last.given ? rvo_ids_between(descending ? last.number : id, descending ? id : last.number) : 0;
}

/*
 * count_scan counts what follows a page, up to COUNT_MAX of all, and looks at no more rows than
 * that takes a moment for.  Behind a page that is not complete nothing is looked at.
 */
static ListCount
count_scan(const Search *search, const SearchRows *found, int64 shown)
{
	bool		exact = search->query->page.exact;
	int64		limit = exact ? NO_LIMIT : Max(COUNT_MAX - shown, 0) + 1;
	int64		last_id = found->rows.last_id;
	int64		following = 0;

	/* Of more rows than are looked at nothing is known for sure, so none of them is: each has an id of its own. */
	if (!exact && (!found->complete || end_of_scan(search, last_id, search->count_rows).given))
		return (ListCount) {shown + ids_behind(search, last_id), false};
	following = run_number(search, psprintf("SELECT pg_catalog.count(*) FROM (SELECT 1 FROM %s WHERE true%s LIMIT " SEARCH_LIMIT ") AS c",
											rows_of_scan(search, "*"), search->conditions),
						   last_id, limit, exact ? NO_LIMIT : search->count_rows).number;
	if (exact || following < limit)
		return (ListCount) {shown + following, true};
	return (ListCount) {shown + Max(following, ids_behind(search, last_id)), false};
}

/* search_scan reads a page out of all rows in the order of ids. */
static void
search_scan(const Search *search, SearchRows *found)
{
	const ListPlace *place = &search->query->page.place;
	ListRows   *rows = &found->rows;
	int64		shown;

	read_page(search, psprintf("SELECT %s FROM %s WHERE true%s ORDER BY id%s LIMIT " SEARCH_LIMIT, search->table->columns,
							   rows_of_scan(search, "*"), search->conditions, search->query->descending ? " DESC" : ""),
			  false, search->max_rows, found);
	rows->scanned = true;
	shown = place->entries + rows->count;
	found->complete = true;
	if (!rows->has_more)
	{
		Numbers		end = end_of_scan(search, search->place, search->max_rows);

		found->complete = !end.given;
		if (end.given)
			rows->last_id = end.number;
	}
	if (!rows->has_more && found->complete)
		rows->total = (ListCount) {shown, true};
	else if (place->counted && place->total.entries > shown && (place->total.exact || !search->query->page.exact))
		rows->total = place->total;
	else
		rows->total = count_scan(search, found, shown);
	if (!found->complete)
		found->last_key = CONST_SLICE("0");
}

/* sorted_page returns the statement of a page of rows that are sorted; in another order than by id, only ids and keys are. */
static const char *
sorted_page(const Search *search, const char *from)
{
	const SearchTable *table = search->table;
	const SearchQuery *query = search->query;

	if (query->sort->kind == MEMBER_ID)
		return psprintf("SELECT %s FROM %s%s ORDER BY %s LIMIT " SEARCH_LIMIT, table->columns, from, search->behind,
						rvo_search_order(query, search->key));
	return psprintf("SELECT %s FROM (SELECT id AS found_id, %s AS " SEARCH_KEY " FROM %s%s ORDER BY %s LIMIT " SEARCH_LIMIT ") AS f JOIN %s"
					" ON client_id = $1 AND id = found_id ORDER BY %s", table->columns, search->key, from, search->behind,
					rvo_search_order(query, search->key), table->name, rvo_search_order(query, SEARCH_KEY));
}

/* search_all reads a page out of rows that are few: they are sorted, and counted if there are more than a page. */
static void
search_all(const Search *search, SearchRows *found)
{
	const char *from = psprintf("%s WHERE client_id = $1%s%s", search->table->name, search->base, search->conditions);
	const ListPlace *place = &search->query->page.place;
	ListCount  *total = &found->rows.total;

	read_page(search, sorted_page(search, from), false, NO_LIMIT, found);
	found->complete = true;
	*total = (ListCount) {place->entries + found->rows.count, true};
	if (!found->rows.has_more)
		return;
	if (place->counted && place->total.entries > total->entries)
		*total = place->total;
	else
		total->entries = Max(run_number(search, psprintf("SELECT pg_catalog.count(*) FROM %s", from), 0, NO_LIMIT, NO_LIMIT).number,
							 total->entries + 1);
}

/* search_sorted reads a page out of all rows in another order, for which they must not be too many. */
static void
search_sorted(const Search *search, SearchRows *found)
{
	if (run_number(search, psprintf("SELECT pg_catalog.count(*) FROM (SELECT 1 FROM %s WHERE client_id = $1%s LIMIT " SEARCH_BOUND ") AS r",
									search->table->name, search->base), 0, NO_LIMIT, search->max_rows + 1).number > search->max_rows)
	{
		FaultList	faults = {0};

		rvo_fault_add_limit(&faults, "/sort", FAULT_TOO_BROAD, search->max_rows, search->max_rows + 1);
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	}
	search_all(search, found);
}

/*
 * rows_at_once returns how many rows are looked at, of so many: the fewer, the more there is
 * to compare each with.
 */
static int64
rows_at_once(const SearchQuery *query, int64 rows)
{
	return rows / (1 + (query->count + query->nvalues / 8) / 5);
}

/* rvo_store_search reads a page of the records that fit. */
void
rvo_store_search(Entity entity, int client_id, const SearchQuery *query, SearchRows *found)
{
	bool		by_id = query->sort->kind == MEMBER_ID;
	int64		most = by_id ? COUNT_MAX : SEARCH_MAX_ROWS;
	Search		search = {
		.table = &tables[entity], .query = query, .client_id = client_id, .key = rvo_search_given(query->sort),
		.hashes = PointerGetDatum(construct_empty_array(INT8OID)), .has_hash = "", .place = query->page.place.id,
		.values = rvo_search_values(query), .max_rows = rows_at_once(query, SEARCH_MAX_ROWS),
		.count_rows = rows_at_once(query, SEARCH_COUNT_ROWS),
	};

	if (query->descending && query->page.place.key.data == NULL)
		search.place = PG_INT64_MAX;
	if (search_one(&search, found))
		return;
	search.conditions = rvo_search_conditions(query, &search.values);
	search.base = find_base(query, &search.values);
	if (has_few(query))
	{
		search.behind = rvo_search_behind(query, search.key, &search.values);
		search_all(&search, found);
		return;
	}
	if (!query->page.place.scanned && find_index(&search, by_id ? COMMON_FIELD_MIN : SEARCH_MAX_ROWS))
	{
		if (search_few(&search, found))
			return;
		if (!by_id)
			search.behind = rvo_search_behind(query, SEARCH_KEY, &search.values);
		if ((by_id ? search_found : search_found_sorted) (&search, query->page.exact ? NO_LIMIT : most, found))
			return;
	}
	search.behind = rvo_search_behind(query, search.key, &search.values);
	if (by_id)
		search_scan(&search, found);
	else
		search_sorted(&search, found);
}

/* ---------------------------------------------------------------- trigrams */

static KeptQuery find_trigrams = {
	.sql = "SELECT n.nspname::text FROM pg_catalog.pg_extension AS e JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace"
	" WHERE e.extname = 'pg_trgm'",
	.expected = SPI_OK_SELECT, .read_only = true,
};

/* rvo_store_enable_text_search makes the indexes of trigrams that are not there yet. */
void
rvo_store_enable_text_search(void)
{
	Execution	e = {0};
	const char *schema;

	if (rvo_query_run(&find_trigrams, &e) == 0)
		rvo_failure_raise_no_trigrams();
	schema = quote_identifier(rvo_slice_cstring(rvo_result(&e, 0)));
	for (int i = 0; i < ENTITIES; i++)
	{
		StringInfoData sql;

		if (tables[i].table == NULL)
			continue;
		initStringInfo(&sql);
		appendStringInfo(&sql, "CREATE INDEX IF NOT EXISTS %s ON %s USING gin (", tables[i].text_index, tables[i].name);
		for (int column = 0; tables[i].text_columns[column] != NULL; column++)
			appendStringInfo(&sql, "%s%s %s.gin_trgm_ops", column == 0 ? "" : ", ", tables[i].text_columns[column], schema);
		appendStringInfoChar(&sql, ')');
		rvo_query_run_utility(sql.data);
	}
}
