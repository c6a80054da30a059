/*
 * store_email_event.c
 *	  The e-mails that events make.
 *
 * Beside what the e-mails' own functions do: these are many at once, and of
 * contacts that are locked.  Whoever deletes an e-mail doesn't lock its contact, so
 * one is locked before it is changed.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/failure.h"
#include "store/query/store_query.h"
#include "store/query/store_sequence.h"
#include "store/record/store_email_event.h"
#include "store/record/store_record.h"

/* Those that are never written by events come last, for a default of the table would keep the insert from the short way. */
#define COLUMNS "id, contact_id, email_type, origin, email_timestamp, contact_email, agent_email, subject, body_text, body_html," \
	" campaign_id, campaign_name, message_id"

static KeptQuery insert_email = {
	.sql = "INSERT INTO revyops.email (client_id, updated_time, " COLUMNS ", interest_noted, custom_fields)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
	.expected = SPI_OK_INSERT, .nparameters = 17,
	.types = {INT4OID, TIMESTAMPTZOID, INT8OID, INT8OID, TEXTOID, TEXTOID, TIMESTAMPTZOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID,
		TEXTOID, TEXTOID, TEXTOID, TEXTOID, BOOLOID, JSONBOID},
};

#define MANY_EMAILS(times) "INSERT INTO revyops.email (client_id, updated_time, " COLUMNS ") SELECT $1, " times ", pg_catalog.unnest($3)," \
	" pg_catalog.unnest($4), pg_catalog.unnest($5), pg_catalog.unnest($6), pg_catalog.unnest($7), pg_catalog.unnest($8)," \
	" pg_catalog.unnest($9), pg_catalog.unnest($10), pg_catalog.unnest($11), pg_catalog.unnest($12), pg_catalog.unnest($13)," \
	" pg_catalog.unnest($14), pg_catalog.unnest($15)"
#define TYPES_OF_MANY(times) INT4OID, times, INT8ARRAYOID, INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TIMESTAMPTZARRAYOID, \
	TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID

static KeptQuery insert_emails = {
	.sql = MANY_EMAILS("$2"),
	.expected = SPI_OK_INSERT, .nparameters = 15,
	.types = {TYPES_OF_MANY(TIMESTAMPTZOID)},
};

/* By their primary key, as an INSERT that finds it taken: see store_contact.c. */
static KeptQuery update_emails = {
	.sql = MANY_EMAILS("pg_catalog.unnest($2)") " ON CONFLICT (client_id, id) DO UPDATE SET origin = EXCLUDED.origin, email_timestamp = EXCLUDED.email_timestamp,"
	" agent_email = EXCLUDED.agent_email, subject = EXCLUDED.subject, body_text = EXCLUDED.body_text, body_html = EXCLUDED.body_html,"
	" campaign_id = EXCLUDED.campaign_id, campaign_name = EXCLUDED.campaign_name, message_id = EXCLUDED.message_id,"
	" updated_time = EXCLUDED.updated_time",
	.expected = SPI_OK_INSERT, .nparameters = 15,
	.types = {TYPES_OF_MANY(TIMESTAMPTZARRAYOID)},
};

static KeptQuery lock_emails = {
	.sql = "SELECT e.* FROM pg_catalog.unnest($2) AS i (id), LATERAL (SELECT " COLUMNS ", updated_time FROM revyops.email"
	" WHERE client_id = $1 AND id = i.id FOR NO KEY UPDATE) AS e",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {INT4OID, INT8ARRAYOID},
};

/*
 * What contacts think of a campaign stands with their newest e-mail to us about it,
 * unless somebody has said something of that e-mail itself.  Of two at one time it is
 * the one with the greater texts, for ids would tell in which order they came.
 */
static KeptQuery note_interest = {
	.sql = "UPDATE revyops.email AS e SET interested = n.noted, interest_noted = n.noted IS NOT NULL, updated_time = "
	TIME_OF_CHANGE("e.updated_time", "$3", "$4")
	" FROM (SELECT m.id, CASE WHEN m.place = 1 THEN m.interested END AS noted"
	" FROM pg_catalog.unnest($2) AS c (id), LATERAL (SELECT i.id, i.interest_noted, i.interested AS shown,"
	" pg_catalog.row_number() OVER (PARTITION BY i.campaign_id, CASE WHEN i.campaign_id IS NOT NULL THEN i.origin END"
	" ORDER BY i.email_timestamp DESC NULLS LAST, i.email_type DESC, i.message_id DESC NULLS LAST, i.subject DESC NULLS LAST,"
	" i.body_text DESC NULLS LAST, i.body_html DESC NULLS LAST, i.contact_email DESC NULLS LAST, i.agent_email DESC NULLS LAST,"
	" i.campaign_name DESC NULLS LAST, i.origin DESC NULLS LAST, i.id) AS place,"
	" CASE WHEN i.campaign_id IS NULL THEN (SELECT a.interested FROM revyops.contact_activity AS a"
	" WHERE a.client_id = $1 AND a.contact_id = c.id) ELSE (SELECT cc.interested FROM revyops.campaign AS k"
	" JOIN revyops.campaign_contact AS cc ON cc.client_id = $1 AND cc.campaign = k.id AND cc.contact_id = c.id"
	" WHERE k.campaign_id = i.campaign_id AND k.platform = i.origin AND k.client_id = $1) END AS interested"
	" FROM revyops.email AS i WHERE i.contact_id = c.id AND i.client_id = $1 AND i.email_type IN ('replied', 'auto_replied')) AS m"
	" WHERE (m.interest_noted OR m.shown IS NULL)"
	" AND (CASE WHEN m.place = 1 THEN m.interested END) IS DISTINCT FROM m.shown) AS n"
	" WHERE e.client_id = $1 AND e.id = n.id RETURNING e.id::bigint",
	.expected = SPI_OK_UPDATE_RETURNING, .nparameters = 4,
	.types = {INT4OID, INT8ARRAYOID, TIMESTAMPTZOID, TIMESTAMPTZOID},
};

/* rvo_store_next_email_id takes a new id for an e-mail. */
int64
rvo_store_next_email_id(void)
{
	return rvo_store_next_id(EMAIL_ENTITY);
}

/* What add_email is told of all of them. */
typedef struct EmailInsert
{
	int			client_id;
	TimestampTz updated_time;
	Datum		no_fields;		/* a list of none */
} EmailInsert;

static void
add_email(Execution *e, const void *arg, const void *row)
{
	const EmailInsert *insert = arg;
	const EventEmail *email = row;

	rvo_add_integer(e, insert->client_id);
	rvo_add_time(e, insert->updated_time);
	rvo_add_id(e, email->id);
	rvo_add_id(e, email->contact_id);
	rvo_add_text(e, email->email_type);
	rvo_add_text(e, email->origin);
	rvo_add_nullable_time(e, email->email_timestamp);
	rvo_add_text(e, email->contact_email);
	rvo_add_text(e, email->agent_email);
	rvo_add_text(e, email->subject);
	rvo_add_text(e, email->body_text);
	rvo_add_text(e, email->body_html);
	rvo_add_text(e, email->campaign_id);
	rvo_add_text(e, email->campaign_name);
	rvo_add_text(e, email->message_id);
	rvo_add_datum(e, BoolGetDatum(false), false);
	rvo_add_datum(e, insert->no_fields, false);
}

static void
add_emails(Execution *e, EventEmail *const *emails, int n)
{
	static const size_t texts[] = {
		offsetof(EventEmail, contact_email), offsetof(EventEmail, agent_email), offsetof(EventEmail, subject),
		offsetof(EventEmail, body_text), offsetof(EventEmail, body_html), offsetof(EventEmail, campaign_id),
		offsetof(EventEmail, campaign_name), offsetof(EventEmail, message_id)
	};
	const void *const *rows = (const void *const *) emails;

	rvo_add_ids(e, rows, n, offsetof(EventEmail, id));
	rvo_add_ids(e, rows, n, offsetof(EventEmail, contact_id));
	rvo_add_texts(e, rows, n, offsetof(EventEmail, email_type));
	rvo_add_texts(e, rows, n, offsetof(EventEmail, origin));
	rvo_add_nullable_times(e, rows, n, offsetof(EventEmail, email_timestamp));
	for (size_t i = 0; i < lengthof(texts); i++)
		rvo_add_texts(e, rows, n, texts[i]);
}

/* rvo_store_insert_event_emails adds e-mails. */
void
rvo_store_insert_event_emails(int client_id, EventEmail *const *emails, int n, TimestampTz updated_time)
{
	JsonbValue	no_fields = rvo_json_array(0);
	EmailInsert insert = {client_id, updated_time, JsonbPGetDatum(rvo_json_encode(&no_fields))};
	bool	   *inserted = palloc(n * sizeof(bool));
	Execution	e = {0};

	if (rvo_query_insert(&insert_email, (const void *const *) emails, n, add_email, &insert, inserted))
		return;
	rvo_add_integer(&e, client_id);
	rvo_add_time(&e, updated_time);
	add_emails(&e, emails, n);
	if (rvo_query_run(&insert_emails, &e) != (uint64) n)
		rvo_failure_raise_bug("some e-mails of events were not inserted");
}

/* What show_email carries through rvo_query_read. */
typedef struct EmailReading
{
	void		(*read) (void *arg, const EventEmail *email);
	void	   *arg;
} EmailReading;

static void
show_email(void *arg, const Datum *values, const bool *nulls)
{
	EmailReading *reading = arg;
	EventEmail	email = {
		.id = DatumGetInt64(values[0]),
		.contact_id = DatumGetInt64(values[1]),
		.email_type = rvo_result_text(values[2], nulls[2]),
		.origin = rvo_result_text(values[3], nulls[3]),
		.email_timestamp = rvo_result_time(values[4], nulls[4]),
		.contact_email = rvo_result_text(values[5], nulls[5]),
		.agent_email = rvo_result_text(values[6], nulls[6]),
		.subject = rvo_result_text(values[7], nulls[7]),
		.body_text = rvo_result_text(values[8], nulls[8]),
		.body_html = rvo_result_text(values[9], nulls[9]),
		.campaign_id = rvo_result_text(values[10], nulls[10]),
		.campaign_name = rvo_result_text(values[11], nulls[11]),
		.message_id = rvo_result_text(values[12], nulls[12]),
		.updated_time = DatumGetTimestampTz(values[13]),
	};

	reading->read(reading->arg, &email);
}

/* rvo_store_lock_event_emails reads the e-mails with these ids, those that are there, and locks them, in this order. */
void
rvo_store_lock_event_emails(int client_id, EventEmail *const *ids, int n, void (*read) (void *arg, const EventEmail *email), void *arg)
{
	EmailReading reading = {read, arg};
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_ids(&e, (const void *const *) ids, n, offsetof(EventEmail, id));
	rvo_query_read(&lock_emails, &e, show_email, &reading);
}

/* rvo_store_update_event_emails writes all of e-mails that were locked. */
void
rvo_store_update_event_emails(int client_id, EventEmail *const *emails, int n, TimestampTz updated_time)
{
	Execution	e = {0};

	for (int i = 0; i < n; i++)
		emails[i]->updated_time = emails[i]->updated_time > updated_time ? GetCurrentTimestamp() : updated_time;
	rvo_add_integer(&e, client_id);
	rvo_add_times(&e, (const void *const *) emails, n, offsetof(EventEmail, updated_time));
	add_emails(&e, emails, n);
	rvo_query_run(&update_emails, &e);
}

/* rvo_store_note_interest has the newest e-mails of contacts, which are locked, say what they think; returns which e-mails differ now. */
IdList
rvo_store_note_interest(int client_id, const int64 *contacts, int n, TimestampTz updated_time)
{
	const void **rows = palloc(n * sizeof(void *));
	IdList		changed = {0};
	Execution	e = {0};

	for (int i = 0; i < n; i++)
		rows[i] = &contacts[i];
	rvo_add_integer(&e, client_id);
	rvo_add_ids(&e, rows, n, 0);
	rvo_add_time(&e, updated_time);
	rvo_add_time(&e, GetCurrentTimestamp());
	rvo_query_read(&note_interest, &e, rvo_read_id, &changed);
	return changed;
}
