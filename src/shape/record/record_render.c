/*
 * record_render.c
 *	  Shows a record as the API does.
 *
 * The answer to a create or change is the contract's ContactPostResponseV2:
 * members that are not nullable there are left out when they have no value.
 * The answer to a read is ContactV2, where they are null.  Of a company every
 * member has a value, or may be null.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/record/record_render.h"

/* How an answer shows a record. */
typedef struct Showing
{
	Structure	structure;
	bool		show_null_keys; /* as null, or left out; a company that there is none of, too */
	bool		with_client;
	const bool *created;		/* NULL = does not tell */
} Showing;

static void
put_text(JsonObject *answer, const RecordMember *member, const Record *record, bool even_null)
{
	Slice		text = *CONST_MEMBER_OF(record, member, Slice);

	if (text.data != NULL || even_null)
		rvo_json_put(answer, member->name, rvo_json_text(text));
}

static void
put_boolean(JsonObject *answer, const RecordMember *member, const Record *record)
{
	NullableBoolean boolean = *CONST_MEMBER_OF(record, member, NullableBoolean);

	rvo_json_put(answer, member->name, boolean.given ? rvo_json_boolean(boolean.value) : rvo_json_null());
}

static void
put_id(JsonObject *answer, const RecordMember *member, const Record *record, bool even_null)
{
	int64		id = *CONST_MEMBER_OF(record, member, int64);

	if (id != 0)
		rvo_json_put(answer, member->name, rvo_json_integer(id));
	else if (even_null)
		rvo_json_put(answer, member->name, rvo_json_null());
}

/* put_member puts a member into an answer, unless it is not to be shown. */
static void
put_member(JsonObject *answer, const RecordMember *member, const Record *record, const Showing *showing)
{
	switch (member->kind)
	{
		case MEMBER_KEY:
			put_text(answer, member, record, showing->show_null_keys);
			break;
		case MEMBER_TEXT:
		case MEMBER_STATUS:
		case MEMBER_REQUIRED_TEXT:
		case MEMBER_OPTIONAL_TEXT:
		case MEMBER_LONG_TEXT:
		case MEMBER_ADDRESS:
		case MEMBER_PREVIOUS_STATUS:
			put_text(answer, member, record, true);
			break;
		case MEMBER_BOOLEAN:
			put_boolean(answer, member, record);
			break;
		case MEMBER_CONTACT:
			put_id(answer, member, record, true);
			break;
		case MEMBER_COMPANY:
			put_id(answer, member, record, showing->show_null_keys);
			break;
		case MEMBER_TIME:
		case MEMBER_STATUS_TIME:
		case MEMBER_FIRST_TIME:
		case MEMBER_LAST_TIME:
			rvo_json_put(answer, member->name, rvo_json_nullable_time(*CONST_MEMBER_OF(record, member, NullableTime)));
			break;
		case MEMBER_ID:
			rvo_json_put(answer, member->name, rvo_json_integer(record->id));
			break;
		case MEMBER_UPDATED_TIME:
			rvo_json_put(answer, member->name, rvo_json_text(rvo_json_time(record->updated_time)));
			break;
		case MEMBER_FIELDS:
			rvo_json_put(answer, member->name,
						 rvo_custom_fields_show(&record->custom_fields, showing->structure, record->updated_time));
			break;
		case MEMBER_FIELDS_OF_CREATE:
		case MEMBER_COMPANY_NAME:
			break;
		case MEMBER_CLIENT:
			if (showing->with_client)
				rvo_json_put(answer, member->name, rvo_json_text(rvo_slice(psprintf("%d", record->client_id))));
			break;
		case MEMBER_CREATED:
			if (showing->created != NULL)
				rvo_json_put(answer, member->name, rvo_json_boolean(*showing->created));
			break;
	}
}

static JsonbValue
render(const RecordShape *shape, const Record *record, Showing showing)
{
	const MembersByName *by_name = rvo_members_by_name(shape);
	JsonObject	answer = rvo_json_open(by_name->count);

	for (int i = 0; i < by_name->count; i++)
		put_member(&answer, by_name->members[i], record, &showing);
	return rvo_json_close(&answer);
}

/* rvo_record_render_new returns the answer to a create or change, in the current context; parts of it are the record's. */
JsonbValue
rvo_record_render_new(const RecordShape *shape, const Record *record, Structure structure)
{
	return render(shape, record, (Showing) {.structure = structure});
}

/* rvo_record_render_created is the same as jsonb. */
Jsonb *
rvo_record_render_created(const RecordShape *shape, const Record *record, Structure structure)
{
	JsonbValue	value = rvo_record_render_new(shape, record, structure);

	return rvo_json_encode(&value);
}

/* rvo_record_render_upserted is the same with a member that tells whether the record is new. */
Jsonb *
rvo_record_render_upserted(const RecordShape *shape, const Record *record, Structure structure, bool created)
{
	JsonbValue	value = render(shape, record, (Showing) {.structure = structure, .created = &created});

	return rvo_json_encode(&value);
}

/* rvo_record_render shows a record that was read; with_client: as the master list does. */
JsonbValue
rvo_record_render(const RecordShape *shape, const Record *record, Structure structure, bool with_client)
{
	return render(shape, record,
				  (Showing) {.structure = structure, .show_null_keys = true, .with_client = with_client});
}
