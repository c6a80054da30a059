/*
 * log.c
 *	  Lines on standard error, which the service manager keeps.
 *
 * What a caller sends, and a key above all, is never in one.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "log.h"

static void
write_line(const char *format, va_list arguments)
{
	fputs("revyops-gateway: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
}

/* log_line writes a line. */
void
log_line(const char *format,...)
{
	va_list		arguments;

	va_start(arguments, format);
	write_line(format, arguments);
	va_end(arguments);
}

/* log_die writes a line and ends the program. */
noreturn void
log_die(const char *format,...)
{
	va_list		arguments;

	va_start(arguments, format);
	write_line(format, arguments);
	va_end(arguments);
	exit(1);
}
