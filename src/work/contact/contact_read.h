/*
 * contact_read.h
 *	  The use cases of contacts: reading.
 */
#ifndef RVO_CONTACT_READ_H
#define RVO_CONTACT_READ_H

#include "base/jsonio.h"
#include "base/text.h"
#include "shape/list/page.h"

/* Which contacts are asked for.  No value, and blank, is no condition. */
typedef struct ContactQuery
{
	Slice		domain;
	Slice		email;
	Slice		firstname;
	Slice		lastname;
	Slice		linkedin_url;
	ListRequest list;
} ContactQuery;

extern JsonbValue rvo_contact_get(int client_id, const int64 *id, Slice structure_name);
extern text *rvo_contact_list(int client_id, const ContactQuery *query);

#endif							/* RVO_CONTACT_READ_H */
