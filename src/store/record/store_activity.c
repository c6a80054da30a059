/*
 * store_activity.c
 *	  What events make of contacts: dates, status, and from what it follows.
 *
 * The contacts are locked by whoever writes here.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/compat.h"
#include "base/failure.h"
#include "store/query/store_query.h"
#include "store/record/store_activity.h"

/* In the order of ids, as everywhere. */
static KeptQuery lock_contacts = {
	.sql = "SELECT pg_catalog.count(*) FROM pg_catalog.unnest($2) AS i (id), LATERAL (SELECT id FROM revyops.contact"
	" WHERE client_id = $1 AND id = i.id FOR NO KEY UPDATE) AS c",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {INT4OID, INT8ARRAYOID},
};

static KeptQuery update_dates = {
	.sql = "UPDATE revyops.contact AS c SET contact_status = n.contact_status, previous_status = n.previous_status,"
	" status_changed_at = n.status_changed_at, first_campaign_email_sent = n.first_sent, last_campaign_email_sent = n.last_sent,"
	" last_reply_received = n.last_reply, updated_time = n.updated_time"
	" FROM ROWS FROM (pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4), pg_catalog.unnest($5), pg_catalog.unnest($6),"
	" pg_catalog.unnest($7), pg_catalog.unnest($8), pg_catalog.unnest($9)) AS n (id, contact_status, previous_status, status_changed_at,"
	" first_sent, last_sent, last_reply, updated_time) WHERE c.client_id = $1 AND c.id = n.id",
	.expected = SPI_OK_UPDATE, .nparameters = 9,
	.types = {INT4OID, INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TIMESTAMPTZARRAYOID, TIMESTAMPTZARRAYOID, TIMESTAMPTZARRAYOID,
		TIMESTAMPTZARRAYOID, TIMESTAMPTZARRAYOID},
};

#define ACTIVITY_COLUMNS "contact_id, bounced_at, unsubscribed_at, base_status, made_status, bounced_history, unsubscribed_history," \
	" filled, interested, interest_at, interest_label"

static KeptQuery find_activities = {
	.sql = "SELECT a.* FROM pg_catalog.unnest($2) AS i (id), LATERAL (SELECT " ACTIVITY_COLUMNS " FROM revyops.contact_activity"
	" WHERE client_id = $1 AND contact_id = i.id OFFSET 0) AS a",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {INT4OID, INT8ARRAYOID},
};

static KeptQuery insert_activity = {
	.sql = "INSERT INTO revyops.contact_activity (client_id, " ACTIVITY_COLUMNS ")"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
	.expected = SPI_OK_INSERT, .nparameters = 12,
	.types = {INT4OID, INT8OID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID, TEXTOID, INT8OID, INT8OID, JSONBOID, BOOLOID, TIMESTAMPTZOID, TEXTOID},
};

static KeptQuery write_activities = {
	.sql = "INSERT INTO revyops.contact_activity (client_id, " ACTIVITY_COLUMNS ") SELECT $1, pg_catalog.unnest($2), pg_catalog.unnest($3),"
	" pg_catalog.unnest($4), pg_catalog.unnest($5), pg_catalog.unnest($6), pg_catalog.unnest($7), pg_catalog.unnest($8),"
	" pg_catalog.unnest($9), pg_catalog.unnest($10) = 2, pg_catalog.unnest($11), pg_catalog.unnest($12)"
	" ON CONFLICT (client_id, contact_id) DO UPDATE SET bounced_at = EXCLUDED.bounced_at, unsubscribed_at = EXCLUDED.unsubscribed_at,"
	" base_status = EXCLUDED.base_status, made_status = EXCLUDED.made_status, bounced_history = EXCLUDED.bounced_history,"
	" unsubscribed_history = EXCLUDED.unsubscribed_history, filled = EXCLUDED.filled, interested = EXCLUDED.interested,"
	" interest_at = EXCLUDED.interest_at, interest_label = EXCLUDED.interest_label",
	.expected = SPI_OK_INSERT, .nparameters = 12,
	.types = {INT4OID, INT8ARRAYOID, TIMESTAMPTZARRAYOID, TIMESTAMPTZARRAYOID, TEXTARRAYOID, TEXTARRAYOID, INT8ARRAYOID, INT8ARRAYOID,
		JSONBARRAYOID, INT8ARRAYOID, TIMESTAMPTZARRAYOID, TEXTARRAYOID},
};

/* What stood under the new name was of a field that is gone.  Citus takes only immutable functions of columns here. */
static KeptQuery rename_filled = {
	.sql = "UPDATE revyops.contact_activity SET filled = CASE WHEN filled ? $3"
	" THEN pg_catalog.jsonb_set(filled - $3, ARRAY[$4], filled -> $3) ELSE filled - $4 END"
	" WHERE client_id = $1 AND contact_id = ANY ($2) AND filled ?| ARRAY[$3, $4]",
	.expected = SPI_OK_UPDATE, .nparameters = 4,
	.types = {INT4OID, INT8ARRAYOID, TEXTOID, TEXTOID},
};

static KeptQuery delete_filled = {
	.sql = "UPDATE revyops.contact_activity SET filled = filled - $3 WHERE client_id = $1 AND contact_id = ANY ($2) AND filled ? $3",
	.expected = SPI_OK_UPDATE, .nparameters = 3,
	.types = {INT4OID, INT8ARRAYOID, TEXTOID},
};

static KeptQuery move_filled = {
	.sql = "UPDATE revyops.contact_activity SET filled = pg_catalog.jsonb_set(filled, '{company_id,id}', pg_catalog.to_jsonb($4))"
	" WHERE client_id = $1 AND contact_id = ANY ($2) AND filled -> 'company_id' -> 'id' = pg_catalog.to_jsonb($3)",
	.expected = SPI_OK_UPDATE, .nparameters = 4,
	.types = {INT4OID, INT8ARRAYOID, INT8OID, INT8OID},
};

/* One that is there was of a later event. */
static KeptQuery write_statuses = {
	.sql = "INSERT INTO revyops.contact_status_history (client_id, id, contact_id, changed_at, contact_status, previous_status, source)"
	" SELECT $1, pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4), pg_catalog.unnest($5), pg_catalog.unnest($6), 'event'"
	" ON CONFLICT (client_id, id) DO UPDATE SET changed_at = EXCLUDED.changed_at, previous_status = EXCLUDED.previous_status",
	.expected = SPI_OK_INSERT, .nparameters = 6,
	.types = {INT4OID, INT8ARRAYOID, INT8ARRAYOID, TIMESTAMPTZARRAYOID, TEXTARRAYOID, TEXTARRAYOID},
};

static KeptQuery delete_statuses = {
	.sql = "DELETE FROM revyops.contact_status_history WHERE client_id = $1 AND id = ANY ($2)",
	.expected = SPI_OK_DELETE, .nparameters = 2,
	.types = {INT4OID, INT8ARRAYOID},
};

/* In the order of ids, as where events are counted. */
static KeptQuery lock_campaigns = {
	.sql = "SELECT pg_catalog.count(*) FROM (SELECT k.id FROM revyops.campaign AS k WHERE k.client_id = $1 AND k.id IN (SELECT campaign"
	" FROM revyops.campaign_contact WHERE contact_id = $2 AND client_id = $1) ORDER BY k.id FOR NO KEY UPDATE) AS l",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

/* As counts() in activity.c. */
#define INTEREST_OF(row) "(" row ".interested IS NOT NULL, " row ".interest_at, COALESCE(" row ".interest_label, '') COLLATE pg_catalog.\"C\", " row ".interested)"
#define COUNTS "(k.interest_at IS NULL OR " INTEREST_OF("EXCLUDED") " > " INTEREST_OF("k") ")"

/* What both have is one contact of the campaign from now on. */
static KeptQuery join_pairs = {
	.sql = "WITH o AS (SELECT * FROM revyops.campaign_contact WHERE contact_id = $2 AND client_id = $1),"
	" b AS (SELECT * FROM revyops.campaign_contact WHERE contact_id = $3 AND client_id = $1),"
	" j AS (INSERT INTO revyops.campaign_contact AS k (client_id, campaign, contact_id, sent, replied, first_sent_at, last_sent_at,"
	" last_reply_at, bounced_at, unsubscribed_at, interested, interest_at, interest_label)"
	" SELECT client_id, campaign, $3, sent, replied, first_sent_at, last_sent_at, last_reply_at, bounced_at, unsubscribed_at,"
	" interested, interest_at, interest_label FROM o"
	" ON CONFLICT (client_id, campaign, contact_id) DO UPDATE SET sent = k.sent OPERATOR(pg_catalog.+) EXCLUDED.sent,"
	" replied = k.replied OPERATOR(pg_catalog.+) EXCLUDED.replied, first_sent_at = LEAST(k.first_sent_at, EXCLUDED.first_sent_at),"
	" last_sent_at = GREATEST(k.last_sent_at, EXCLUDED.last_sent_at), last_reply_at = GREATEST(k.last_reply_at, EXCLUDED.last_reply_at),"
	" bounced_at = LEAST(k.bounced_at, EXCLUDED.bounced_at), unsubscribed_at = LEAST(k.unsubscribed_at, EXCLUDED.unsubscribed_at),"
	" interested = CASE WHEN " COUNTS " THEN EXCLUDED.interested ELSE k.interested END,"
	" interest_label = CASE WHEN " COUNTS " THEN EXCLUDED.interest_label ELSE k.interest_label END,"
	" interest_at = CASE WHEN " COUNTS " THEN EXCLUDED.interest_at ELSE k.interest_at END RETURNING campaign, replied, interested)"
	" UPDATE revyops.campaign AS c SET contacts = c.contacts - 1,"
	" contacts_replied = c.contacts_replied + (j.replied > 0)::integer - (o.replied > 0)::integer - (b.replied > 0)::integer,"
	" contacts_interested = c.contacts_interested + COALESCE(j.interested, false)::integer - COALESCE(o.interested, false)::integer"
	" - COALESCE(b.interested, false)::integer"
	" FROM j JOIN o ON o.campaign = j.campaign JOIN b ON b.campaign = j.campaign WHERE c.client_id = $1 AND c.id = j.campaign",
	.expected = SPI_OK_UPDATE, .nparameters = 3,
	.types = {INT4OID, INT8OID, INT8OID},
};

/* add_id_list adds ids that are at hand as a list. */
static void
add_id_list(Execution *e, const int64 *ids, int n)
{
	const void **rows = palloc((n + 1) * sizeof(void *));

	for (int i = 0; i < n; i++)
		rows[i] = &ids[i];
	rvo_add_ids(e, rows, n, 0);
}

/* ---------------------------------------------------------------- contacts */

/* rvo_store_lock_contact_ids keeps others from changing contacts, which are in the order of their ids. */
void
rvo_store_lock_contact_ids(int client_id, const int64 *ids, int n)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	add_id_list(&e, ids, n);
	rvo_query_run(&lock_contacts, &e);
}

/* rvo_store_update_contact_dates writes status and dates of contacts. */
void
rvo_store_update_contact_dates(int client_id, Contact *const *contacts, int n)
{
	const void *const *rows = (const void *const *) contacts;
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_ids(&e, rows, n, offsetof(Contact, record.id));
	rvo_add_texts(&e, rows, n, offsetof(Contact, contact_status));
	rvo_add_texts(&e, rows, n, offsetof(Contact, previous_status));
	rvo_add_nullable_times(&e, rows, n, offsetof(Contact, status_changed_at));
	rvo_add_nullable_times(&e, rows, n, offsetof(Contact, first_campaign_email_sent));
	rvo_add_nullable_times(&e, rows, n, offsetof(Contact, last_campaign_email_sent));
	rvo_add_nullable_times(&e, rows, n, offsetof(Contact, last_reply_received));
	rvo_add_times(&e, rows, n, offsetof(Contact, record.updated_time));
	if (rvo_query_run(&update_dates, &e) != (uint64) n)
		rvo_failure_raise_bug("some locked contacts were not updated");
}

/* ---------------------------------------------------------------- activity */

/* What show_activity carries through rvo_query_read. */
typedef struct ActivityReading
{
	void		(*read) (void *arg, const Activity *activity);
	void	   *arg;
} ActivityReading;

static void
show_activity(void *arg, const Datum *values, const bool *nulls)
{
	ActivityReading *reading = arg;
	Activity	activity = {
		.contact_id = DatumGetInt64(values[0]),
		.bounced_at = rvo_result_time(values[1], nulls[1]),
		.unsubscribed_at = rvo_result_time(values[2], nulls[2]),
		.base_status = rvo_result_text(values[3], nulls[3]),
		.made_status = rvo_result_text(values[4], nulls[4]),
		.bounced_history = nulls[5] ? 0 : DatumGetInt64(values[5]),
		.unsubscribed_history = nulls[6] ? 0 : DatumGetInt64(values[6]),
		.interest = {
			nulls[8] ? INTEREST_UNKNOWN : DatumGetBool(values[8]) ? INTEREST_YES : INTEREST_NO,
			rvo_result_time(values[9], nulls[9]), rvo_result_text(values[10], nulls[10])
		},
	};

	if (!nulls[7])
		activity.filled = rvo_filled_read(DatumGetJsonbPCopy(values[7]));
	reading->read(reading->arg, &activity);
}

/* rvo_store_find_activities reads what is kept of contacts, of those of which anything is, in this order. */
void
rvo_store_find_activities(int client_id, const int64 *contacts, int n, void (*read) (void *arg, const Activity *activity), void *arg)
{
	ActivityReading reading = {read, arg};
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	add_id_list(&e, contacts, n);
	rvo_query_read(&find_activities, &e, show_activity, &reading);
}

static JsonbValue
filled_of(const void *row)
{
	return rvo_filled_show(&((const Activity *) row)->filled);
}

static void
add_activity(Execution *e, const void *arg, const void *row)
{
	const Activity *activity = row;

	rvo_add_integer(e, *(const int *) arg);
	rvo_add_id(e, activity->contact_id);
	rvo_add_nullable_time(e, activity->bounced_at);
	rvo_add_nullable_time(e, activity->unsubscribed_at);
	rvo_add_text(e, activity->base_status);
	rvo_add_text(e, activity->made_status);
	rvo_add_id(e, activity->bounced_history);
	rvo_add_id(e, activity->unsubscribed_history);
	rvo_add_json(e, filled_of(activity));
	rvo_add_datum(e, BoolGetDatum(activity->interest.interested == INTEREST_YES), activity->interest.interested == INTEREST_UNKNOWN);
	rvo_add_nullable_time(e, activity->interest.at);
	rvo_add_text(e, activity->interest.label);
}

/* rvo_store_insert_activities keeps what is known of contacts of which nothing was, since they are new. */
void
rvo_store_insert_activities(int client_id, Activity *const *activities, int n)
{
	bool	   *inserted = palloc(n * sizeof(bool));

	if (!rvo_query_insert(&insert_activity, (const void *const *) activities, n, add_activity, &client_id, inserted))
		rvo_store_write_activities(client_id, activities, n);
}

/* rvo_store_write_activities keeps all of it. */
void
rvo_store_write_activities(int client_id, Activity *const *activities, int n)
{
	const void *const *rows = (const void *const *) activities;
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_ids(&e, rows, n, offsetof(Activity, contact_id));
	rvo_add_nullable_times(&e, rows, n, offsetof(Activity, bounced_at));
	rvo_add_nullable_times(&e, rows, n, offsetof(Activity, unsubscribed_at));
	rvo_add_texts(&e, rows, n, offsetof(Activity, base_status));
	rvo_add_texts(&e, rows, n, offsetof(Activity, made_status));
	rvo_add_ids(&e, rows, n, offsetof(Activity, bounced_history));
	rvo_add_ids(&e, rows, n, offsetof(Activity, unsubscribed_history));
	rvo_add_jsons(&e, rows, n, filled_of);
	rvo_add_ids(&e, rows, n, offsetof(Activity, interest.interested));
	rvo_add_nullable_times(&e, rows, n, offsetof(Activity, interest.at));
	rvo_add_texts(&e, rows, n, offsetof(Activity, interest.label));
	if (rvo_query_run(&write_activities, &e) != (uint64) n)
		rvo_failure_raise_bug("what is kept of some contacts was not written");
}

/* add_field adds under what is kept that an event filled a custom field. */
static void
add_field(Execution *e, Slice name)
{
	rvo_add_text(e, rvo_slice(psprintf(FILLED_FIELD "%.*s", name.len, name.data)));
}

/* rvo_store_rename_filled has what filled a custom field of contacts, a bigint[], go by its new name. */
void
rvo_store_rename_filled(int client_id, Datum contacts, Slice name, Slice new_name)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_datum(&e, contacts, false);
	add_field(&e, name);
	add_field(&e, new_name);
	rvo_query_run(&rename_filled, &e);
}

/* rvo_store_delete_filled forgets what filled a custom field of contacts. */
void
rvo_store_delete_filled(int client_id, Datum contacts, Slice name)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_datum(&e, contacts, false);
	add_field(&e, name);
	rvo_query_run(&delete_filled, &e);
}

/* rvo_store_move_filled has a company that events filled in of contacts be the one that it became. */
void
rvo_store_move_filled(int client_id, Datum contacts, int64 company_id, int64 to_company_id)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_datum(&e, contacts, false);
	rvo_add_id(&e, company_id);
	rvo_add_id(&e, to_company_id);
	rvo_query_run(&move_filled, &e);
}

/* ---------------------------------------------------------------- history */

/* rvo_store_write_event_statuses adds changes of status, or gives those that are there other times. */
void
rvo_store_write_event_statuses(int client_id, EventStatus *const *statuses, int n)
{
	const void *const *rows = (const void *const *) statuses;
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_ids(&e, rows, n, offsetof(EventStatus, id));
	rvo_add_ids(&e, rows, n, offsetof(EventStatus, contact_id));
	rvo_add_times(&e, rows, n, offsetof(EventStatus, changed_at));
	rvo_add_texts(&e, rows, n, offsetof(EventStatus, contact_status));
	rvo_add_texts(&e, rows, n, offsetof(EventStatus, previous_status));
	rvo_query_run(&write_statuses, &e);
}

/* rvo_store_delete_event_statuses deletes changes of status, those that are there; ids are 0 for none. */
void
rvo_store_delete_event_statuses(int client_id, const int64 *ids, int n)
{
	int64	   *given = palloc((n + 1) * sizeof(int64));
	int			ngiven = 0;
	Execution	e = {0};

	for (int i = 0; i < n; i++)
		if (ids[i] != 0)
			given[ngiven++] = ids[i];
	if (ngiven == 0)
		return;
	rvo_add_integer(&e, client_id);
	add_id_list(&e, given, ngiven);
	rvo_query_run(&delete_statuses, &e);
}

/* ---------------------------------------------------------------- merging */

/* rvo_store_join_campaign_contacts adds what a contact is in campaigns to what another is; both are locked. */
void
rvo_store_join_campaign_contacts(int client_id, int64 contact_id, int64 to_contact_id)
{
	Execution	lock = {0};
	Execution	e = {0};

	rvo_add_integer(&lock, client_id);
	rvo_add_id(&lock, contact_id);
	rvo_query_run(&lock_campaigns, &lock);
	if (DatumGetInt64(lock.results[0]) == 0)
		return;
	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, contact_id);
	rvo_add_id(&e, to_contact_id);
	rvo_query_run(&join_pairs, &e);
}
