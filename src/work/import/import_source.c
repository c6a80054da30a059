/*
 * import_source.c
 *	  What an import reads: the next rows as bodies, and rows to be told of.
 *
 * Runs as the caller: showing a value of a table calls functions of the caller's types.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "base/compat.h"
#include "work/import/import_source.h"

static int64
line_of(const ImportSource *source, int row)
{
	return source->kind->line != NULL ? source->kind->line(source, row) : 0;
}

/* make_body makes the body of a row, or notes that it can't be read. */
static Jsonb *
make_body(const ImportSource *source, int row, JsonbValue *cells, Import *import)
{
	BrokenItem	broken = source->kind->fault != NULL ? source->kind->fault(source, row) : (BrokenItem) {0};

	if (broken.code != FAULT_NONE)
	{
		import->broken.items[import->broken.count++] = broken;
		return NULL;
	}
	source->kind->cells(source, row, cells);
	return rvo_import_body(import->mapping, cells, row, &import->changed);
}

/* rvo_import_fetch reads the next batch and makes its bodies, in the current context. */
void
rvo_import_fetch(ImportSource *source, Import *import)
{
	JsonbValue *cells = palloc(Max(source->headers.count, 1) * sizeof(JsonbValue));
	int			n = source->kind->fetch(source, import->options.batch_size);

	import->nbodies = n;
	import->finished = source->ended;
	import->estimate = source->kind->estimate(source, import->rows_before + n);
	import->bodies = palloc(Max(n, 1) * sizeof(Jsonb *));
	import->broken = (BrokenItems) {.items = palloc(Max(n, 1) * sizeof(BrokenItem))};
	import->changed = (ImportNotes) {0};
	PushActiveSnapshot(GetTransactionSnapshot());
	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		import->bodies[i] = make_body(source, i, cells, import);
	}
	PopActiveSnapshot();
}

/*
 * show shows a row, in the current context.  What that is built of is many times as large as itself,
 * so it is freed row by row: parts is for it.
 */
static Jsonb *
show(const ImportSource *source, int row, MemoryContext parts)
{
	MemoryContext caller = MemoryContextSwitchTo(parts);
	Jsonb	   *shown = source->kind->show(source, row);
	Jsonb	   *copy;

	MemoryContextSwitchTo(caller);
	copy = palloc(VARSIZE(shown));
	memcpy(copy, shown, VARSIZE(shown));
	MemoryContextReset(parts);
	return copy;
}

/* rvo_import_show adds their lines and rows to what is to be told, in the current context. */
void
rvo_import_show(const ImportSource *source, Import *import)
{
	MemoryContext parts = AllocSetContextCreate(CurrentMemoryContext, "revyops import row", ALLOCSET_DEFAULT_SIZES);
	int64		told = 0;

	PushActiveSnapshot(GetTransactionSnapshot());
	for (int i = 0; i < import->nrejects; i++)
	{
		RejectRow  *reject = &import->rejects[i];
		int			row = reject->ordinal - import->rows_before - 1;

		CHECK_FOR_INTERRUPTS();
		reject->line = line_of(source, row);
		reject->source_row = show(source, row, parts);
	}
	for (int i = 0; i < import->nnotes; i++)
	{
		NoteRow    *note = &import->note_rows[i];
		int			row = note->ordinal - import->rows_before - 1;

		CHECK_FOR_INTERRUPTS();
		note->line = line_of(source, row);
		note->source_row = note->ordinal != told ? show(source, row, parts) : NULL;
		told = note->ordinal;
	}
	PopActiveSnapshot();
	MemoryContextDelete(parts);
}
