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
#define PAGES_AHEAD 5

typedef struct ListPage
{
	int			number;			/* from 1 on */
	int			size;			/* from 1 to PAGE_MAX_SIZE */
	bool		bare;			/* is shown as an array, with nothing around it */
} ListPage;

/* The first entry of the page, from 0 on. */
#define PAGE_OFFSET(page) ((int64) ((page)->number - 1) * (page)->size)

/* What is asked of any list, beside the conditions that are its own. */
typedef struct ListRequest
{
	bool		by_field;		/* entries with this custom field, whose name and value must be given */
	Slice		field_name;
	Slice		field_value;
	int			page;			/* 0 = no such number */
	int			page_size;
	bool		bare;			/* an array of the first, instead of a page */
	Slice		structure;
} ListRequest;

/* A page being written, as a text datum.  rvo_page_begin starts it. */
typedef struct PageWriter
{
	const ListPage *page;
	StringInfoData text;		/* with room for a datum's header in front */
	int64		total;
	int			written;		/* entries */
	MemoryContext entry;		/* what one entry is made of */
} PageWriter;

extern ListPage rvo_page_read(const ListRequest *request, FaultList *faults);
extern PageWriter rvo_page_begin(const ListPage *page, int64 total, int count);
extern void rvo_page_put(PageWriter *writer, const JsonbValue *entry);
extern text *rvo_page_end(PageWriter *writer);

#endif							/* RVO_PAGE_H */
