/*
 * memory.c
 *	  Memory contexts in which AddressSanitizer sees where each chunk ends and
 *	  when it is gone.
 *
 * The server's contexts cut chunks out of blocks, in which an overrun hits a
 * neighbour that is as good as any other memory.  But a chunk that is large for
 * its context gets a block, and so a malloc, of its own, which is freed with the
 * chunk.  So these are the server's contexts, made such that little is large, and
 * whoever asks for less gets more.  What was not asked for is poisoned, in front
 * of the chunk as behind it, for all code but this file's and the server's.
 */
#pragma clang attribute push(__attribute__((no_sanitize("address"))), apply_to = function)
#include "postgres.h"

#include <sanitizer/asan_interface.h>

#include "nodes/memnodes.h"
#include "utils/memutils.h"

#include "fuzz.h"

/* The smallest sizes of blocks that a context may have; an eighth of that is the most that shares a block. */
#define BLOCK_SIZE 1024
#define LARGE (BLOCK_SIZE / 8 + 1)

/* What is in front of a chunk: the server's headers of the chunk and of the block. */
#define HEADERS_SIZE 16

/* In the code that is fuzzed, and its headers, these names are the functions below: see script/fuzz. */
#undef AllocSetContextCreateInternal
#undef repalloc
#undef repalloc_huge
extern MemoryContext AllocSetContextCreateInternal(MemoryContext parent, const char *name,
												   Size min_size, Size init_size, Size max_size);
extern void *repalloc(void *chunk, Size size);
extern void *repalloc_huge(void *chunk, Size size);

/* 17: flags. */
#if PG_VERSION_NUM >= 170000
#define ALLOC_PARAMETERS MemoryContext context, Size size, int flags
#define server_alloc(size) server_methods->alloc(context, size, flags)
#else
#define ALLOC_PARAMETERS MemoryContext context, Size size
#define server_alloc(size) server_methods->alloc(context, size)
#endif

static const MemoryContextMethods *server_methods;
static MemoryContextMethods methods;

static MemoryContext watched = NULL;
static Size peak = 0;

static void
note_peak(void)
{
	if (watched != NULL)
		peak = Max(peak, MemoryContextMemAllocated(watched, true));
}

/* fuzz_memory_watch forgets what was; from now on it is the memory of this context, and of those below, that counts. */
void
fuzz_memory_watch(MemoryContext context)
{
	watched = context;
	peak = 0;
}

/* fuzz_memory_peak returns the most memory there was since then, with what the server needs for its chunks. */
Size
fuzz_memory_peak(void)
{
	note_peak();
	return peak;
}

/* seal poisons what is round a chunk.  When its block is freed, malloc takes the poison away. */
static void *
seal(char *chunk, Size size)
{
	ASAN_POISON_MEMORY_REGION(chunk - HEADERS_SIZE, HEADERS_SIZE);
	ASAN_POISON_MEMORY_REGION(chunk + size, MAXALIGN(Max(size, LARGE)) - size);
	return chunk;
}

/* fuzz_alloc stands in for the server's method, so that it has what the server's own functions allocate, too. */
static void *
fuzz_alloc(ALLOC_PARAMETERS)
{
	char	   *chunk = server_alloc(Max(size, LARGE));

	note_peak();
	return chunk == NULL ? NULL : seal(chunk, size);
}

static void *
fuzz_resize(void *(*resize) (void *, Size), void *chunk, Size size)
{
	if (GetMemoryChunkContext(chunk)->methods != &methods)
		return resize(chunk, size);
	chunk = resize(chunk, Max(size, LARGE));
	note_peak();
	return seal(chunk, size);
}

/*
 * fuzz_repalloc stands in for repalloc in the code that is fuzzed: no context
 * has a say in it.  Where the server calls its own, only what is lacking to
 * eight octets isn't poisoned.
 */
void *
fuzz_repalloc(void *chunk, Size size)
{
	return fuzz_resize(repalloc, chunk, size);
}

void *
fuzz_repalloc_huge(void *chunk, Size size)
{
	return fuzz_resize(repalloc_huge, chunk, size);
}

/*
 * fuzz_context_create stands in for AllocSetContextCreate, in the code that is
 * fuzzed as well.  With a smallest size of its own the context is none that the
 * server keeps for later when it is deleted.
 */
MemoryContext
fuzz_context_create(MemoryContext parent, const char *name, Size min_size pg_attribute_unused(),
					Size init_size pg_attribute_unused(), Size max_size pg_attribute_unused())
{
	MemoryContext context = AllocSetContextCreateInternal(parent, name, BLOCK_SIZE, BLOCK_SIZE, BLOCK_SIZE);

	server_methods = context->methods;
	methods = *server_methods;
	methods.alloc = fuzz_alloc;
	context->methods = &methods;
	return context;
}

#pragma clang attribute pop
