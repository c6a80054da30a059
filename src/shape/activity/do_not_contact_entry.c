/*
 * do_not_contact_entry.c
 *	  An entry of the do-not-contact list: read from a body, and shown.
 */
#include "postgres.h"

#include "access/xact.h"

#include "base/compat.h"
#include "shape/activity/do_not_contact_entry.h"
#include "shape/record/known_member.h"
#include "shape/record/member.h"
#include "value/domain.h"
#include "value/email_address.h"
#include "value/iso_time.h"

#define NOTE_MAX_LENGTH 1000

const Slice rvo_do_not_contact_reasons[DO_NOT_CONTACT_REASONS] = {
	[DO_NOT_CONTACT_BOUNCED] = CONST_SLICE("bounced"),
	[DO_NOT_CONTACT_COMPLAINT] = CONST_SLICE("complaint"),
	[DO_NOT_CONTACT_ERASED] = CONST_SLICE("erased"),
	[DO_NOT_CONTACT_MANUAL] = CONST_SLICE("manual"),
	[DO_NOT_CONTACT_UNSUBSCRIBED] = CONST_SLICE("unsubscribed"),
};

/* In jsonb's order. */
static const Slice known_members[] = {
	CONST_SLICE("note"), CONST_SLICE("email"), CONST_SLICE("since"), CONST_SLICE("domain"), CONST_SLICE("reason"),
	CONST_SLICE("subdomains")
};

/* rvo_do_not_contact_reason returns the reason of a name; DO_NOT_CONTACT_REASONS if there is none. */
DoNotContactReason
rvo_do_not_contact_reason(Slice name)
{
	int			reason = 0;

	while (reason < DO_NOT_CONTACT_REASONS &&
		   (name.data == NULL || !rvo_slice_equal(rvo_do_not_contact_reasons[reason], name)))
		reason++;
	return reason;
}

/* rvo_do_not_contact_reason_read is that of what a caller says, and notes a fault if it is none. */
DoNotContactReason
rvo_do_not_contact_reason_read(Slice name, const char *where, FaultList *faults)
{
	DoNotContactReason reason = rvo_do_not_contact_reason(rvo_text_trim(name));

	if (reason < DO_NOT_CONTACT_REASONS)
		return reason;
	rvo_fault_add_names(faults, where, FAULT_INVALID_OPTION, "allowed", rvo_do_not_contact_reasons, DO_NOT_CONTACT_REASONS);
	return DO_NOT_CONTACT_MANUAL;
}

/*
 * read_domain gives the canonical form of a domain; an e-mail address is none: its domain may be that of many.
 * Lists of platforms have domains as @acme.com as well.
 */
static FaultCode
read_domain(Slice in, Slice *out)
{
	*out = NO_SLICE;
	in = rvo_text_trim(in);
	if (in.len > 1 && in.data[0] == '@')
		in = (Slice) {in.data + 1, in.len - 1};
	if (in.len > 0 && memchr(in.data, '@', in.len) != NULL)
		return FAULT_INVALID_DOMAIN;
	return rvo_domain_normalize(in, out);
}

/* rvo_do_not_contact_address_read tells an e-mail address from a domain, also "@acme.com" and "*@acme.com", each in canonical form; false for what is neither. */
bool
rvo_do_not_contact_address_read(Slice address, Slice *email, Slice *domain)
{
	*email = *domain = NO_SLICE;
	address = rvo_text_trim(address);
	if (address.len > 2 && address.data[0] == '*' && address.data[1] == '@')
		address = (Slice) {address.data + 1, address.len - 1};
	if (address.len == 0)
		return false;
	if (address.data[0] != '@' && memchr(address.data, '@', address.len) != NULL)
		return rvo_email_address_normalize(address, email) == FAULT_NONE && email->data != NULL;
	return read_domain(address, domain) == FAULT_NONE && domain->data != NULL;
}

/* rvo_do_not_contact_note_check notes what is wrong with a note, which is trimmed. */
void
rvo_do_not_contact_note_check(Slice note, const char *where, FaultList *faults)
{
	rvo_member_check_text(note, where, NOTE_MAX_LENGTH, true, faults);
}

/* read_text reads a member that is a text; no value if it is not there, null or blank. */
static Slice
read_text(JsonbContainer *body, const char *name, FaultList *faults)
{
	Slice		text = rvo_text_trim(rvo_member_string(body, name, faults));

	return text.len > 0 ? text : NO_SLICE;
}

/* read_key reads the e-mail address or the domain. */
static Slice
read_key(JsonbContainer *body, Slice name, Normalizer normalize, FaultList *faults)
{
	JsonbValue	value;

	if (!rvo_json_get(body, name, &value))
		return NO_SLICE;
	return rvo_member_key(name, &value, normalize, EMAIL_MAX_LENGTH, faults);
}

/* read_since reads since when; now if it is not said. */
static TimestampTz
read_since(JsonbContainer *body, FaultList *faults)
{
	TimestampTz since = GetCurrentTransactionStartTimestamp();
	Slice		text = read_text(body, "since", faults);

	if (text.data != NULL && !rvo_iso_time_read(text, &since))
		rvo_fault_add(faults, "/since", FAULT_INVALID_TIME);
	return since;
}

/* check_address notes an entry that has no address, or two, or what goes with the other kind. */
static void
check_address(const DoNotContactEntry *entry, FaultList *faults)
{
	if ((entry->email.data == NULL) == (entry->domain.data == NULL))
		rvo_fault_add(faults, "", FAULT_ONE_ADDRESS);
	if (entry->email.data != NULL && entry->subdomains)
		rvo_fault_add(faults, "/subdomains", FAULT_NOT_A_DOMAIN);
	if (entry->domain.data != NULL && entry->reason == DO_NOT_CONTACT_ERASED)
		rvo_fault_add(faults, "/reason", FAULT_NOT_AN_EMAIL);
}

/*
 * rvo_do_not_contact_entry_read reads a body, and notes every fault in it; NULL stands for
 * SQL's NULL.  What is said to be erased is kept as a hash only, so it gets no note.
 */
DoNotContactEntry
rvo_do_not_contact_entry_read(const Caller *caller, JsonbContainer *body, FaultList *faults)
{
	DoNotContactEntry entry = {.reason = DO_NOT_CONTACT_MANUAL, .source = DO_NOT_CONTACT_BY_API};
	int			before = faults->count;
	Slice		reason;

	if (!rvo_json_is_object(body))
	{
		rvo_member_note_no_object(body, faults);
		return entry;
	}
	entry.email = read_key(body, CONST_SLICE("email"), rvo_email_address_normalize, faults);
	entry.domain = read_key(body, CONST_SLICE("domain"), read_domain, faults);
	entry.subdomains = rvo_member_flag(body, "subdomains", faults);
	reason = read_text(body, "reason", faults);
	if (reason.data != NULL)
		entry.reason = rvo_do_not_contact_reason_read(reason, "/reason", faults);
	entry.since = read_since(body, faults);
	entry.note = read_text(body, "note", faults);
	rvo_do_not_contact_note_check(entry.note, "/note", faults);
	if (faults->count == before)
		check_address(&entry, faults);
	rvo_members_check(caller, body, "", known_members, lengthof(known_members), faults);
	return entry;
}

/* rvo_do_not_contact_show shows an entry; one that was removed also when and why. */
JsonbValue
rvo_do_not_contact_show(const DoNotContactRow *row)
{
	const DoNotContactEntry *entry = &row->entry;
	JsonObject	object = rvo_json_open(10);

	rvo_json_put(&object, CONST_SLICE("id"), rvo_json_integer(row->id));
	rvo_json_put(&object, CONST_SLICE("email"), rvo_json_text(entry->email));
	rvo_json_put(&object, CONST_SLICE("domain"), rvo_json_text(entry->domain));
	rvo_json_put(&object, CONST_SLICE("subdomains"), rvo_json_boolean(entry->subdomains));
	rvo_json_put(&object, CONST_SLICE("reason"), rvo_json_text(rvo_do_not_contact_reasons[entry->reason]));
	rvo_json_put(&object, CONST_SLICE("since"), rvo_json_text(rvo_json_time(entry->since)));
	rvo_json_put(&object, CONST_SLICE("source"), rvo_json_text(entry->source));
	rvo_json_put(&object, CONST_SLICE("note"), rvo_json_text(entry->note));
	if (row->removed_at.given)
	{
		rvo_json_put(&object, CONST_SLICE("removed_at"), rvo_json_nullable_time(row->removed_at));
		rvo_json_put(&object, CONST_SLICE("removal_note"), rvo_json_text(row->removal_note));
	}
	return rvo_json_close(&object);
}

/* rvo_suppression_reasons makes an array of the reasons. */
JsonbValue
rvo_suppression_reasons(const Suppression *suppression)
{
	JsonbValue	names = rvo_json_array(DO_NOT_CONTACT_REASONS);

	for (int i = 0; i < DO_NOT_CONTACT_REASONS; i++)
		if (suppression->reasons & 1 << i)
			rvo_json_append(&names, rvo_json_text(rvo_do_not_contact_reasons[i]));
	return names;
}

/* rvo_suppression_names lists the reasons by their names, in the current context. */
const char *
rvo_suppression_names(const Suppression *suppression)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < DO_NOT_CONTACT_REASONS; i++)
		if (suppression->reasons & 1 << i)
			appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "", rvo_do_not_contact_reasons[i].data);
	return names.data;
}
