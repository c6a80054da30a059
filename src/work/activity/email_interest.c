/*
 * email_interest.c
 *	  The use cases of e-mails: whether the contact is interested.
 *
 * It is said of the newest e-mail with a subject, to or from an address.  Who says it of an e-mail
 * has the last word: an event about the campaign, which is shown on an e-mail as
 * well, takes it away from there no more.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/failure.h"
#include "shape/record/change_time.h"
#include "shape/record/record_render.h"
#include "store/record/store_email.h"
#include "value/email_address.h"
#include "work/activity/email_interest.h"
#include "work/contact/contact_owner.h"
#include "work/record/change_feed.h"
#include "work/record/retry.h"

/* Dispositions that say no, in small letters, with nothing but letters. */
static const Slice negative[] = {
	CONST_SLICE("false"), CONST_SLICE("no"), CONST_SLICE("notinterested"), CONST_SLICE("uninterested"),
	CONST_SLICE("donotcontact"), CONST_SLICE("wrongperson"), CONST_SLICE("negative"), CONST_SLICE("lost"),
};

#define NEGATIVE_MAX_LENGTH 32	/* what is longer is none of them */

/* is_interest tells what a disposition says: that the contact is interested, unless it is one that says no. */
static bool
is_interest(Slice disposition)
{
	char		letters[NEGATIVE_MAX_LENGTH];
	Slice		word = {letters, 0};

	for (int i = 0; i < disposition.len; i++)
	{
		if (strchr(" _-", disposition.data[i]) != NULL && disposition.data[i] != '\0')
			continue;
		if (word.len == NEGATIVE_MAX_LENGTH)
			return true;
		letters[word.len++] = rvo_ascii_lower(disposition.data[i]);
	}
	for (size_t i = 0; i < lengthof(negative); i++)
		if (rvo_slice_equal(word, negative[i]))
			return false;
	return true;
}

/* read_address reads the address, in canonical form. */
static Slice
read_address(const InterestRequest *request, FaultList *faults)
{
	Slice		address = NO_SLICE;
	FaultCode	fault = request->email.data == NULL ? FAULT_NONE : rvo_email_address_normalize(request->email, &address);

	if (fault == FAULT_TOO_LONG)
		rvo_fault_add_limit(faults, request->email_name, fault, EMAIL_MAX_LENGTH, address.len);
	else if (fault != FAULT_NONE)
		rvo_fault_add(faults, request->email_name, fault);
	else if (address.data == NULL)
		rvo_fault_add(faults, request->email_name, FAULT_REQUIRED);
	return address;
}

/* show tells how many e-mails were found, and shows the one. */
static Jsonb *
show(const Email *email)
{
	JsonObject	answer = rvo_json_open(2);
	JsonbValue	value;

	rvo_json_put(&answer, CONST_SLICE("email"),
				 email == NULL ? rvo_json_null() : rvo_record_render(&rvo_email_shape, &email->record, STRUCTURE_NESTED, false));
	rvo_json_put(&answer, CONST_SLICE("found"), rvo_json_integer(email == NULL ? 0 : 1));
	value = rvo_json_close(&answer);
	return rvo_json_encode(&value);
}

/*
 * lock_newest reads the newest e-mail with a subject, to or from an address or whom that is, and keeps others from changing
 * it; false if there is none.  While we waited for it, somebody may have deleted it, or taken it to
 * another contact, and added others.  So it is looked for until it is the same twice.
 */
static bool
lock_newest(const Caller *caller, Slice address, Slice subject, Email *email)
{
	int64		last = -1;

	for (int i = 0; i <= RETRIES; i++)
	{
		int64		contact_id = rvo_contact_find_owners(caller, address, NO_SLICE).of_email;
		int64		id = rvo_store_lock_newest_email(caller->client_id, address, contact_id, subject, email) ? email->record.id : 0;

		if (id == last)
			return id != 0;
		last = id;
	}
	rvo_failure_raise_serialization();	/* each time it was another one by then */
}

/* rvo_email_set_interested notes of an e-mail whether the contact is interested, and returns it, in the current context. */
Jsonb *
rvo_email_set_interested(const Caller *caller, const InterestRequest *request)
{
	FaultList	faults = request->faults;
	Slice		address = faults.count == 0 ? read_address(request, &faults) : NO_SLICE;
	bool		interested = is_interest(rvo_text_trim(request->disposition));
	Email		email;
	TimestampTz time;

	if (request->faults.count == 0 && request->subject.data == NULL)
		rvo_fault_add(&faults, request->subject_name, FAULT_REQUIRED);
	if (faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	if (!lock_newest(caller, address, rvo_text_trim(request->subject), &email))
		return show(NULL);
	time = rvo_time_of_change(email.record.updated_time);
	if (rvo_store_set_interested(caller->client_id, email.record.id, interested, time))
	{
		email.record.updated_time = time;
		email.record.changed = rvo_member_bit(&rvo_email_shape, MEMBER_BOOLEAN);
		rvo_changes_note_one(caller, EMAIL_ENTITY, CHANGE_UPDATED, &email.record);
	}
	email.interested = (NullableBoolean) {true, interested};
	return show(&email);
}
