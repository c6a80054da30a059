/*
 * record_input.h
 *	  What a body gives for the members of a record, and what that makes of one.
 */
#ifndef RVO_RECORD_INPUT_H
#define RVO_RECORD_INPUT_H

#include "base/fault.h"
#include "base/jsonio.h"
#include "shape/record/record.h"
#include "shape/record/record_member.h"

/* How a contact names its company: not at all, by domain, or by id. */
typedef struct CompanyReference
{
	bool		given;			/* the body has the member, be it null */
	int64		id;				/* 0 = not by id */
	Slice		domain;			/* canonical; no value = not by domain */
	bool		page;			/* the domain stood in the URL of a page with a path */
	Slice		name;			/* that it gets if it is made; may be empty */
	bool		optional;		/* if there is none, the contact does without */
	bool		inferred;		/* the domain is its e-mail address's: it may be nobody's */
	int64		found;			/* in a batch: the company's id, 0 = none */
	bool		made;			/* and it was made for this contact and others like it */
} CompanyReference;

/* The members that a body has, be they null: a bit for each of the shape, in its order. */
typedef uint32 GivenMembers;

#define IS_GIVEN(given, i) (((given) & ((GivenMembers) 1 << (i))) != 0)

extern GivenMembers rvo_record_read_keys(const RecordShape *shape, JsonbContainer *body, Record *record, FaultList *faults);
extern GivenMembers rvo_record_read_others(const RecordShape *shape, JsonbContainer *body, Record *record,
										   CompanyReference *company, FaultList *faults);
extern bool rvo_record_has_key(const RecordShape *shape, const Record *record);
extern bool rvo_record_apply(const RecordShape *shape, Record *record, const Record *values, GivenMembers given,
							 bool *other_keys);

#endif							/* RVO_RECORD_INPUT_H */
