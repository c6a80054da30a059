/*
 * import_body.c
 *	  The cells of a row as the body that creates a record.
 *
 * A cell is a value of JSON, from a file always a text.  jbvNull is no value at
 * all; a JSON null of somebody's table comes as jsonb does, as jbvBinary.  A blank
 * text is none either, unless blanks are to clear what is there.
 *
 * Whatever of a text does not come into the body as it stands, but for white space
 * around it, is noted.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/json_parse.h"
#include "shape/import/import_body.h"
#include "shape/import/import_cell.h"
#include "shape/import/import_list.h"
#include "shape/import/import_placeholder.h"
#include "shape/record/record.h"
#include "value/domain.h"

/* A row being made a body. */
typedef struct Row
{
	const ImportMapping *mapping;
	const JsonbValue *cells;
	int			number;
	ImportNotes *notes;
	bool	   *as_field;		/* of columns of members: those whose cells are custom fields in this row, or clear them */
	JsonbValue	company;		/* what it has for MEMBER_COMPANY; jbvNull = nothing */
} Row;

/* What a cell has for a member. */
typedef struct Reading
{
	bool		given;
	bool		blank;			/* a text in which nothing is to be seen */
	JsonbValue	value;
	Slice		code;			/* of the note on it; no value = none */
} Reading;

/* What a row lists in a cell for a member of custom fields. */
typedef struct Listed
{
	Slice		member;			/* no value = nothing */
	JsonbValue	value;
	bool		wrong;			/* it is no list, for whoever reads the body to find fault with */
} Listed;

static void
add_note(const Row *row, Slice member, int column, Slice code)
{
	if (code.data != NULL)
		rvo_import_note_add(row->notes, (ImportNote) {row->number, member, rvo_text_trim(rvo_import_note_text(&row->cells[column])), code});
}

/* ---------------------------------------------------------------- cells */

/* code_of is what a note says of how a cell was read; no value if there is nothing to say. */
static Slice
code_of(CellReading reading)
{
	switch (reading)
	{
		case CELL_CLEANED:
			return CONST_SLICE("cleaned");
		case CELL_MORE_VALUES:
			return CONST_SLICE("more_values");
		case CELL_PLACEHOLDER:
			return CONST_SLICE("placeholder");
		default:
			return NO_SLICE;
	}
}

/* read_text reads a cell that is a text, by what it should have. */
static ImportCell
read_text(const RecordMember *member, Slice text)
{
	if (member == &rvo_contact_shape.members[0])
		return rvo_import_cell_email(text);
	if (member == &rvo_contact_shape.members[1])
		return rvo_import_cell_linkedin(text);
	if (member == &rvo_company_shape.members[0])
		return rvo_import_cell_domain(text);
	if (member->kind == MEMBER_COMPANY)
		return rvo_import_cell_company(text);
	if (member == &rvo_contact_shape.members[2] || member == &rvo_contact_shape.members[3])
		return rvo_import_cell_name(text);
	return rvo_import_cell_text(text);
}

/* is_list tells a member that is a list of custom fields. */
static bool
is_list(const RecordMember *member)
{
	return member->kind == MEMBER_FIELDS || member->kind == MEMBER_FIELDS_OF_CREATE;
}

/* json_of is a cell that is no text, as the body has it. */
static JsonbValue
json_of(const JsonbValue *cell)
{
	if (cell->type == jbvBinary && JsonContainerIsScalar(cell->val.binary.data))
		return rvo_json_null();
	return *cell;
}

/* read_list reads a cell that is to list custom fields; what is no list is given as it stands, unless it says that there is nothing. */
static Reading
read_list(const JsonbValue *cell)
{
	Slice		text = cell->type == jbvString ? rvo_text_trim(rvo_json_string(cell)) : NO_SLICE;
	Reading		reading = {.given = true, .value = json_of(cell)};

	if (cell->type == jbvString)
		reading.value = rvo_json_list(text);
	if (reading.value.type == jbvNull || (cell->type == jbvString && text.len == 0))
		reading.given = false;
	else if (reading.value.type == jbvString && rvo_is_name_placeholder(text))
	{
		reading.given = false;
		reading.code = code_of(CELL_PLACEHOLDER);
	}
	return reading;
}

/*
 * is_no_id tells a number that would be the id of a company, in a column that is not said to have such: an id is one
 * only where the column says so.
 */
static bool
is_no_id(const Row *row, const RecordMember *member, int column, const JsonbValue *value)
{
	return member->kind == MEMBER_COMPANY && !row->mapping->columns[column].named &&
		(value->type == jbvNumeric || (value->type == jbvString && rvo_text_is_digits(rvo_json_string(value))));
}

/* read_text_cell reads a cell that is a text. */
static Reading
read_text_cell(const RecordMember *member, Slice text)
{
	ImportCell	read = read_text(member, text);

	return (Reading) {
		.given = read.value.data != NULL,
		.blank = read.reading == CELL_BLANK,
		.value = rvo_json_text(read.value),
		.code = code_of(read.reading),
	};
}

/* read_cell reads the cell of a column for a member. */
static Reading
read_cell(const Row *row, const RecordMember *member, int column)
{
	const JsonbValue *cell = &row->cells[column];
	Reading		reading = {0};

	if (cell->type == jbvNull)
		return reading;
	if (is_list(member))
		return read_list(cell);
	if (cell->type == jbvString)
		reading = read_text_cell(member, rvo_json_string(cell));
	else
		reading = (Reading) {.given = true, .value = json_of(cell)};
	if (reading.given && is_no_id(row, member, column, &reading.value))
	{
		reading.given = false;
		reading.code = rvo_fault_code(FAULT_INVALID_COMPANY);
	}
	return reading;
}

/* ---------------------------------------------------------------- members */

/* names_company tells whether a value can be an id or a domain; what is no text is for the reader of bodies. */
static bool
names_company(const JsonbValue *value)
{
	Slice		canonical;
	int64		id;

	return value->type != jbvString || rvo_text_to_id(rvo_json_string(value), &id) ||
		rvo_domain_normalize(rvo_json_string(value), &canonical) == FAULT_NONE;
}

/* wrong_with tells what is wrong with a value for a member, beside what only the reader of bodies knows. */
static FaultCode
wrong_with(const RecordMember *member, const JsonbValue *value)
{
	Slice		canonical;

	if (is_list(member))
		return rvo_import_list_is_one(value, false) ? FAULT_NONE : FAULT_NOT_AN_ARRAY;
	if (member->kind == MEMBER_KEY)
		return value->type == jbvString ? member->normalize(rvo_json_string(value), &canonical) : FAULT_NOT_A_STRING;
	return member->kind != MEMBER_COMPANY || names_company(value) ? FAULT_NONE : FAULT_INVALID_COMPANY;
}

/* rvo_import_is_valid tells whether a text, just as it stands in a column, is a valid value of the member that this is. */
bool
rvo_import_is_valid(const RecordMember *member, const ImportColumn *column, Slice text)
{
	ImportCell	read = read_text(member, text);
	JsonbValue	value = rvo_json_text(read.value);

	if (read.reading != CELL_PLAIN || wrong_with(member, &value) != FAULT_NONE)
		return false;
	return column->named || member->kind != MEMBER_COMPANY || !rvo_text_is_digits(read.value);
}

/* same_value tells whether a cell says what a member has already. */
static bool
same_value(const RecordMember *member, const JsonbValue *value, const JsonbValue *cell)
{
	Slice		a;
	Slice		b;

	if (value->type != jbvString || cell->type != jbvString)
		return false;
	if (rvo_slice_equal(rvo_json_string(value), rvo_text_trim(rvo_json_string(cell))))
		return true;
	return member->kind == MEMBER_KEY &&
		member->normalize(rvo_json_string(value), &a) == FAULT_NONE && a.data != NULL &&
		member->normalize(rvo_json_string(cell), &b) == FAULT_NONE && b.data != NULL && rvo_slice_equal(a, b);
}

/*
 * choose_column returns which of a member's columns has its value in a row: the first with a valid one, else
 * the first with any; -1 if there is none.
 */
static int
choose_column(const Row *row, const ImportMember *member, Reading *chosen)
{
	int			found = -1;

	for (int i = 0; i < member->ncolumns; i++)
	{
		Reading		reading = read_cell(row, member->member, member->columns[i]);

		if (!reading.given)
			continue;
		if (wrong_with(member->member, &reading.value) != FAULT_NONE && found >= 0)
			continue;
		if (found < 0 || wrong_with(member->member, &reading.value) == FAULT_NONE)
		{
			found = i;
			*chosen = reading;
			if (wrong_with(member->member, &reading.value) == FAULT_NONE)
				break;
		}
	}
	return found;
}

/* clears_field tells a blank in a member's column that is to clear the custom field which the column is in other rows. */
static bool
clears_field(const Row *row, int column, const Reading *reading)
{
	return reading->blank && row->mapping->clears && row->mapping->changes && row->mapping->columns[column].field.data != NULL;
}

/*
 * settle_others says what becomes of a member's other columns: custom fields, unless they say the same; what stood
 * in the first one, which is none, is noted.
 */
static void
settle_others(Row *row, const ImportMember *member, int chosen, const Reading *value)
{
	for (int i = 0; i < member->ncolumns; i++)
	{
		int			column = member->columns[i];
		Reading		reading;
		FaultCode	wrong;

		if (i == chosen || row->cells[column].type == jbvNull)
			continue;
		reading = read_cell(row, member->member, column);
		if (chosen >= 0 && same_value(member->member, &value->value, &row->cells[column]))
			continue;
		wrong = wrong_with(member->member, &reading.value);
		if (clears_field(row, column, &reading))
			row->as_field[column] = true;
		else if (!reading.given)
			add_note(row, member->member->name, column, reading.code);
		else if (row->mapping->columns[column].field.data != NULL)
			row->as_field[column] = true;
		else if (reading.value.type != jbvNull)
			add_note(row, member->member->name, column, rvo_fault_code(wrong != FAULT_NONE ? wrong : FAULT_DUPLICATE));
	}
}

/* cleared gives a blank text if one of a member's columns has it, and blanks are to clear. */
static bool
cleared(const Row *row, const ImportMember *member, JsonbValue *value)
{
	if (!row->mapping->clears || is_list(member->member))
		return false;
	for (int i = 0; i < member->ncolumns; i++)
		if (read_cell(row, member->member, member->columns[i]).blank)
		{
			*value = rvo_json_text(CONST_SLICE(""));
			return true;
		}
	return false;
}

/* read_member reads a member out of a row; false if the row does not give it. */
static bool
read_member(Row *row, const ImportMember *member, JsonbValue *value)
{
	Reading		reading = {0};
	int			chosen = 0;
	int			column;

	if (member->ncolumns > 1)
	{
		chosen = choose_column(row, member, &reading);
		settle_others(row, member, chosen, &reading);
		if (chosen < 0)
			return cleared(row, member, value);
	}
	else
		reading = read_cell(row, member->member, member->columns[0]);
	column = member->columns[chosen];
	add_note(row, member->member->name, column, reading.code);
	if (member->member->kind == MEMBER_COMPANY_NAME && clears_field(row, column, &reading))
		row->as_field[column] = true;
	if (!reading.given)
		return cleared(row, member, value);
	if (member->member->kind == MEMBER_COMPANY)
		row->company = reading.value;
	if (member->member->kind == MEMBER_COMPANY_NAME && row->mapping->columns[column].field.data != NULL &&
		(row->company.type == jbvNull || !names_company(&row->company)))
		row->as_field[column] = true;
	*value = reading.value;
	return true;
}

/* ---------------------------------------------------------------- custom fields */

/*
 * read_field reads the custom field that a column is in a row; false if it is none.  A blank that clears leaves an empty text in a
 * column that always is one.  That of a member's column is taken away: nobody is to get an empty one who never had it.
 */
static bool
read_field(const Row *row, int column, JsonbValue *value)
{
	const ImportColumn *described = &row->mapping->columns[column];
	const JsonbValue *cell = &row->cells[column];
	ImportCell	read;

	if (described->field.data == NULL || cell->type == jbvNull ||
		(described->member.data != NULL && !row->as_field[column]))
		return false;
	*value = json_of(cell);
	if (cell->type != jbvString)
		return true;
	read = rvo_import_cell_field(rvo_json_string(cell));
	add_note(row, described->field, column, code_of(read.reading));
	if (read.value.data == NULL && (!row->mapping->clears || read.reading != CELL_BLANK))
		return false;
	if (read.value.data == NULL && described->member.data != NULL)
		*value = rvo_json_null();
	else
		*value = rvo_json_text(read.value.data != NULL ? read.value : CONST_SLICE(""));
	return true;
}

/* fields_of_columns makes the list of the custom fields that the row's columns are. */
static JsonbValue
fields_of_columns(const Row *row)
{
	JsonbValue	list = rvo_json_array(row->mapping->nfields);
	JsonbValue	value;

	for (int i = 0; i < row->mapping->ncolumns; i++)
		if (read_field(row, i, &value))
			rvo_json_append(&list, rvo_import_list_entry(row->mapping->columns[i].field, value));
	return list;
}

/* join puts what a row lists before a list, unless it is wrong. */
static JsonbValue
join(const Row *row, const Listed *listed, JsonbValue fields, bool keeps_both)
{
	if (listed->member.data == NULL || listed->wrong)
		return fields;
	return rvo_import_list_join(&listed->value, fields, keeps_both, row->number, row->notes);
}

/*
 * put_fields puts all custom fields under one member: those that the row lists, then its columns.  What is no list stays under its
 * own, so that nothing else goes with it; where there is no other member left, it is an entry.
 */
static void
put_fields(JsonObject *body, const Row *row, const Listed *other, Listed *listed)
{
	bool		has_other = row->mapping->shape == &rvo_contact_shape && !other->wrong;
	bool		to_other = has_other && (listed->wrong || (listed->member.data == NULL && other->member.data != NULL));
	JsonbValue	fields = fields_of_columns(row);

	if (listed->wrong && !has_other && fields.val.array.nElems > 0)
		listed->wrong = false;
	fields = join(row, listed, fields, true);
	fields = join(row, other, fields, false);
	if (listed->wrong)
		rvo_json_put(body, listed->member, listed->value);
	if (other->wrong)
		rvo_json_put(body, other->member, other->value);
	if (fields.val.array.nElems > 0)
		rvo_json_put(body, to_other ? CONST_SLICE(CONTACT_FIELDS) : row->mapping->fields_member, fields);
}

/* ---------------------------------------------------------------- bodies */

/*
 * take_list takes what a row lists for a member.  What is no list is for whoever reads the body to find fault with; but a create
 * doesn't look at that in the member which is not its own, so it is noted here.
 */
static void
take_list(Row *row, const RecordMember *member, const JsonbValue *value, Listed *other, Listed *listed)
{
	bool		changes = row->mapping->changes;
	bool		wrong = !rvo_import_list_is_one(value, member->kind == MEMBER_FIELDS_OF_CREATE && !changes);

	if (rvo_slice_equal(member->name, row->mapping->fields_member))
		*listed = (Listed) {member->name, *value, wrong};
	else if (!wrong || changes)
		*other = (Listed) {member->name, *value, wrong};
	else
		rvo_import_note_add(row->notes, (ImportNote) {row->number, member->name, rvo_import_note_text(value),
													  rvo_fault_code(FAULT_NOT_AN_ARRAY)});
}

/* body_of_columns makes a body of the columns. */
static Jsonb *
body_of_columns(Row *row)
{
	const ImportMapping *mapping = row->mapping;
	JsonObject	body = rvo_json_open(mapping->nmembers + 2);
	JsonbValue	value;
	Listed		other = {0};
	Listed		listed = {0};

	for (int i = 0; i < mapping->nmembers; i++)
	{
		const ImportMember *member = &mapping->members[i];

		if (!read_member(row, member, &value))
			continue;
		if (is_list(member->member))
			take_list(row, member->member, &value, &other, &listed);
		else
			rvo_json_put(&body, member->member->name, value);
	}
	put_fields(&body, row, &other, &listed);
	value = rvo_json_close(&body);
	return rvo_json_encode(&value);
}

/* body_of_cell is the body that a cell is as a whole; NULL for SQL's NULL. */
static Jsonb *
body_of_cell(const JsonbValue *cell)
{
	JsonbValue	value = json_of(cell);

	return cell->type == jbvNull ? NULL : rvo_json_encode(&value);
}

/*
 * rvo_import_body makes the body of a row's cells, in the current context.  NULL stands for SQL's NULL, where
 * that is the body.  What was changed or left out is added to the notes, in the same context.
 */
Jsonb *
rvo_import_body(const ImportMapping *mapping, const JsonbValue *cells, int row, ImportNotes *notes)
{
	Row			reading = {.mapping = mapping, .cells = cells, .number = row, .notes = notes};

	if (mapping->body >= 0)
		return body_of_cell(&cells[mapping->body]);
	reading.as_field = palloc0(Max(mapping->ncolumns, 1) * sizeof(bool));
	return body_of_columns(&reading);
}
