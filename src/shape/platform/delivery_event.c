/*
 * delivery_event.c
 *	  An item of a delivery as an event, by the rows of its platform.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/jsonio.h"
#include "shape/platform/bounce_text.h"
#include "shape/platform/delivery_custom.h"
#include "shape/platform/delivery_event.h"
#include "shape/platform/event_time.h"
#include "shape/platform/item_path.h"
#include "shape/record/member.h"
#include "value/email_address.h"
#include "value/linkedin.h"
#include "value/sha256.h"

#define BODY_MAX_OCTETS (256 * 1024)
#define ID_MAX_OCTETS 1000		/* a longer one is none: cut, it would be another's */

/* An item being read. */
typedef struct Reading
{
	const Platform *platform;
	OwnLabels  *labels;
	JsonbContainer *item;
	DeliveredEvent *read;
} Reading;

/* A kind that is a label which somebody made. */
static const KindRule own_label = {.kind = EVENT_INTEREST};

/* rvo_delivery_kind returns what an item calls its kind, no value if it doesn't. */
Slice
rvo_delivery_kind(const Platform *platform, JsonbContainer *item)
{
	Slice		kind = NO_SLICE;

	for (const char *const *path = platform->kind_paths; kind.data == NULL && *path != NULL; path++)
		kind = rvo_item_text(item, *path);
	return kind;
}

/* is_kind tells whether a row is of a kind, and returns what is behind the name that it begins with. */
static bool
is_kind(const KindRule *rule, Slice kind, Slice *behind)
{
	Slice		name = rvo_slice(rule->name);
	int			taken;

	if (name.data[name.len - 1] != '*')
		return rvo_loosely_equal(kind, name);
	taken = rvo_loosely_begins(kind, (Slice) {name.data, name.len - 1});
	if (taken < 0)
		return false;
	*behind = (Slice) {kind.data + taken, kind.len - taken};
	if (behind->len > 0 && behind->data[0] == '_')
		*behind = (Slice) {behind->data + 1, behind->len - 1};
	return true;
}

/* has_needed tells whether an item has the value that its kind needs. */
static bool
has_needed(const Reading *reading, const KindRule *rule)
{
	Slice		value;

	if (rule->needs == NULL)
		return true;
	value = rvo_item_text(reading->item, reading->platform->value_path);
	return value.data != NULL && (rule->needs[0] == '*' || rvo_loosely_equal(value, rvo_slice(rule->needs)));
}

/* find_kind finds the row of a kind; NULL if it is ignored. */
static const KindRule *
find_kind(const Reading *reading, Slice kind, Slice *label)
{
	*label = kind;
	for (const KindRule *rule = reading->platform->kinds; rule->name != NULL; rule++)
		if (is_kind(rule, kind, label))
			return has_needed(reading, rule) ? rule : NULL;
	return reading->platform->label_is_kind && rvo_label_is_own(reading->labels, kind) ? &own_label : NULL;
}

/* is_case tells whether a text is what a row looks for. */
static bool
is_case(const CaseRule *rule, Slice text)
{
	switch (rule->test)
	{
		case CASE_IS:
			return rvo_loosely_among(text, rule->texts);
		case CASE_IS_NOT:
			return !rvo_loosely_among(text, rule->texts);
		case CASE_BEGINS:
			return rvo_loosely_begin_among(text, rule->texts);
		case CASE_AT_DOMAIN:
			(void) rvo_text_split(&text, '@');
			return text.len > 0 && rvo_loosely_among(text, rule->texts);
		case CASE_TEMPORARY:
			return rvo_bounce_is_temporary(text);
	}
	return false;
}

/* holds tells whether an item is in the case of a row. */
static bool
holds(const CaseRule *rule, JsonbContainer *item)
{
	Slice		text = rvo_item_text(item, rule->path);

	return text.data != NULL && is_case(rule, text);
}

/* kind_in_case returns the kind of an event once all cases were looked at; EVENT_KINDS if it is ignored. */
static EventKind
kind_in_case(const Reading *reading, EventKind kind)
{
	for (const CaseRule *rule = reading->platform->cases; rule->path != NULL && kind != EVENT_KINDS; rule++)
		if ((rule->kinds == OF_ANY || (rule->kinds & OF_KIND(kind)) != 0) && holds(rule, reading->item))
			kind = rule->becomes;
	return kind;
}

/* rvo_delivery_is_ignored tells an item that is ignored, of whatever kind it is. */
bool
rvo_delivery_is_ignored(const Platform *platform, JsonbContainer *item)
{
	for (const CaseRule *rule = platform->cases; rule->path != NULL; rule++)
		if (rule->kinds == OF_ANY && rule->becomes == EVENT_KINDS && holds(rule, item))
			return true;
	return false;
}

/* first_of returns the first address of a text that has more than one: of a list, or with a name. */
static Slice
first_of(Slice text)
{
	Slice		rest = text;
	Slice		piece = rvo_text_split(&rest, memchr(text.data, ',', text.len) != NULL ? ',' : ';');
	Slice		behind;
	Slice		before;

	/* the comma in a name, or in quotes, ends no address */
	if (memchr(piece.data, '@', piece.len) != NULL && memchr(piece.data, '"', piece.len) == NULL)
		text = piece;
	behind = text;
	before = rvo_text_split(&behind, '<');
	if (behind.len > 0)
		return rvo_text_trim(rvo_text_split(&behind, '>'));
	before = rvo_text_split(&before, ',');
	before = rvo_text_trim(rvo_text_split(&before, ';'));
	if (before.len > 2 && (before.data[0] == '"' || before.data[0] == '\'') && before.data[before.len - 1] == before.data[0])
		before = (Slice) {before.data + 1, before.len - 2};
	return before;
}

/* rvo_delivery_address reads an address, alone, as "Name <address>" or the first of several; no value for what is none, and for a mail system's. */
Slice
rvo_delivery_address(Slice text)
{
	Slice		address;
	Slice		rest;

	if (text.data == NULL)
		return NO_SLICE;
	if ((rvo_email_address_normalize(text, &address) != FAULT_NONE || address.data == NULL) &&
		(rvo_email_address_normalize(first_of(text), &address) != FAULT_NONE || address.data == NULL))
		return NO_SLICE;
	rest = address;
	return rvo_loosely_among(rvo_text_split(&rest, '@'), "mailerdaemon|postmaster") ? NO_SLICE : address;
}

/* from_template fills the paths in braces of a text; no value if one has none. */
static Slice
from_template(JsonbContainer *item, const char *template)
{
	StringInfoData text;
	Slice		rest = rvo_slice(template);

	initStringInfo(&text);
	while (rest.len > 0)
	{
		Slice		literal = rvo_text_split(&rest, '{');
		Slice		value;

		appendBinaryStringInfo(&text, literal.data, literal.len);
		if (rest.len == 0)
			break;
		value = rvo_item_text(item, rvo_slice_cstring(rvo_text_split(&rest, '}')));
		if (value.data == NULL)
			return NO_SLICE;
		appendBinaryStringInfo(&text, value.data, value.len);
	}
	return (Slice) {text.data, text.len};
}

/* is_address tells whether an address stands at a path. */
static bool
is_address(const Reading *reading, const char *path, Slice address)
{
	Slice		found = rvo_delivery_address(rvo_item_text(reading->item, path));

	return found.data != NULL && address.data != NULL && rvo_slice_equal(found, address);
}

/* applies tells whether a row is for a member of this event. */
static bool
applies(const Reading *reading, const MemberRule *rule, DeliveryMember member)
{
	const NeutralEvent *event = &reading->read->event;

	if (rule->member != member || (rule->kinds != OF_ANY && (rule->kinds & OF_KIND(event->kind)) == 0))
		return false;
	if (rule->other_than != NULL && is_address(reading, rule->path, rvo_delivery_address(rvo_item_text(reading->item, rule->other_than))))
		return false;
	return rule->address == NULL || is_address(reading, rule->address, event->contact_email);
}

/* next_text finds the next text of a member, from a row on; false if there is no more. */
static bool
next_text(const Reading *reading, DeliveryMember member, const MemberRule **rule, Slice *text)
{
	for (; (*rule)->member != FROM_END; (*rule)++)
	{
		if (!applies(reading, *rule, member))
			continue;
		*text = strchr((*rule)->path, '{') != NULL ? from_template(reading->item, (*rule)->path) :
			rvo_item_text(reading->item, (*rule)->path);
		if (text->data != NULL)
		{
			(*rule)++;
			return true;
		}
	}
	return false;
}

/* first_text returns the first text of a member; no value if it has none. */
static Slice
first_text(const Reading *reading, DeliveryMember member)
{
	const MemberRule *rule = reading->platform->members;
	Slice		text;

	return next_text(reading, member, &rule, &text) ? text : NO_SLICE;
}

/* first_address returns the first text of a member that is an address. */
static Slice
first_address(const Reading *reading, DeliveryMember member)
{
	const MemberRule *rule = reading->platform->members;
	Slice		text;

	while (next_text(reading, member, &rule, &text))
	{
		Slice		address = rvo_delivery_address(text);

		if (address.data != NULL)
			return address;
	}
	return NO_SLICE;
}

/* first_time reads the first text that is a time. */
static void
first_time(const Reading *reading, NeutralEvent *event)
{
	const MemberRule *rule = reading->platform->members;
	Slice		text;

	while (next_text(reading, FROM_TIME, &rule, &text))
		if (rvo_event_time_read(text, &event->at, &event->at_given))
			return;
}

/* first_linkedin returns the first text that is the URL of a person's profile. */
static Slice
first_linkedin(const Reading *reading)
{
	const MemberRule *rule = reading->platform->members;
	Slice		text;
	Slice		url;

	while (next_text(reading, FROM_LINKEDIN, &rule, &text))
		if (rvo_linkedin_normalize(text, &url) == FAULT_NONE && url.data != NULL)
			return url;
	return NO_SLICE;
}

/* rvo_delivery_id returns a text as an id, which is whole or none. */
Slice
rvo_delivery_id(Slice text)
{
	return text.len > ID_MAX_OCTETS ? NO_SLICE : rvo_delivery_line(text, ID_MAX_OCTETS);
}

static Slice
first_id(const Reading *reading, DeliveryMember member)
{
	return rvo_delivery_id(first_text(reading, member));
}

static Slice
first_line(const Reading *reading, DeliveryMember member)
{
	return rvo_delivery_line(first_text(reading, member), MEMBER_MAX_LENGTH);
}

/* first_body returns a body, or its beginning. */
static Slice
first_body(const Reading *reading, DeliveryMember member)
{
	Slice		body = first_text(reading, member);

	if (body.len > BODY_MAX_OCTETS)
	{
		body.len = rvo_text_clip(body, BODY_MAX_OCTETS);
		reading->read->cut = true;
	}
	return body;
}

/* read_names reads the names of the contact; one that has both ends its first name at the first blank. */
static void
read_names(const Reading *reading, NeutralEvent *event)
{
	event->first_name = first_line(reading, FROM_FIRST_NAME);
	event->last_name = first_line(reading, FROM_LAST_NAME);
	if (event->first_name.data == NULL && event->last_name.data == NULL)
	{
		Slice		name = first_line(reading, FROM_NAME);

		if (name.data == NULL || memchr(name.data, '@', name.len) != NULL)
			return;
		event->first_name = rvo_text_split(&name, ' ');
		name = rvo_text_trim(name);
		event->last_name = name.len > 0 ? name : NO_SLICE;
	}
}

/* yes_or_no reads an answer to a question; unknown for anything else, and for no value. */
static Interest
yes_or_no(Slice text)
{
	if (text.data == NULL)
		return INTEREST_UNKNOWN;
	if (rvo_loosely_among(text, "true|yes|y|on|1"))
		return INTEREST_YES;
	return rvo_loosely_among(text, "false|no|n|off|0") ? INTEREST_NO : INTEREST_UNKNOWN;
}

/* differs tells whether a label says something else than a kind that is one, of which it is known what it says. */
static bool
differs(OwnLabels *own, Slice label, Slice kind_label)
{
	if (rvo_label_is_own(own, kind_label) && !rvo_label_is_known(own, label))
		return true;
	return rvo_label_is_known(own, kind_label) && !rvo_labels_agree(own, kind_label, label);
}

/*
 * read_label reads the label that an event of interest gives. A kind may be one; what it means is what happened then, and
 * a label that means something else is of another time.
 */
static Slice
read_label(const Reading *reading, Slice kind_label)
{
	Slice		label = first_line(reading, FROM_LABEL);

	if (reading->platform->kind_is_label && (label.data == NULL || differs(reading->labels, label, kind_label)))
		label = rvo_delivery_line(kind_label, MEMBER_MAX_LENGTH);
	return label;
}

/* read_interest reads what an event says of interest: what a label means counts for events of that only. */
static void
read_interest(const Reading *reading, const KindRule *rule, Slice kind_label)
{
	NeutralEvent *event = &reading->read->event;
	Interest	said = yes_or_no(first_text(reading, FROM_INTERESTED));

	event->label = read_label(reading, kind_label);
	event->interested = rule->interest;
	if (said != INTEREST_UNKNOWN)
		event->interested = said;
	else if (event->interested == INTEREST_UNKNOWN && event->kind == EVENT_INTEREST)
		event->interested = rvo_interest_of_label(reading->labels, event->label, first_text(reading, FROM_SENTIMENT));
	event->suppress = yes_or_no(first_text(reading, FROM_SUPPRESS)) == INTEREST_YES ||
		(event->kind == EVENT_INTEREST && rvo_label_suppresses(event->label));
}

/* all_texts returns all texts of a member as one, each behind its length; no value if there is none. */
static Slice
all_texts(const Reading *reading, DeliveryMember member)
{
	const MemberRule *rule = reading->platform->members;
	StringInfoData parts;
	Slice		text;

	initStringInfo(&parts);
	while (next_text(reading, member, &rule, &text))
	{
		appendStringInfo(&parts, "%d ", text.len);
		appendBinaryStringInfo(&parts, text.data, text.len);
	}
	return parts.len > 0 ? (Slice) {parts.data, parts.len} : NO_SLICE;
}

/* read_hash makes what stands for an id and a time: of the members that are said to tell events apart, or else of the item. */
static void
read_hash(const Reading *reading, Size item_length, NeutralEvent *event)
{
	Slice		hashed = all_texts(reading, FROM_HASHED);
	uint8	   *sha256 = palloc(PG_SHA256_DIGEST_LENGTH);

	if (hashed.data == NULL)
		hashed = (Slice) {(const char *) reading->item, item_length};
	rvo_sha256(&hashed, 1, sha256);
	event->body_hash = (Slice) {(const char *) sha256, PG_SHA256_DIGEST_LENGTH};
}

/* read_mail reads what tells of the e-mail. */
static void
read_mail(const Reading *reading, NeutralEvent *event)
{
	event->campaign_id = first_id(reading, FROM_CAMPAIGN_ID);
	if (rvo_text_characters(event->campaign_id) > MEMBER_MAX_LENGTH)
		event->campaign_id = NO_SLICE;
	event->campaign_name = first_line(reading, FROM_CAMPAIGN_NAME);
	event->external_id = first_id(reading, FROM_EXTERNAL_ID);
	event->id_parts = all_texts(reading, FROM_ID_PART);
	event->agent_email = first_address(reading, FROM_AGENT);
	event->subject = rvo_delivery_line(first_text(reading, FROM_SUBJECT), ID_MAX_OCTETS);
	event->body_text = first_body(reading, FROM_TEXT);
	event->body_html = first_body(reading, FROM_HTML);
	event->message_id = first_id(reading, FROM_MESSAGE_ID);
}

/* read_custom reads the custom variables, of which the URL of the profile is the member, unless it has one. */
static void
read_custom(const Reading *reading, NeutralEvent *event)
{
	for (const MemberRule *rule = reading->platform->members; rule->member != FROM_END && event->custom == NULL; rule++)
		if (applies(reading, rule, FROM_CUSTOM))
			event->custom = rvo_delivery_custom(reading->item, rule->path, reading->platform->own_names, &event->linkedin_url);
}

/* says_nothing tells an event that would change nothing: nobody's, or of interest without any. */
static bool
says_nothing(const DeliveredEvent *read)
{
	const NeutralEvent *event = &read->event;

	if (event->contact_email.data == NULL && read->object_id.data == NULL)
		return true;
	return event->kind == EVENT_INTEREST && event->interested == INTEREST_UNKNOWN && event->label.data == NULL;
}

/* rvo_delivery_event reads an item whose kind was read, in the current context; NULL if it is ignored. */
DeliveredEvent *
rvo_delivery_event(const Platform *platform, OwnLabels *labels, JsonbContainer *item, int item_length, Slice kind)
{
	DeliveredEvent *read = palloc0(sizeof(DeliveredEvent));
	NeutralEvent *event = &read->event;
	Reading		reading = {platform, labels, item, read};
	Slice		label;
	const KindRule *rule = find_kind(&reading, kind, &label);

	if (rule == NULL || (event->kind = kind_in_case(&reading, rule->kind)) == EVENT_KINDS)
		return NULL;
	event->platform = platform->name;
	read->account = first_id(&reading, FROM_ACCOUNT);
	read->object_id = first_id(&reading, FROM_OBJECT);
	event->contact_email = first_address(&reading, FROM_EMAIL);
	if (event->kind == EVENT_INTEREST || platform->is_neutral)
		read_interest(&reading, rule, label);
	if (says_nothing(read))
		return NULL;
	first_time(&reading, event);
	read_mail(&reading, event);
	read_names(&reading, event);
	event->linkedin_url = first_linkedin(&reading);
	event->company = first_line(&reading, FROM_COMPANY);
	read_custom(&reading, event);
	read_hash(&reading, item_length, event);
	return read;
}
