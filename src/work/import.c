/*
 * import.c
 *	  The use cases of an import: a job, its batches, how far it is.
 *
 * These parts write and run as the owner.  Reading the source, and showing a
 * row of it that was rejected, is the caller's (api_import.c).
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/compat.h"
#include "base/fault.h"
#include "shape/member.h"
#include "store/store_lock.h"
#include "work/batch.h"
#include "work/contact_batch.h"
#include "work/contact_upsert_batch.h"
#include "work/import.h"

#define BATCH_SIZE_MAX 100000

/* read_mode reads whether contacts that are there are changed. */
static bool
read_mode(Slice name, FaultList *faults)
{
	bool		upserts = name.data != NULL && rvo_slice_equal(name, CONST_SLICE("upsert"));

	if (!upserts && (name.data == NULL || !rvo_slice_equal(name, CONST_SLICE("create"))))
		rvo_fault_add(faults, "mode", FAULT_INVALID_IMPORT_MODE);
	return upserts;
}

/* rvo_import_begin checks what was asked for and adds a job. */
void
rvo_import_begin(int client_id, Import *import)
{
	FaultList	faults = {0};

	if (import->source.data == NULL)
		rvo_fault_add(&faults, "source", FAULT_REQUIRED);
	if (import->batch_size < 1 || import->batch_size > BATCH_SIZE_MAX)
		rvo_fault_add(&faults, "batch_size", FAULT_INVALID_BATCH_SIZE);
	import->origin = rvo_text_trim(import->origin);
	if (import->origin.len > 0)
		rvo_member_check_text(import->origin, "origin", MEMBER_MAX_LENGTH, false, &faults);
	else
		import->origin = NO_SLICE;
	import->upserts = read_mode(import->mode_name, &faults);
	if (faults.count > 0)
		rvo_fault_raise(FAILURE_INVALID_REQUEST, &faults);
	import->job = rvo_store_insert_import_job(client_id, import->source, import->upserts);
}

/*
 * take_item counts what became of a row, and keeps what has to be told of it.
 * That a contact is there already is a matter of course, unless it was to be
 * changed, and two have the keys.
 */
static void
take_item(void *arg, const BatchItem *item)
{
	Import	   *import = arg;
	ImportReject *reject;

	if (item->faults.count == 0 && item->found)
		import->counts.updated++;
	else if (item->faults.count == 0)
		import->counts.created++;
	else if (item->failure == FAILURE_CONTACT_EXISTS && !import->upserts)
		import->counts.duplicates++;
	else
	{
		reject = &import->rejects[import->nrejects++];
		reject->row = item->number;
		reject->status = rvo_failure_http_status(item->failure);
		reject->errors = rvo_slice(MemoryContextStrdup(GetMemoryChunkContext(import->rejects),
													   rvo_fault_json(&item->faults)));
		import->counts.failed++;
	}
}

/* rvo_import_write creates or upserts contacts of the batch's bodies; what it finds is in the current context. */
void
rvo_import_write(const Caller *caller, Import *import)
{
	Caller		importer = *caller;
	Batch		batch = {
		.kind = import->upserts ? &rvo_contact_upsert_batch : &rvo_contact_batch,
		.caller = &importer,
		.mode = BATCH_PARTIAL,
		.faults_apart = true,
		.sink = take_item,
		.sink_arg = import,
	};

	if (import->origin.data != NULL)
		importer.settings.default_origin = import->origin;
	rvo_store_line_up(caller->client_id, import->again);
	import->counts = (ImportCounts) {.rows_seen = import->nbodies};
	import->nrejects = 0;
	import->rejects = palloc(Max(import->nbodies, 1) * sizeof(ImportReject));
	rvo_batch_begin(&batch);
	for (int i = 0; i < import->nbodies; i++)
		rvo_batch_add(&batch, rvo_json_root(import->bodies[i]),
					  import->bodies[i] != NULL ? (int) VARSIZE(import->bodies[i]) : 0);
	rvo_batch_end(&batch);
}

/* rvo_import_note keeps the batch's rejects, and adds its counts to the job. */
void
rvo_import_note(int client_id, Import *import)
{
	if (import->nrejects > 0)
		rvo_store_insert_import_rejects(client_id, import->job, import->rows_before,
										import->rejects, import->nrejects);
	import->progress = rvo_store_update_import_job(client_id, import->job, &import->counts,
												   import->estimate, import->finished);
}

/* rvo_import_status returns a line on a job, the client's last one for NULL.  Raises FAILURE_IMPORT_NOT_FOUND. */
const char *
rvo_import_status(int client_id, const int64 *job)
{
	ImportProgress progress;

	if (!rvo_store_find_import_job(client_id, job, &progress))
		rvo_fault_raise_one(FAILURE_IMPORT_NOT_FOUND, "job", FAULT_NOT_FOUND);
	return rvo_import_progress_bar(&progress);
}
