/*
 * email_contact.h
 *	  Whose an e-mail is.
 */
#ifndef RVO_EMAIL_CONTACT_H
#define RVO_EMAIL_CONTACT_H

#include "base/failure.h"
#include "base/fault.h"
#include "shape/record/caller.h"
#include "shape/record/record.h"

/* An e-mail whose contact is to be found, and what is wrong if there is none. */
typedef struct EmailOfContact
{
	Email	   *email;
	FaultList  *faults;
	Failure		failure;
} EmailOfContact;

extern void rvo_email_find_contacts(const Caller *caller, EmailOfContact *emails, int n);

#endif							/* RVO_EMAIL_CONTACT_H */
