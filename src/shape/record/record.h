/*
 * record.h
 *	  What is stored: contacts, companies and e-mails.
 */
#ifndef RVO_RECORD_H
#define RVO_RECORD_H

#include "datatype/timestamp.h"

#include "base/jsonio.h"
#include "base/text.h"
#include "shape/record/custom_field.h"

/* Members that are no longer as they were read: a bit for each of the shape, in its order. */
typedef uint32 ChangedMembers;

/* What all records have.  It comes first in the struct of each, so that a pointer to one is a pointer to it. */
typedef struct Record
{
	int			client_id;		/* of one that was read */
	int64		id;
	CustomFields custom_fields;
	TimestampTz updated_time;
	ChangedMembers changed;		/* since it was read; of a new one it says nothing */
} Record;

typedef struct Contact
{
	Record		record;
	Slice		email;			/* no value = none */
	Slice		linkedin_url;	/* no value = none */
	Slice		first_name;
	Slice		last_name;
	int64		company_id;		/* 0 = none */
	Slice		origin;
	Slice		contact_status;
	Slice		previous_status;	/* no value = none */
	NullableTime status_changed_at;
	NullableTime first_campaign_email_sent;
	NullableTime last_campaign_email_sent;
	NullableTime last_reply_received;
} Contact;

typedef struct Company
{
	Record		record;
	Slice		domain;
	Slice		name;
	Slice		company_status;
	Slice		previous_status;	/* no value = none */
	NullableTime status_changed_at;
} Company;

/* An e-mail to or from a contact. */
typedef struct Email
{
	Record		record;
	Slice		email_type;
	Slice		origin;
	NullableTime email_timestamp;
	Slice		contact_email;	/* no value = none, as below */
	int64		contact_id;
	Slice		agent_email;
	Slice		subject;
	Slice		body_text;
	Slice		body_html;
	Slice		campaign_id;
	Slice		campaign_name;
	NullableBoolean interested;
} Email;

#define EMAIL_SUBJECT_MAX_LENGTH 1000	/* characters */
#define EMAIL_BODY_MAX_OCTETS (1024 * 1024)

/* What custom fields are called.  Of a contact by two names: v2 creates with the second, all else has the first. */
#define CONTACT_FIELDS "contact_custom_fields"
#define CONTACT_FIELDS_INPUT "contact_custom_fields_input"
#define COMPANY_FIELDS "company_custom_fields"
#define EMAIL_FIELDS "custom_fields"

/* What a body that creates or changes a contact can say of its company, beside which it is. */
#define COMPANY_NAME "company_name"

/* The columns that make two records of one client the same, beside their id: each is unique with client_id. */
#define RECORD_KEYS "email", "linkedin_url", "domain"

#endif							/* RVO_RECORD_H */
