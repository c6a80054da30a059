/*
 * filter.c
 *	  The conditions of a list, as callers give them.
 *
 * Values are trimmed, and keys brought to canonical form, as they are when
 * they are stored; then they are compared as they are.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/list/filter.h"

/* rvo_filter_text reads a condition on a text; blank is none. */
Slice
rvo_filter_text(Slice text)
{
	text = rvo_text_trim(text);
	return text.len > 0 ? text : NO_SLICE;
}

/* rvo_filter_key reads a condition on a key; sets *possible to false for what no key can be. */
Slice
rvo_filter_key(Slice text, Normalizer normalize, bool *possible)
{
	Slice		key = NO_SLICE;

	if (text.data != NULL && normalize(text, &key) != FAULT_NONE)
		*possible = false;
	return key;
}

/* rvo_filter_required reads a condition that must be given. */
Slice
rvo_filter_required(Slice text, const char *parameter, bool allow_blank, FaultList *faults)
{
	text = rvo_text_trim(text);
	if (text.data == NULL || (text.len == 0 && !allow_blank))
		rvo_fault_add(faults, parameter, FAULT_REQUIRED);
	return text;
}
