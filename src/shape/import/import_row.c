/*
 * import_row.c
 *	  A row of somebody's table as cells, and as it is shown where it was rejected.
 *
 * NULL is no value.  A text stays a text; of other types the value is what JSON has
 * for it, or else its text.  What a column is in a record is for import_mapping.c to say.
 *
 * Runs as the caller: output functions of the caller's types are the caller's.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/fmgroids.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"

#include "base/compat.h"
#include "base/json_parse.h"
#include "base/unique_name.h"
#include "shape/import/import_row.h"
#include "shape/record/custom_field.h"

/* Characters up to which a number is one to whoever reads the body. */
#define USUAL_NUMBER_LENGTH 100

typedef struct RowColumn
{
	int			attribute;		/* from 0 */
	Oid			type;			/* of a domain, the type below */
	bool		is_text;		/* a varlena whose bytes are the text */
	FmgrInfo	output;
} RowColumn;

struct ImportColumns
{
	TupleDesc	descriptor;
	int			body;			/* the column that is the whole body, or -1 */
	int			count;
	RowColumn  *items;
	Slice	   *headers;
};

/* ---------------------------------------------------------------- columns */

static RowColumn
read_column(Form_pg_attribute attribute, int number)
{
	RowColumn	column = {.attribute = number};
	Oid			output;
	bool		is_varlena;

	column.type = getBaseType(attribute->atttypid);
	getTypeOutputInfo(column.type, &output, &is_varlena);
	column.is_text = output == F_TEXTOUT || output == F_VARCHAROUT || output == F_BPCHAROUT;
	fmgr_info(output, &column.output);
	return column;
}

/* could_be_body tells whether a column is named like a whole body; of both names, the one of a contact. */
static bool
could_be_body(const ImportColumns *columns, int number)
{
	Slice		name = rvo_text_trim(columns->headers[number]);

	return rvo_slice_equal(name, rvo_import_body_column(&rvo_contact_shape)) ||
		(columns->body < 0 && rvo_slice_equal(name, rvo_import_body_column(&rvo_company_shape)));
}

/*
 * rvo_import_columns_read notes the columns of a source, in the current context; the
 * descriptor must live as long.
 */
ImportColumns *
rvo_import_columns_read(TupleDesc descriptor)
{
	ImportColumns *columns = palloc0(sizeof(ImportColumns));

	columns->descriptor = descriptor;
	columns->body = -1;
	columns->items = palloc(Max(descriptor->natts, 1) * sizeof(RowColumn));
	columns->headers = palloc(Max(descriptor->natts, 1) * sizeof(Slice));
	for (int i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
		int			number = columns->count;

		if (attribute->attisdropped)
			continue;
		columns->count++;
		columns->items[number] = read_column(attribute, i);
		columns->headers[number] = rvo_slice(NameStr(attribute->attname));
		if (columns->items[number].type == JSONBOID && could_be_body(columns, number))
			columns->body = number;
	}
	rvo_columns_unique(columns->headers, columns->count);
	return columns;
}

/* rvo_import_columns_headers returns the headers, which live as long as the columns. */
ImportHeaders
rvo_import_columns_headers(const ImportColumns *columns)
{
	return (ImportHeaders) {columns->count, columns->headers, columns->body};
}

/* ---------------------------------------------------------------- values */

/* output_text is a value's text as the server would print it. */
static Slice
output_text(const RowColumn *column, Datum value)
{
	return rvo_slice(OutputFunctionCall(unconstify(FmgrInfo *, &column->output), value));
}

/*
 * json_number makes a JSON number of a number's text; what JSON has no number for stays a text.  One that
 * a body may not write with an exponent becomes its digits: here it is a value of somebody's table, of 8 octets or more.
 */
static JsonbValue
json_number(Slice text)
{
	const char *name = text.data[0] == '-' ? text.data + 1 : text.data;
	JsonbValue	value = {.type = jbvNumeric};
	Slice		digits;
	int			length;

	if (!rvo_is_digit(name[0]))
		return rvo_json_text(text); /* NaN, Infinity */
	value.val.numeric = DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum(text.data),
															ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
	if (text.len < USUAL_NUMBER_LENGTH && memchr(text.data, 'e', text.len) == NULL)
		return value;
	digits = rvo_json_number_text(&value, CUSTOM_FIELD_VALUE_MAX_LENGTH, &length);
	return digits.data != NULL && digits.len > USUAL_NUMBER_LENGTH ? rvo_json_text(digits) : value;
}

/* json_time writes a date or time as JSON has it: ISO 8601, whatever DateStyle is set to. */
static JsonbValue
json_time(const RowColumn *column, Datum value)
{
	char	   *text = palloc(MAXDATELEN + 1);

	return rvo_json_text(rvo_slice(JsonEncodeDateTime(text, value, column->type, NULL)));
}

/* json_text unpacks JSON text; what is nested too deeply for a body, or is nothing for jsonb, stays a text. */
static JsonbValue
json_text(Slice text)
{
	if (!rvo_json_is_loadable(text))
		return rvo_json_text(text);
	return rvo_json_jsonb(rvo_json_parse(text));
}

/* value_of shows a value that is not null as JSON. */
static JsonbValue
value_of(const RowColumn *column, Datum value)
{
	if (column->is_text)
		return rvo_json_text(rvo_slice_of_text(DatumGetTextPP(value)));
	switch (column->type)
	{
		case BOOLOID:
			return (JsonbValue) {.type = jbvBool, .val.boolean = DatumGetBool(value)};
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case FLOAT4OID:
		case FLOAT8OID:
		case NUMERICOID:
			return json_number(output_text(column, value));
		case DATEOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			return json_time(column, value);
		case JSONBOID:
			return rvo_json_jsonb(DatumGetJsonbP(value));
		case JSONOID:
			return json_text(rvo_slice_of_text(DatumGetTextPP(value)));
		default:
			return rvo_json_text(output_text(column, value));
	}
}

/* ---------------------------------------------------------------- rows */

/* cell_of is a value as a cell: JSON's null is no SQL NULL, and stays apart from it. */
static JsonbValue
cell_of(const RowColumn *column, Datum value)
{
	JsonbValue	cell = value_of(column, value);
	JsonbValue	null;
	Jsonb	   *encoded;

	if (cell.type != jbvNull)
		return cell;
	null = rvo_json_null();
	encoded = rvo_json_encode(&null);
	cell.type = jbvBinary;
	cell.val.binary.data = &encoded->root;
	cell.val.binary.len = VARSIZE(encoded) - VARHDRSZ;
	return cell;
}

/*
 * rvo_import_row_cells gives the cells of a row, one a column, in the current context or
 * pointing into the row.  A snapshot must be active.
 */
void
rvo_import_row_cells(const ImportColumns *columns, HeapTuple row, JsonbValue *cells)
{
	int			natts = columns->descriptor->natts;
	Datum	   *values = palloc(Max(natts, 1) * sizeof(Datum));
	bool	   *nulls = palloc(Max(natts, 1) * sizeof(bool));

	heap_deform_tuple(row, columns->descriptor, values, nulls);
	for (int i = 0; i < columns->count; i++)
	{
		const RowColumn *column = &columns->items[i];

		cells[i] = nulls[column->attribute] ? rvo_json_null() : cell_of(column, values[column->attribute]);
	}
}

/* rvo_import_row_show shows the row itself, in the current context.  A snapshot must be active. */
Jsonb *
rvo_import_row_show(const ImportColumns *columns, HeapTuple row)
{
	JsonObject	object = rvo_json_open(columns->count);
	JsonbValue	value;

	for (int i = 0; i < columns->count; i++)
	{
		const RowColumn *column = &columns->items[i];
		bool		isnull;
		Datum		datum = heap_getattr(row, column->attribute + 1, columns->descriptor, &isnull);

		rvo_json_put(&object, columns->headers[i], isnull ? rvo_json_null() : value_of(column, datum));
	}
	value = rvo_json_close(&object);
	return rvo_json_encode(&value);
}
