/*
 * import_table.c
 *	  A table or view as what an import reads.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/import/import_row.h"
#include "store/query/store_source.h"
#include "work/import/import_table.h"

typedef struct TableSource
{
	ImportSource source;
	Source		table;
	const ImportColumns *columns;
	HeapTuple  *rows;
} TableSource;

static int
fetch(ImportSource *source, int n)
{
	TableSource *this = (TableSource *) source;
	int			count = rvo_source_fetch(&this->table, n, &this->rows);

	source->ended = count < n;
	return count;
}

static double
estimate(const ImportSource *source, int64 rows_read pg_attribute_unused())
{
	return ((const TableSource *) source)->table.estimate;
}

static void
cells(const ImportSource *source, int row, JsonbValue *values)
{
	const TableSource *this = (const TableSource *) source;

	rvo_import_row_cells(this->columns, this->rows[row], values);
}

static Jsonb *
show(const ImportSource *source, int row)
{
	const TableSource *this = (const TableSource *) source;

	return rvo_import_row_show(this->columns, this->rows[row]);
}

static const RowReading table_kind = {fetch, estimate, cells, show, NULL, NULL};

/* rvo_import_table_open begins to read a table by its quoted name, in the current context; see rvo_source_open. */
ImportSource *
rvo_import_table_open(const char *name)
{
	TableSource *this = palloc0(sizeof(TableSource));

	this->table = rvo_source_open(name);
	this->columns = rvo_import_columns_read(this->table.descriptor);
	this->source.kind = &table_kind;
	this->source.headers = rvo_import_columns_headers(this->columns);
	return &this->source;
}

void
rvo_import_table_close(ImportSource *source)
{
	rvo_source_close(&((TableSource *) source)->table);
}
