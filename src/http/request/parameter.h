/*
 * parameter.h
 *	  The parameters of a query string.
 */
#ifndef RVO_PARAMETER_H
#define RVO_PARAMETER_H

#include "lib/stringinfo.h"

#include "base/text.h"

extern Slice rvo_parameter_named(Slice query, const char *name, const char *other_name);
extern Slice rvo_query_encode(Slice query);
extern Slice rvo_parameter(Slice query, const char *name);
extern Slice rvo_parameter_address(Slice query, const char *name);
extern int	rvo_parameter_number(Slice query, const char *name, int absent);
extern void rvo_parameters_copy(StringInfo to, Slice query, const char *const *except);

#endif							/* RVO_PARAMETER_H */
