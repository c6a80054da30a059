/*
 * import.c
 *	  The use cases of an import: a job, its batches, how far it is.
 *
 * These parts write and run as the owner.  Reading the source, and showing a
 * row of it that was rejected, is the caller's (import_source.c).
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "base/failure.h"
#include "base/fault.h"
#include "shape/record/member.h"
#include "store/service/store_import_alias.h"
#include "store/service/store_lock.h"
#include "work/company/company_batch.h"
#include "work/company/company_kind.h"
#include "work/company/company_upsert_batch.h"
#include "work/company/company_website.h"
#include "work/contact/contact_batch.h"
#include "work/contact/contact_kind.h"
#include "work/contact/contact_upsert_batch.h"
#include "work/import/import.h"
#include "work/import/import_mend.h"

#define BATCH_SIZE_MAX 100000

/* Rows of a file that may be its header, behind the one that was found. */
#define LATER_HEADERS_MAX 20

const ImportKind rvo_contact_import = {
	.kind = &rvo_contact_kind,
	.batches = {
		[IMPORT_CREATE] = &rvo_contact_batch,
		[IMPORT_UPSERT] = &rvo_contact_upsert_batch,
		[IMPORT_CHECK] = &rvo_contact_check,
	},
};

const ImportKind rvo_company_import = {
	.kind = &rvo_company_kind,
	.batches = {
		[IMPORT_CREATE] = &rvo_company_batch,
		[IMPORT_UPSERT] = &rvo_company_upsert_batch,
		[IMPORT_CHECK] = &rvo_company_check,
	},
	.refuse = rvo_company_websites_refuse,
};

/* ---------------------------------------------------------------- what was asked for */

/* read_choice returns which of some words was said, and notes that it is none of them. */
static int
read_choice(Slice said, const char *const *words, int n, const char *where, FaultCode code, FaultList *faults)
{
	for (int i = 0; i < n; i++)
		if (said.data != NULL && rvo_slice_equal(said, rvo_slice(words[i])))
			return i;
	rvo_fault_add(faults, where, code);
	return 0;
}

/* read_options reads what was asked for, and notes what is wrong with it. */
static void
read_options(Import *import, FaultList *faults)
{
	static const char *const modes[] = {"create", "upsert", "check"};
	static const char *const on_fault[] = {"reject", "drop_value"};
	static const char *const blanks[] = {"keep", "clear"};
	ImportOptions *options = &import->options;

	if (import->source.data == NULL)
		rvo_fault_add(faults, "source", FAULT_REQUIRED);
	if (options->batch_size < 1 || options->batch_size > BATCH_SIZE_MAX)
		rvo_fault_add(faults, "batch_size", FAULT_INVALID_BATCH_SIZE);
	options->origin = rvo_text_trim(options->origin);
	if (options->origin.len > 0)
		rvo_member_check_text(options->origin, "origin", MEMBER_MAX_LENGTH, false, faults);
	else
		options->origin = NO_SLICE;
	import->mode = read_choice(options->mode, modes, lengthof(modes), "mode", FAULT_INVALID_IMPORT_MODE, faults);
	import->drops_values = read_choice(options->on_fault, on_fault, lengthof(on_fault), "on_fault",
									   FAULT_INVALID_ON_FAULT, faults);
	import->clears = read_choice(options->blanks, blanks, lengthof(blanks), "blanks", FAULT_INVALID_BLANKS, faults);
}

/* map_headers reads what the columns are, as they are called, the owner's aliases have it, and the caller says. */
static ImportMapping *
map_headers(const Import *import, const ImportHeaders *headers, FaultList *faults)
{
	ImportAliases aliases = rvo_store_find_import_aliases(rvo_entity_names[import->kind->kind->entity], headers);

	return rvo_import_mapping_read(import->kind->kind->shape, headers, rvo_json_root(import->options.columns), &aliases, faults);
}

/* has_key tells that a column is a key, or (in_rows) one that the first rows have values of. */
static bool
has_key(const Import *import, const ImportMapping *mapping, bool in_rows)
{
	for (int i = 0; i < mapping->nmembers; i++)
	{
		const ImportMember *member = &mapping->members[i];

		if (member->member->kind != MEMBER_KEY)
			continue;
		if (!in_rows)
			return true;
		for (int c = 0; c < member->ncolumns; c++)
			if (import->choice.has_key(import->choice.source, member->columns[c]))
				return true;
	}
	return false;
}

/* map_later looks for a later row of a file that names a key; what was taken for the header stands above it.  False if there is none. */
static bool
map_later(Import *import, FaultList *faults)
{
	ImportHeaders headers = import->headers;

	for (int later = 1; later <= LATER_HEADERS_MAX; later++)
	{
		FaultList	found = {0};
		ImportMapping *mapping;

		if (!import->choice.take(import->choice.source, later, &headers))
			break;
		mapping = map_headers(import, &headers, &found);
		if (!has_key(import, mapping, true))
			continue;
		import->headers = headers;
		import->mapping = mapping;
		rvo_fault_add_all(faults, &found);
		return true;
	}
	(void) import->choice.take(import->choice.source, 0, &headers);
	return false;
}

/* map reads what the columns are.  Of a file without a key among them a later row may have the names. */
static void
map(Import *import, FaultList *faults)
{
	FaultList	found = {0};
	bool		is_found;

	import->mapping = map_headers(import, &import->headers, &found);
	is_found = import->mapping->body >= 0 || has_key(import, import->mapping, false);
	if (is_found || import->choice.take == NULL || !map_later(import, faults))
		rvo_fault_add_all(faults, &found);
	import->mapping->clears = import->clears;
	import->mapping->changes = import->mode == IMPORT_UPSERT;
}

/* rvo_import_begin checks what was asked for, and adds a job.  Raises FAILURE_INVALID_REQUEST with all that is wrong. */
void
rvo_import_begin(int client_id, Import *import)
{
	MemoryContext caller = MemoryContextSwitchTo(import->context);
	NewImportJob job = {
		.entity = rvo_entity_names[import->kind->kind->entity],
		.source = import->source,
		.mode = import->options.mode,
		.on_fault = import->options.on_fault,
		.blanks = import->options.blanks,
	};

	read_options(import, &import->faults);
	if (import->source.data != NULL && !import->is_unreadable)
		map(import, &import->faults);
	if (import->faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &import->faults);
	job.columns = import->headers.names;
	job.ncolumns = import->headers.count;
	job.mapping = rvo_import_mapping_show(import->mapping);
	import->job = rvo_store_insert_import_job(client_id, &job);
	MemoryContextSwitchTo(caller);
}

/* ---------------------------------------------------------------- a batch */

/* add_reject keeps what has to be told of an item with faults. */
static void
add_reject(Import *import, const BatchItem *item, int64 ordinal)
{
	MemoryContext caller = MemoryContextSwitchTo(GetMemoryChunkContext(import->rejects));

	import->rejects[import->nrejects++] = (RejectRow) {
		.ordinal = ordinal,
		.status = rvo_failure_http_status(item->failure),
		.errors = rvo_slice(rvo_fault_json(&item->faults)),
	};
	import->counts.failed++;
	MemoryContextSwitchTo(caller);
}

/* tell_dropped notes what was left out of an item. */
static void
tell_dropped(Import *import, const BatchItem *item, int row)
{
	MemoryContext caller = MemoryContextSwitchTo(GetMemoryChunkContext(import->rejects));

	rvo_import_tell_dropped(rvo_json_root(import->bodies[row]), &item->mended, row, &import->dropped);
	MemoryContextSwitchTo(caller);
}

/* tell_name notes how the company was to be called of an item that names none, or no more.  One that is inferred may get the name, but of a new contact only. */
static void
tell_name(Import *import, const BatchItem *item, int row)
{
	MemoryContext caller = MemoryContextSwitchTo(GetMemoryChunkContext(import->rejects));
	bool		has_company = item->company.found != 0 && !item->found;

	rvo_import_tell_name(rvo_json_root(import->bodies[row]), item->body, &item->mended, has_company, row, &import->dropped);
	MemoryContextSwitchTo(caller);
}

/* tell_suppressed notes that the address of a new contact is on the do-not-contact list, by the status that its row says. */
static void
tell_suppressed(Import *import, int row)
{
	MemoryContext caller = MemoryContextSwitchTo(GetMemoryChunkContext(import->rejects));
	FaultList	marked = {0};

	rvo_fault_add(&marked, "/contact_status", FAULT_DO_NOT_CONTACT);
	rvo_import_tell_dropped(rvo_json_root(import->bodies[row]), &marked, row, &import->dropped);
	MemoryContextSwitchTo(caller);
}

/*
 * take_item counts what became of a row, and keeps what has to be told of it.
 * That it is there already is a matter of course, unless it was to be
 * changed, and two have the keys, or it may be somebody else.
 */
static void
take_item(void *arg, const BatchItem *item)
{
	Import	   *import = arg;
	int			row = item->number - import->rows_before;

	if (item->faults.count > 0 && item->failure == import->kind->kind->taken && import->mode != IMPORT_UPSERT && item->conflicts == 0)
		import->counts.duplicates++;
	else if (item->faults.count > 0)
		add_reject(import, item, import->rows_before + row + 1);
	else
	{
		import->ids[row] = item->id;
		if (item->mended.count > 0)
			tell_dropped(import, item, row);
		if (item->company.name.len > 0 && (item->company.found == 0 || item->company.inferred))
			tell_name(import, item, row);
		if (item->suppressed)
			tell_suppressed(import, row);
		if (item->found)
			import->counts.updated++;
		else
			import->counts.created++;
	}
}

/* mend returns a body without its optional faults; a key that somebody has, or that is not to be contacted, is none. */
static JsonbContainer *
mend(void *arg, const BatchItem *item, JsonbContainer *body, const FaultList *faults, bool only_drops)
{
	const Import *import = arg;

	if (item->failure != FAILURE_INVALID_REQUEST && item->failure != FAILURE_COMPANY_NOT_FOUND &&
		item->failure != FAILURE_COMPANY_OF_OTHER_CLIENT)
		return NULL;
	return rvo_import_mend(only_drops ? NULL : import->mapping, body, faults);
}

/* begin_batch makes a batch ready for rows. */
static void
begin_batch(Import *import, Batch *batch)
{
	*batch = (Batch) {
		.kind = import->kind->batches[import->mode],
		.mode = BATCH_PARTIAL,
		.first_number = import->rows_before,
		.tells_conflicts = true,
		.faults_apart = true,
		.sink = take_item,
		.sink_arg = import,
		.mend = import->drops_values ? mend : NULL,
		.refuse = import->kind->refuse,
	};
	rvo_batch_begin(batch);
}

/* batch_of_check returns the batch that goes through all of a check. */
static Batch *
batch_of_check(Import *import)
{
	MemoryContext caller;

	if (import->check == NULL)
	{
		caller = MemoryContextSwitchTo(import->context);
		import->check = palloc(sizeof(Batch));
		begin_batch(import, import->check);
		MemoryContextSwitchTo(caller);
	}
	return import->check;
}

/* add_rows adds the rows to a batch; those that could not be read have no bodies. */
static void
add_rows(Import *import, Batch *batch)
{
	batch->broken = import->broken;
	batch->nbroken = 0;
	for (int i = 0; i < batch->broken.count; i++)
		batch->broken.items[i].index += batch->count;
	for (int i = 0; i < import->nbodies; i++)
		rvo_batch_add(batch, rvo_json_root(import->bodies[i]),
					  import->bodies[i] != NULL ? (int) VARSIZE(import->bodies[i]) : 0);
}

/* check_rows finds out what would become of the rows. */
static void
check_rows(const Caller *caller, Import *import)
{
	MemoryContext context = CurrentMemoryContext;
	Batch	   *check = batch_of_check(import);

	check->caller = caller;
	add_rows(import, check);
	rvo_batch_flush(check);
	MemoryContextSwitchTo(context); /* a batch leaves its own behind */
}

/* write_rows does what the mode says with the rows. */
static void
write_rows(const Caller *caller, Import *import)
{
	Batch		batch;

	if (import->mode == IMPORT_CHECK)
	{
		check_rows(caller, import);
		return;
	}
	rvo_store_line_up(caller->client_id, import->again);
	begin_batch(import, &batch);
	batch.caller = caller;
	add_rows(import, &batch);
	rvo_batch_end(&batch);
}

/* add_note lists a note, if its row was taken. */
static void
add_note(Import *import, const ImportNote *note)
{
	CHECK_FOR_INTERRUPTS();
	if (import->ids[note->row] == 0)
		return;
	import->nnotes++;
	import->note_rows[import->nnotes - 1] = (NoteRow) {
		.number = import->notes_before + import->nnotes,
		.ordinal = import->rows_before + note->row + 1,
		.record_id = import->mode == IMPORT_CHECK ? 0 : import->ids[note->row],
		.member = note->member,
		.value = note->value,
		.code = note->code,
	};
}

/* list_notes lists what is to be told of the rows that were taken, in their order, which both lists have. */
static void
list_notes(Import *import)
{
	const ImportNotes *changed = &import->changed;
	const ImportNotes *dropped = &import->dropped;
	int			d = 0;

	import->nnotes = 0;
	import->note_rows = palloc(Max(changed->count + dropped->count, 1) * sizeof(NoteRow));
	for (int c = 0; c < changed->count; c++)
	{
		while (d < dropped->count && dropped->items[d].row < changed->items[c].row)
			add_note(import, &dropped->items[d++]);
		add_note(import, &changed->items[c]);
	}
	while (d < dropped->count)
		add_note(import, &dropped->items[d++]);
	import->counts.notes = import->nnotes;
}

/* rvo_import_write does what is to be done with the batch's bodies; what it finds is in the current context. */
void
rvo_import_write(const Caller *caller, Import *import)
{
	Caller		importer = *caller;
	int			nrows = Max(import->nbodies, 1);

	if (import->options.origin.data != NULL)
		importer.settings.default_origin = import->options.origin;
	importer.notes->dots_may_group = import->dots_may_group;
	import->counts = (ImportCounts) {.rows_seen = import->nbodies};
	import->ids = palloc0(nrows * sizeof(int64));
	import->dropped = (ImportNotes) {0};
	import->nrejects = 0;
	import->rejects = palloc(nrows * sizeof(RejectRow));
	write_rows(&importer, import);
	list_notes(import);
}

/* rvo_import_note keeps the batch's rejects and notes, and adds its counts to the job. */
void
rvo_import_note(int client_id, Import *import)
{
	if (import->nrejects > 0)
		rvo_store_insert_import_rejects(client_id, import->job, import->rejects, import->nrejects);
	if (import->nnotes > 0)
		rvo_store_insert_import_notes(client_id, import->job, import->note_rows, import->nnotes);
	import->progress = rvo_store_update_import_job(client_id, import->job, &import->counts,
												   import->estimate, import->finished);
}

/* rvo_import_status returns a line on a job, the client's last one for NULL.  Raises FAILURE_IMPORT_NOT_FOUND. */
const char *
rvo_import_status(int client_id, const int64 *job)
{
	ImportProgress progress;

	if (!rvo_store_find_import_job(client_id, job, NO_SLICE, &progress))
		rvo_failure_raise_one(FAILURE_IMPORT_NOT_FOUND, "job", FAULT_NOT_FOUND);
	return rvo_import_progress_bar(&progress);
}
