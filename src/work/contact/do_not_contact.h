/*
 * do_not_contact.h
 *	  The use cases of the do-not-contact list.
 */
#ifndef RVO_DO_NOT_CONTACT_H
#define RVO_DO_NOT_CONTACT_H

#include "base/jsonio.h"
#include "base/text.h"
#include "shape/activity/do_not_contact_entry.h"
#include "shape/list/page.h"
#include "shape/record/caller.h"
#include "work/record/batch.h"

/* What takes an entry off the list.  No value is SQL's NULL. */
typedef struct Removal
{
	Slice		address;		/* e-mail or domain */
	const char *address_name;	/* what callers call it: "address" or "/address" */
	Slice		reason;
	const char *reason_name;
	Slice		note;
	const char *note_name;
	bool		force;			/* also what came from the person */
	const char *force_name;
} Removal;

/* What became of one of many. */
typedef struct EntryOutcome
{
	int			status;			/* 201 added, 200 it was there, or that of its faults */
	FaultList	faults;
} EntryOutcome;

/* Many entries to add. */
typedef struct ManyEntries
{
	const Caller *caller;
	JsonbContainer *array;
	BatchMode	mode;
	const BrokenItems *broken;	/* those that could not be read; NULL = none */
	const char *number_name;	/* what callers call an entry's place: "ordinal" or "index" */
	int			first_number;

	/* ---- filled on the way */
	int			count;
	EntryOutcome *outcomes;
	DoNotContactEntry *entries;
	FaultList	faults;			/* of all */
} ManyEntries;

/* What a list is asked for.  No value is not given. */
typedef struct DoNotContactQuery
{
	Slice		address;
	Slice		reason;
	bool		removed;
	ListRequest list;
} DoNotContactQuery;

/*
 * Entries to add, in any number.  Those that are there stay, with the earliest time.  This is to
 * be the last that a transaction locks, behind contacts and events.
 */
extern void rvo_do_not_contact_add(const Caller *caller, const DoNotContactEntry *entries, int n);
extern void rvo_do_not_contact_put(int client_id, const DoNotContactEntry *const *entries, int n, bool *added);

extern Jsonb *rvo_do_not_contact_create(const Caller *caller, Jsonb *body, bool *added);
extern void rvo_do_not_contact_create_many(ManyEntries *many);
extern Jsonb *rvo_do_not_contact_remove(const Caller *caller, const Removal *removal);
extern text *rvo_do_not_contact_list(int client_id, const DoNotContactQuery *query);

#endif							/* RVO_DO_NOT_CONTACT_H */
