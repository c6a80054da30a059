/*
 * email_change.h
 *	  The use cases of e-mails: deleting, and custom fields one by one.
 */
#ifndef RVO_EMAIL_CHANGE_H
#define RVO_EMAIL_CHANGE_H

#include "base/jsonio.h"
#include "base/text.h"
#include "shape/record/caller.h"
#include "shape/record/custom_field_change.h"

extern void rvo_email_delete(const Caller *caller, const int64 *id);
extern Jsonb *rvo_email_change_field(const Caller *caller, const FieldChange *change);

#endif							/* RVO_EMAIL_CHANGE_H */
