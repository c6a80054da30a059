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

/* copy_of copies jsonb, in the current context. */
static Jsonb *
copy_of(const Jsonb *jsonb)
{
	Jsonb	   *copy = palloc(VARSIZE(jsonb));

	memcpy(copy, jsonb, VARSIZE(jsonb));
	return copy;
}

/* add_notes adds the notes on a row, in the current context, with copies of what stands in the row. */
static void
add_notes(ImportNotes *all, const ImportNotes *of_row)
{
	for (int i = 0; i < of_row->count; i++)
	{
		ImportNote	note = of_row->items[i];

		note.member.data = rvo_slice_cstring(note.member);
		note.value.data = rvo_slice_cstring(note.value);
		rvo_import_note_add(all, note);
	}
}

/*
 * make_body makes the body of a row, in the current context, or notes that it can't be read.  What it is built of is
 * many times as large as itself, so it is freed row by row: parts is for it.
 */
static Jsonb *
make_body(const ImportSource *source, int row, JsonbValue *cells, Import *import, MemoryContext parts)
{
	BrokenItem	broken = source->kind->fault != NULL ? source->kind->fault(source, row) : (BrokenItem) {0};
	ImportNotes notes = {0};
	MemoryContext caller;
	Jsonb	   *body;

	if (broken.code != FAULT_NONE)
	{
		import->broken.items[import->broken.count++] = broken;
		return NULL;
	}
	caller = MemoryContextSwitchTo(parts);
	source->kind->cells(source, row, cells);
	body = rvo_import_body(import->mapping, cells, row, &notes);
	MemoryContextSwitchTo(caller);
	if (body != NULL)
		body = copy_of(body);
	add_notes(&import->changed, &notes);
	MemoryContextReset(parts);
	return body;
}

/* rvo_import_fetch reads the next batch and makes its bodies, in the current context. */
void
rvo_import_fetch(ImportSource *source, Import *import)
{
	MemoryContext parts = AllocSetContextCreate(CurrentMemoryContext, "revyops import row", ALLOCSET_DEFAULT_SIZES);
	JsonbValue *cells = palloc(Max(source->headers.count, 1) * sizeof(JsonbValue));
	int			n = source->kind->fetch(source, import->options.batch_size);

	import->nbodies = n;
	import->dots_may_group = source->dots_may_group;
	import->finished = source->ended;
	import->estimate = source->kind->estimate(source, import->rows_before + n);
	import->bodies = palloc(Max(n, 1) * sizeof(Jsonb *));
	import->broken = (BrokenItems) {.items = palloc(Max(n, 1) * sizeof(BrokenItem))};
	import->changed = (ImportNotes) {0};
	PushActiveSnapshot(GetTransactionSnapshot());
	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		import->bodies[i] = make_body(source, i, cells, import, parts);
	}
	PopActiveSnapshot();
	MemoryContextDelete(parts);
}

/* show shows a row, in the current context; parts is for what that is built of, as in make_body. */
static Jsonb *
show(const ImportSource *source, int row, MemoryContext parts)
{
	MemoryContext caller = MemoryContextSwitchTo(parts);
	Jsonb	   *shown = source->kind->show(source, row);

	MemoryContextSwitchTo(caller);
	shown = copy_of(shown);
	MemoryContextReset(parts);
	return shown;
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
