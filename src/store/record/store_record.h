/*
 * store_record.h
 *	  What the tables of records share.
 */
#ifndef RVO_STORE_RECORD_H
#define RVO_STORE_RECORD_H

#include "shape/record/entity.h"
#include "shape/record/record.h"
#include "shape/record/record_member.h"
#include "store/query/store_query.h"

/* In place of a client's id: what the master lists show. */
#define ALL_CLIENTS 0

/*
 * Theirs: rows of clients that are served here.  What is left, or on its way here, of one that is served by another
 * server is not shown, and may be stale.  Few clients or none are, so who they are costs one look at an index.  The
 * indexes on ids alone have the first condition of OF_SERVED.
 */
#define SOME_ARE_MOVED "EXISTS (SELECT FROM revyops.client WHERE state = 'moved')"
#define IS_SERVED "client_id NOT IN (SELECT id FROM revyops.client WHERE state = 'moved')"
#define OF_SERVED "client_id > 0 AND " IS_SERVED

/*
 * A table's list of columns, those of the shape in their order, takes one of these
 * as X: to write them, to read them, and to take them of what was to be inserted.
 * The casts are for an owner who gives a column another type; without, they are nothing.
 */
#define WRITTEN(column, type) #column
#define READ(column, type) #column "::" #type
#define EXCLUDED(column, type) #column " = EXCLUDED." #column

/*
 * The table of one kind of records, and its queries: each takes the client's id
 * and the record's, if nothing else is said.  What is read is client_id, id, the
 * columns of the shape, custom_fields, updated_time; what is written as well, and
 * the same as arrays but for client_id, where it is many.
 */
typedef struct RecordTable
{
	Entity		entity;
	size_t		size;			/* of a record */
	const RecordShape *shape;
	KeptQuery  *get;
	KeptQuery  *get_of_any;		/* by its id alone */
	KeptQuery  *get_many;		/* by their ids, in the order of these; of one client */
	KeptQuery  *get_many_descending;
	KeptQuery  *get_many_of_any;	/* by their clients' ids and their own */
	KeptQuery  *lock;
	KeptQuery  *find_other_client;	/* by the record's id, and the client whose it is not */
	KeptQuery  *insert;			/* of the columns, those that are inserted; also the two below */
	KeptQuery  *insert_or_raise;
	KeptQuery  *insert_many;
	KeptQuery  *update;
	const char *not_inserted;	/* the bug when it is not, and nothing is in the way */
} RecordTable;

/* The queries of a table that read many records by their ids. */
#define GET_MANY(columns, table, order) { \
	.sql = "SELECT " columns " FROM " table " WHERE client_id = $1 AND id = ANY ($2) ORDER BY id" order, \
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 2, \
	.types = {INT4OID, INT8ARRAYOID}, \
}
#define GET_MANY_OF_ANY(columns, table) { \
	.sql = "SELECT " columns " FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS f (found_client_id, found_id)" \
	" JOIN " table " ON client_id = found_client_id AND id = found_id ORDER BY id, client_id", \
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 2, \
	.types = {INT8ARRAYOID, INT8ARRAYOID}, \
}

/* What is read beside the columns: client_id and id in front. */
#define RESULTS_OF_RECORD(table) ((table)->shape->ncolumns + 4)

/* In SQL, the time of a change, now, to a row that was last changed at before: see shape/change_time.c. */
#define TIME_OF_CHANGE(before, start, now) "CASE WHEN " before " > " start " THEN GREATEST(" before ", " now ") ELSE " start " END"

extern void rvo_record_of_row(const RecordTable *table, Record *record, const Datum *values, const bool *nulls);
extern void rvo_add_records(Execution *e, const RecordTable *table, int client_id, Record *const *records, int n);

extern bool rvo_store_get(const RecordTable *table, int client_id, int64 id, Record *record);
extern bool rvo_store_lock(const RecordTable *table, int client_id, int64 id, Record *record);
extern bool rvo_store_has_other_client(const RecordTable *table, int client_id, int64 id);
extern bool rvo_store_find(const RecordTable *table, KeptQuery *query, Execution *e, Record *record);
extern uint64 rvo_store_delete(KeptQuery *query, int client_id, int64 id);
extern bool rvo_store_insert(const RecordTable *table, int client_id, const Record *record);
extern void rvo_store_insert_or_raise(const RecordTable *table, int client_id, const Record *record);
extern void rvo_store_insert_many(const RecordTable *table, int client_id, Record *const *records, int n, bool *inserted);
extern void rvo_store_insert_many_whole(const RecordTable *table, KeptQuery *query, int client_id, Record *const *records, int n, bool *inserted);
extern void rvo_store_update(const RecordTable *table, int client_id, const Record *record);

#endif							/* RVO_STORE_RECORD_H */
