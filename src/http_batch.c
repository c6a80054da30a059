/*
 * http_batch.c
 *	  The envelope in which many are created over HTTP.
 *
 * Floor 4.  {"contacts": […], "mode": "partial"} is answered by
 * {"results": [{"index", "status", "contact" or "errors"}], "summary": {"total",
 * "created", "failed"}}.  As everywhere in JSON, items are counted from 0.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "compat.h"
#include "http_batch.h"

#define ITEMS_MAX 10000

/* The answer, as it grows. */
typedef struct ResultSink
{
	const BatchEnvelope *envelope;
	Structure	structure;
	StringInfoData results;
	int			created;
	int			failed;
} ResultSink;

/* put_result appends what became of an item. */
static void
put_result(void *arg, const BatchItem *item)
{
	ResultSink *sink = arg;
	bool		created = item->faults.count == 0;

	if (sink->created + sink->failed > 0)
		appendStringInfoString(&sink->results, ", ");
	appendStringInfo(&sink->results, "{\"index\": %d, \"status\": %d, \"%s\": ", item->number,
					 created ? 201 : rvo_failure_http_status(item->failure),
					 created ? sink->envelope->item : "errors");
	if (created)
	{
		Jsonb	   *answer = sink->envelope->kind->render(item, sink->structure);

		(void) JsonbToCString(&sink->results, &answer->root, VARSIZE(answer));
		sink->created++;
	}
	else
	{
		appendStringInfoString(&sink->results, rvo_fault_json(&item->faults));
		sink->failed++;
	}
	appendStringInfoChar(&sink->results, '}');
}

/* read_items returns the list of items, and notes what is wrong with it. */
static JsonbContainer *
read_items(const BatchEnvelope *envelope, Jsonb *body, FaultList *faults)
{
	const char *pointer = psprintf("/%s", envelope->list);
	JsonbValue	list;
	JsonbContainer *items;

	if (!rvo_json_is_object(rvo_json_root(body)))
		rvo_fault_add(faults, "", FAULT_NOT_AN_OBJECT);
	else if (!rvo_json_get(&body->root, rvo_slice(envelope->list), &list))
		rvo_fault_add(faults, pointer, FAULT_REQUIRED);
	else if (list.type == jbvNull)
		rvo_fault_add(faults, pointer, FAULT_NULL_NOT_ALLOWED);
	else if (list.type != jbvBinary || !rvo_json_is_array(list.val.binary.data))
		rvo_fault_add(faults, pointer, FAULT_NOT_AN_ARRAY);
	else
	{
		items = list.val.binary.data;
		if (JsonContainerSize(items) > ITEMS_MAX)
			rvo_fault_add_limit(faults, pointer, FAULT_TOO_MANY, ITEMS_MAX, JsonContainerSize(items));
		return items;
	}
	return NULL;
}

/* read_mode returns the mode, partial if there is none, and notes what is wrong with it. */
static BatchMode
read_mode(Jsonb *body, FaultList *faults)
{
	JsonbValue	mode;

	if (!rvo_json_is_object(rvo_json_root(body)) || !rvo_json_get(&body->root, CONST_SLICE("mode"), &mode))
		return BATCH_PARTIAL;
	return rvo_batch_mode_read(mode.type == jbvString ? rvo_json_string(&mode) : NO_SLICE, "/mode", faults);
}

/*
 * rvo_http_batch creates the items of a request and returns the answer's body,
 * in the current context.
 */
char *
rvo_http_batch(const BatchEnvelope *envelope, const Caller *caller, Jsonb *body, Slice structure)
{
	FaultList	faults = {0};
	ResultSink	sink = {.envelope = envelope, .structure = rvo_structure_read(structure, &faults)};
	JsonbContainer *items = read_items(envelope, body, &faults);
	Batch		batch = {
		.kind = envelope->kind,
		.caller = caller,
		.mode = read_mode(body, &faults),
		.number_name = "index",
		.first_number = 0,
		.sink = put_result,
		.sink_arg = &sink,
	};

	if (faults.count > 0)
		rvo_fault_raise(FAILURE_INVALID_REQUEST, &faults);
	initStringInfo(&sink.results);
	appendStringInfoString(&sink.results, "{\"results\": [");
	rvo_batch_begin(&batch);
	rvo_batch_add_array(&batch, items);
	rvo_batch_end(&batch);
	appendStringInfo(&sink.results, "], \"summary\": {\"total\": %d, \"created\": %d, \"failed\": %d}}",
					 sink.created + sink.failed, sink.created, sink.failed);
	return sink.results.data;
}
