/*
 * serve_contact.h
 *	  What the endpoints of contacts have of their own.
 */
#ifndef RVO_SERVE_CONTACT_H
#define RVO_SERVE_CONTACT_H

#include "http/serve/serve_record.h"

extern const Resource rvo_contacts;
extern const Resource rvo_contact_upserts;


#endif							/* RVO_SERVE_CONTACT_H */
