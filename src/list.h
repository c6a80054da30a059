/*
 * list.h
 *	  The use cases of lists: where a page begins, and what leads to the next.
 */
#ifndef RVO_LIST_H
#define RVO_LIST_H

#include "cursor.h"
#include "fault.h"
#include "page.h"
#include "store_list.h"

extern void rvo_list_find_place(const ListScope *scope, Slice after, ListPage *page, FaultList *faults);
extern Slice rvo_list_next(const ListScope *scope, Slice link, const ListPage *page, const ListRows *list);

#endif							/* RVO_LIST_H */
