/*
 * record_member.c
 *	  The members of records: one table for each kind, by which all that treats
 *	  members alike goes.
 *
 * Bodies are read and applied by it, answers are shown, rows are read and
 * written, columns of an import are known, two records are merged.  What is
 * true of one member only, such as that a contact must have one of its keys, is
 * in the file of its kind.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/jsonio.h"
#include "shape/record/record.h"
#include "shape/record/record_member.h"
#include "value/domain.h"
#include "value/email_address.h"
#include "value/linkedin.h"

#define MEMBER(type, member, kind) {CONST_SLICE(#member), kind, offsetof(type, member), NULL, 0}
#define KEY(type, member, normalize, max_length) {CONST_SLICE(#member), MEMBER_KEY, offsetof(type, member), normalize, max_length}
#define ADDRESS(type, member) {CONST_SLICE(#member), MEMBER_ADDRESS, offsetof(type, member), rvo_email_address_normalize, EMAIL_MAX_LENGTH}
#define LIMITED(type, member, kind, max_length) {CONST_SLICE(#member), kind, offsetof(type, member), NULL, max_length}
#define OTHER(name, kind) {CONST_SLICE(name), kind, 0, NULL, 0}

/* What follows the columns in every table. */
#define OF_ALL_RECORDS \
	OTHER("id", MEMBER_ID), \
	OTHER("updated_time", MEMBER_UPDATED_TIME), \
	OTHER("client_id", MEMBER_CLIENT), \
	OTHER("created", MEMBER_CREATED)

static const RecordMember contact_members[] = {
	KEY(Contact, email, rvo_email_address_normalize, EMAIL_MAX_LENGTH),
	KEY(Contact, linkedin_url, rvo_linkedin_normalize, 0),
	MEMBER(Contact, first_name, MEMBER_TEXT),
	MEMBER(Contact, last_name, MEMBER_TEXT),
	MEMBER(Contact, company_id, MEMBER_COMPANY),
	MEMBER(Contact, origin, MEMBER_TEXT),
	MEMBER(Contact, contact_status, MEMBER_STATUS),
	MEMBER(Contact, previous_status, MEMBER_PREVIOUS_STATUS),
	MEMBER(Contact, status_changed_at, MEMBER_STATUS_TIME),
	MEMBER(Contact, first_campaign_email_sent, MEMBER_FIRST_TIME),
	MEMBER(Contact, last_campaign_email_sent, MEMBER_LAST_TIME),
	MEMBER(Contact, last_reply_received, MEMBER_LAST_TIME),
	OF_ALL_RECORDS,
	OTHER(COMPANY_NAME, MEMBER_COMPANY_NAME),
	OTHER(CONTACT_FIELDS, MEMBER_FIELDS),
	OTHER(CONTACT_FIELDS_INPUT, MEMBER_FIELDS_OF_CREATE),
};

static MembersByName contact_members_by_name;

const RecordShape rvo_contact_shape = {
	.count = lengthof(contact_members),
	.nkeys = 2,
	.nwritable = 7,
	.ncolumns = 12,
	.ninserted = 9,
	.members = contact_members,
	.by_name = &contact_members_by_name,
};

static const RecordMember company_members[] = {
	KEY(Company, domain, rvo_domain_normalize, 0),
	MEMBER(Company, name, MEMBER_TEXT),
	MEMBER(Company, company_status, MEMBER_STATUS),
	MEMBER(Company, previous_status, MEMBER_PREVIOUS_STATUS),
	MEMBER(Company, status_changed_at, MEMBER_STATUS_TIME),
	OF_ALL_RECORDS,
	OTHER(COMPANY_FIELDS, MEMBER_FIELDS),
};

static MembersByName company_members_by_name;

const RecordShape rvo_company_shape = {
	.count = lengthof(company_members),
	.nkeys = 1,
	.nwritable = 3,
	.ncolumns = 5,
	.ninserted = 5,
	.members = company_members,
	.by_name = &company_members_by_name,
};

static const RecordMember email_members[] = {
	MEMBER(Email, email_type, MEMBER_REQUIRED_TEXT),
	MEMBER(Email, origin, MEMBER_REQUIRED_TEXT),
	MEMBER(Email, email_timestamp, MEMBER_TIME),
	ADDRESS(Email, contact_email),
	MEMBER(Email, contact_id, MEMBER_CONTACT),
	ADDRESS(Email, agent_email),
	LIMITED(Email, subject, MEMBER_OPTIONAL_TEXT, EMAIL_SUBJECT_MAX_LENGTH),
	LIMITED(Email, body_text, MEMBER_LONG_TEXT, EMAIL_BODY_MAX_OCTETS),
	LIMITED(Email, body_html, MEMBER_LONG_TEXT, EMAIL_BODY_MAX_OCTETS),
	LIMITED(Email, campaign_id, MEMBER_OPTIONAL_TEXT, MEMBER_MAX_LENGTH),
	LIMITED(Email, campaign_name, MEMBER_OPTIONAL_TEXT, MEMBER_MAX_LENGTH),
	MEMBER(Email, interested, MEMBER_BOOLEAN),
	OF_ALL_RECORDS,
	OTHER(EMAIL_FIELDS, MEMBER_FIELDS),
};

static MembersByName email_members_by_name;

const RecordShape rvo_email_shape = {
	.count = lengthof(email_members),
	.nkeys = 0,
	.nwritable = 12,
	.ncolumns = 12,
	.ninserted = 12,
	.members = email_members,
	.by_name = &email_members_by_name,
};

const RecordShape *const rvo_record_shapes[ENTITIES] = {
	[CONTACT_ENTITY] = &rvo_contact_shape,
	[COMPANY_ENTITY] = &rvo_company_shape,
	[EMAIL_ENTITY] = &rvo_email_shape,
};

static int
compare_names(const void *a, const void *b)
{
	Slice		x = (*(const RecordMember *const *) a)->name;
	Slice		y = (*(const RecordMember *const *) b)->name;

	return x.len != y.len ? x.len - y.len : memcmp(x.data, y.data, x.len);
}

/* rvo_members_by_name returns the members in jsonb's order. */
const MembersByName *
rvo_members_by_name(const RecordShape *shape)
{
	MembersByName *by_name = shape->by_name;

	if (by_name->count > 0)
		return by_name;
	Assert(shape->count <= RECORD_MAX_MEMBERS);
	for (int i = 0; i < shape->count; i++)
	{
		Assert((shape->members[i].kind == MEMBER_KEY) == (i < shape->nkeys));
		Assert(IS_WRITABLE(shape->members[i].kind) == (i < shape->nwritable));
		Assert(IS_COLUMN(shape->members[i].kind) == (i < shape->ncolumns));
		by_name->members[i] = &shape->members[i];
	}
	qsort(by_name->members, shape->count, sizeof(RecordMember *), compare_names);
	for (int i = 0; i < shape->count; i++)
		if (IS_KNOWN(by_name->members[i]->kind))
			by_name->known[by_name->nknown++] = by_name->members[i]->name;
	by_name->count = shape->count;
	return by_name;
}

/* rvo_member_bit returns the bit of the one member of a kind. */
uint32
rvo_member_bit(const RecordShape *shape, MemberKind kind)
{
	for (int i = 0; i < shape->count; i++)
		if (shape->members[i].kind == kind)
			return (uint32) 1 << i;
	return 0;
}
