/*
 * email_input.h
 *	  What a caller sent to add an e-mail.
 */
#ifndef RVO_EMAIL_INPUT_H
#define RVO_EMAIL_INPUT_H

#include "base/fault.h"
#include "base/jsonio.h"
#include "shape/record/caller.h"
#include "shape/record/record.h"

extern Email rvo_email_input_read(const Caller *caller, JsonbContainer *body, FaultList *faults);

#endif							/* RVO_EMAIL_INPUT_H */
