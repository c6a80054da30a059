/*
 * do_not_contact_csv.h
 *	  Addresses of a file put on the do-not-contact list.
 */
#ifndef RVO_DO_NOT_CONTACT_CSV_H
#define RVO_DO_NOT_CONTACT_CSV_H

#include "base/fault.h"
#include "base/jsonio.h"
#include "base/text.h"
#include "shape/record/caller.h"

/* What is asked for.  No value is not said. */
typedef struct DoNotContactFile
{
	Slice		content;		/* octets; no value = none */
	Slice		reason;
	Slice		note;
	Slice		column;			/* that has the addresses */
	Slice		encoding;
	Slice		charset;		/* that the file came with */
	Slice		delimiter;
	int64		header_line;	/* 0 = to be found out */
	FaultList	faults;			/* of how it is asked for, that are known by now */
} DoNotContactFile;

extern Jsonb *rvo_do_not_contact_csv(const Caller *caller, const DoNotContactFile *file);

#endif							/* RVO_DO_NOT_CONTACT_CSV_H */
