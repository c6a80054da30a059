/*
 * store_company.c
 *	  Queries on companies, one typed function each; those of lists are in store_company_list.c.
 *
 * A look-up of many has an array as a parameter, and each entry of it is a look-up
 * of its own by a unique index: a LATERAL or scalar sub-select, which the planner
 * can't turn into a join.  With the array as a condition, a plan made for a small
 * table would read all of a client.
 *
 * Every statement names client_id, but for those that tell another client's
 * company from none at all, or that are the master list's.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/timestamp.h"

#include "base/attempt.h"
#include "base/compat.h"
#include "base/fault.h"
#include "store/record/store_company.h"
#include "store/record/store_company_domain.h"
#include "store/service/store_client.h"

#define FIND_COMPANY(how) { \
	.sql = "SELECT id, true FROM revyops.company WHERE domain = $1 AND client_id = $2" \
	" UNION ALL SELECT company_id, false FROM revyops.company_domain WHERE domain = $1 AND client_id = $2 LIMIT 1", \
	.expected = SPI_OK_SELECT, .read_only = (how), .nparameters = 2, \
	.types = {TEXTOID, INT4OID}, \
}

static KeptQuery find_company = FIND_COMPANY(false);
static KeptQuery find_company_read = FIND_COMPANY(true);

static KeptQuery lock_company_of_domain = {
	.sql = "SELECT id FROM revyops.company WHERE domain = $1 AND client_id = $2 FOR KEY SHARE",
	.expected = SPI_OK_SELECT, .of_snapshot = true, .strays = true, .nparameters = 2,
	.types = {TEXTOID, INT4OID},
};

static KeptQuery lock_company = {
	.sql = "SELECT id FROM revyops.company WHERE client_id = $1 AND id = $2 FOR KEY SHARE",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

static KeptQuery find_other_client = {
	.sql = "SELECT FROM revyops.company WHERE id = $1 AND client_id <> $2 AND client_id > 0",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {INT8OID, INT4OID},
};

static KeptQuery is_of_domain = {
	.sql = "SELECT id FROM revyops.company WHERE client_id = $1 AND id = $2 AND domain = $3",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 3,
	.types = {INT4OID, INT8OID, TEXTOID},
};

static KeptQuery get_company = {
	.sql = "SELECT " READ_COMPANY " FROM revyops.company WHERE client_id = $1 AND id = $2",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

static KeptQuery get_company_of_any = {
	.sql = "SELECT " READ_COMPANY " FROM revyops.company WHERE id = $1 AND " OF_SERVED " ORDER BY client_id LIMIT 1",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 1,
	.types = {INT8OID},
};

static KeptQuery get_companies = GET_MANY(READ_COMPANY, "revyops.company", "");
static KeptQuery get_companies_descending = GET_MANY(READ_COMPANY, "revyops.company", " DESC");
static KeptQuery get_companies_of_any = GET_MANY_OF_ANY(READ_COMPANY, "revyops.company");

/* Contacts may be made with it meanwhile. */
static KeptQuery lock_company_to_change = {
	.sql = "SELECT " READ_COMPANY " FROM revyops.company WHERE client_id = $1 AND id = $2 FOR NO KEY UPDATE",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

static KeptQuery lock_company_to_delete = {
	.sql = "SELECT id FROM revyops.company WHERE client_id = $1 AND id = $2 FOR UPDATE",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

/* Companies by domain and by id; lock is for the rows of the client's own. */
#define COMPANIES_OF_CONTACTS(lock, how) { \
	.sql = "WITH of_domain AS (SELECT c.id, c.domain FROM pg_catalog.unnest($2) AS k (domain)," \
	" LATERAL (SELECT id, domain FROM revyops.company WHERE domain = k.domain AND client_id = $1" lock ") AS c)," \
	" of_other_domain AS (SELECT c.id, d.domain FROM pg_catalog.unnest($2) AS k (domain)," \
	" LATERAL (SELECT domain, company_id FROM revyops.company_domain WHERE domain = k.domain AND client_id = $1 OFFSET 0) AS d," \
	" LATERAL (SELECT id FROM revyops.company WHERE client_id = $1 AND id = d.company_id" lock ") AS c)," \
	" of_id AS (SELECT c.id FROM pg_catalog.unnest($3) AS k (id)," \
	" LATERAL (SELECT id FROM revyops.company WHERE client_id = $1 AND id = k.id" lock ") AS c)" \
	" SELECT id, domain::text FROM of_domain" \
	" UNION ALL SELECT id, domain::text FROM of_other_domain" \
	" UNION ALL SELECT id, NULL FROM of_id", \
	.expected = SPI_OK_SELECT, .read_only = (how), .nparameters = 3, \
	.types = {INT4OID, TEXTARRAYOID, INT8ARRAYOID}, \
}

static KeptQuery lock_companies = COMPANIES_OF_CONTACTS(" FOR KEY SHARE", false);

/* OFFSET 0 keeps it a look-up for each: without a lock the planner would make a join of it. */
static KeptQuery read_companies = COMPANIES_OF_CONTACTS(" OFFSET 0", true);

/* Apart from those above, which ask one machine for one client. */
#define COMPANIES_OF_OTHERS(how) { \
	.sql = "SELECT DISTINCT id FROM revyops.company WHERE id = ANY ($2) AND client_id <> $1 AND client_id > 0", \
	.expected = SPI_OK_SELECT, .read_only = (how), .nparameters = 2, \
	.types = {INT4OID, INT8ARRAYOID}, \
}
static KeptQuery find_companies_of_others = COMPANIES_OF_OTHERS(false);
static KeptQuery read_companies_of_others = COMPANIES_OF_OTHERS(true);

static KeptQuery find_companies = {
	.sql = "SELECT COALESCE((SELECT id FROM revyops.company WHERE domain = k.domain AND client_id = $1),"
	" (SELECT company_id FROM revyops.company_domain WHERE domain = k.domain AND client_id = $1))"
	" FROM pg_catalog.unnest($2) AS k (domain)",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {INT4OID, TEXTARRAYOID},
};


#define INSERT_COMPANY(on_conflict) { \
	.sql = "INSERT INTO revyops.company (client_id, id, " COMPANY_COLUMNS(WRITTEN) ", custom_fields, updated_time)" \
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)" on_conflict, \
	.expected = SPI_OK_INSERT, .nparameters = 9, \
	.types = {INT4OID, INT8OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID, JSONBOID, TIMESTAMPTZOID}, \
}

static KeptQuery insert_company = INSERT_COMPANY(" ON CONFLICT DO NOTHING");
static KeptQuery insert_company_or_raise = INSERT_COMPANY("");

static KeptQuery insert_companies = {
	.sql = "WITH inserted AS (INSERT INTO revyops.company (client_id, id, " COMPANY_COLUMNS(WRITTEN) ", custom_fields, updated_time)"
	" SELECT $1, pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4), pg_catalog.unnest($5),"
	" pg_catalog.unnest($6), pg_catalog.unnest($7), pg_catalog.unnest($8), pg_catalog.unnest($9) ON CONFLICT DO NOTHING RETURNING id)"
	" SELECT pg_catalog.array_agg(id::bigint) FROM inserted",
	.expected = SPI_OK_SELECT, .nparameters = 9,
	.types = {INT4OID, INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TIMESTAMPTZARRAYOID, JSONBARRAYOID, TIMESTAMPTZARRAYOID},
};

static KeptQuery update_company = {
	.sql = "UPDATE revyops.company SET (" COMPANY_COLUMNS(WRITTEN) ", custom_fields, updated_time) ="
	" ROW ($3, $4, $5, $6, $7, $8, $9) WHERE client_id = $1 AND id = $2",
	.expected = SPI_OK_UPDATE, .nparameters = 9,
	.types = {INT4OID, INT8OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID, JSONBOID, TIMESTAMPTZOID},
};

static KeptQuery delete_company = {
	.sql = "DELETE FROM revyops.company WHERE client_id = $1 AND id = $2",
	.expected = SPI_OK_DELETE, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

const RecordTable rvo_company_table = {
	.entity = COMPANY_ENTITY,
	.size = sizeof(Company),
	.shape = &rvo_company_shape,
	.get = &get_company,
	.get_of_any = &get_company_of_any,
	.get_many = &get_companies,
	.get_many_descending = &get_companies_descending,
	.get_many_of_any = &get_companies_of_any,
	.lock = &lock_company_to_change,
	.find_other_client = &find_other_client,
	.insert = &insert_company,
	.insert_or_raise = &insert_company_or_raise,
	.insert_many = &insert_companies,
	.update = &update_company,
	.not_inserted = "a company was not inserted, and its domain does not explain it",
};

/* ---------------------------------------------------------------- one */

/* rvo_store_find_company returns the id of the client's company with this domain, the first or another of it, or 0. */
int64
rvo_store_find_company(int client_id, Slice domain)
{
	Execution	e = {0};

	rvo_add_text(&e, domain);
	rvo_add_integer(&e, client_id);
	return rvo_query_find_id(&find_company, &e);
}

/* rvo_store_has_company_now tells whether there is one by now, whatever the snapshot. */
bool
rvo_store_has_company_now(int client_id, Slice domain)
{
	Execution	e = {0};

	rvo_add_text(&e, domain);
	rvo_add_integer(&e, client_id);
	return rvo_query_run_now(&find_company_read, &e) > 0;
}

/*
 * rvo_store_lock_company_of_domain returns the company that has a domain, as the calling
 * statement sees it.  One whose first domain it is it keeps from being deleted until the
 * transaction ends, as the foreign key's own check does a moment later.  A company that got
 * another domain while we waited is not kept: its lock and that of domains, which who finds
 * none takes next, are taken in the other order by those who change domains.
 *
 * Two queries, since each of them goes the short way, and most domains are nobody's second.
 * Who can't tell whether there was something to lock asks for both at once instead.
 */
DomainOwner
rvo_store_lock_company_of_domain(int client_id, Slice domain)
{
	Execution	e = {0};
	int64		id;

	rvo_add_text(&e, domain);
	rvo_add_integer(&e, client_id);
	id = rvo_query_find_id(&lock_company_of_domain, &e);
	if (id != 0)
		return (DomainOwner) {.id = id, .locked = true};
	if (!e.unsure)
		return (DomainOwner) {.id = rvo_store_see_company_of_other_domain(client_id, domain)};
	id = rvo_query_find_id(&find_company_read, &e);
	return (DomainOwner) {.id = id, .lost = id != 0 && DatumGetBool(e.results[1])};
}

/* rvo_store_lock_company does the same by id; false if the client has no such company. */
bool
rvo_store_lock_company(int client_id, int64 id)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, id);
	return rvo_query_run(&lock_company, &e) > 0;
}

/* rvo_store_is_company_of_domain tells whether a company has this domain. */
bool
rvo_store_is_company_of_domain(int client_id, int64 id, Slice domain)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, id);
	rvo_add_text(&e, domain);
	return rvo_query_run(&is_of_domain, &e) > 0;
}

/* A company to lock. */
typedef struct Locking
{
	int			client_id;
	int64		id;
	bool		found;
} Locking;

/* lock_to_delete locks it; false, so that an attempt lets it go again. */
static bool
lock_to_delete(void *arg)
{
	Locking    *locking = arg;
	Execution	e = {0};

	rvo_add_integer(&e, locking->client_id);
	rvo_add_id(&e, locking->id);
	locking->found = rvo_query_run(&lock_company_to_delete, &e) > 0;
	return false;
}

/*
 * rvo_store_lock_company_to_delete keeps others from changing a company, and waits for, and keeps off, whoever makes a
 * contact with it.
 *
 * The server looks at a row, lets go of its page, and then grants FOR KEY SHARE although FOR UPDATE was granted
 * meanwhile (heap_lock_tuple looks for an update only, not for a lock, when it has the page again).  Whoever got in so
 * may wait for a contact that we lock next, and we for them, once the company is to be deleted.  So the lock is taken
 * twice: the second time waits for them.
 */
bool
rvo_store_lock_company_to_delete(int client_id, int64 id)
{
	Locking		locking = {.client_id = client_id, .id = id};

	(void) rvo_attempt_kept(lock_to_delete, &locking);
	if (locking.found)
		(void) lock_to_delete(&locking);
	return locking.found;
}

/* rvo_store_delete_company deletes a company that has no contacts left; false if it is gone, or a trigger kept it. */
bool
rvo_store_delete_company(int client_id, int64 id)
{
	return rvo_store_delete(&delete_company, client_id, id) > 0;
}

/* ---------------------------------------------------------------- many */

static void
read_company_of_contacts(void *arg, const Datum *values, const bool *nulls)
{
	const CompanyReader *reader = arg;
	int64		id = DatumGetInt64(values[0]);

	if (nulls[1])
		reader->of_id(reader->arg, id, false);
	else
		reader->of_domain(reader->arg, rvo_slice_of_text(DatumGetTextPP(values[1])), id);
}

static void
read_company_of_others(void *arg, const Datum *values, const bool *nulls pg_attribute_unused())
{
	const CompanyReader *reader = arg;

	reader->of_id(reader->arg, DatumGetInt64(values[0]), true);
}

/*
 * rvo_store_find_companies_of_contacts finds companies of the client by domain
 * and by id; locked, they can't be deleted until the transaction ends.  The ids
 * that another client has come before the client's own, if the client may know of them.
 */
void
rvo_store_find_companies_of_contacts(int client_id, const Slice *domains, int ndomains,
									 const int64 *ids, int nids,
									 CompanyAccess access, const CompanyReader *reader)
{
	Execution	e = {0};
	Execution	others = {0};
	const void **rows = palloc(nids * sizeof(void *));

	for (int i = 0; i < nids; i++)
		rows[i] = &ids[i];
	if (nids > 0 && rvo_store_tells_foreign_ids(client_id))
	{
		rvo_add_integer(&others, client_id);
		rvo_add_ids(&others, rows, nids, 0);
		rvo_query_read(access == COMPANIES_LOCKED ? &find_companies_of_others : &read_companies_of_others, &others,
					   read_company_of_others, unconstify(CompanyReader *, reader));
	}
	rvo_add_integer(&e, client_id);
	rvo_add_slices(&e, domains, ndomains);
	rvo_add_ids(&e, rows, nids, 0);
	rvo_query_read(access == COMPANIES_LOCKED ? &lock_companies : &read_companies, &e,
				   read_company_of_contacts, unconstify(CompanyReader *, reader));
}

/* rvo_store_find_companies tells for each domain which company has it, as the first or beside it, 0 for none. */
void
rvo_store_find_companies(int client_id, const Slice *domains, int n, int64 *ids)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_slices(&e, domains, n);
	rvo_query_read(&find_companies, &e, rvo_read_next_id, &ids);
}
