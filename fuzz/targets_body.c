/*
 * targets_body.c
 *	  Targets that take a body: the decoders, the readers, showing.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

#include "base/fault.h"
#include "base/json_parse.h"
#include "http/request/body.h"
#include "shape/record/company_input.h"
#include "shape/record/contact_input.h"
#include "shape/record/custom_field_change.h"
#include "shape/record/custom_field_index.h"
#include "shape/record/custom_field_input.h"
#include "shape/import/import_body.h"
#include "shape/import/import_row.h"
#include "shape/record/known_member.h"
#include "shape/record/member.h"
#include "shape/list/page.h"
#include "shape/record/record_render.h"
#include "value/domain.h"
#include "value/email_address.h"
#include "value/linkedin.h"
#include "fuzz.h"

static Slice
show(Jsonb *json)
{
	return rvo_slice(JsonbToCString(NULL, &json->root, VARSIZE(json)));
}

/* check_jsonb checks that jsonb is well formed: its text is JSON and gives the same again. */
static void
check_jsonb(Jsonb *json)
{
	Jsonb	   *again = rvo_json_parse(show(json));

	MUST(compareJsonbContainers(&json->root, &again->root) == 0);
}

static void
check_faults(const FaultList *faults)
{
	Slice		json = rvo_slice(rvo_fault_json(faults));

	MUST(rvo_json_is_valid(json));
	MUST(JsonContainerSize(&rvo_json_parse(json)->root) == faults->told + (faults->count > faults->told));
}

static void
check_text(Slice text)
{
	MUST(text.len == 0 || text.data != NULL);
	MUST(rvo_text_characters(text) <= MEMBER_MAX_LENGTH);
	MUST(rvo_text_trim(text).len == text.len && !rvo_text_has_control(text, false));
}

static void
check_key(Slice key, Normalizer normalizer)
{
	Slice		again;

	if (key.data != NULL)
		MUST(normalizer(key, &again) == FAULT_NONE && rvo_slice_equal(key, again));
}

/* check_stored checks that a list is stored, read, found and hashed without loss. */
static void
check_stored(CustomFields *fields)
{
	CustomFields stored;
	JsonbValue	list;
	Jsonb	   *json;
	int64	   *hashes;

	for (int i = 0; i < fields->count; i++)
	{
		fields->items[i].id = i + 1;
		check_text(fields->items[i].name);
		MUST(fields->items[i].name.len > 0);
		MUST(rvo_text_characters(fields->items[i].value) <= CUSTOM_FIELD_VALUE_MAX_LENGTH);
	}
	list = rvo_custom_fields_nested(fields, 0);
	json = rvo_json_encode(&list);
	stored = rvo_custom_fields_of_jsonb(json);
	MUST(stored.count == fields->count);
	MUST(rvo_custom_fields_hash(7, &json->root, &hashes) == fields->count);
	for (int i = 0; i < fields->count; i++)
	{
		const CustomField *field = &fields->items[i];

		MUST(rvo_slice_equal(field->name, stored.items[i].name) && rvo_slice_equal(field->value, stored.items[i].value));
		MUST(rvo_custom_fields_find_id(&stored, field->id) == &stored.items[i]);
		MUST(rvo_custom_fields_find(&stored, field->name) == &stored.items[i]);
		MUST(rvo_custom_field_hash(7, field->name, field->value) == hashes[i]);
	}
	MUST(!rvo_custom_fields_merge(&stored, fields));
}

/* check_shown checks that what is written as text is what jsonb would show. */
static void
check_shown(JsonbValue value)
{
	StringInfoData text;

	initStringInfo(&text);
	rvo_json_write(&text, &value);
	MUST(rvo_slice_equal((Slice) {text.data, text.len}, show(rvo_json_encode(&value))));
}

/* ---------------------------------------------------------------- contacts and companies */

/* a_caller returns a client without settings, whose unknown members are faults or not. */
static Caller
a_caller(bool strict)
{
	Caller		caller = {.client_id = 1, .strict = strict, .notes = palloc0(sizeof(CallNotes))};

	caller.settings.default_status = CONST_SLICE("");
	caller.settings.default_origin = CONST_SLICE("");
	caller.notes->context = CurrentMemoryContext;
	return caller;
}

static void
check_contact(const Caller *caller, JsonbContainer *body, const char *fields_member)
{
	FaultList	faults = {0};
	ContactInput input = rvo_contact_input_read(caller, body, fields_member, &faults);
	Contact    *contact = &input.values;

	check_faults(&faults);
	if (faults.count > 0)
		return;
	MUST(contact->email.data != NULL || contact->linkedin_url.data != NULL);
	check_key(contact->email, rvo_email_address_normalize);
	check_key(contact->linkedin_url, rvo_linkedin_normalize);
	check_key(input.company.domain, rvo_domain_normalize);
	MUST(input.company.id == 0 || input.company.domain.data == NULL);
	check_text(contact->first_name);
	check_text(contact->last_name);
	check_text(contact->origin);
	check_text(contact->contact_status);
	check_stored(&contact->record.custom_fields);
	contact->record.id = 1;
	contact->company_id = input.company.id;
	for (Structure structure = STRUCTURE_NESTED; structure <= STRUCTURE_FLAT; structure++)
	{
		check_jsonb(rvo_record_render_created(&rvo_contact_shape, &contact->record, structure));
		check_shown(rvo_record_render(&rvo_contact_shape, &contact->record, structure, true));
	}
}

static void
check_contact_changes(const Caller *caller, JsonbContainer *body)
{
	FaultList	faults = {0};
	ContactInput changes = rvo_contact_changes_read(caller, body, &faults);

	check_faults(&faults);
	if (faults.count > 0)
		return;
	MUST(IS_GIVEN(changes.given, 0) || changes.values.email.data == NULL);
	check_key(changes.values.email, rvo_email_address_normalize);
	(void) rvo_custom_fields_merge(&changes.values.record.custom_fields, &changes.more_fields);
}

static void
check_company(const Caller *caller, JsonbContainer *body)
{
	FaultList	faults = {0};
	FaultList	more = {0};
	CompanyInput input = rvo_company_input_read(caller, body, &faults);
	Company    *company = &input.values;

	check_faults(&faults);
	(void) rvo_company_changes_read(caller, body, &more);
	check_faults(&more);
	if (faults.count > 0)
		return;
	MUST(more.count == 0);
	check_key(company->domain, rvo_domain_normalize);
	check_text(company->name);
	check_text(company->company_status);
	check_stored(&company->record.custom_fields);
	company->record.id = 1;
	for (Structure structure = STRUCTURE_NESTED; structure <= STRUCTURE_FLAT; structure++)
	{
		check_jsonb(rvo_record_render_created(&rvo_company_shape, &company->record, structure));
		check_shown(rvo_record_render(&rvo_company_shape, &company->record, structure, true));
	}
}

/* check_field changes and deletes the second of two fields as the body says. */
static void
check_field(Jsonb *body)
{
	int64		id = 2;
	CustomField items[] = {
		{.name = CONST_SLICE("a"), .value = CONST_SLICE("1"), .id = 1},
		{.name = CONST_SLICE("b"), .value = CONST_SLICE("2"), .id = 2},
	};

	for (FieldAction action = FIELD_ADD; action <= FIELD_DELETE; action++)
	{
		FieldChange change = {action, &id, &id, body};
		CustomFields fields = {lengthof(items), palloc(sizeof(items))};
		FaultList	faults = {0};
		Caller		caller = a_caller(false);
		bool		different;

		memcpy(fields.items, items, sizeof(items));
		(void) rvo_custom_field_read(&caller, CONTACT_ENTITY, &body->root, action == FIELD_ADD, &faults);
		check_faults(&faults);
		if (action == FIELD_DELETE || faults.count == 0)
			(void) rvo_field_change_apply(NULL, &change, rvo_field_change_read(&caller, CONTACT_ENTITY, &change, "contact_id"),
										  &fields, &different);
	}
}

/* check_body gives a decoded body to all that read one. */
static void
check_body(Jsonb *body, Slice input)
{
	FaultList	faults = {0};
	Caller		lenient = a_caller(false);
	Caller		strict = a_caller(true);

	(void) rvo_contact_input_read(&lenient, &body->root, CONTACT_FIELDS_INPUT, &faults);
	fuzz_check_memory(input);
	check_jsonb(body);
	check_contact(&lenient, &body->root, CONTACT_FIELDS_INPUT);
	check_contact(&strict, &body->root, CONTACT_FIELDS_INPUT);
	check_contact(&lenient, &body->root, CONTACT_FIELDS);
	check_contact_changes(&lenient, &body->root);
	check_contact_changes(&strict, &body->root);
	check_company(&lenient, &body->root);
	(void) rvo_members_header(&lenient);
}

/* as a change of a contact has them */
static const FormLists lists = {CONTACT_FIELDS, CONTACT_FIELDS_INPUT, true, false};

/* decode reads a body of a type, whose header may say more. */
static Jsonb *
decode(const char *type, Slice header, Slice input)
{
	return rvo_body_decoder(rvo_slice(type))(header, input, &lists);
}

/* parse_body reads a body as it would come over HTTP. */
static Jsonb *
parse_body(Slice input)
{
	return decode("application/json", CONST_SLICE("application/json"), input);
}

void
fuzz_contact(Slice input)
{
	Jsonb	   *body = parse_body(input);
	Caller		lenient = a_caller(false);
	Caller		strict = a_caller(true);

	check_contact(&lenient, &body->root, CONTACT_FIELDS_INPUT);
	check_contact(&strict, &body->root, CONTACT_FIELDS_INPUT);
	check_contact_changes(&lenient, &body->root);
	check_field(body);
}

void
fuzz_company(Slice input)
{
	Caller		caller = a_caller(false);

	check_company(&caller, &parse_body(input)->root);
}

/* ---------------------------------------------------------------- the three decoders */

void
fuzz_json(Slice input)
{
	check_body(parse_body(input), input);
}

void
fuzz_urlencoded(Slice input)
{
	check_body(decode("application/x-www-form-urlencoded", CONST_SLICE("application/x-www-form-urlencoded; charset=utf-8"),
					  input), input);
}

/* The input: what comes behind "multipart/form-data" in the content type, and the body. */
void
fuzz_multipart(Slice input)
{
	Slice		parameters = fuzz_line(&input);
	Slice		type = rvo_slice(psprintf("multipart/form-data%.*s", parameters.len, parameters.data));

	check_body(decode("multipart/form-data", type, input), input);
}

/* ---------------------------------------------------------------- what is stored, shown */

/* The input: a number, and the texts of a contact, one a line, that no reader has looked at. */
void
fuzz_render(Slice input)
{
	Slice		digits = fuzz_line(&input);
	int64		time = 0;
	Contact		contact = {.record.id = PG_INT64_MAX, .record.client_id = PG_INT32_MAX};
	Slice	   *texts[] = {
		&contact.email, &contact.linkedin_url, &contact.first_name, &contact.last_name,
		&contact.origin, &contact.contact_status, &contact.previous_status,
	};
	ListPage	page = {.place = {NO_ROW}, .size = 1};
	PageWriter	writer;
	JsonbValue	value;
	text	   *written;

	if (!rvo_text_to_id(digits, &time))
		time = 0;
	contact.record.updated_time = time % (INT64CONST(8000) * 365 * USECS_PER_DAY);
	contact.last_reply_received = (NullableTime) {true, contact.record.updated_time};
	for (size_t i = 0; i < lengthof(texts); i++)
		*texts[i] = fuzz_line(&input);
	for (int i = 0; i < 3; i++)
		rvo_custom_fields_add(&contact.record.custom_fields,
							  (CustomField) {.name = fuzz_line(&input), .value = fuzz_line(&input)});
	for (Structure structure = STRUCTURE_NESTED; structure <= STRUCTURE_FLAT; structure++)
	{
		check_jsonb(rvo_record_render_created(&rvo_contact_shape, &contact.record, structure));
		check_shown(rvo_record_render(&rvo_contact_shape, &contact.record, structure, true));
	}
	value = rvo_record_render(&rvo_contact_shape, &contact.record, STRUCTURE_NESTED, false);
	writer = rvo_page_begin(&page, contact.first_name, 1, 1);
	rvo_page_put(&writer, &value);
	rvo_page_put(&writer, &value);
	written = rvo_page_end(&writer);
	MUST(rvo_json_is_valid(rvo_slice_of_text(written)));
}

/* row_descriptor describes a table such as one gets from a CSV file, with a few types more. */
static TupleDesc
row_descriptor(void)
{
	static const struct
	{
		const char *name;
		Oid			type;
	}			columns[] = {
		{"email", TEXTOID}, {"linkedin_url", TEXTOID}, {"first_name", VARCHAROID}, {"company_id", TEXTOID},
		{"contact_custom_fields_input", TEXTOID}, {"Industry", TEXTOID}, {"Tags", JSONOID}, {"id", TEXTOID},
		{"E-Mail", TEXTOID}, {"Website", TEXTOID}, {"Company", TEXTOID},
	};
	TupleDesc	descriptor = CreateTemplateTupleDesc(lengthof(columns));

	for (size_t i = 0; i < lengthof(columns); i++)
		TupleDescInitEntry(descriptor, i + 1, columns[i].name, columns[i].type, -1, 0);
	return descriptor;
}

/* find_alias knows two. */
static bool
find_alias(void *arg pg_attribute_unused(), Slice key, Slice *member, bool *beside)
{
	bool		website = rvo_slice_equal(key, CONST_SLICE("website"));

	*member = website ? CONST_SLICE("company_id") : CONST_SLICE("company_name");
	*beside = false;
	return website || rvo_slice_equal(key, CONST_SLICE("company"));
}

/* make_body makes a row a body, and looks at what is noted. */
static Jsonb *
make_body(const ImportMapping *mapping, const JsonbValue *cells)
{
	ImportNotes notes = {0};
	Jsonb	   *body = rvo_import_body(mapping, cells, 7, &notes);

	for (int i = 0; i < notes.count; i++)
		MUST(notes.items[i].row == 7 && notes.items[i].member.len > 0 && notes.items[i].value.len > 0 &&
			 notes.items[i].code.len > 0);
	return body;
}

/* The input: the columns of a row, one a line; an empty one is NULL. */
void
fuzz_row(Slice input)
{
	TupleDesc	descriptor = row_descriptor();
	Slice		whole = input;
	ImportColumns *columns = rvo_import_columns_read(descriptor);
	ImportHeaders headers = rvo_import_columns_headers(columns);
	ImportAliases aliases = {find_alias, NULL};
	FaultList	faults = {0};
	ImportMapping *mapping = rvo_import_mapping_read(&rvo_contact_shape, &headers, NULL, &aliases, &faults);
	JsonbValue *cells = palloc(headers.count * sizeof(JsonbValue));
	Datum	   *values = palloc(descriptor->natts * sizeof(Datum));
	bool	   *nulls = palloc(descriptor->natts * sizeof(bool));
	HeapTuple	row;

	for (int i = 0; i < descriptor->natts; i++)
	{
		Slice		column = fuzz_line(&input);

		nulls[i] = column.len == 0;
		values[i] = PointerGetDatum(cstring_to_text_with_len(column.data, column.len));
	}
	row = heap_form_tuple(descriptor, values, nulls);
	rvo_import_row_cells(columns, row, cells);
	MUST(faults.count == 0);
	check_body(make_body(mapping, cells), whole);
	mapping->clears = true;
	check_jsonb(make_body(mapping, cells));
	check_jsonb(rvo_import_mapping_show(mapping));
	MUST(strlen(rvo_import_mapping_notice(mapping)) > 0);
	check_jsonb(rvo_import_row_show(columns, row));
}
