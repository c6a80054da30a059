/*
 * store_do_not_contact.c
 *	  The do-not-contact list.
 *
 * Entries are found by their hashes, which the statements make: the salt does not leave
 * them.  Most clients have no list: whether one has is noted with the client, so that
 * the others are spared a look here.  Who adds locks the entries in the order of their hashes.
 */
#include "postgres.h"

#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/failure.h"
#include "store/query/store_sequence.h"
#include "store/record/store_do_not_contact.h"

static KeptQuery note_suppresses = {
	.sql = "UPDATE revyops.client SET suppresses = true WHERE id = $1 AND NOT suppresses",
	.expected = SPI_OK_UPDATE, .nparameters = 1,
	.types = {INT4OID},
};

static KeptQuery has_entries = {
	.sql = "SELECT suppresses::boolean FROM revyops.client WHERE id = $1",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 1,
	.types = {INT4OID},
};

static KeptQuery insert_salt = {
	.sql = "INSERT INTO revyops.do_not_contact_salt (client_id, salt) VALUES ($1, pg_catalog.sha256("
	"pg_catalog.uuid_send(pg_catalog.gen_random_uuid()) || pg_catalog.uuid_send(pg_catalog.gen_random_uuid())))"
	" ON CONFLICT DO NOTHING",
	.expected = SPI_OK_INSERT, .nparameters = 1,
	.types = {INT4OID},
};

static KeptQuery find_salt = {
	.sql = "SELECT client_id FROM revyops.do_not_contact_salt WHERE client_id = $1",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 1,
	.types = {INT4OID},
};


/* Whether an erasure has left only the hash of an address: it is not kept in plain again.  A LIMIT keeps it from reading all that are. */
#define IS_ERASED "reason = 'erased' OR (SELECT true FROM revyops.do_not_contact AS o WHERE o.digest = g.digest" \
	" AND o.client_id = $1 AND o.removed_at IS NULL AND o.email IS NULL AND o.domain IS NULL LIMIT 1) IS TRUE"

#define IS_LISTED "(SELECT true FROM revyops.do_not_contact AS o WHERE o.digest = g.digest" \
	" AND o.client_id = $1 AND o.reason = g.reason AND o.removed_at IS NULL LIMIT 1) IS TRUE"

/*
 * Those that are equal become one.  Which of them come first does not matter, but for
 * notes and sources: the earliest time counts.
 */
static KeptQuery add_entries = {
	.sql = "WITH given AS MATERIALIZED (SELECT " DIGEST("COALESCE(email, domain)") " AS digest, k.*"
	" FROM revyops.do_not_contact_salt, ROWS FROM (pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4),"
	" pg_catalog.unnest($5), pg_catalog.unnest($6), pg_catalog.unnest($7), pg_catalog.unnest($8))"
	" WITH ORDINALITY AS k (email, domain, flags, reason, since, source, note, number) WHERE client_id = $1),"
	" grouped AS MATERIALIZED (SELECT ($9)[pg_catalog.row_number() OVER (ORDER BY first)] AS id,"
	" " IS_ERASED " AS is_erased, g.* FROM (SELECT digest, reason, pg_catalog.min(number) AS first, pg_catalog.min(email) AS email, pg_catalog.min(domain) AS domain,"
	" pg_catalog.bool_or(flags & 1 = 1) AS subdomains, pg_catalog.bool_and(flags & 2 = 2) AS only_earlier, pg_catalog.min(since) AS since,"
	" (pg_catalog.array_agg(source ORDER BY number))[1] AS source,"
	" (pg_catalog.array_agg(note ORDER BY number) FILTER (WHERE note IS NOT NULL))[1] AS note"
	" FROM given GROUP BY digest, reason) AS g),"
	" added AS (INSERT INTO revyops.do_not_contact AS d (client_id, id, digest, email, domain, subdomains, reason, since, source, note)"
	" SELECT $1, id, digest, CASE WHEN NOT is_erased THEN email END, domain, subdomains, reason, since, source,"
	" CASE WHEN NOT is_erased THEN note END FROM grouped AS g WHERE NOT only_earlier OR " IS_LISTED " ORDER BY digest, reason"
	" ON CONFLICT (digest, client_id, reason) WHERE removed_at IS NULL DO UPDATE"
	" SET since = LEAST(d.since, excluded.since), subdomains = d.subdomains OR excluded.subdomains,"
	" note = CASE WHEN d.email IS NULL AND d.domain IS NULL THEN NULL ELSE COALESCE(d.note, excluded.note) END"
	" WHERE excluded.since < d.since OR (excluded.subdomains AND NOT d.subdomains)"
	" OR (d.note IS NULL AND excluded.note IS NOT NULL AND NOT (d.email IS NULL AND d.domain IS NULL))"
	" RETURNING d.digest, d.reason, d.xmax::text = '0' AS is_new)"
	/* no join: a plan that is made for ten would take them by pairs, of thousands, too */
	" SELECT is_new AND number = first FROM (SELECT number, pg_catalog.min(number) OVER same AS first,"
	" COALESCE(pg_catalog.bool_or(is_new) OVER same, false) AS is_new"
	" FROM (SELECT digest, reason, number, NULL::boolean AS is_new FROM given"
	" UNION ALL SELECT digest, reason, NULL, is_new FROM added) AS u WINDOW same AS (PARTITION BY digest, reason)) AS e"
	" WHERE number IS NOT NULL ORDER BY number",
	.expected = SPI_OK_SELECT, .nparameters = 9,
	.types = {INT4OID, TEXTARRAYOID, TEXTARRAYOID, INT8ARRAYOID, TEXTARRAYOID, TIMESTAMPTZARRAYOID, TEXTARRAYOID, TEXTARRAYOID, INT8ARRAYOID},
};

/* Each is looked up by itself, by OFFSET: who plans for an empty table would read it all for each. */
static KeptQuery find_entries = {
	.sql = "SELECT k.number::integer, d.reason, d.since, d.subdomains FROM revyops.do_not_contact_salt AS s,"
	" pg_catalog.unnest($2) WITH ORDINALITY AS k (address, number), LATERAL (SELECT reason, since, subdomains"
	" FROM revyops.do_not_contact WHERE digest = " DIGEST("k.address") " AND client_id = $1 AND removed_at IS NULL OFFSET 0) AS d"
	" WHERE s.client_id = $1",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 2,
	.types = {INT4OID, TEXTARRAYOID},
};


#define THIS_ENTRY HAS_ADDRESS("$2") " AND client_id = $1 AND reason = $3 AND removed_at IS NULL"

/* Of two the newer: an old snapshot also has one that somebody has removed since. */
static KeptQuery get_entry = {
	.sql = "SELECT " READ_ENTRY " FROM (SELECT * FROM revyops.do_not_contact WHERE " THIS_ENTRY " OFFSET 0) AS e ORDER BY id DESC LIMIT 1",
	.expected = SPI_OK_SELECT, .nparameters = 3,
	.types = {INT4OID, TEXTOID, TEXTOID},
};

static KeptQuery remove_entry = {
	.sql = "UPDATE revyops.do_not_contact SET removed_at = $5, removal_note = $4"
	" WHERE " THIS_ENTRY " RETURNING " READ_ENTRY,
	.expected = SPI_OK_UPDATE_RETURNING, .nparameters = 5,
	.types = {INT4OID, TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID},
};

/* ---------------------------------------------------------------- adding and removing */

/* rvo_store_begin_do_not_contact makes a client one that has a list. */
void
rvo_store_begin_do_not_contact(int client_id)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	if (rvo_query_run_now(&find_salt, &e) == 0)
		rvo_query_run(&insert_salt, &e);
	rvo_query_run(&note_suppresses, &e);
}

/*
 * rvo_store_suppresses_since tells whether the client's list has ever had an entry, by now: whoever has just waited
 * for another session may have waited for the first.
 */
bool
rvo_store_suppresses_since(const Caller *caller)
{
	Execution	e = {0};

	if (caller->settings.suppresses || ended_transactions() == caller->settings.transactions)
		return caller->settings.suppresses;
	rvo_add_integer(&e, caller->client_id);
	return rvo_query_run_now(&has_entries, &e) > 0 && DatumGetBool(e.results[0]);
}

/* Whether entries are new, as they are read. */
typedef struct Added
{
	bool	   *added;
	int			count;
} Added;

static void
read_added(void *arg, const Datum *values, const bool *nulls pg_attribute_unused())
{
	Added	   *added = arg;

	added->added[added->count++] = DatumGetBool(values[0]);
}

/* add_reasons adds the names of the entries' reasons as a parameter, and in front of them flags: 1 reaches subdomains, 2 only makes what is there earlier. */
static void
add_reasons(Execution *e, const DoNotContactEntry *const *entries, int n)
{
	int64	   *flags = palloc(n * sizeof(int64));
	Slice	   *names = palloc(n * sizeof(Slice));
	const void **rows = palloc(n * sizeof(void *));

	for (int i = 0; i < n; i++)
	{
		flags[i] = (entries[i]->subdomains ? 1 : 0) | (entries[i]->only_earlier ? 2 : 0);
		names[i] = rvo_do_not_contact_reasons[entries[i]->reason];
		rows[i] = &flags[i];
	}
	rvo_add_numbers(e, rows, n, 0);
	rvo_add_slices(e, names, n);
}

/*
 * rvo_store_add_do_not_contact puts entries on the list of a client that has one, and tells
 * which were not there.  Of those that were, the earliest time is kept, the first note, and
 * the wider reach.  n is not 0.
 */
void
rvo_store_add_do_not_contact(int client_id, const DoNotContactEntry *const *entries, int n, bool *added)
{
	Execution	e = {0};
	Added		result = {added, 0};
	const void *const *rows = (const void *const *) entries;
	int64	   *ids = palloc(n * sizeof(int64));
	const void **id_rows = palloc(n * sizeof(void *));

	for (int i = 0; i < n; i++)
	{
		ids[i] = rvo_store_next_do_not_contact_id();
		id_rows[i] = &ids[i];
	}
	rvo_add_integer(&e, client_id);
	rvo_add_texts(&e, rows, n, offsetof(DoNotContactEntry, email));
	rvo_add_texts(&e, rows, n, offsetof(DoNotContactEntry, domain));
	add_reasons(&e, entries, n);
	rvo_add_times(&e, rows, n, offsetof(DoNotContactEntry, since));
	rvo_add_texts(&e, rows, n, offsetof(DoNotContactEntry, source));
	rvo_add_texts(&e, rows, n, offsetof(DoNotContactEntry, note));
	rvo_add_numbers(&e, id_rows, n, 0);
	/* no salt: it is not to be seen by this transaction's snapshot */
	if (rvo_query_read(&add_entries, &e, read_added, &result) == 0)
		rvo_failure_raise_serialization();
}

/* rvo_do_not_contact_row makes an entry of a row of READ_ENTRY. */
DoNotContactRow
rvo_do_not_contact_row(const Datum *values, const bool *nulls)
{
	return (DoNotContactRow) {
		.id = DatumGetInt64(values[0]),
		.entry = {
			.email = rvo_result_text(values[1], nulls[1]),
			.domain = rvo_result_text(values[2], nulls[2]),
			.subdomains = DatumGetBool(values[3]),
			.reason = rvo_do_not_contact_reason(rvo_slice_of_text(DatumGetTextPP(values[4]))),
			.since = DatumGetTimestampTz(values[5]),
			.source = rvo_result_text(values[6], nulls[6]),
			.note = rvo_result_text(values[7], nulls[7]),
		},
		.removed_at = rvo_result_time(values[8], nulls[8]),
		.removal_note = rvo_result_text(values[9], nulls[9]),
	};
}

static Execution
one_entry(int client_id, Slice address, DoNotContactReason reason)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_text(&e, address);
	rvo_add_text(&e, rvo_do_not_contact_reasons[reason]);
	return e;
}

/* rvo_store_get_do_not_contact reads an entry that is on the list; false if there is none. */
bool
rvo_store_get_do_not_contact(int client_id, Slice address, DoNotContactReason reason, DoNotContactRow *row)
{
	Execution	e = one_entry(client_id, address, reason);

	if (rvo_query_run(&get_entry, &e) == 0)
		return false;
	*row = rvo_do_not_contact_row(e.results, e.result_nulls);
	return true;
}

/* rvo_store_remove_do_not_contact takes an entry off the list, and reads it; false if there is none. */
bool
rvo_store_remove_do_not_contact(int client_id, Slice address, DoNotContactReason reason, Slice note, DoNotContactRow *row)
{
	Execution	e = one_entry(client_id, address, reason);

	rvo_add_text(&e, note);
	rvo_add_time(&e, GetCurrentTimestamp());
	if (rvo_query_run(&remove_entry, &e) == 0)
		return false;
	*row = rvo_do_not_contact_row(e.results, e.result_nulls);
	return true;
}

/* ---------------------------------------------------------------- asking */

/* Who is shown what is found. */
typedef struct Finding
{
	ListedAddressReader read;
	void	   *arg;
} Finding;

static void
read_found(void *arg, const Datum *values, const bool *nulls pg_attribute_unused())
{
	Finding    *finding = arg;
	ListedAddress listed = {
		.number = DatumGetInt32(values[0]) - 1,
		.reason = rvo_do_not_contact_reason(rvo_slice_of_text(DatumGetTextPP(values[1]))),
		.since = DatumGetTimestampTz(values[2]),
		.subdomains = DatumGetBool(values[3]),
	};

	if (listed.reason < DO_NOT_CONTACT_REASONS)
		finding->read(finding->arg, &listed);
}

/*
 * rvo_store_find_do_not_contact shows the entries of addresses and domains, in canonical form, by
 * what is committed by now, whatever the isolation level.
 */
void
rvo_store_find_do_not_contact(int client_id, const Slice *addresses, int n, ListedAddressReader read, void *arg)
{
	Execution	e = {0};
	Finding		finding = {read, arg};

	rvo_add_integer(&e, client_id);
	rvo_add_slices(&e, addresses, n);
	CommandCounterIncrement();
	PushActiveSnapshot(GetLatestSnapshot());
	rvo_query_read(&find_entries, &e, read_found, &finding);
	PopActiveSnapshot();
}
