/*
 * preload.c
 *	  Loaded with AddressSanitizer into a server that was built without it.
 *
 * AddressSanitizer looks for this function when it starts and asks why there is
 * none.  glibc translates the answer, before the program's main(), and from then
 * on the server waits for gettext's lock.  So there is one.
 */
extern char *swift_demangle(void);

char *
swift_demangle(void)
{
	return 0;
}
