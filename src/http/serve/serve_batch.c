/*
 * serve_batch.c
 *	  The endpoint that creates or upserts many.
 *
 * {"contacts": […], "mode": "partial"} is answered by {"results": [{"index",
 * "status", "contact" or "errors"}], "summary": {"total", "created",
 * "failed"}}; the summary of an upsert has "updated" as well.  As everywhere
 * in JSON, items are counted from 0.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "base/compat.h"
#include "http/request/batch_body.h"
#include "http/serve/serve_batch.h"
#include "http/serve/serve_record.h"

/* The answer, as it grows. */
typedef struct ResultSink
{
	const BatchEnvelope *envelope;
	Structure	structure;
	StringInfoData results;
	int			created;
	int			updated;
	int			failed;
} ResultSink;

/* render returns what an item shows: its id only, where the answer is long by now. */
static Jsonb *
render(const ResultSink *sink, const BatchItem *item)
{
	if (item->bare || sink->results.len > BATCH_ANSWER_MAX_OCTETS)
		return rvo_batch_item_id(item);
	return sink->envelope->kind->render(item, sink->structure);
}

/* put_note appends to a result that the address of a new contact is on the do-not-contact list. */
static void
put_note(ResultSink *sink)
{
	FaultList	notes = {0};

	rvo_fault_add(&notes, "/email", FAULT_DO_NOT_CONTACT);
	appendStringInfo(&sink->results, ", \"notes\": %s", rvo_fault_json(&notes));
}

/* put_result appends what became of an item. */
static void
put_result(void *arg, const BatchItem *item)
{
	ResultSink *sink = arg;
	bool		done = item->faults.count == 0;

	if (item->number > 0)
		appendStringInfoString(&sink->results, ", ");
	appendStringInfo(&sink->results, "{\"index\": %d, \"status\": %d, \"%s\": ", item->number,
					 rvo_batch_item_status(item), done ? sink->envelope->item : "errors");
	if (done)
	{
		Jsonb	   *answer = render(sink, item);

		(void) JsonbToCString(&sink->results, &answer->root, VARSIZE(answer));
		if (item->suppressed)
			put_note(sink);
		if (item->found)
			sink->updated++;
		else
			sink->created++;
	}
	else
	{
		appendStringInfoString(&sink->results, rvo_fault_json(&item->faults));
		sink->failed++;
	}
	appendStringInfoChar(&sink->results, '}');
}

/* serve_items creates or upserts the items of a request and returns the answer's body. */
static text *
serve_items(const BatchEnvelope *envelope, const HttpRequest *request)
{
	const Caller *caller = &request->caller;
	FaultList	faults = {0};
	ResultSink	sink = {.envelope = envelope, .structure = rvo_structure_read(request->structure, &faults)};
	JsonbContainer *items = rvo_batch_body_items(request, envelope->list, &faults);
	Batch		batch = {
		.kind = envelope->kind,
		.caller = caller,
		.mode = rvo_batch_mode_of_body(request, &faults),
		.number_name = "index",
		.first_number = 0,
		.broken = request->broken != NULL ? *request->broken : (BrokenItems) {0},
		.sink = put_result,
		.sink_arg = &sink,
	};

	rvo_batch_body_check(request, envelope->list, &faults);
	initStringInfo(&sink.results);
	sink.results.len = VARHDRSZ;	/* it becomes a text where it is */
	appendStringInfoString(&sink.results, "{\"results\": [");
	rvo_batch_begin(&batch);
	rvo_batch_add_array(&batch, items);
	rvo_batch_end(&batch);
	appendStringInfo(&sink.results, "], \"summary\": {\"total\": %d, \"created\": %d, ",
					 sink.created + sink.updated + sink.failed, sink.created);
	if (envelope->kind->upsert != NULL)
		appendStringInfo(&sink.results, "\"updated\": %d, ", sink.updated);
	appendStringInfo(&sink.results, "\"failed\": %d}}", sink.failed);
	SET_VARSIZE(sink.results.data, sink.results.len);
	return (text *) sink.results.data;
}

/* rvo_serve_batch creates or upserts many, each with a status of its own in the answer. */
void
rvo_serve_batch(const HttpRequest *request, Answer *answer)
{
	answer->status = 200;
	answer->body = serve_items(&request->endpoint->resource->envelope, request);
}
