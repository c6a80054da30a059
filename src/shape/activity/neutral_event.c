/*
 * neutral_event.c
 *	  What happened to an e-mail, said the same whichever platform told it: read, shown, made to fit.
 *
 * null and a blank text say nothing, as if the member were not there.  Members are read in the
 * documentation's order, so that their faults come in that.
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "base/compat.h"
#include "shape/activity/neutral_event.h"
#include "shape/record/known_member.h"
#include "shape/record/member.h"
#include "value/email_address.h"
#include "value/iso_time.h"
#include "value/linkedin.h"

const Slice rvo_event_kinds[EVENT_KINDS] = {
	[EVENT_SENT] = CONST_SLICE("sent"),
	[EVENT_REPLIED] = CONST_SLICE("replied"),
	[EVENT_AUTO_REPLIED] = CONST_SLICE("auto_replied"),
	[EVENT_BOUNCED] = CONST_SLICE("bounced"),
	[EVENT_UNSUBSCRIBED] = CONST_SLICE("unsubscribed"),
	[EVENT_INTEREST] = CONST_SLICE("interest"),
};

typedef enum ValueKind
{
	VALUE_TEXT,					/* a Slice: trimmed, without control characters */
	VALUE_ID,					/* the same, which may be a whole number */
	VALUE_BODY,					/* as it is */
	VALUE_EMAIL,				/* a Slice in canonical form */
	VALUE_LINKEDIN,
	VALUE_KIND,
	VALUE_TIME,
	VALUE_RECORD_ID,
	VALUE_INTEREST,
	VALUE_BOOLEAN,
	VALUE_OBJECT
} ValueKind;

typedef struct EventMember
{
	Slice		name;
	ValueKind	kind;
	size_t		offset;
	int			max_length;		/* characters; of a body that is made to fit, octets */
	bool		required;
	const char *instead;		/* the member without which it is required; NULL = it always is */
} EventMember;

#define MEMBER(name, kind, max_length) {CONST_SLICE(#name), kind, offsetof(NeutralEvent, name), max_length, false, NULL}
#define REQUIRED(name, kind, max_length, instead) {CONST_SLICE(#name), kind, offsetof(NeutralEvent, name), max_length, true, instead}

static const EventMember members[] = {
	REQUIRED(kind, VALUE_KIND, 0, NULL),
	REQUIRED(contact_email, VALUE_EMAIL, EMAIL_MAX_LENGTH, "contact_id"),
	MEMBER(contact_id, VALUE_RECORD_ID, 0),
	REQUIRED(at, VALUE_TIME, 0, "external_id"),
	MEMBER(external_id, VALUE_ID, EVENT_TEXT_MAX_LENGTH),
	MEMBER(platform, VALUE_TEXT, MEMBER_MAX_LENGTH),
	MEMBER(campaign_id, VALUE_ID, MEMBER_MAX_LENGTH),
	MEMBER(campaign_name, VALUE_TEXT, MEMBER_MAX_LENGTH),
	MEMBER(agent_email, VALUE_EMAIL, EMAIL_MAX_LENGTH),
	MEMBER(subject, VALUE_TEXT, EVENT_TEXT_MAX_LENGTH),
	MEMBER(message_id, VALUE_TEXT, EVENT_TEXT_MAX_LENGTH),
	MEMBER(body_text, VALUE_BODY, EVENT_BODY_MAX_LENGTH),
	MEMBER(body_html, VALUE_BODY, EVENT_BODY_MAX_LENGTH),
	MEMBER(interested, VALUE_INTEREST, 0),
	MEMBER(label, VALUE_TEXT, MEMBER_MAX_LENGTH),
	MEMBER(suppress, VALUE_BOOLEAN, 0),
	MEMBER(first_name, VALUE_TEXT, MEMBER_MAX_LENGTH),
	MEMBER(last_name, VALUE_TEXT, MEMBER_MAX_LENGTH),
	MEMBER(linkedin_url, VALUE_LINKEDIN, 0),
	MEMBER(company, VALUE_TEXT, MEMBER_MAX_LENGTH),
	MEMBER(custom, VALUE_OBJECT, 0),
};

#define PLACE(event, member, type) (*(type *) ((char *) (event) + (member)->offset))

/* ---------------------------------------------------------------- reading */

/* read_id_text reads the whole number that an id is; no value for one with a fraction. */
static Slice
read_id_text(const JsonbValue *value)
{
	Slice		text = rvo_json_id_text(value, MEMBER_MAX_LENGTH);

	return text.data != NULL && memchr(text.data, '.', text.len) != NULL ? NO_SLICE : text;
}

/* read_text reads a text, or a whole number where that may stand. */
static Slice
read_text(const EventMember *member, const JsonbValue *value, FaultList *faults)
{
	Slice		text = NO_SLICE;

	if (value->type == jbvString)
		text = rvo_json_string(value);
	else if (member->kind == VALUE_ID && value->type == jbvNumeric)
		text = read_id_text(value);
	if (text.data == NULL)
	{
		rvo_fault_add(faults, rvo_member_pointer(member->name), FAULT_NOT_A_STRING);
		return NO_SLICE;
	}
	if (member->kind != VALUE_BODY)
		text = rvo_text_trim(text);
	if (text.len > member->max_length || (member->kind != VALUE_BODY && rvo_text_has_control(text, false)))
		rvo_member_check_text(text, rvo_member_pointer(member->name), member->max_length, member->kind == VALUE_BODY, faults);
	return text;
}

static void
read_kind(NeutralEvent *event, const JsonbValue *value, FaultList *faults)
{
	for (int i = 0; i < EVENT_KINDS && value->type == jbvString; i++)
		if (rvo_slice_equal(rvo_json_string(value), rvo_event_kinds[i]))
		{
			event->kind = i;
			return;
		}
	rvo_fault_add_names(faults, "/kind", FAULT_INVALID_OPTION, "allowed", rvo_event_kinds, EVENT_KINDS);
}

static void
read_time(NeutralEvent *event, const JsonbValue *value, FaultList *faults)
{
	if (value->type != jbvString)
	{
		rvo_fault_add(faults, "/at", FAULT_NOT_A_STRING);
		return;
	}
	event->at_given = rvo_text_trim(rvo_json_string(value));
	event->at.given = rvo_iso_time_read(event->at_given, &event->at.time);
	if (!event->at.given || event->at.time < EVENT_TIME_MIN)
		rvo_fault_add(faults, "/at", FAULT_INVALID_TIME);
}

/* is_text tells whether a value is this text: a form has texts only. */
static bool
is_text(const JsonbValue *value, Slice text)
{
	return value->type == jbvString && rvo_slice_equal(rvo_json_string(value), text);
}

/* read_boolean reads true or false. */
static bool
read_boolean(const EventMember *member, const JsonbValue *value, FaultList *faults)
{
	if (value->type == jbvBool)
		return value->val.boolean;
	if (!is_text(value, CONST_SLICE("true")) && !is_text(value, CONST_SLICE("false")))
		rvo_fault_add(faults, rvo_member_pointer(member->name), FAULT_NOT_A_BOOLEAN);
	return is_text(value, CONST_SLICE("true"));
}

static void
read_object(NeutralEvent *event, const JsonbValue *value, FaultList *faults)
{
	if (value->type == jbvBinary && rvo_json_is_object(value->val.binary.data))
		event->custom = value->val.binary.data;
	else
		rvo_fault_add(faults, "/custom", rvo_member_wrong(value, FAULT_NOT_AN_OBJECT));
}

static void
read_member(const EventMember *member, NeutralEvent *event, const JsonbValue *value, FaultList *faults)
{
	switch (member->kind)
	{
		case VALUE_TEXT:
		case VALUE_ID:
		case VALUE_BODY:
			PLACE(event, member, Slice) = read_text(member, value, faults);
			break;
		case VALUE_EMAIL:
			PLACE(event, member, Slice) = rvo_member_key(member->name, value, rvo_email_address_normalize, EMAIL_MAX_LENGTH, faults);
			break;
		case VALUE_LINKEDIN:
			PLACE(event, member, Slice) = rvo_member_key(member->name, value, rvo_linkedin_normalize, 0, faults);
			break;
		case VALUE_KIND:
			read_kind(event, value, faults);
			break;
		case VALUE_TIME:
			read_time(event, value, faults);
			break;
		case VALUE_RECORD_ID:
			if (!(value->type == jbvNumeric && rvo_json_to_id(value, &event->contact_id)) &&
				!(value->type == jbvString && rvo_text_to_id(rvo_text_trim(rvo_json_string(value)), &event->contact_id)))
				rvo_fault_add(faults, rvo_member_pointer(member->name), FAULT_INVALID_NUMBER);
			break;
		case VALUE_INTEREST:
			event->interested = read_boolean(member, value, faults) ? INTEREST_YES : INTEREST_NO;
			break;
		case VALUE_BOOLEAN:
			PLACE(event, member, bool) = read_boolean(member, value, faults);
			break;
		case VALUE_OBJECT:
			read_object(event, value, faults);
			break;
	}
}

/* is_missing tells that an event can't be without a member which the body doesn't have. */
static bool
is_missing(const EventMember *member, JsonbContainer *body)
{
	JsonbValue	instead;

	return member->required &&
		(member->instead == NULL || !rvo_json_get(body, rvo_slice(member->instead), &instead) || rvo_member_is_blank(&instead));
}

/* read_members reads what is known, and notes what is missing; returns how many members are not known. */
static int
read_members(JsonbContainer *body, NeutralEvent *event, FaultList *faults)
{
	int			unknown = JsonContainerSize(body);

	for (size_t i = 0; i < lengthof(members); i++)
	{
		const EventMember *member = &members[i];
		JsonbValue	value;
		bool		found = rvo_json_get(body, member->name, &value);

		if (found)
			unknown--;
		if (found && !rvo_member_is_blank(&value))
			read_member(member, event, &value, faults);
		else if (is_missing(member, body))
			rvo_fault_add(faults, rvo_member_pointer(member->name), FAULT_REQUIRED);
	}
	return unknown;
}

/* compare_names orders names as jsonb does. */
static int
compare_names(const void *a, const void *b)
{
	const Slice *x = a;
	const Slice *y = b;

	return x->len != y->len ? x->len - y->len : memcmp(x->data, y->data, x->len);
}

/* note_unknown notes members that nobody knows. */
static void
note_unknown(const Caller *caller, JsonbContainer *body, FaultList *faults)
{
	Slice		known[lengthof(members)];

	for (size_t i = 0; i < lengthof(members); i++)
		known[i] = members[i].name;
	qsort(known, lengthof(known), sizeof(Slice), compare_names);
	rvo_members_check(caller, body, "", known, lengthof(members), faults);
}

/*
 * rvo_neutral_event_read reads an event, in the current context, whose texts point
 * into the body, and notes every fault in it.  body is NULL for SQL's NULL; caller is NULL where
 * members that nobody knows are no matter.
 */
NeutralEvent *
rvo_neutral_event_read(const Caller *caller, JsonbContainer *body, FaultList *faults)
{
	NeutralEvent *event = palloc0(sizeof(NeutralEvent));

	if (!rvo_json_is_object(body))
	{
		rvo_member_note_no_object(body, faults);
		return event;
	}
	if (read_members(body, event, faults) > 0 && caller != NULL)
		note_unknown(caller, body, faults);
	return event;
}

/* ---------------------------------------------------------------- showing */

/* show_member shows the value of a member; null if there is none. */
static JsonbValue
show_member(const EventMember *member, const NeutralEvent *event)
{
	switch (member->kind)
	{
		case VALUE_KIND:
			return rvo_json_text(rvo_event_kinds[event->kind]);
		case VALUE_TIME:
			return event->at_given.data != NULL ? rvo_json_text(event->at_given) : rvo_json_nullable_time(event->at);
		case VALUE_RECORD_ID:
			return event->contact_id != 0 ? rvo_json_integer(event->contact_id) : rvo_json_null();
		case VALUE_INTEREST:
			return event->interested != INTEREST_UNKNOWN ? rvo_json_boolean(event->interested == INTEREST_YES) : rvo_json_null();
		case VALUE_BOOLEAN:
			return PLACE(event, member, bool) ? rvo_json_boolean(true) : rvo_json_null();
		case VALUE_OBJECT:
			return event->custom != NULL ? rvo_json_unpack(event->custom) : rvo_json_null();
		default:
			return rvo_json_text(PLACE(event, member, Slice));
	}
}

/* rvo_neutral_event_show makes the object that it would be read from; a member without a value is left out, but at. */
JsonbValue
rvo_neutral_event_show(const NeutralEvent *event)
{
	JsonObject	object = rvo_json_open(lengthof(members));

	for (size_t i = 0; i < lengthof(members); i++)
	{
		JsonbValue	value = show_member(&members[i], event);

		if (value.type != jbvNull || members[i].kind == VALUE_TIME)
			rvo_json_put(&object, members[i].name, value);
	}
	return rvo_json_close(&object);
}

/* ---------------------------------------------------------------- fitting */

/* fit_body cuts a body that is too long. */
static Slice
fit_body(const EventMember *member, Slice body)
{
	body.len = rvo_text_clip(body, member->max_length);
	return body.len == 0 ? NO_SLICE : body;
}

/* fit_text cuts a text that is too long, and gives up an id that is, and a text that has what none may have. */
static Slice
fit_text(const EventMember *member, Slice text)
{
	Slice		whole = rvo_text_trim(text);
	Slice		fitting = rvo_text_shorten(whole, member->max_length);

	if (member->kind == VALUE_ID && fitting.len < whole.len)
		return NO_SLICE;
	fitting = rvo_text_trim(fitting);
	return fitting.len == 0 || rvo_text_has_control(fitting, false) ? NO_SLICE : fitting;
}

/*
 * rvo_neutral_event_fit makes an event that a platform told fit what is stored: what is too
 * long is cut, and what is not valid is left out, as is an id that would be another's without its
 * end.  What an event can't be without is a fault then.  A name would be another one, too, but the
 * event counts more than the name.
 */
void
rvo_neutral_event_fit(NeutralEvent *event, FaultList *faults)
{
	for (size_t i = 0; i < lengthof(members); i++)
	{
		const EventMember *member = &members[i];
		Slice	   *text = &PLACE(event, member, Slice);
		Slice		key;

		if (member->kind > VALUE_LINKEDIN || text->data == NULL)
			continue;
		if (member->kind == VALUE_EMAIL)
		{
			if (rvo_email_address_normalize(*text, &key) != FAULT_NONE)
				key = NO_SLICE;
			*text = key;
		}
		else if (member->kind == VALUE_LINKEDIN)
		{
			if (rvo_linkedin_normalize(*text, &key) != FAULT_NONE)
				key = NO_SLICE;
			*text = key;
		}
		else if (member->kind == VALUE_BODY)
			*text = fit_body(member, *text);
		else
			*text = fit_text(member, *text);
	}
	if (event->contact_email.data == NULL && event->contact_id == 0)
		rvo_fault_add(faults, "/contact_email", FAULT_INVALID_EMAIL);
	if (event->at.given && event->at.time < EVENT_TIME_MIN)
		rvo_fault_add(faults, "/at", FAULT_INVALID_TIME);
	if (!event->at.given && event->external_id.data == NULL && event->body_hash.data == NULL)
		rvo_fault_add(faults, "/at", FAULT_REQUIRED);
}
