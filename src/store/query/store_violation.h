/*
 * store_violation.h
 *	  Whether what kept a row from being written is a key of ours.
 */
#ifndef RVO_STORE_VIOLATION_H
#define RVO_STORE_VIOLATION_H

#include "utils/elog.h"

extern bool rvo_store_is_of_foreign_key(const ErrorData *error, const char *name);
extern void rvo_store_check_repeatable(ErrorData *error);

#endif							/* RVO_STORE_VIOLATION_H */
