/*
 * batch_state.h
 *	  What a batch is made of: its items, what depends on their kind, and how far it is.
 */
#ifndef RVO_BATCH_STATE_H
#define RVO_BATCH_STATE_H

#include "base/failure.h"
#include "base/fault.h"
#include "base/json_flaw.h"
#include "base/jsonio.h"
#include "base/digest_map.h"
#include "base/text.h"
#include "shape/record/caller.h"
#include "shape/record/company_input.h"
#include "shape/record/contact_input.h"
#include "shape/activity/do_not_contact_entry.h"
#include "shape/record/record.h"
#include "work/record/entity_kind.h"

#define BATCH_MAX_KEYS RECORD_MAX_KEYS

/* Octets of an answer from which on items show their ids only, and about as many of what an upsert keeps to show. */
#define BATCH_ANSWER_MAX_OCTETS (16 * 1024 * 1024)

/* What becomes of the others when one item has a fault. */
typedef enum BatchMode
{
	BATCH_PARTIAL,				/* they are created */
	BATCH_ATOMIC				/* nothing is created */
} BatchMode;

/* One of many: what was asked for, and what came of it. */
typedef struct BatchItem
{
	int			number;			/* its place in the input */
	FaultList	faults;			/* none: it was created, or found */
	FaultList	mended;			/* of what was left out of its body, so that it could be */
	Failure		failure;		/* if there are faults */
	JsonbContainer *body;		/* that it was read from */
	Slice		keys[BATCH_MAX_KEYS];	/* no value = none */
	int64		owners[BATCH_MAX_KEYS]; /* who has the keys, when somebody was found to; 0 = nobody */
	bool		tried;			/* its turn has come, nothing earlier being in its way */
	bool		taken;			/* a key of it is, so that it will not be created */
	GivenMembers conflicts;		/* keys of which the one that has the other key has another, as bits: of an upsert, or where the batch is to tell */
	int			ncreated_before;	/* of the batch, when that was found */
	int64		id;
	bool		found;			/* an upsert found it there, and changed it */
	bool		bare;			/* of an upsert's row only its id is here: there was no room for more */
	CompanyReference company;	/* of a contact */
	Suppression suppression;	/* what the do-not-contact list says of a contact's address */
	bool		suppressed;		/* which decided on its status, so that this is to be told */
	const ContactInput *changes;	/* of an upsert of contacts */
	const CompanyInput *company_changes;	/* of one of companies */
	union
	{
		Record		record;
		Contact		contact;
		Company		company;
		Email		email;
	}			row;
} BatchItem;

/*
 * What is done to the items of a batch, beside what is done to records of their
 * kind anyway.  The lists that the functions get are never empty.
 */
typedef struct BatchKind
{
	const EntityKind *kind;
	bool		only_checks;	/* nothing is written, and there is nothing to show */
	bool		is_counted;		/* how the items end is, for each client */

	/* read fills an item, and notes what is wrong with the body; NULL is no object. */
	void		(*read) (const Caller *caller, BatchItem *item, JsonbContainer *body);

	/* resolve finds what the items refer to, and notes what is not there; NULL if they refer to nothing. */
	void		(*resolve) (const Caller *caller, BatchItem *const *items, int n);

	/* settle ends a chunk, created or not; NULL if there is nothing to do. */
	void		(*settle) (const Caller *caller, const BatchItem *items, int n);

	/* find_owners fills the items' owners; NULL if the kind has no keys. */
	void		(*find_owners) (int client_id, BatchItem *const *items, int n);

	/* find_conflicts marks which keys that nobody has differ from those of the only owner that each item has; NULL if the kind has no two keys. */
	void		(*find_conflicts) (int client_id, BatchItem *const *items, int n);

	/*
	 * take_back deletes those of items that were created which should not be so: a merge came in between, so
	 * that their keys lead to records that don't have them; it fills their owners and says that they are taken.  Or
	 * what was resolved says something else by now; it is noted, and they are created again unless that is a fault.
	 * NULL if neither can be.
	 */
	void		(*take_back) (const Caller *caller, BatchItem *const *items, int n);

	/*
	 * upsert creates or changes the items, in their order.  Of one that was it
	 * fills id, found and row; of one whose keys are of two others, or one of which
	 * differs from the owner's, it fills the owners and says that it is taken.  NULL for a batch that creates; else
	 * find_owners is not called.
	 */
	void		(*upsert) (const Caller *caller, BatchItem *const *items, int n);

	/* render returns the answer to the create or upsert of one. */
	Jsonb	   *(*render) (const BatchItem *item, Structure structure);
} BatchKind;

/* A batch under way; begun by filling the members above the line with {0} below. */
typedef struct Batch
{
	const BatchKind *kind;
	const Caller *caller;
	BatchMode	mode;
	const char *number_name;	/* what callers call an item's place: "ordinal" or "index" */
	int			first_number;
	BrokenItems broken;
	bool		tells_conflicts;	/* of a create: whether one who has a key of a duplicate has another one of the other */
	bool		faults_apart;	/* those of one item never meet another's: each tells of all that it may */

	/* Told of each item, in the order of input; what is needed later must be copied. */
	void		(*sink) (void *arg, const BatchItem *item);
	void	   *sink_arg;

	/*
	 * mend returns the body without what is wrong with it, by all faults so far, as far as that is optional;
	 * NULL if nothing is.  Unless only_drops, what it leaves out may come to stand elsewhere.  It gets sink_arg.
	 * NULL for a batch where faults are faults.
	 */
	JsonbContainer *(*mend) (void *arg, const BatchItem *item, JsonbContainer *body, const FaultList *faults, bool only_drops);

	/* refuse notes what is wrong with items that were read well; NULL if nothing can be. */
	void		(*refuse) (const Caller *caller, BatchItem *const *items, int n);

	/* ---- only batch.c and batch_owner.c look here */
	int			count;			/* items so far */
	int			nbroken;		/* of those that are broken, so far */
	int			nbodies;
	JsonbContainer **bodies;	/* of the chunk that is being gathered */
	Size		octets;			/* of these */
	struct CreatedItem *created;	/* by ascending id, pretended ones, too */
	int			ncreated;
	int			created_capacity;
	DigestMap  *pretended[BATCH_MAX_KEYS];	/* of a check: keys that would be taken, and by which pretended id */
	int64		last_pretended;
	int			faults_told;	/* of the items so far */
	int64		faults_octets;
	FaultList	faults;			/* BATCH_ATOMIC: of all items */
	Failure		failure;
	MemoryContext context;		/* of what outlives a chunk */
	MemoryContext chunk_context;
	MemoryContext item_context; /* of what the sink makes of one item */
} Batch;

#endif							/* RVO_BATCH_STATE_H */
