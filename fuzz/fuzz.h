/*
 * fuzz.h
 *	  What the fuzzer's driver and its targets share.
 */
#ifndef RVO_FUZZ_H
#define RVO_FUZZ_H

#include "base/compat.h"
#include "base/jsonio.h"
#include "base/text.h"

/* One way into the code.  run gets valid UTF-8 without NUL, as the server's texts are, unless it takes bytes. */
typedef struct Target
{
	const char *name;
	void		(*run) (Slice input);
	bool		takes_bytes;
	bool		in_transaction;
} Target;

/* What must hold for every input; a breach ends the run as a crash does. */
#define MUST(condition) \
	((condition) ? (void) 0 : fuzz_breach(#condition, __FILE__, __LINE__))

pg_noreturn extern void fuzz_breach(const char *condition, const char *file, int line);
extern void fuzz_check_memory(Slice input);
extern Slice fuzz_line(Slice *input);

/* memory.c */
extern MemoryContext fuzz_context_create(MemoryContext parent, const char *name,
										 Size min_size, Size init_size, Size max_size);
extern void *fuzz_repalloc(void *chunk, Size size);
extern void *fuzz_repalloc_huge(void *chunk, Size size);
extern void fuzz_memory_watch(MemoryContext context);
extern Size fuzz_memory_peak(void);

/* targets */
extern void fuzz_planted(Slice input);
extern void fuzz_email(Slice input);
extern void fuzz_linkedin(Slice input);
extern void fuzz_domain(Slice input);
extern void fuzz_field(Slice input);
extern void fuzz_cell(Slice input);
extern void fuzz_cursor(Slice input);
extern void fuzz_json(Slice input);
extern void fuzz_urlencoded(Slice input);
extern void fuzz_multipart(Slice input);
extern void fuzz_query(Slice input);
extern void fuzz_headers(Slice input);
extern void fuzz_csv(Slice input);
extern void fuzz_delivery(Slice input);
extern void fuzz_contact(Slice input);
extern void fuzz_company(Slice input);
extern void fuzz_render(Slice input);
extern void fuzz_row(Slice input);
extern void fuzz_http(Slice input);

#endif							/* RVO_FUZZ_H */
