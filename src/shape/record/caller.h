/*
 * caller.h
 *	  The context of a call: who makes it, with which settings, and what is noted on its way.
 */
#ifndef RVO_CALLER_H
#define RVO_CALLER_H

#include "base/text.h"
#include "shape/record/entity.h"

/* What becomes of a new contact whose address is on the do-not-contact list. */
typedef enum OnDoNotContact
{
	DO_NOT_CONTACT_MARK,		/* its status says so */
	DO_NOT_CONTACT_ERROR,		/* it is refused */
	DO_NOT_CONTACT_OFF			/* nothing */
} OnDoNotContact;

/* Whether a client is served here. */
typedef enum ClientState
{
	CLIENT_ACTIVE,
	CLIENT_MOVING,				/* nothing of it is written: it is being moved to another server */
	CLIENT_MOVED				/* it is on another server */
} ClientState;

/* What a client has set, by revyops_set_client_setting. */
typedef struct ClientSettings
{
	bool		creates_companies;	/* on_unknown_domain = create */
	bool		infers_company; /* infer_company = on */
	bool		updates_keys;	/* on_key_conflict = update */
	bool		strict_fields;	/* custom_fields = strict */
	bool		fields_defined[ENTITIES];	/* whether it has ever defined a custom field */
	bool		contacts_merged;	/* whether it has ever merged contacts */
	bool		notes_changes;	/* changes = on */
	bool		suppresses;		/* whether its do-not-contact list has ever had an entry */
	OnDoNotContact on_do_not_contact;
	ClientState state;
	uint64		transactions;	/* of anybody that had ended before this was read */
	Slice		default_status;
	Slice		default_origin;
} ClientSettings;

/* How many ignored members a call names. */
#define UNKNOWN_MEMBERS_NOTED 20

/* A member of a body that nobody knows. */
typedef struct UnknownMember
{
	Slice		name;
	Slice		nearest;		/* no value = none is near */
} UnknownMember;

/* What a call finds out on its way, in the memory context of who made its caller. */
typedef struct CallNotes
{
	int			nunknown;		/* members that were ignored; of each name one */
	UnknownMember unknown[UNKNOWN_MEMBERS_NOTED];
	bool		more_unknown;	/* than there is room for */
	unsigned int suppressed;	/* why contacts whose status that decided on are on the do-not-contact list; a bit for each reason */
	bool		dots_may_group; /* values are of a file in which 1.234 may be a thousand and more: struct FieldRules */
	bool		told_by_notice; /* the call is one of an SQL function */
	MemoryContext context;
	bool		rules_loaded[ENTITIES];
	struct FieldRules *rules[ENTITIES]; /* of custom fields; NULL = none */
} CallNotes;

/* Who a call says makes it, and how strictly to read; nothing of that is looked up yet. */
typedef struct Claim
{
	Slice		key;			/* an API key; no value = none */
	int			client_id;		/* counts if there is no key; 0 = none */
	bool		strict;			/* an unknown member of a body is a fault */
} Claim;

/* A client; what changes data gets one, what only reads mostly a client's id. */
typedef struct Caller
{
	int			client_id;
	ClientSettings settings;
	bool		strict;			/* an unknown member of a body is a fault */
	CallNotes  *notes;
} Caller;

#endif							/* RVO_CALLER_H */
