/*
 * record_member.h
 *	  The members of records: one table for each kind, by which all that treats
 *	  members alike goes.
 */
#ifndef RVO_RECORD_MEMBER_H
#define RVO_RECORD_MEMBER_H

#include "base/text.h"
#include "shape/record/entity.h"
#include "shape/record/member.h"

typedef enum MemberKind
{
	/* What a body can give; columns of the table. */
	MEMBER_KEY,					/* a Slice in canonical form; no value = none */
	MEMBER_TEXT,				/* a Slice */
	MEMBER_STATUS,				/* the same; the two behind it tell the one before, and since when it is this */
	MEMBER_REQUIRED_TEXT,		/* the same; a new record must have it */
	MEMBER_OPTIONAL_TEXT,		/* the same, but no value = none, as blank is */
	MEMBER_LONG_TEXT,			/* the same as that, of several lines, which stay as they are */
	MEMBER_ADDRESS,				/* a Slice in canonical form, which is no key; no value = none */
	MEMBER_TIME,				/* NullableTime */
	MEMBER_BOOLEAN,				/* NullableBoolean */
	MEMBER_CONTACT,				/* the id of a contact; 0 = none */
	MEMBER_COMPANY,				/* the id of a company, in a body also its domain; 0 = none */

	/* What only an answer has; columns as well. */
	MEMBER_PREVIOUS_STATUS,		/* a Slice; no value = none */
	MEMBER_STATUS_TIME,			/* NullableTime, as those below */
	MEMBER_FIRST_TIME,			/* of two records merged the earlier one counts */
	MEMBER_LAST_TIME,			/* the later one */

	/* What all records have, and what is no member of the struct. */
	MEMBER_ID,
	MEMBER_UPDATED_TIME,
	MEMBER_FIELDS,
	MEMBER_FIELDS_OF_CREATE,	/* another name of the custom fields, which no answer has */
	MEMBER_COMPANY_NAME,		/* of the company, should it be made for a contact; no answer has it */
	MEMBER_CLIENT,				/* that of an entry of a master list; in a body it is unknown */
	MEMBER_CREATED				/* whether an upsert created it; the same */
} MemberKind;

#define IS_WRITABLE(kind) ((kind) <= MEMBER_COMPANY)
#define IS_COLUMN(kind) ((kind) <= MEMBER_LAST_TIME)
#define IS_KNOWN(kind) ((kind) < MEMBER_CLIENT)

/* What a column is in the struct of its record. */
typedef enum MemberValue
{
	VALUE_TEXT,					/* a Slice */
	VALUE_ID,					/* an int64; 0 = none */
	VALUE_TIME,					/* a NullableTime */
	VALUE_BOOLEAN				/* a NullableBoolean */
} MemberValue;

typedef struct RecordMember
{
	Slice		name;			/* in bodies, in answers, and of the column */
	MemberKind	kind;
	size_t		offset;			/* in the record's struct */
	Normalizer	normalize;		/* of a key or address */
	int			max_length;		/* octets of these, 0 = their normaliser knows; octets of a long text; characters of an optional one */
} RecordMember;

#define RECORD_MAX_MEMBERS 24

/* Members in jsonb's order of names: made of the table once in a backend. */
typedef struct MembersByName
{
	int			count;			/* 0 = not made yet */
	const RecordMember *members[RECORD_MAX_MEMBERS];
	int			nknown;
	Slice		known[RECORD_MAX_MEMBERS];	/* the names that a body may have */
} MembersByName;

/* The members of one kind of records. */
typedef struct RecordShape
{
	int			count;
	int			nkeys;			/* the first of them */
	int			nwritable;		/* the first: keys, and the others that a body can give, as the contract has them */
	int			ncolumns;		/* the first */
	int			ninserted;		/* the first; the other columns are null in a new record */
	const RecordMember *members;
	MembersByName *by_name;		/* only record_member.c looks inside */
} RecordShape;

/* A Slice, a NullableTime … of a record. */
#define MEMBER_OF(record, member, type) ((type *) ((char *) (record) + (member)->offset))
#define CONST_MEMBER_OF(record, member, type) ((const type *) ((const char *) (record) + (member)->offset))

/* rvo_member_value tells what a column is in the struct of its record. */
static inline MemberValue
rvo_member_value(MemberKind kind)
{
	switch (kind)
	{
		case MEMBER_CONTACT:
		case MEMBER_COMPANY:
			return VALUE_ID;
		case MEMBER_TIME:
		case MEMBER_STATUS_TIME:
		case MEMBER_FIRST_TIME:
		case MEMBER_LAST_TIME:
			return VALUE_TIME;
		case MEMBER_BOOLEAN:
			return VALUE_BOOLEAN;
		default:
			return VALUE_TEXT;
	}
}

extern const RecordShape rvo_contact_shape;
extern const RecordShape rvo_company_shape;
extern const RecordShape rvo_email_shape;
extern const RecordShape *const rvo_record_shapes[ENTITIES];

extern const MembersByName *rvo_members_by_name(const RecordShape *shape);
extern uint32 rvo_member_bit(const RecordShape *shape, MemberKind kind);

#endif							/* RVO_RECORD_MEMBER_H */
