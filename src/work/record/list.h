/*
 * list.h
 *	  The use cases of lists: where a page begins, what is on it, and what leads to the next.
 */
#ifndef RVO_LIST_H
#define RVO_LIST_H

#include "base/fault.h"
#include "shape/list/cursor.h"
#include "shape/list/page.h"
#include "store/list/store_list.h"
#include "work/record/entity_kind.h"

/* A list that is asked for, as it goes from step to step. */
typedef struct Listing
{
	const EntityKind *kind;
	const ListRequest *request;
	Structure	structure;
	ListPage	page;
	ListScope	scope;
	ListRows	rows;
	FaultList	faults;
} Listing;

/* Where a page ends. */
typedef struct ListEnd
{
	ListPlace	place;			/* of its last entry, and how many there are in all; rvo_list_open knows the rest */
	int			count;			/* of its entries */
	bool		has_more;		/* there are some behind */
} ListEnd;

/* The conditions of a filter, which is made of slices and nothing else: so none can be forgotten. */
#define SCOPE_OF(filter) (const Slice *) &(filter), sizeof(filter) / sizeof(Slice)

extern Listing rvo_list_begin(const EntityKind *kind, int client_id, const ListRequest *request);
extern void rvo_list_read_field(Listing *list, Slice *name, Slice *value);
extern bool rvo_list_find_place(Listing *list, const Slice *conditions, int nconditions);
extern void rvo_list_place(const ListRequest *request, const ListScope *scope, ListPage *page, FaultList *faults);
extern PageWriter rvo_list_open(const ListRequest *request, const ListScope *scope, const ListPage *page, const ListEnd *end);
extern text *rvo_list_write(const Listing *list);

#endif							/* RVO_LIST_H */
