/*
 * page.h
 *	  A page of a list: which one is asked for, and how it is shown.
 */
#ifndef RVO_PAGE_H
#define RVO_PAGE_H

#include "fault.h"
#include "jsonio.h"

#define PAGE_MAX_SIZE 100

/* How far beyond its page a list is counted. */
#define PAGES_AHEAD 10

typedef struct ListPage
{
	int			number;			/* from 1 on */
	int			size;			/* from 1 to PAGE_MAX_SIZE */
	bool		bare;			/* is shown as an array, with nothing around it */
} ListPage;

/* The first entry of the page, from 0 on. */
#define PAGE_OFFSET(page) ((int64) ((page)->number - 1) * (page)->size)

#define FIRST_PAGE_BARE ((ListPage) {1, PAGE_MAX_SIZE, true})

extern ListPage rvo_page_read(int number, int size, FaultList *faults);
extern Jsonb *rvo_page_render(const ListPage *page, int64 total, JsonbValue results);

#endif							/* RVO_PAGE_H */
