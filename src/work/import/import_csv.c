/*
 * import_csv.c
 *	  Importing a file that is at hand, in one transaction.
 *
 * For a function, which runs as the owner: nothing is read but the file itself.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/compat.h"
#include "base/failure.h"
#include "base/fault.h"
#include "base/json_parse.h"
#include "store/service/store_progress.h"
#include "work/caller/auth.h"
#include "work/import/import_csv.h"
#include "work/import/import_file.h"

/* Rows that are worked on together. */
#define BATCH_SIZE 10000

/* Rows that the result shows: rejected ones, and of a check the first. */
#define ROWS_SHOWN 10

/* What the result shows of rows. */
typedef struct Shown
{
	int			nrejects;
	int			npreview;
	JsonbValue	rejects;
	JsonbValue	preview;
} Shown;

/* or_default takes a blank, as forms send it for what nobody has filled in, for nothing. */
static Slice
or_default(Slice said, Slice otherwise)
{
	return rvo_text_trim(said).len > 0 ? said : otherwise;
}

/* open_file begins to read a file, and takes over what its columns are called; NULL if it can't be read. */
static ImportSource *
open_file(const CsvImport *wanted, Slice *unread, Import *import)
{
	CsvOptions	format = {wanted->encoding, wanted->delimiter, wanted->header_line, wanted->charset};
	ImportSource *source = NULL;

	if (wanted->content.len > IMPORT_CSV_MAX_OCTETS)
		rvo_failure_raise_one(FAILURE_TOO_LARGE, "content", FAULT_TOO_LARGE);
	if (wanted->content.data != NULL)
		source = rvo_import_file_open(&format, rvo_feed_slice, unread, unread->len, &import->faults);
	import->is_unreadable = import->faults.count > 0;
	if (source != NULL)
	{
		import->headers = source->headers;
		import->choice = source->choice;
	}
	return source;
}

/* show_rejects shows the first rejects, in the context of what is shown. */
static void
show_rejects(const Import *import, Shown *shown)
{
	for (int i = 0; i < import->nrejects && shown->nrejects < ROWS_SHOWN; i++, shown->nrejects++)
	{
		const RejectRow *reject = &import->rejects[i];
		JsonObject	object = rvo_json_open(3);

		rvo_json_put(&object, CONST_SLICE("line"), rvo_json_integer(reject->line));
		rvo_json_put(&object, CONST_SLICE("errors"), rvo_json_jsonb(rvo_json_parse(reject->errors)));
		rvo_json_put(&object, CONST_SLICE("status"), rvo_json_integer(reject->status));
		rvo_json_append(&shown->rejects, rvo_json_close(&object));
	}
}

/* copy_of is a text in the current context. */
static JsonbValue
copy_of(Slice field)
{
	return rvo_json_text(field.data != NULL ? (Slice) {rvo_slice_cstring(field), field.len} : NO_SLICE);
}

/* show_preview shows the first rows as they were read: null where nothing stands. */
static void
show_preview(const ImportSource *source, const Import *import, Shown *shown)
{
	for (int i = 0; i < import->nbodies && shown->npreview < ROWS_SHOWN; i++)
	{
		JsonbValue	row = rvo_json_array(source->headers.count);

		if (source->kind->fault(source, i).code != FAULT_NONE)
			continue;
		for (int c = 0; c < source->headers.count; c++)
			rvo_json_append(&row, copy_of(rvo_import_file_field(source, i, c)));
		rvo_json_append(&shown->preview, row);
		shown->npreview++;
	}
}

/* import_batch reads a batch and writes it; false if it was the last. */
static bool
import_batch(ImportSource *source, Import *import, Shown *shown)
{
	Caller		caller = rvo_auth_caller(&import->claim);
	MemoryContext context;

	rvo_progress_begin(caller.client_id, import->job, rvo_import_file_size(source));
	rvo_progress_update(rvo_import_file_octets(source), import->rows_before);
	rvo_import_fetch(source, import);
	rvo_import_write(&caller, import);
	rvo_import_show(source, import);
	rvo_import_note(caller.client_id, import);
	context = MemoryContextSwitchTo(import->context);
	show_rejects(import, shown);
	if (import->mode == IMPORT_CHECK)
		show_preview(source, import, shown);
	MemoryContextSwitchTo(context);
	import->rows_before += import->nbodies;
	import->notes_before += import->nnotes;
	return !import->finished;
}

static JsonbValue
list_of(const Slice *names, int n)
{
	JsonbValue	list = rvo_json_array(n);

	for (int i = 0; i < n; i++)
		rvo_json_append(&list, rvo_json_text(names[i]));
	return list;
}

/* show shows what came of an import. */
static Jsonb *
show(const ImportSource *source, const Import *import, const Shown *shown)
{
	const ImportProgress *done = &import->progress;
	const CsvFormat *format = rvo_import_file_format(source);
	JsonObject	object = rvo_json_open(15);
	JsonbValue	value;

	rvo_json_put(&object, CONST_SLICE("job"), rvo_json_integer(import->job));
	rvo_json_put(&object, CONST_SLICE("rows"), rvo_json_integer(done->rows_seen));
	rvo_json_put(&object, CONST_SLICE("created"), rvo_json_integer(done->created));
	rvo_json_put(&object, CONST_SLICE("updated"), rvo_json_integer(done->updated));
	rvo_json_put(&object, CONST_SLICE("duplicates"), rvo_json_integer(done->duplicates));
	rvo_json_put(&object, CONST_SLICE("failed"), rvo_json_integer(done->failed));
	rvo_json_put(&object, CONST_SLICE("notes"), rvo_json_integer(done->notes));
	rvo_json_put(&object, CONST_SLICE("mode"), rvo_json_text(import->options.mode));
	rvo_json_put(&object, CONST_SLICE("mapping"), rvo_json_jsonb(rvo_import_mapping_show(import->mapping)));
	rvo_json_put(&object, CONST_SLICE("columns"), list_of(source->headers.names, source->headers.count));
	rvo_json_put(&object, CONST_SLICE("encoding"), rvo_json_text(rvo_slice(format->encoding)));
	rvo_json_put(&object, CONST_SLICE("delimiter"), rvo_json_text((Slice) {&format->delimiter, 1}));
	rvo_json_put(&object, CONST_SLICE("header_line"), rvo_json_integer(format->header_line));
	rvo_json_put(&object, CONST_SLICE("rejects"), shown->rejects);
	if (import->mode == IMPORT_CHECK)
		rvo_json_put(&object, CONST_SLICE("preview"), shown->preview);
	value = rvo_json_close(&object);
	return rvo_json_encode(&value);
}

/*
 * rvo_import_csv imports a file, or checks it, and tells what came of it.  Raises
 * FAILURE_CREDENTIALS, FAILURE_INVALID_REQUEST and FAILURE_TOO_LARGE.
 */
Jsonb *
rvo_import_csv(const Claim *claim, const CsvImport *wanted)
{
	int			client_id = rvo_auth_caller(claim).client_id;
	Slice		unread = wanted->content;
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "revyops import", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = CurrentMemoryContext;
	Shown		shown = {.rejects = rvo_json_array(ROWS_SHOWN), .preview = rvo_json_array(ROWS_SHOWN)};
	Import		import = {
		.claim = *claim,
		.kind = wanted->kind,
		.context = caller,
		.source = CONST_SLICE("csv"),
		.options = {
			.mode = or_default(wanted->mode, CONST_SLICE("create")),
			.on_fault = or_default(wanted->on_fault, CONST_SLICE("reject")),
			.blanks = or_default(wanted->blanks, CONST_SLICE("keep")),
			.origin = wanted->origin,
			.columns = wanted->columns,
			.batch_size = BATCH_SIZE,
		},
		.faults = wanted->faults,
	};
	ImportSource *source = open_file(wanted, &unread, &import);
	bool		more;

	rvo_import_begin(client_id, &import);
	do
	{
		MemoryContextSwitchTo(context);
		more = import_batch(source, &import, &shown);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(context);
	} while (more);
	rvo_progress_end();
	return show(source, &import, &shown);
}
