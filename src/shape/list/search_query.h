/*
 * search_query.h
 *	  A search, as a caller asks for it.
 */
#ifndef RVO_SEARCH_QUERY_H
#define RVO_SEARCH_QUERY_H

#include "base/fault.h"
#include "base/jsonio.h"
#include "shape/list/page.h"
#include "shape/record/record_member.h"
#include "shape/record/structure.h"

#define SEARCH_MAX_CONDITIONS 50
#define SEARCH_MAX_VALUES 500	/* of all conditions together */

typedef enum SearchOperator
{
	SEARCH_EQ,
	SEARCH_NE,
	SEARCH_IN,
	SEARCH_CONTAINS,
	SEARCH_STARTS_WITH,
	SEARCH_LT,
	SEARCH_LE,
	SEARCH_GT,
	SEARCH_GE,
	SEARCH_EXISTS
} SearchOperator;

#define SEARCH_OPERATORS 10

/* What a member is compared as. */
typedef enum SearchType
{
	SEARCH_TEXT,
	SEARCH_ID,
	SEARCH_TIME,
	SEARCH_NUMBER				/* a custom field, with a number */
} SearchType;

typedef struct SearchValue
{
	Slice		text;			/* of SEARCH_TEXT, and of SEARCH_NUMBER, whose digits it is */
	int64		number;			/* an id, or a time */
	bool		is_text;		/* of a custom field: else it is the text that a number or boolean becomes when it is written */
} SearchValue;

/* A condition; those that follow each other with the same number are alternatives. */
typedef struct SearchCondition
{
	int			number;
	const RecordMember *member; /* NULL = the custom field of this name: */
	Slice		field;
	SearchType	type;
	SearchOperator operator;
	bool		wanted;			/* of SEARCH_EXISTS: that it does */
	int			nvalues;
	SearchValue *values;
} SearchCondition;

typedef struct SearchQuery
{
	int			count;
	SearchCondition conditions[SEARCH_MAX_CONDITIONS];
	int			nvalues;
	const RecordMember *sort;
	bool		descending;
	ListPage	page;
	Slice		after;			/* a cursor */
	Structure	structure;
	Slice		scope[2];		/* conditions and order: what a cursor is of */
} SearchQuery;

extern bool rvo_search_is_nullable(const RecordMember *member);
extern SearchType rvo_search_type(const RecordMember *member);
extern SearchQuery *rvo_search_read(const RecordShape *shape, Jsonb *body, Slice structure, FaultList *faults);

#endif							/* RVO_SEARCH_QUERY_H */
