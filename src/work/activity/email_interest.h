/*
 * email_interest.h
 *	  The use cases of e-mails: whether the contact is interested.
 */
#ifndef RVO_EMAIL_INTEREST_H
#define RVO_EMAIL_INTEREST_H

#include "base/fault.h"
#include "base/jsonio.h"
#include "base/text.h"
#include "shape/record/caller.h"

/* What is said of which e-mail; no value = not given.  faults are those of how it is said. */
typedef struct InterestRequest
{
	Slice		email;			/* the contact's address */
	Slice		subject;
	Slice		disposition;
	const char *email_name;		/* what errors call them */
	const char *subject_name;
	FaultList	faults;
} InterestRequest;

extern Jsonb *rvo_email_set_interested(const Caller *caller, const InterestRequest *request);

#endif							/* RVO_EMAIL_INTEREST_H */
