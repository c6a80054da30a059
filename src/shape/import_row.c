/*
 * import_row.c
 *	  A row of somebody's table as the body that creates a contact.
 *
 * A column "contact" of type jsonb is the whole body.  Without one, a column
 * named like a member of the contract is that member (read-only members are
 * ignored, as in a body), and every other column a custom field of its name.
 * NULL is absent.  A text stays a text; of other types the value is what JSON
 * has for it, or else its text.
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
#include "shape/import_row.h"
#include "shape/record.h"
#include "shape/record_member.h"

/* Characters up to which a number is one to whoever reads the body. */
#define USUAL_NUMBER_LENGTH 100

#define LIST_MEMBER CONTACT_FIELDS_INPUT
#define BODY_COLUMN "contact"

typedef struct ImportColumn
{
	int			attribute;		/* from 0 */
	Slice		name;
	Oid			type;			/* of a domain, the type below */
	bool		is_text;		/* a varlena whose bytes are the text */
	FmgrInfo	output;
} ImportColumn;

typedef struct ColumnList
{
	int			count;
	ImportColumn *items;
} ColumnList;

struct ImportColumns
{
	TupleDesc	descriptor;
	int			body;			/* attribute that is the whole body, or -1 */
	ColumnList	all;
	ColumnList	members;		/* in jsonb's order of names, which puts the two of LIST_MEMBER last */
	ColumnList	fields;
};

/* ---------------------------------------------------------------- columns */

/*
 * find_member returns the member of a contact that a column is named like, NULL for
 * none.  The first column of a CSV file may have its byte order mark in its name; of
 * two columns with one name so, the first is the member.
 */
static const RecordMember *
find_member(const ColumnList *columns, Slice name)
{
	for (int i = 0; i < columns->count; i++)
		if (rvo_slice_equal(columns->items[i].name, name))
			return NULL;
	for (int i = 0; i < rvo_contact_shape.count; i++)
		if (IS_KNOWN(rvo_contact_shape.members[i].kind) &&
			rvo_slice_equal(rvo_contact_shape.members[i].name, name))
			return &rvo_contact_shape.members[i];
	return NULL;
}

static int
by_name(const void *a, const void *b)
{
	Slice		x = ((const ImportColumn *) a)->name;
	Slice		y = ((const ImportColumn *) b)->name;

	return x.len != y.len ? x.len - y.len : memcmp(x.data, y.data, x.len);
}

static ImportColumn
read_column(Form_pg_attribute attribute, int number)
{
	ImportColumn column = {.attribute = number, .name = rvo_slice(NameStr(attribute->attname))};
	Oid			output;
	bool		is_varlena;

	column.type = getBaseType(attribute->atttypid);
	getTypeOutputInfo(column.type, &output, &is_varlena);
	column.is_text = output == F_TEXTOUT || output == F_VARCHAROUT || output == F_BPCHAROUT;
	fmgr_info(output, &column.output);
	return column;
}

static void
add_column(ColumnList *list, ImportColumn column)
{
	list->items[list->count++] = column;
}

/*
 * rvo_import_columns_read notes what the columns mean, in the current context;
 * the descriptor must live as long.
 */
ImportColumns *
rvo_import_columns_read(TupleDesc descriptor)
{
	ImportColumns *columns = palloc0(sizeof(ImportColumns));
	ColumnList *lists[] = {&columns->all, &columns->members, &columns->fields};

	columns->descriptor = descriptor;
	columns->body = -1;
	for (size_t i = 0; i < lengthof(lists); i++)
		lists[i]->items = palloc(Max(descriptor->natts, 1) * sizeof(ImportColumn));
	for (int i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
		Slice		name = rvo_text_trim(rvo_slice(NameStr(attribute->attname)));
		const RecordMember *member = find_member(&columns->members, name);
		ImportColumn column;

		if (attribute->attisdropped)
			continue;
		column = read_column(attribute, i);
		add_column(&columns->all, column);
		column.name = name;
		if (rvo_slice_equal(name, CONST_SLICE(BODY_COLUMN)) && column.type == JSONBOID)
			columns->body = i;
		else if (member == NULL)
			add_column(&columns->fields, column);
		else if (IS_WRITABLE(member->kind) || member->kind == MEMBER_FIELDS || member->kind == MEMBER_FIELDS_OF_CREATE ||
				 member->kind == MEMBER_COMPANY_NAME)
			add_column(&columns->members, column);
	}
	qsort(columns->members.items, columns->members.count, sizeof(ImportColumn), by_name);
	return columns;
}

/* ---------------------------------------------------------------- values */

/* output_text is a value's text as the server would print it. */
static Slice
output_text(const ImportColumn *column, Datum value)
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
json_time(const ImportColumn *column, Datum value)
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
value_of(const ImportColumn *column, Datum value)
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

/* is_text_list tells a list that comes as a text, as it does from CSV. */
static bool
is_text_list(const ImportColumn *column)
{
	return column->is_text && (rvo_slice_equal(column->name, CONST_SLICE(LIST_MEMBER)) ||
							   rvo_slice_equal(column->name, CONST_SLICE(CONTACT_FIELDS)));
}

/* has_member tells whether a row has a member; a blank text is no list, as in a form. */
static bool
has_member(const ImportColumn *column, const Datum *values, const bool *nulls)
{
	if (nulls[column->attribute])
		return false;
	return !is_text_list(column) ||
		rvo_text_trim(rvo_slice_of_text(DatumGetTextPP(values[column->attribute]))).len > 0;
}

static JsonbValue
member_value(const ImportColumn *column, Datum value)
{
	if (is_text_list(column))
		return rvo_json_list(rvo_slice_of_text(DatumGetTextPP(value)));
	return value_of(column, value);
}

/* ---------------------------------------------------------------- rows */

static JsonbValue
field_of(const ImportColumn *column, Datum value)
{
	JsonObject	field = rvo_json_open(2);

	rvo_json_put(&field, CONST_SLICE("field_name"), rvo_json_text(column->name));
	rvo_json_put(&field, CONST_SLICE("field_value"), value_of(column, value));
	return rvo_json_close(&field);
}

/* list_of makes the list of custom fields: those that the row lists itself, then its columns. */
static JsonbValue
list_of(const ImportColumns *columns, const Datum *values, const bool *nulls, const JsonbValue *listed)
{
	int			nlisted = listed != NULL ? listed->val.array.nElems : 0;
	JsonbValue	list = rvo_json_array(nlisted + columns->fields.count);

	for (int i = 0; i < nlisted; i++)
		rvo_json_append(&list, listed->val.array.elems[i]);
	for (int i = 0; i < columns->fields.count; i++)
	{
		const ImportColumn *column = &columns->fields.items[i];

		if (!nulls[column->attribute])
			rvo_json_append(&list, field_of(column, values[column->attribute]));
	}
	return list;
}

/* object_of is list_of for a row that has them as an object of names and values. */
static JsonbValue
object_of(const ImportColumns *columns, const Datum *values, const bool *nulls, const JsonbValue *listed)
{
	JsonObject	object = rvo_json_open(listed->val.object.nPairs + columns->fields.count);

	for (int i = 0; i < listed->val.object.nPairs; i++)
		rvo_json_put(&object, rvo_json_string(&listed->val.object.pairs[i].key), listed->val.object.pairs[i].value);
	for (int i = 0; i < columns->fields.count; i++)
	{
		const ImportColumn *column = &columns->fields.items[i];

		if (!nulls[column->attribute])
			rvo_json_put(&object, column->name, value_of(column, values[column->attribute]));
	}
	return rvo_json_close(&object);
}

/* put_list puts the custom fields; what a row gives for them that is none stays, to be found fault with. */
static void
put_list(JsonObject *body, const ImportColumns *columns, const Datum *values, const bool *nulls,
		 const JsonbValue *listed)
{
	if (listed != NULL && listed->type == jbvObject)
		rvo_json_put(body, CONST_SLICE(LIST_MEMBER), object_of(columns, values, nulls, listed));
	else if (listed != NULL && listed->type != jbvArray)
		rvo_json_put(body, CONST_SLICE(LIST_MEMBER), *listed);
	else if (listed != NULL || columns->fields.count > 0)
		rvo_json_put(body, CONST_SLICE(LIST_MEMBER), list_of(columns, values, nulls, listed));
}

/* body_of_columns makes a body of the columns. */
static Jsonb *
body_of_columns(const ImportColumns *columns, const Datum *values, const bool *nulls)
{
	JsonObject	body = rvo_json_open(columns->members.count + 1);
	JsonbValue	value;
	JsonbValue	listed;
	bool		has_list = false;

	for (int i = 0; i < columns->members.count; i++)
	{
		const ImportColumn *column = &columns->members.items[i];

		if (!has_member(column, values, nulls))
			continue;
		value = member_value(column, values[column->attribute]);
		if (rvo_slice_equal(column->name, CONST_SLICE(LIST_MEMBER)))
		{
			listed = value;
			has_list = true;
			continue;
		}
		rvo_json_put(&body, column->name, value);
	}
	put_list(&body, columns, values, nulls, has_list ? &listed : NULL);
	value = rvo_json_close(&body);
	return rvo_json_encode(&value);
}

/*
 * rvo_import_row_body makes the body, in the current context or pointing into
 * the row.  NULL stands for SQL's NULL, where that is the body.  A snapshot must
 * be active.
 */
Jsonb *
rvo_import_row_body(const ImportColumns *columns, HeapTuple row)
{
	int			natts = columns->descriptor->natts;
	Datum	   *values = palloc(natts * sizeof(Datum));
	bool	   *nulls = palloc(natts * sizeof(bool));

	heap_deform_tuple(row, columns->descriptor, values, nulls);
	if (columns->body < 0)
		return body_of_columns(columns, values, nulls);
	if (nulls[columns->body])
		return NULL;
	return DatumGetJsonbP(values[columns->body]);
}

/* rvo_import_row_show shows the row itself, in the current context.  A snapshot must be active. */
Jsonb *
rvo_import_row_show(const ImportColumns *columns, HeapTuple row)
{
	JsonObject	object = rvo_json_open(columns->all.count);
	JsonbValue	value;

	for (int i = 0; i < columns->all.count; i++)
	{
		const ImportColumn *column = &columns->all.items[i];
		bool		isnull;
		Datum		datum = heap_getattr(row, column->attribute + 1, columns->descriptor, &isnull);

		rvo_json_put(&object, column->name, isnull ? rvo_json_null() : value_of(column, datum));
	}
	value = rvo_json_close(&object);
	return rvo_json_encode(&value);
}
