/*
 * list.h
 *	  The use cases of lists: where a page begins, what is on it, and what leads to the next.
 */
#ifndef RVO_LIST_H
#define RVO_LIST_H

#include "base/fault.h"
#include "shape/cursor.h"
#include "shape/page.h"
#include "store/store_list.h"

/* Shows one entry of a list, in the current context. */
typedef JsonbValue (*EntryRenderer) (const void *item, Structure structure, bool with_client);

extern void rvo_list_find_place(const ListScope *scope, Slice after, ListPage *page, FaultList *faults);
extern text *rvo_list_write(const ListScope *scope, const ListRequest *request, const ListPage *page,
							const ListRows *list, EntryRenderer render, Structure structure);

#endif							/* RVO_LIST_H */
