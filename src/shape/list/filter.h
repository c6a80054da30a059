/*
 * filter.h
 *	  The conditions of a list, as callers give them.
 */
#ifndef RVO_FILTER_H
#define RVO_FILTER_H

#include "base/fault.h"
#include "base/text.h"
#include "shape/record/member.h"

extern Slice rvo_filter_text(Slice text);
extern Slice rvo_filter_key(Slice text, Normalizer normalize, bool *possible);
extern Slice rvo_filter_required(Slice text, const char *parameter, bool allow_blank, FaultList *faults);

#endif							/* RVO_FILTER_H */
