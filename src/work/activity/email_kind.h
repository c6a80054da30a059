/*
 * email_kind.h
 *	  E-mails as a kind of records.
 */
#ifndef RVO_EMAIL_KIND_H
#define RVO_EMAIL_KIND_H

#include "work/record/entity_kind.h"

extern const EntityKind rvo_email_kind;

#endif							/* RVO_EMAIL_KIND_H */
