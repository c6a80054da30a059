/*
 * memory.c
 *	  A memory context that gives every chunk its own malloc, so that
 *	  AddressSanitizer sees where each one ends and when it is gone.
 *
 * The server's own contexts cut chunks out of blocks, in which an overrun hits
 * a neighbour that is as good as any other memory.  Chunks of this one end in
 * malloc's red zone; in front of them is the header that pfree looks for, which
 * is poisoned for all code but this file's and the server's.
 */
#pragma clang attribute push(__attribute__((no_sanitize("address"))), apply_to = function)
#include "postgres.h"

#include <sanitizer/asan_interface.h>

#include "lib/ilist.h"
#include "nodes/memnodes.h"
#include "utils/memutils.h"

#include "fuzz.h"

typedef struct FuzzContext
{
	MemoryContextData header;
	dlist_head	chunks;
} FuzzContext;

/* In front of each chunk.  The last member is where the server looks for it. */
typedef struct Chunk
{
	dlist_node	node;
	Size		size;
	MemoryContext context;
} Chunk;

StaticAssertDecl(sizeof(Chunk) == MAXALIGN(sizeof(Chunk)), "a chunk starts right behind its context");

static Size allocated = 0;
static Size peak = 0;

/* fuzz_context_peak returns the most that these contexts held together since it was last forgotten. */
Size
fuzz_context_peak(void)
{
	return peak;
}

void
fuzz_context_forget_peak(void)
{
	peak = allocated;
}

static dlist_head *
chunks_of(MemoryContext context)
{
	return &((FuzzContext *) context)->chunks;
}

static Chunk *
chunk_of(void *pointer)
{
	return (Chunk *) pointer - 1;
}

static void *
fuzz_alloc(MemoryContext context, Size size)
{
	Chunk	   *chunk = malloc(sizeof(Chunk) + size);

	if (chunk == NULL)
		return NULL;
	chunk->size = size;
	chunk->context = context;
	dlist_push_head(chunks_of(context), &chunk->node);
	context->mem_allocated += size;
	allocated += size;
	peak = Max(peak, allocated);
	ASAN_POISON_MEMORY_REGION(chunk, sizeof(Chunk));
	return chunk + 1;
}

static void
fuzz_free(MemoryContext context, void *pointer)
{
	Chunk	   *chunk = chunk_of(pointer);

	dlist_delete(&chunk->node);
	context->mem_allocated -= chunk->size;
	allocated -= chunk->size;
	free(chunk);
}

static void *
fuzz_realloc(MemoryContext context, void *pointer, Size size)
{
	void	   *moved = fuzz_alloc(context, size);

	if (moved != NULL)
	{
		memcpy(moved, pointer, Min(chunk_of(pointer)->size, size));
		fuzz_free(context, pointer);
	}
	return moved;
}

static void
fuzz_reset(MemoryContext context)
{
	dlist_mutable_iter i;

	dlist_foreach_modify(i, chunks_of(context))
		fuzz_free(context, dlist_container(Chunk, node, i.cur) + 1);
}

static void
fuzz_delete(MemoryContext context)
{
	fuzz_reset(context);
	free(context);
}

static Size
fuzz_chunk_space(MemoryContext context pg_attribute_unused(), void *pointer)
{
	return chunk_of(pointer)->size + sizeof(Chunk);
}

static bool
fuzz_is_empty(MemoryContext context)
{
	return dlist_is_empty(chunks_of(context));
}

static void
fuzz_stats(MemoryContext context pg_attribute_unused(), MemoryStatsPrintFunc print pg_attribute_unused(),
		   void *passthru pg_attribute_unused(), MemoryContextCounters *totals pg_attribute_unused(),
		   bool to_stderr pg_attribute_unused())
{
}

static const MemoryContextMethods methods = {
	.alloc = fuzz_alloc,
	.free_p = fuzz_free,
	.realloc = fuzz_realloc,
	.reset = fuzz_reset,
	.delete_context = fuzz_delete,
	.get_chunk_space = fuzz_chunk_space,
	.is_empty = fuzz_is_empty,
	.stats = fuzz_stats,
};

/*
 * fuzz_context_create stands in for AllocSetContextCreate, in the code that is
 * fuzzed as well.  The server knows no tag but its own, and looks at no more of
 * a context than its header.
 */
MemoryContext
fuzz_context_create(MemoryContext parent, const char *name, Size min_size pg_attribute_unused(),
					Size init_size pg_attribute_unused(), Size max_size pg_attribute_unused())
{
	FuzzContext *context = calloc(1, sizeof(FuzzContext));

	MemoryContextCreate(&context->header, T_AllocSetContext, &methods, parent, name);
	dlist_init(&context->chunks);
	return &context->header;
}

#pragma clang attribute pop
