/*
 * import_file.c
 *	  A file as what an import reads.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/compat.h"
#include "work/import/import_file.h"

/*
 * Octets that the rows of a batch may have in memory, about: a file may have many columns,
 * and then many times as much comes of a short row as stands there.
 */
#define BATCH_OCTETS ((int64) 256 * 1024 * 1024)

/* Of them those that a value takes while its row becomes a body. */
#define VALUE_OCTETS (sizeof(Slice) + sizeof(JsonbValue))

typedef struct FileSource
{
	ImportSource source;
	CsvReader  *reader;
	int64		size;			/* octets in all */
	int64		row_octets;		/* that a row has in memory beside its text, with the names by which it is shown */
	CsvRecord  *records;
} FileSource;

/* fetch stops in front of n where rows are so large that they would take too much memory. */
static int
fetch(ImportSource *source, int n)
{
	FileSource *this = (FileSource *) source;
	int64		start = rvo_csv_octets(this->reader);
	int			count = 0;

	this->records = palloc(n * sizeof(CsvRecord));
	while (count < n && rvo_csv_octets(this->reader) - start + count * this->row_octets < BATCH_OCTETS)
	{
		CHECK_FOR_INTERRUPTS();
		source->ended = !rvo_csv_next(this->reader, &this->records[count]);
		if (source->ended)
			break;
		count++;
	}
	return count;
}

/* estimate goes by how much was read of the file. */
static double
estimate(const ImportSource *source, int64 rows_read)
{
	const FileSource *this = (const FileSource *) source;

	return (double) rows_read * this->size / Max(rvo_csv_octets(this->reader), 1);
}

static void
cells(const ImportSource *source, int row, JsonbValue *values)
{
	const CsvRecord *record = &((const FileSource *) source)->records[row];

	for (int i = 0; i < source->headers.count; i++)
		values[i] = rvo_json_text(record->fields[i].data != NULL ? record->fields[i] : CONST_SLICE(""));
}

/* name_of is what a field is called: one more than there are columns has its place as its name. */
static Slice
name_of(const ImportSource *source, int field)
{
	return field < source->headers.count ? source->headers.names[field] : rvo_slice(psprintf("column %d", field + 1));
}

static Jsonb *
show(const ImportSource *source, int row)
{
	const CsvRecord *record = &((const FileSource *) source)->records[row];
	JsonObject	object = rvo_json_open(record->nfields);
	JsonbValue	value;

	for (int i = 0; i < record->nfields; i++)
		rvo_json_put(&object, name_of(source, i), rvo_json_text(record->fields[i]));
	value = rvo_json_close(&object);
	return rvo_json_encode(&value);
}

/* fault tells of a row with too few fields, or too many, how many it has. */
static BrokenItem
fault(const ImportSource *source, int row)
{
	const CsvRecord *record = &((const FileSource *) source)->records[row];
	BrokenItem	broken = {.index = row, .code = record->fault};

	if (record->fault == FAULT_RAGGED_ROW)
	{
		broken.limit = source->headers.count;
		broken.actual = record->actual;
	}
	return broken;
}

static int64
line(const ImportSource *source, int row)
{
	return ((const FileSource *) source)->records[row].line;
}

static const RowReading file_kind = {fetch, estimate, cells, show, fault, line};

/* set_headers tells what the columns are called. */
static void
set_headers(FileSource *this)
{
	const CsvFormat *format = rvo_csv_format(this->reader);

	this->source.headers = (ImportHeaders) {format->ncolumns, format->columns, -1};
	this->row_octets = 0;
	for (int i = 0; i < format->ncolumns; i++)
		this->row_octets += VALUE_OCTETS + format->columns[i].len;
}

/* take_header is HeaderChoice.take of a file: nothing more of it is read. */
static bool
take_header(void *source, int later, ImportHeaders *headers)
{
	FileSource *this = source;

	if (!rvo_csv_take_header(this->reader, later))
		return false;
	set_headers(this);
	*headers = this->source.headers;
	return true;
}

static bool
has_key(void *source, int column)
{
	return rvo_csv_column_has_key(((FileSource *) source)->reader, column);
}

/*
 * rvo_import_file_open begins to read a file of so many octets, in the current context.
 * NULL if it is none that can be read, with the faults.
 */
ImportSource *
rvo_import_file_open(const CsvOptions *options, CsvFeed feed, void *arg, int64 size, FaultList *faults)
{
	FileSource *this = palloc0(sizeof(FileSource));

	this->reader = rvo_csv_open(options, feed, arg, faults);
	if (this->reader == NULL)
		return NULL;
	this->size = size;
	this->source.kind = &file_kind;
	this->source.choice = (HeaderChoice) {take_header, has_key, this};
	/* semicolons are between values where decimals have commas */
	this->source.dots_may_group = rvo_csv_format(this->reader)->delimiter == ';';
	set_headers(this);
	return &this->source;
}

/* rvo_import_file_format tells how the file is written. */
const CsvFormat *
rvo_import_file_format(const ImportSource *source)
{
	return rvo_csv_format(((const FileSource *) source)->reader);
}

/* rvo_import_file_size tells how large the file is, in octets. */
int64
rvo_import_file_size(const ImportSource *source)
{
	return ((const FileSource *) source)->size;
}

/* rvo_import_file_octets tells how much of it was read. */
int64
rvo_import_file_octets(const ImportSource *source)
{
	return rvo_csv_octets(((const FileSource *) source)->reader);
}

/* rvo_import_file_field returns what stands in a row that could be read; no value where nothing stands. */
Slice
rvo_import_file_field(const ImportSource *source, int row, int column)
{
	return ((const FileSource *) source)->records[row].fields[column];
}
