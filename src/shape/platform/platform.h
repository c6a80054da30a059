/*
 * platform.h
 *	  What a sending platform calls what: the rows by which its deliveries are read.
 *
 * A path is names with points between: "data.lead.email".  A name that is not
 * there as it is written is looked for without regard to case and to what is
 * no letter or digit.  In an array a name is the number of an element, or
 * stands for the value of {name, value}.
 */
#ifndef RVO_PLATFORM_H
#define RVO_PLATFORM_H

#include "base/text.h"
#include "shape/activity/neutral_event.h"

/* What is looked for in an item of a delivery. */
typedef enum DeliveryMember
{
	FROM_END,					/* of a table of rules */
	FROM_ACCOUNT,				/* whose the item is, at the platform */
	FROM_OBJECT,				/* the platform's id of the contact, where it has nothing else */
	FROM_EMAIL,
	FROM_TIME,
	FROM_CAMPAIGN_ID,
	FROM_CAMPAIGN_NAME,
	FROM_EXTERNAL_ID,
	FROM_ID_PART,				/* what tells events with one id apart; all of them count */
	FROM_HASHED,				/* of what the hash is that stands for an id and a time; all of them count */
	FROM_AGENT,
	FROM_SUBJECT,
	FROM_TEXT,
	FROM_HTML,
	FROM_MESSAGE_ID,
	FROM_INTERESTED,
	FROM_LABEL,
	FROM_SENTIMENT,
	FROM_SUPPRESS,				/* whether the address goes on the do-not-contact list */
	FROM_FIRST_NAME,
	FROM_LAST_NAME,
	FROM_NAME,					/* both in one */
	FROM_LINKEDIN,
	FROM_COMPANY,
	FROM_CUSTOM					/* an object or list; the path "" is the item, without its own names */
} DeliveryMember;

#define OF_KIND(kind) (1u << (kind))
#define OF_ANY 0u
#define OF_SENT OF_KIND(EVENT_SENT)
#define OF_REPLIES (OF_KIND(EVENT_REPLIED) | OF_KIND(EVENT_AUTO_REPLIED))
#define OF_BOUNCED OF_KIND(EVENT_BOUNCED)
#define OF_UNSUBSCRIBED OF_KIND(EVENT_UNSUBSCRIBED)
#define OF_INTEREST OF_KIND(EVENT_INTEREST)

/* Where a member is looked for: of the rows for a member, the first with a value counts. */
typedef struct MemberRule
{
	DeliveryMember member;
	unsigned	kinds;			/* of events; OF_ANY = of all */
	const char *path;			/* or, with braces in it, a text with paths in braces */
	const char *address;		/* counts only if this is the contact's; NULL = always */
	const char *other_than;		/* counts only if this is another address; NULL = always */
} MemberRule;

/* What a kind of the platform is.  Kinds that have no row are ignored. */
typedef struct KindRule
{
	const char *name;			/* in lower case, letters and digits only; with "*" behind: what begins so.  NULL = the end */
	EventKind	kind;			/* EVENT_KINDS = it is ignored, also where somebody's label is called so */
	Interest	interest;		/* unknown: the label tells */
	const char *needs;			/* the value of the item must be this, "*" = any; NULL = it is not looked at */
} KindRule;

typedef enum CaseTest
{
	CASE_IS,					/* one of the texts */
	CASE_IS_NOT,				/* there is a value, and it is none of them */
	CASE_BEGINS,				/* begins as one of them */
	CASE_AT_DOMAIN,				/* an address there */
	CASE_TEMPORARY				/* the answer of a mail server that may change its mind: 4xx, 4.x.x */
} CaseTest;

/* An event that is another one in some case, or none. */
typedef struct CaseRule
{
	unsigned	kinds;
	const char *path;			/* NULL = the end */
	CaseTest	test;
	const char *texts;			/* in lower case, letters and digits only, with "|" between */
	EventKind	becomes;		/* EVENT_KINDS = it is ignored */
} CaseRule;

typedef struct Platform
{
	Slice		name;
	const char *const *kind_paths;	/* NULL ends them */
	const KindRule *kinds;
	const CaseRule *cases;
	const MemberRule *members;
	const char *const *own_names;	/* which are no custom variables, as KindRule has names; NULL = none */
	bool		kind_is_label;	/* of an event of interest */
	bool		label_is_kind;	/* also one that somebody made */
	bool		is_neutral;		/* whatever the kind, its members are ours */
	const char *value_path;		/* of the value that a kind needs; NULL = no kind does */
	const char *address_kind;	/* exactly that: its value is the address of an object; NULL = none */
	const char *time_path;		/* when that was so */
	const char *secret_path;	/* of a secret that deliveries have in them; NULL = none */
	const struct Platform *otherwise;	/* for items that have no kind; NULL = they are ignored */
} Platform;

extern const Platform *rvo_platform_find(Slice name);
extern int	rvo_platform_names(const Slice **names);
extern int	rvo_platform_names_with_labels(const Slice **names);

#endif							/* RVO_PLATFORM_H */
