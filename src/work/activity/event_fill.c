/*
 * event_fill.c
 *	  What events know of a contact fills what is empty there.
 *
 * Never more: what the API or an import wrote is the better source.  Of two events
 * the earlier one fills (activity.c).  A value that is not valid, or that a definition
 * doesn't allow, is left out: the event counts nevertheless.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/compat.h"
#include "shape/record/custom_field.h"
#include "shape/record/custom_field_rules.h"
#include "shape/record/member.h"
#include "shape/record/record_member.h"
#include "work/activity/event_fill.h"

/* Characters of a number as the value of a custom field. */
#define NUMBER_MAX_LENGTH 100

static void
note_filled(Person *person)
{
	person->members_differ = true;
	person->activity_differs = true;
}

/* fill_text fills a text of the contact; returns whether it did. */
static bool
fill_text(EventItem *item, Slice member, Slice *text, Slice value)
{
	Person	   *person = item->subject->person;

	if (value.data == NULL || !rvo_activity_fills(&person->activity, &(Filling) {member, value, 0, item->at}, *text, 0))
		return false;
	*text = value;
	note_filled(person);
	return true;
}

/* fill_linkedin_url does so unless another contact has it. */
static void
fill_linkedin_url(EventChunk *chunk, EventItem *item)
{
	Person	   *person = item->subject->person;
	Slice		url = item->event->linkedin_url;
	int64		id = person->contact.record.id;
	const int64 *claimed;
	bool		found;

	if (url.data == NULL || (item->linkedin_owner != 0 && item->linkedin_owner != id))
		return;
	claimed = rvo_slice_map_find(chunk->claimed_urls, url);
	if ((claimed == NULL || *claimed == id) && fill_text(item, CONST_SLICE("linkedin_url"), &person->contact.linkedin_url, url))
		*rvo_slice_map_put(chunk->claimed_urls, url, &found) = id;
}

/* fill_origin says where a contact came from that an event made. */
static void
fill_origin(EventItem *item)
{
	Person	   *person = item->subject->person;

	if (rvo_activity_filled(&person->activity, CONST_SLICE("origin")) != NULL)
		(void) fill_text(item, CONST_SLICE("origin"), &person->contact.origin, item->event->platform);
}

static void
fill_company(EventItem *item)
{
	Person	   *person = item->subject->person;
	Filling		filling = {CONST_SLICE("company_id"), item->company_domain, item->company_id, item->at};

	if (item->company_id == 0 || !rvo_activity_fills(&person->activity, &filling, CONST_SLICE(""), person->contact.company_id))
		return;
	person->contact.company_id = item->company_id;
	note_filled(person);
}

/* ---------------------------------------------------------------- custom fields */

/* read_value returns the value of a custom field as a text; no value if it can't be one. */
static Slice
read_value(const JsonbValue *value)
{
	Slice		text = NO_SLICE;
	int			length;

	if (value->type == jbvString)
		text = rvo_text_trim(rvo_json_string(value));
	else if (value->type == jbvBool)
		text = rvo_slice(value->val.boolean ? "true" : "false");
	else if (value->type == jbvNumeric)
		text = rvo_json_number_text(value, NUMBER_MAX_LENGTH, &length);
	if (text.len == 0 || rvo_text_has_control(text, true) ||
		(text.len > CUSTOM_FIELD_VALUE_MAX_LENGTH && rvo_text_characters(text) > CUSTOM_FIELD_VALUE_MAX_LENGTH))
		return NO_SLICE;
	return text;
}

/* is_allowed tells whether a custom field may have this name and this value, which gets its canonical form. */
static bool
is_allowed(const Caller *caller, Slice name, Slice *value)
{
	const FieldRules *rules = caller->notes->rules[CONTACT_ENTITY];

	if (name.len == 0 || rvo_text_has_control(name, false) ||
		(name.len > MEMBER_MAX_LENGTH && rvo_text_characters(name) > MEMBER_MAX_LENGTH))
		return false;
	return (rules == NULL || rvo_field_rules_check(rules, name, value) == FAULT_NONE) &&
		(value->len <= CUSTOM_FIELD_VALUE_MAX_LENGTH || rvo_text_characters(*value) <= CUSTOM_FIELD_VALUE_MAX_LENGTH);
}

/* has_room tells whether a contact may have so much more in its custom fields. */
static bool
has_room(const CustomFields *fields, const CustomField *old, Slice name, Slice value)
{
	return (old != NULL || fields->count < CUSTOM_FIELDS_MAX) &&
		rvo_fields_octets(fields) + name.len + value.len <= CUSTOM_FIELDS_MAX_OCTETS;
}

static void
fill_field(EventItem *item, Slice name, Slice value)
{
	Person	   *person = item->subject->person;
	CustomFields *fields = &person->contact.record.custom_fields;
	CustomField *field = rvo_custom_fields_find(fields, name);
	Slice		member = rvo_slice(psprintf(FILLED_FIELD "%.*s", name.len, name.data));

	if (!has_room(fields, field, name, value) ||
		!rvo_activity_fills(&person->activity, &(Filling) {member, value, 0, item->at}, field != NULL ? field->value : NO_SLICE, 0))
		return;
	if (field != NULL)
		(void) rvo_custom_field_change(field, NO_SLICE, value);
	else
		(void) rvo_custom_fields_add(fields, (CustomField) {.name = name, .value = value});
	person->contact.record.changed |= rvo_member_bit(&rvo_contact_shape, MEMBER_FIELDS);
	note_filled(person);
}

static void
fill_fields(const EventChunk *chunk, EventItem *item)
{
	JsonNames	names = {.object = item->event->custom};
	Slice		name;
	JsonbValue	value;

	while (item->event->custom != NULL && rvo_json_next_name(&names, &name))
	{
		Slice		text;

		CHECK_FOR_INTERRUPTS();
		(void) rvo_json_get(item->event->custom, name, &value);
		text = read_value(&value);
		name = rvo_text_trim(name);
		if (text.data != NULL && is_allowed(chunk->caller, name, &text))
			fill_field(item, name, text);
	}
}

/* rvo_event_fill_new does as rvo_event_fill, but for the LinkedIn URL, for a contact that is about to be added. */
void
rvo_event_fill_new(EventChunk *chunk, EventItem *item)
{
	const NeutralEvent *event = item->event;
	Contact    *contact = &item->subject->person->contact;

	(void) fill_text(item, CONST_SLICE("first_name"), &contact->first_name, event->first_name);
	(void) fill_text(item, CONST_SLICE("last_name"), &contact->last_name, event->last_name);
	fill_origin(item);
	fill_company(item);
	fill_fields(chunk, item);
}

/* rvo_event_fill fills what the contact of an event lacks, and the event knows. */
void
rvo_event_fill(EventChunk *chunk, EventItem *item)
{
	rvo_event_fill_new(chunk, item);
	fill_linkedin_url(chunk, item);
}
