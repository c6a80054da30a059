/*
 * do_not_contact_entry.h
 *	  An entry of the do-not-contact list.
 */
#ifndef RVO_DO_NOT_CONTACT_ENTRY_H
#define RVO_DO_NOT_CONTACT_ENTRY_H

#include "datatype/timestamp.h"

#include "base/fault.h"
#include "base/jsonio.h"
#include "base/text.h"
#include "shape/record/caller.h"

/* In the order of their names. */
typedef enum DoNotContactReason
{
	DO_NOT_CONTACT_BOUNCED,
	DO_NOT_CONTACT_COMPLAINT,
	DO_NOT_CONTACT_ERASED,
	DO_NOT_CONTACT_MANUAL,
	DO_NOT_CONTACT_UNSUBSCRIBED,
	DO_NOT_CONTACT_REASONS		/* how many there are */
} DoNotContactReason;

/* Who adds it. */
#define DO_NOT_CONTACT_BY_API CONST_SLICE("api")
#define DO_NOT_CONTACT_BY_ERASURE CONST_SLICE("erasure")
#define DO_NOT_CONTACT_BY_EVENT CONST_SLICE("event")
#define DO_NOT_CONTACT_BY_FILE CONST_SLICE("file")

/* An entry to add: of an e-mail address or of a domain, in canonical form. */
typedef struct DoNotContactEntry
{
	Slice		email;			/* no value = it is a domain */
	Slice		domain;			/* no value = it is an e-mail address */
	bool		subdomains;		/* those below the domain, too */
	DoNotContactReason reason;
	TimestampTz since;
	Slice		source;
	Slice		note;			/* no value = none */
	bool		only_earlier;	/* nothing is added: one that is there gets this time, if it is earlier */
} DoNotContactEntry;

/* One that is stored. */
typedef struct DoNotContactRow
{
	int64		id;
	DoNotContactEntry entry;	/* neither email nor domain after an erasure */
	NullableTime removed_at;
	Slice		removal_note;
} DoNotContactRow;

/* What the list says of an address.  Starts as {0}: nothing. */
typedef struct Suppression
{
	unsigned int reasons;		/* a bit for each */
	TimestampTz since;			/* the earliest */
} Suppression;

extern const Slice rvo_do_not_contact_reasons[DO_NOT_CONTACT_REASONS];

extern DoNotContactReason rvo_do_not_contact_reason(Slice name);
extern DoNotContactReason rvo_do_not_contact_reason_read(Slice name, const char *where, FaultList *faults);
extern bool rvo_do_not_contact_address_read(Slice address, Slice *email, Slice *domain);
extern DoNotContactEntry rvo_do_not_contact_entry_read(const Caller *caller, JsonbContainer *body, FaultList *faults);
extern void rvo_do_not_contact_note_check(Slice note, const char *where, FaultList *faults);
extern JsonbValue rvo_do_not_contact_show(const DoNotContactRow *row);
extern JsonbValue rvo_suppression_reasons(const Suppression *suppression);
extern const char *rvo_suppression_names(const Suppression *suppression);

#endif							/* RVO_DO_NOT_CONTACT_ENTRY_H */
