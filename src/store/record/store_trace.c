/*
 * store_trace.c
 *	  What is held about a person beside their contact: what belongs to it, the
 *	  contacts that were merged into it, and whatever mentions the person.
 *
 * One table tells it all, kind by kind: how it is shown to them, how it is removed,
 * and what becomes of it when the contact is merged into another.
 *
 * A person is known by the keys of their contact and of those that were merged into
 * it, unless those are another's by now.  What only mentions them has no index, so all
 * of the client's is read: it is asked for rarely.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "store/query/store_query.h"
#include "store/record/store_merged.h"
#include "store/record/store_record.h"
#include "store/record/store_trace.h"

/*
 * The keys of a person whose contact of client $1 is $2, and the ids that it has or had.  They are asked for once, and
 * are $3 and $4 of the statements below: each of those is about one table and one client.  A key of a merged contact may
 * be another person's by now, to whom it was given since.
 */
#define MERGED_KEY(key) " UNION SELECT " key " FROM revyops.merged_contact AS m WHERE kept_id = $2 AND client_id = $1" \
	" AND " OWNER(key, "m." key, "$1") " = $2"
#define PERSON(how) { \
	.sql = "SELECT (SELECT COALESCE(pg_catalog.array_agg(key), '{}') FROM (" \
	"SELECT pg_catalog.unnest(ARRAY[email, linkedin_url]) FROM revyops.contact WHERE client_id = $1 AND id = $2" \
	MERGED_KEY("email") MERGED_KEY("linkedin_url") ") AS k (key) WHERE key IS NOT NULL)," \
	" (SELECT pg_catalog.array_append(COALESCE(pg_catalog.array_agg(id::bigint), '{}'), $2) FROM revyops.merged_contact" \
	" WHERE kept_id = $2 AND client_id = $1)", \
	.expected = SPI_OK_SELECT, .read_only = (how), .nparameters = 2, \
	.types = {INT4OID, INT8OID}, \
}
static KeptQuery find_person = PERSON(false);
static KeptQuery read_person = PERSON(true);

#define KEYS "$3"
#define IDS "$4"

/* A document of one text, by a function that is IMMUTABLE: a statement that changes distributed tables may hold no other. */
#define MENTIONS(text) "revyops.mentions(pg_catalog.jsonb_object(ARRAY['', " text "]), " KEYS ")"
#define TIME(column) "pg_catalog.to_char(" column " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
#define LIST(entry, order) "COALESCE(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(" entry ") ORDER BY " order "), '[]')"

#define OF_MERGED "FROM revyops.merged_contact WHERE kept_id = $2 AND client_id = $1"
#define OF_STATUSES "FROM revyops.contact_status_history WHERE contact_id = $2 AND client_id = $1"
#define OF_REJECTS "FROM revyops.import_reject WHERE client_id = $1 AND revyops.mentions(source_row, " KEYS ")"

#define OF_NOTES "FROM revyops.import_note AS note WHERE client_id = $1 AND (" \
	"(record_id = ANY (" IDS ") AND EXISTS (SELECT 1 FROM revyops.import_job AS j" \
	" WHERE j.client_id = $1 AND j.id = note.job AND j.entity = 'contact')) OR (job, ordinal) IN (" \
	"SELECT job, ordinal FROM revyops.import_note WHERE client_id = $1" \
	" AND (revyops.mentions(source_row, " KEYS ") OR " MENTIONS("value") ")))"

/* Entries of the do-not-contact list, and those that were removed: of their addresses, and those whose notes mention them. */
#define IS_THEIRS "digest = ANY ((SELECT pg_catalog.array_agg(" \
	"revyops.do_not_contact_digest(salt, key)) FROM revyops.do_not_contact_salt, pg_catalog.unnest(" KEYS ") AS k (key)" \
	" WHERE client_id = $1)::uuid[])"
#define OF_LISTED "FROM revyops.do_not_contact WHERE client_id = $1 AND " IS_THEIRS
#define OF_NOTED "FROM revyops.do_not_contact WHERE client_id = $1 AND (note IS NOT NULL OR removal_note IS NOT NULL)" \
	" AND (" MENTIONS("note") " OR " MENTIONS("removal_note") ")"

/*
 * An answer kept under an idempotency key mentions them by a key or by an id.  One
 * to a batch also has others, who don't belong in an export, and so have the first rows of a file.  The rest of
 * that is one part: a column may have a person's address, where the first row was taken for names.
 */
#define PARTS "pg_catalog.jsonb_array_elements(CASE WHEN body::jsonb ? 'results' THEN body::jsonb->'results'" \
	" ELSE COALESCE(body::jsonb->'preview', '[]') ||" \
	" pg_catalog.jsonb_set('[{\"contact\": null}]', '{0,contact}', body::jsonb - 'preview') END) AS p (part)" \
	" WHERE revyops.mentions(part, " KEYS ") OR (part->'contact' ? 'contact_status' AND part->'contact'->>'id' = ANY (" IDS "::text[]))" \
	" OR COALESCE(part->'email', part->'contact')->>'contact_id' = ANY (" IDS "::text[])"
#define OF_ANSWERS "FROM revyops.idempotency_key WHERE client_id = $1 AND EXISTS (SELECT 1 FROM " PARTS ")"

/* Each of these takes the client, the contact, its keys and its ids; what is moved goes from one contact to a third parameter. */
#define SHOWN(list, of) { \
	.sql = "SELECT " list " " of, \
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 4, \
	.types = {INT4OID, INT8OID, TEXTARRAYOID, INT8ARRAYOID}, \
}
#define DELETED(of) { \
	.sql = "DELETE " of, \
	.expected = SPI_OK_DELETE, .nparameters = 4, \
	.types = {INT4OID, INT8OID, TEXTARRAYOID, INT8ARRAYOID}, \
}
#define MOVED(table) { \
	.sql = "UPDATE " table " SET contact_id = $3 WHERE contact_id = $2 AND client_id = $1 RETURNING id::bigint", \
	.expected = SPI_OK_UPDATE_RETURNING, .nparameters = 3, \
	.types = {INT4OID, INT8OID, INT8OID}, \
}

#define OF_EMAILS "FROM revyops.email WHERE client_id = $1 AND id IN (" \
	"SELECT id FROM revyops.email WHERE client_id = $1 AND contact_id = $2" \
	" UNION ALL SELECT id FROM revyops.email WHERE client_id = $1 AND contact_email = ANY (" KEYS "))"

static KeptQuery show_answers = SHOWN(LIST("'key', key, 'created_time', " TIME("created_time") ", 'status', status, 'contacts',"
										   " (SELECT pg_catalog.jsonb_agg(COALESCE(part->'contact', part->'email', part)) FROM " PARTS ")", "key"), OF_ANSWERS);
static KeptQuery show_emails = SHOWN("COALESCE(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(e) ORDER BY email_timestamp, id), '[]')",
									 "FROM (SELECT id, email_type, origin, " TIME("email_timestamp") " AS email_timestamp, contact_email, contact_id,"
									 " agent_email, subject, body_text, body_html, campaign_id, campaign_name, interested, message_id,"
									 " custom_fields, " TIME("updated_time") " AS updated_time " OF_EMAILS ") AS e");
static KeptQuery show_listed = SHOWN(LIST("'id', id, 'email', CASE WHEN " IS_THEIRS " THEN email END, 'reason', reason, 'since', "
										  TIME("since") ", 'source', source, 'note', note, 'removed_at', " TIME("removed_at")
										  ", 'removal_note', removal_note", "id"), "FROM revyops.do_not_contact WHERE client_id = $1"
									 " AND id IN (SELECT id " OF_LISTED " UNION SELECT id " OF_NOTED ")");
static KeptQuery show_notes = SHOWN(LIST("'job', job, 'ordinal', ordinal, 'source_row', source_row, 'member', member, 'value', value,"
										 " 'code', code", "job, number"), OF_NOTES);
static KeptQuery show_rejects = SHOWN(LIST("'job', job, 'ordinal', ordinal, 'source_row', source_row, 'status', status, 'errors', errors",
										   "job, ordinal"), OF_REJECTS);
static KeptQuery show_merged = SHOWN(LIST("'id', id, 'email', email, 'linkedin_url', linkedin_url, 'merged_time', " TIME("merged_time"),
										  "id"), OF_MERGED);

/*
 * Where a platform knows them by an id, with the addresses that this had before: left alone, they would be taken for theirs.
 * And deliveries that could not be read, of which their octets alone are looked at.
 */
#define OF_OBJECTS "FROM revyops.webhook_object AS o WHERE o.client_id = $1 AND EXISTS (SELECT FROM revyops.webhook_object AS w" \
	" WHERE w.client_id = $1 AND w.account = o.account AND w.object_id = o.object_id AND w.noted_at >= o.noted_at AND w.email = ANY (" KEYS "))"
#define OF_DELIVERIES "FROM revyops.webhook_ring WHERE webhook_id IN (SELECT w.id FROM revyops.webhook AS w WHERE w.client_id = $1" \
	" OR w.agency_id IN (SELECT a.agency_id FROM revyops.webhook_account AS a WHERE a.client_id = $1))" \
	" AND revyops.octets_mention(body, " KEYS ")"

static KeptQuery show_objects = SHOWN(LIST("'account', account, 'object_id', object_id, 'email', email, 'noted_at', " TIME("noted_at"),
										   "account, object_id, noted_at"), OF_OBJECTS);
static KeptQuery show_deliveries = SHOWN(LIST("'received_at', " TIME("received_at") ", 'octets', octets", "id"), OF_DELIVERIES);
static KeptQuery delete_objects = DELETED(OF_OBJECTS);
static KeptQuery delete_deliveries = DELETED(OF_DELIVERIES);

/* What events made of the contact, but for the counters of campaigns, which tell of nobody. */
#define OF_CAMPAIGNS "FROM revyops.campaign_contact WHERE contact_id = $2 AND client_id = $1"
#define OF_ACTIVITY "FROM revyops.contact_activity WHERE client_id = $1 AND contact_id = $2"

static KeptQuery show_activity = SHOWN(LIST("'bounced_at', " TIME("bounced_at") ", 'unsubscribed_at', " TIME("unsubscribed_at")
											", 'status_before', base_status, 'filled', filled, 'interested', interested, 'interest_at', "
											TIME("interest_at") ", 'interest_label', interest_label", "contact_id"), OF_ACTIVITY);
static KeptQuery show_campaigns = SHOWN(LIST("'platform', k.platform, 'campaign_id', k.campaign_id, 'campaign_name', k.campaign_name,"
											 " 'sent', c.sent, 'replied', c.replied, 'first_sent_at', " TIME("c.first_sent_at")
											 ", 'last_sent_at', " TIME("c.last_sent_at") ", 'last_reply_at', " TIME("c.last_reply_at")
											 ", 'bounced_at', " TIME("c.bounced_at") ", 'unsubscribed_at', " TIME("c.unsubscribed_at")
											 ", 'interested', c.interested, 'interest_at', " TIME("c.interest_at")
											 ", 'interest_label', c.interest_label", "k.id"),
										"FROM (SELECT * " OF_CAMPAIGNS ") AS c JOIN revyops.campaign AS k ON k.client_id = $1 AND k.id = c.campaign");

static KeptQuery delete_activity = DELETED(OF_ACTIVITY);
static KeptQuery delete_campaigns = DELETED(OF_CAMPAIGNS);
static KeptQuery show_statuses = SHOWN(LIST("'id', id, 'changed_at', " TIME("changed_at") ", 'contact_status', contact_status,"
											" 'previous_status', previous_status, 'source', source", "changed_at, id"), OF_STATUSES);

static KeptQuery delete_answers = DELETED(OF_ANSWERS);
static KeptQuery delete_emails = {
	.sql = "DELETE " OF_EMAILS " RETURNING id::bigint, contact_id::bigint",
	.expected = SPI_OK_DELETE_RETURNING, .nparameters = 4,
	.types = {INT4OID, INT8OID, TEXTARRAYOID, INT8ARRAYOID},
};

static KeptQuery delete_notes = DELETED(OF_NOTES);
static KeptQuery delete_rejects = DELETED(OF_REJECTS);
static KeptQuery delete_merged = DELETED(OF_MERGED);
static KeptQuery delete_statuses = DELETED(OF_STATUSES);

/* Of what is on the list the hash stays, which keeps it there. */
static KeptQuery forget_listed = {
	.sql = "UPDATE revyops.do_not_contact SET email = NULL, note = NULL WHERE id = ANY (ARRAY(SELECT id " OF_LISTED
	" AND removed_at IS NULL AND email IS NOT NULL ORDER BY digest, reason FOR UPDATE)) AND client_id = $1",
	.expected = SPI_OK_UPDATE, .nparameters = 4,
	.types = {INT4OID, INT8OID, TEXTARRAYOID, INT8ARRAYOID},
};

static KeptQuery delete_removed = DELETED(OF_LISTED " AND removed_at IS NOT NULL");

static KeptQuery forget_notes = {
	.sql = "UPDATE revyops.do_not_contact SET note = NULL, removal_note = CASE WHEN removal_note IS NOT NULL THEN '' END"
	" WHERE id = ANY (ARRAY(SELECT id " OF_NOTED " ORDER BY digest, reason FOR UPDATE)) AND client_id = $1",
	.expected = SPI_OK_UPDATE, .nparameters = 4,
	.types = {INT4OID, INT8OID, TEXTARRAYOID, INT8ARRAYOID},
};

static KeptQuery move_emails = {
	.sql = "UPDATE revyops.email SET contact_id = $3, updated_time = " TIME_OF_CHANGE("updated_time", "$4", "$5")
	" WHERE contact_id = $2 AND client_id = $1 RETURNING id::bigint",
	.expected = SPI_OK_UPDATE_RETURNING, .nparameters = 5,
	.types = {INT4OID, INT8OID, INT8OID, TIMESTAMPTZOID, TIMESTAMPTZOID},
};

static KeptQuery move_statuses = MOVED("revyops.contact_status_history");

#define REMOVALS_MAX 3

/* One kind of what is held. */
typedef struct Trace
{
	const char *name;			/* the member of an export that lists it, and of an erasure that counts it */
	KeptQuery  *show;			/* as an array */
	KeptQuery  *remove[REMOVALS_MAX]; /* one after the other; NULL = no more */
	KeptQuery  *move;			/* NULL for what does not hang on a contact */
} Trace;

static const Trace traces[] = {
	{"emails", &show_emails, {&delete_emails}, &move_emails},

	/* A merge joins these: activity_merge.c. */
	{"activity", &show_activity, {&delete_activity}, NULL},
	{"campaigns", &show_campaigns, {&delete_campaigns}, NULL},
	{"do_not_contact", &show_listed, {&forget_listed, &delete_removed, &forget_notes}, NULL},
	{"kept_answers", &show_answers, {&delete_answers}, NULL},
	{"import_notes", &show_notes, {&delete_notes}, NULL},
	{"import_rejects", &show_rejects, {&delete_rejects}, NULL},
	{"status_history", &show_statuses, {&delete_statuses}, &move_statuses},

	{"kept_deliveries", &show_deliveries, {&delete_deliveries}, NULL},
	{"platform_ids", &show_objects, {&delete_objects}, NULL},

	/* The last: the others are found by them. */
	{"merged_contacts", &show_merged, {&delete_merged}, NULL},
};

static KeptQuery lock_to_delete = {
	.sql = "SELECT id FROM revyops.contact WHERE client_id = $1 AND id = $2 FOR UPDATE",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

/* rvo_store_trace_kinds tells how many members the two below put. */
int
rvo_store_trace_kinds(void)
{
	return lengthof(traces);
}

/* add_person adds the client, the contact, its keys and its ids. */
static void
add_person(Execution *e, KeptQuery *query, int client_id, int64 contact_id)
{
	Execution	person = {0};

	rvo_add_integer(&person, client_id);
	rvo_add_id(&person, contact_id);
	rvo_query_run(query, &person);
	rvo_add_integer(e, client_id);
	rvo_add_id(e, contact_id);
	rvo_add_datum(e, person.results[0], false);
	rvo_add_datum(e, person.results[1], false);
}

/* rvo_store_show_traces lists what is held beside a contact of the client: a member for each kind. */
void
rvo_store_show_traces(int client_id, int64 contact_id, JsonObject *answer)
{
	Execution	person = {0};

	add_person(&person, &read_person, client_id, contact_id);
	for (size_t i = 0; i < lengthof(traces); i++)
	{
		Execution	e = person;

		rvo_query_run(traces[i].show, &e);
		rvo_json_put(answer, rvo_slice(traces[i].name), rvo_json_jsonb(DatumGetJsonbP(e.results[0])));
	}
}

/* rvo_store_read_person_emails shows the e-mail addresses of a person. */
void
rvo_store_read_person_emails(int client_id, int64 contact_id, RowReader read, void *arg)
{
	Execution	person = {0};
	const bool	null = false;
	Datum	   *keys;
	int			n;

	add_person(&person, &find_person, client_id, contact_id);
	deconstruct_array(DatumGetArrayTypeP(person.values[2]), TEXTOID, -1, false, TYPALIGN_INT, &keys, NULL, &n);
	for (int i = 0; i < n; i++)
	{
		Slice		key = rvo_slice_of_text(DatumGetTextPP(keys[i]));

		if (memchr(key.data, '@', key.len) != NULL)
			read(arg, &keys[i], &null);
	}
}

/* What read_deleted_email carries through rvo_query_read. */
typedef struct DeletedEmails
{
	int64		contact_id;
	IdList		of_others;
} DeletedEmails;

static void
read_deleted_email(void *arg, const Datum *values, const bool *nulls)
{
	DeletedEmails *deleted = arg;

	if (DatumGetInt64(values[1]) != deleted->contact_id)
		rvo_read_id(&deleted->of_others, values, nulls);
}

/*
 * rvo_store_delete_traces deletes it, and tells how much there was, of which a hash may be left; the contact must
 * still be there, and be locked.  Returns which e-mails were other contacts'.
 */
IdList
rvo_store_delete_traces(int client_id, int64 contact_id, JsonObject *answer)
{
	Execution	person = {0};
	DeletedEmails emails = {.contact_id = contact_id};

	add_person(&person, &find_person, client_id, contact_id);
	for (size_t i = 0; i < lengthof(traces); i++)
	{
		uint64		removed = 0;

		for (int k = 0; k < REMOVALS_MAX && traces[i].remove[k] != NULL; k++)
		{
			Execution	e = person;

			removed += traces[i].remove[k] == &delete_emails ? rvo_query_read(&delete_emails, &e, read_deleted_email, &emails) :
				rvo_query_run(traces[i].remove[k], &e);
		}
		rvo_json_put(answer, rvo_slice(traces[i].name), rvo_json_integer(removed));
	}
	return emails.of_others;
}

/*
 * rvo_store_move_traces gives what hangs on a contact to another one, before the
 * first is deleted.  Whoever is adding something to it is waited for, and kept off.  Returns
 * which e-mails have moved.
 */
IdList
rvo_store_move_traces(int client_id, int64 contact_id, int64 to_contact_id)
{
	Execution	lock = {0};
	IdList		emails = {0};

	rvo_add_integer(&lock, client_id);
	rvo_add_id(&lock, contact_id);
	rvo_query_run(&lock_to_delete, &lock);
	for (size_t i = 0; i < lengthof(traces); i++)
	{
		Execution	e = {0};
		IdList		others = {0};

		if (traces[i].move == NULL)
			continue;
		rvo_add_integer(&e, client_id);
		rvo_add_id(&e, contact_id);
		rvo_add_id(&e, to_contact_id);
		if (traces[i].move == &move_emails)
		{
			rvo_add_time(&e, GetCurrentTransactionStartTimestamp());
			rvo_add_time(&e, GetCurrentTimestamp());
		}
		rvo_query_read(traces[i].move, &e, rvo_read_id, traces[i].move == &move_emails ? &emails : &others);
	}
	return emails;
}
