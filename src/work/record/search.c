/*
 * search.c
 *	  The use case of searching: reading what is asked for, finding it, and what leads on.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/failure.h"
#include "shape/list/cursor.h"
#include "shape/list/search_query.h"
#include "shape/record/custom_field_rules.h"
#include "shape/record/record_render.h"
#include "store/list/store_search.h"
#include "store/service/store_secret.h"
#include "work/record/field_definition.h"
#include "work/record/search.h"

/* scope_of tells searches apart, for cursors. */
static ListScope
scope_of(const EntityKind *kind, int client_id, const SearchQuery *query)
{
	return (ListScope) {
		.what = psprintf("search %s", kind->plural), .client_id = client_id, .conditions = query->scope, .count = lengthof(query->scope),
		.possible = true
	};
}

/* next_page returns the cursor of the page behind this one; no value if this is the last. */
static Slice
next_page(const ListScope *scope, const SearchQuery *query, const SearchRows *found)
{
	const ListRows *rows = &found->rows;
	const ListPlace *place = &query->page.place;
	ListPlace	next = {
		rows->last_id, scope->client_id, place->pages + 1, place->entries + rows->count, rows->scanned,
		true, rows->total, found->last_key
	};

	if (!rows->has_more && found->complete)
		return NO_SLICE;
	return rvo_cursor_write(rvo_store_secret(), scope, &next);
}

/* write_page writes a page of what was found, as JSON text in the current context. */
static text *
write_page(const EntityKind *kind, const SearchQuery *query, const SearchRows *found, Slice next)
{
	const ListRows *rows = &found->rows;
	PageWriter	writer = rvo_page_begin(&query->page, next, rows->total.entries, rows->count);

	writer.is_search = true;
	writer.exact = rows->total.exact;
	writer.complete = found->complete;
	for (int i = 0; i < rows->count; i++)
	{
		MemoryContext caller = MemoryContextSwitchTo(writer.entry);
		const void *item = rows->items + i * rows->table->size;
		JsonbValue	entry = rvo_record_render(kind->shape, item, query->structure, false);

		MemoryContextSwitchTo(caller);
		rvo_page_put(&writer, &entry);
	}
	return rvo_page_end(&writer);
}

/*
 * use_definitions gives numbers and booleans the form that they are written in, where the client has
 * defined their custom field.  What is no value of it is written nowhere, and stays as it is.
 */
static void
use_definitions(const Caller *caller, Entity entity, const SearchQuery *query)
{
	for (int i = 0; i < query->count; i++)
	{
		const SearchCondition *condition = &query->conditions[i];

		if (condition->member != NULL ||
			(condition->operator != SEARCH_EQ && condition->operator != SEARCH_NE && condition->operator != SEARCH_IN))
			continue;
		for (int j = 0; j < condition->nvalues; j++)
		{
			SearchValue *value = &condition->values[j];

			if (value->is_text)
				continue;
			rvo_field_rules_load(caller, entity);
			(void) rvo_field_rules_check(caller->notes->rules[entity], condition->field, &value->text);
		}
	}
}

/*
 * rvo_record_search returns a page of the records that a query asks for.  Raises
 * FAILURE_INVALID_REQUEST for all that is wrong with it.
 */
text *
rvo_record_search(const EntityKind *kind, const Caller *caller, const SearchRequest *request)
{
	FaultList	faults = request->faults;
	SearchQuery *query = rvo_search_read(kind->shape, request->body, request->structure, &faults);
	ListScope	scope = scope_of(kind, caller->client_id, query);
	SearchRows	found = {.complete = false};

	if (faults.count == 0 && query->after.data != NULL &&
		!rvo_cursor_read(rvo_store_secret(), &scope, query->after, &query->page.place))
		rvo_fault_add(&faults, "/after", FAULT_INVALID_CURSOR);
	if (faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	use_definitions(caller, kind->entity, query);
	rvo_store_search(kind->entity, caller->client_id, query, &found);
	if (request->counted != NULL)
		*request->counted = found.rows.total;
	return write_page(kind, query, &found, next_page(&scope, query, &found));
}

/* rvo_search_enable_text makes the indexes for parts of texts; for the owner. */
void
rvo_search_enable_text(void)
{
	rvo_store_enable_text_search();
}
