/*
 * email.h
 *	  The use cases of e-mails: adding.
 */
#ifndef RVO_EMAIL_H
#define RVO_EMAIL_H

#include "base/jsonio.h"
#include "base/text.h"
#include "shape/record/caller.h"
#include "shape/record/record.h"

extern Email rvo_email_read(const Caller *caller, JsonbContainer *body, FaultList *faults);
extern JsonbValue rvo_email_create(const Caller *caller, Jsonb *body, Slice structure_name, int64 *id);

#endif							/* RVO_EMAIL_H */
