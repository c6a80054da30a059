/*
 * store_merged.c
 *	  Contacts that were merged into others.
 *
 * Of a merged contact its id is left, which leads to the kept one, and its
 * keys, which do so, too, unless a contact has them, and by which all that mentions
 * the person can be found (store_trace.c).  Most clients never merge: whether one
 * has is noted with the client, so that the others are spared a look here.
 * There are no chains: what led to a contact that is merged itself is turned
 * to the one that is kept.
 */
#include "postgres.h"

#include "access/transam.h"
#include "catalog/pg_type.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "store/query/store_query.h"
#include "store/record/store_merged.h"
#include "store/record/store_record.h"

static KeptQuery find_kept_contact = {
	.sql = "SELECT kept_id FROM revyops.merged_contact WHERE client_id = $1 AND id = $2",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

static KeptQuery find_contacts_of_ids = {
	.sql = "SELECT COALESCE((SELECT id::bigint FROM revyops.contact WHERE client_id = $1 AND id = i.id),"
	" (SELECT kept_id::bigint FROM revyops.merged_contact WHERE client_id = $1 AND id = i.id)) FROM pg_catalog.unnest($2) AS i (id)",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {INT4OID, INT8ARRAYOID},
};

static KeptQuery find_kept_contact_of_any = {
	.sql = "SELECT kept_id FROM revyops.merged_contact WHERE id = $1 AND " OF_SERVED " ORDER BY client_id LIMIT 1",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 1,
	.types = {INT8OID},
};

static KeptQuery read_merged_into = {
	.sql = "SELECT m.* FROM pg_catalog.unnest($2) AS k (id), LATERAL (SELECT kept_id::bigint, id::bigint, email::text"
	" FROM revyops.merged_contact WHERE kept_id = k.id AND client_id = $1 OFFSET 0) AS m",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {INT4OID, INT8ARRAYOID},
};

static KeptQuery has_merged = {
	.sql = "SELECT contacts_merged::boolean FROM revyops.client WHERE id = $1",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 1,
	.types = {INT4OID},
};

static KeptQuery note_merged = {
	.sql = "UPDATE revyops.client SET contacts_merged = true WHERE id = $1 AND NOT contacts_merged",
	.expected = SPI_OK_UPDATE, .nparameters = 1,
	.types = {INT4OID},
};

static KeptQuery find_kept_by_keys = {
	.sql = "SELECT " KEPT_BY("email", "$2", "$1") ", " KEPT_BY("linkedin_url", "$3", "$1"),
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 3,
	.types = {INT4OID, TEXTOID, TEXTOID},
};

#define FIND_MANY_KEPT_BY_KEYS(how) { \
	.sql = "SELECT " KEPT_BY("email", "k.email", "$1") ", " KEPT_BY("linkedin_url", "k.linkedin_url", "$1") \
	" FROM ROWS FROM (pg_catalog.unnest($2), pg_catalog.unnest($3)) AS k (email, linkedin_url)", \
	.expected = SPI_OK_SELECT, .read_only = (how), .nparameters = 3, \
	.types = {INT4OID, TEXTARRAYOID, TEXTARRAYOID}, \
}

static KeptQuery find_many_kept_by_keys = FIND_MANY_KEPT_BY_KEYS(false);
static KeptQuery read_many_kept_by_keys = FIND_MANY_KEPT_BY_KEYS(true);

static KeptQuery find_owners_to_list = {
	.sql = "SELECT " OWNER("email", "$2", "$1") ", " OWNER("linkedin_url", "$3", "$1"),
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 3,
	.types = {INT4OID, TEXTOID, TEXTOID},
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

/*
 * rvo_store_find_contacts_of_ids tells for each of these ids which contact of the client's has it by
 * now, or else was kept when who had it was merged; 0 for none.
 */
void
rvo_store_find_contacts_of_ids(int client_id, const int64 *ids, int n, int64 *contacts)
{
	const void **rows = palloc((n + 1) * sizeof(void *));
	Execution	e = {0};

	for (int i = 0; i < n; i++)
		rows[i] = &ids[i];
	rvo_add_integer(&e, client_id);
	rvo_add_ids(&e, rows, n, 0);
	rvo_query_read(&find_contacts_of_ids, &e, rvo_read_next_id, &contacts);
}

/* rvo_store_find_kept_contact_of_any does so for anybody's contact. */
int64
rvo_store_find_kept_contact_of_any(int64 id)
{
	Execution	e = {0};

	rvo_add_id(&e, id);
	return rvo_query_run(&find_kept_contact_of_any, &e) > 0 ? DatumGetInt64(e.results[0]) : 0;
}

/* Who is shown contacts that were merged. */
typedef struct MergedReading
{
	void		(*read) (void *arg, int64 kept_id, int64 id, Slice email);
	void	   *arg;
} MergedReading;

static void
show_merged(void *arg, const Datum *values, const bool *nulls)
{
	const MergedReading *reading = arg;

	reading->read(reading->arg, DatumGetInt64(values[0]), DatumGetInt64(values[1]), rvo_result_text(values[2], nulls[2]));
}

/* rvo_store_read_merged_into shows the contacts that were merged into these. */
void
rvo_store_read_merged_into(int client_id, const int64 *kept_ids, int n,
						   void (*read) (void *arg, int64 kept_id, int64 id, Slice email), void *arg)
{
	MergedReading reading = {read, arg};
	const void **rows = palloc(n * sizeof(void *));
	Execution	e = {0};

	for (int i = 0; i < n; i++)
		rows[i] = &kept_ids[i];
	rvo_add_integer(&e, client_id);
	rvo_add_ids(&e, rows, n, 0);
	rvo_query_read(&read_merged_into, &e, show_merged, &reading);
}

/* rvo_store_has_merged tells whether the client has merged contacts by now, whatever the snapshot. */
bool
rvo_store_has_merged(int client_id)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	return rvo_query_run_now(&has_merged, &e) > 0 && DatumGetBool(e.results[0]);
}

/*
 * rvo_store_has_merged_since is rvo_store_has_merged for who has just read the
 * client's settings: if nothing was committed since, they are what they were.
 */
bool
rvo_store_has_merged_since(const Caller *caller)
{
	return caller->settings.contacts_merged ||
		(ended_transactions() != caller->settings.transactions && rvo_store_has_merged(caller->client_id));
}

/* rvo_store_note_merged notes that the client merges contacts. */
void
rvo_store_note_merged(int client_id)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_query_run(&note_merged, &e);
}

/* owners_of reads the one row of owners that a query gave. */
static ContactOwners
owners_of(const Execution *e)
{
	return (ContactOwners) {
		.of_email = e->result_nulls[0] ? 0 : DatumGetInt64(e->results[0]),
		.of_linkedin_url = e->result_nulls[1] ? 0 : DatumGetInt64(e->results[1]),
	};
}

static void
add_keys(Execution *e, int client_id, Slice email, Slice linkedin_url)
{
	rvo_add_integer(e, client_id);
	rvo_add_text(e, email);
	rvo_add_text(e, linkedin_url);
}

/* rvo_store_find_kept_by_keys tells into which contacts those were merged that had these keys, by now; 0 for none. */
ContactOwners
rvo_store_find_kept_by_keys(int client_id, Slice email, Slice linkedin_url)
{
	Execution	e = {0};

	add_keys(&e, client_id, email, linkedin_url);
	rvo_query_run_now(&find_kept_by_keys, &e);
	return owners_of(&e);
}

/* rvo_store_find_owners_to_list tells who has these keys, or else was kept for them, as the calling statement sees it. */
ContactOwners
rvo_store_find_owners_to_list(int client_id, Slice email, Slice linkedin_url)
{
	Execution	e = {0};

	add_keys(&e, client_id, email, linkedin_url);
	rvo_query_run(&find_owners_to_list, &e);
	return owners_of(&e);
}

/* rvo_store_find_many_kept_by_keys does so for many; read_only: as the calling statement sees them. */
void
rvo_store_find_many_kept_by_keys(int client_id, const Slice *emails, const Slice *linkedin_urls, int n,
								 bool read_only, ContactOwners *owners)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_slices(&e, emails, n);
	rvo_add_slices(&e, linkedin_urls, n);
	rvo_query_read(read_only ? &read_many_kept_by_keys : &find_many_kept_by_keys, &e, rvo_store_read_contact_owners,
				   &owners);
}

/*
 * rvo_store_insert_merged_contact notes that a contact, and what was merged into it, is now another.  The time is the
 * clock's, not the transaction's: by it is told who had a key last, also of two that one transaction merged.
 */
void
rvo_store_insert_merged_contact(int client_id, const Contact *merged, int64 kept_id)
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
	rvo_add_time(&e, GetCurrentTimestamp());
	rvo_query_run(&insert_merged_contact, &e);
}
