/*
 * store_merged.c
 *	  Contacts that were merged into others.
 *
 * Of a merged contact its id is left, which leads to the kept one, and its
 * keys, by which all that mentions the person can be found (store_trace.c).
 * There are no chains: what led to a contact that is merged itself is turned
 * to the one that is kept.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/compat.h"
#include "store/store_merged.h"
#include "store/store_query.h"

static KeptQuery find_kept_contact = {
	.sql = "SELECT kept_id FROM revyops.merged_contact WHERE client_id = $1 AND id = $2",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

static KeptQuery find_kept_contact_of_any = {
	.sql = "SELECT kept_id FROM revyops.merged_contact WHERE id = $1 AND client_id > 0 ORDER BY client_id LIMIT 1",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 1,
	.types = {INT8OID},
};

static KeptQuery turn_merged_contacts = {
	.sql = "UPDATE revyops.merged_contact SET kept_id = $3 WHERE kept_id = $2 AND client_id = $1",
	.expected = SPI_OK_UPDATE, .nparameters = 3,
	.types = {INT4OID, INT8OID, INT8OID},
};

static KeptQuery insert_merged_contact = {
	.sql = "INSERT INTO revyops.merged_contact (client_id, id, kept_id, email, linkedin_url, merged_time)"
	" VALUES ($1, $2, $3, $4, $5, $6)",
	.expected = SPI_OK_INSERT, .nparameters = 6,
	.types = {INT4OID, INT8OID, INT8OID, TEXTOID, TEXTOID, TIMESTAMPTZOID},
};

/* rvo_store_find_kept_contact tells into which contact one of the client's was merged; 0 if it was not. */
int64
rvo_store_find_kept_contact(int client_id, int64 id)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, id);
	return rvo_query_run(&find_kept_contact, &e) > 0 ? DatumGetInt64(e.results[0]) : 0;
}

/* rvo_store_find_kept_contact_of_any does so for anybody's contact. */
int64
rvo_store_find_kept_contact_of_any(int64 id)
{
	Execution	e = {0};

	rvo_add_id(&e, id);
	return rvo_query_run(&find_kept_contact_of_any, &e) > 0 ? DatumGetInt64(e.results[0]) : 0;
}

/* rvo_store_insert_merged_contact notes that a contact, and what was merged into it, is now another. */
void
rvo_store_insert_merged_contact(int client_id, const Contact *merged, int64 kept_id, TimestampTz merged_time)
{
	Execution	turn = {0};
	Execution	e = {0};

	rvo_add_integer(&turn, client_id);
	rvo_add_id(&turn, merged->record.id);
	rvo_add_id(&turn, kept_id);
	rvo_query_run(&turn_merged_contacts, &turn);

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, merged->record.id);
	rvo_add_id(&e, kept_id);
	rvo_add_text(&e, merged->email);
	rvo_add_text(&e, merged->linkedin_url);
	rvo_add_time(&e, merged_time);
	rvo_query_run(&insert_merged_contact, &e);
}
