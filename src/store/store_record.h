/*
 * store_record.h
 *	  What the tables of records share.
 */
#ifndef RVO_STORE_RECORD_H
#define RVO_STORE_RECORD_H

#include "shape/entity.h"
#include "shape/record.h"
#include "store/store_query.h"

/* In place of a client's id: what the master lists show. */
#define ALL_CLIENTS 0

/*
 * The table of one kind of records: its queries, of which each takes the client's
 * id and the record's, if nothing else is said, and how its rows are read and written.
 */
typedef struct RecordTable
{
	Entity		entity;
	size_t		size;			/* of a record */
	int			ncolumns;		/* that are read; client_id and id come first */
	KeptQuery  *get;
	KeptQuery  *get_of_any;		/* by its id alone */
	KeptQuery  *lock;
	KeptQuery  *find_other_client;	/* by the record's id, and the client whose it is not */
	KeptQuery  *insert;			/* what write gives; also those below */
	KeptQuery  *insert_or_raise;
	KeptQuery  *insert_many;	/* what write_many gives */
	KeptQuery  *update;			/* what write_all gives */
	const char *not_inserted;	/* the bug when it is not, and nothing is in the way */

	void		(*read) (void *record, const Datum *values, const bool *nulls);
	RowWriter	write;
	void		(*write_many) (Execution *e, int client_id, const void *const *rows, int n);
	RowWriter	write_all;
} RecordTable;

extern CustomFields rvo_result_fields(Datum value, bool isnull);
extern JsonbValue rvo_record_fields(const void *row);

extern bool rvo_store_get(const RecordTable *table, int client_id, int64 id, Record *record);
extern bool rvo_store_lock(const RecordTable *table, int client_id, int64 id, Record *record);
extern bool rvo_store_has_other_client(const RecordTable *table, int client_id, int64 id);
extern bool rvo_store_find(const RecordTable *table, KeptQuery *query, Execution *e, Record *record);
extern bool rvo_store_insert(const RecordTable *table, int client_id, const Record *record);
extern void rvo_store_insert_or_raise(const RecordTable *table, int client_id, const Record *record);
extern void rvo_store_insert_many(const RecordTable *table, int client_id, Record *const *records, int n, bool *inserted);
extern void rvo_store_update(const RecordTable *table, int client_id, const Record *record);

#endif							/* RVO_STORE_RECORD_H */
