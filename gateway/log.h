/*
 * log.h
 *	  Lines on standard error, which the service manager keeps.
 */
#ifndef GATEWAY_LOG_H
#define GATEWAY_LOG_H

#include <stdnoreturn.h>

extern void log_line(const char *format,...) __attribute__((format(printf, 1, 2)));
extern noreturn void log_die(const char *format,...) __attribute__((format(printf, 1, 2)));

#endif							/* GATEWAY_LOG_H */
