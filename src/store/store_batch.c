/*
 * store_batch.c
 *	  Look-ups of many rows at once, one typed function each.
 *
 * The list is an array parameter, and each entry of it is a look-up of its own
 * by a unique index: a LATERAL or scalar sub-select, which the planner can't
 * turn into a join.  With the list as a condition, a plan made for a small
 * table would read all of a client.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"

#include "base/compat.h"
#include "store/store_batch.h"
#include "store/store_query.h"

/* Companies by domain and by id; lock is for the rows of the client's own. */
#define COMPANIES_OF_CONTACTS(lock, how) { \
	.sql = "WITH of_domain AS (SELECT c.id, c.domain FROM pg_catalog.unnest($2) AS k (domain)," \
	" LATERAL (SELECT id, domain FROM revyops.company WHERE domain = k.domain AND client_id = $1" lock ") AS c)," \
	" of_id AS (SELECT c.id FROM pg_catalog.unnest($3) AS k (id)," \
	" LATERAL (SELECT id FROM revyops.company WHERE client_id = $1 AND id = k.id" lock ") AS c)," \
	" of_others AS (SELECT c.id FROM pg_catalog.unnest($3) AS k (id)," \
	" LATERAL (SELECT id FROM revyops.company WHERE id = k.id AND client_id <> $1 AND client_id > 0 LIMIT 1) AS c)" \
	" SELECT id, domain, false FROM of_domain" \
	" UNION ALL SELECT id, NULL, true FROM of_others" \
	" UNION ALL SELECT id, NULL, false FROM of_id", \
	.expected = SPI_OK_SELECT, .read_only = (how), .nparameters = 3, \
	.types = {INT4OID, TEXTARRAYOID, INT8ARRAYOID}, \
}

static KeptQuery find_free_mail = {
	.sql = "SELECT k.domain FROM pg_catalog.unnest($1) AS k (domain) WHERE COALESCE("
	"(SELECT is_free_mail FROM revyops.free_mail_exception WHERE domain = k.domain),"
	" (SELECT true FROM revyops.free_mail_domain WHERE domain = k.domain))",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 1,
	.types = {TEXTARRAYOID},
};

static KeptQuery lock_companies = COMPANIES_OF_CONTACTS(" FOR KEY SHARE", false);

/* OFFSET 0 keeps it a look-up for each: without a lock the planner would make a join of it. */
static KeptQuery read_companies = COMPANIES_OF_CONTACTS(" OFFSET 0", true);

#define FIND_CONTACTS_OWNERS(how) { \
	.sql = "SELECT (SELECT id FROM revyops.contact WHERE email = k.email AND client_id = $1)," \
	" (SELECT id FROM revyops.contact WHERE linkedin_url = k.linkedin_url AND client_id = $1)" \
	" FROM ROWS FROM (pg_catalog.unnest($2), pg_catalog.unnest($3)) AS k (email, linkedin_url)", \
	.expected = SPI_OK_SELECT, .read_only = (how), .nparameters = 3, \
	.types = {INT4OID, TEXTARRAYOID, TEXTARRAYOID}, \
}

static KeptQuery find_contacts_owners = FIND_CONTACTS_OWNERS(false);
static KeptQuery read_contacts_owners = FIND_CONTACTS_OWNERS(true);

static KeptQuery find_companies = {
	.sql = "SELECT (SELECT id FROM revyops.company WHERE domain = k.domain AND client_id = $1)"
	" FROM pg_catalog.unnest($2) AS k (domain)",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {INT4OID, TEXTARRAYOID},
};

/* ---------------------------------------------------------------- companies of contacts */

static void
read_company(void *arg, const Datum *values, const bool *nulls)
{
	const CompanyReader *reader = arg;
	int64		id = DatumGetInt64(values[0]);

	if (nulls[1])
		reader->of_id(reader->arg, id, DatumGetBool(values[2]));
	else
		reader->of_domain(reader->arg, rvo_slice_of_text(DatumGetTextPP(values[1])), id);
}

/* add_slices adds an array of texts as a parameter. */
static void
add_slices(Execution *e, const Slice *texts, int n)
{
	const void **rows = palloc(n * sizeof(void *));

	for (int i = 0; i < n; i++)
		rows[i] = &texts[i];
	rvo_add_texts(e, rows, n, 0);
}

/*
 * rvo_store_find_companies_of_contacts finds companies of the client by domain
 * and by id; locked, they can't be deleted until the transaction ends.  The ids
 * that another client has come before the client's own.
 */
void
rvo_store_find_companies_of_contacts(int client_id, const Slice *domains, int ndomains,
									 const int64 *ids, int nids,
									 CompanyAccess access, const CompanyReader *reader)
{
	Execution	e = {0};
	const void **rows = palloc(nids * sizeof(void *));

	rvo_add_integer(&e, client_id);
	add_slices(&e, domains, ndomains);
	for (int i = 0; i < nids; i++)
		rows[i] = &ids[i];
	rvo_add_ids(&e, rows, nids, 0);
	rvo_query_read(access == COMPANIES_LOCKED ? &lock_companies : &read_companies, &e,
				   read_company, unconstify(CompanyReader *, reader));
}

/* What is called for each domain found. */
typedef struct DomainReader
{
	void		(*found) (void *arg, Slice domain);
	void	   *arg;
} DomainReader;

static void
read_domain(void *arg, const Datum *values, const bool *nulls pg_attribute_unused())
{
	const DomainReader *reader = arg;

	reader->found(reader->arg, rvo_slice_of_text(DatumGetTextPP(values[0])));
}

/* rvo_store_find_free_mail tells which of the domains are such that anybody can get an address. */
void
rvo_store_find_free_mail(const Slice *domains, int n, void (*found) (void *arg, Slice domain), void *arg)
{
	Execution	e = {0};
	DomainReader reader = {found, arg};

	add_slices(&e, domains, n);
	rvo_query_read(&find_free_mail, &e, read_domain, &reader);
}

/* ---------------------------------------------------------------- contacts */

static void
read_contact_owners(void *arg, const Datum *values, const bool *nulls)
{
	ContactOwners **next = arg;

	(*next)->of_email = nulls[0] ? 0 : DatumGetInt64(values[0]);
	(*next)->of_linkedin_url = nulls[1] ? 0 : DatumGetInt64(values[1]);
	(*next)++;
}

/* rvo_store_find_contacts_owners tells for each contact who has its keys; read_only: as the calling statement sees it. */
void
rvo_store_find_contacts_owners(int client_id, Contact *const *contacts, int n, bool read_only, ContactOwners *owners)
{
	Execution	e = {0};
	const void *const *rows = (const void *const *) contacts;

	rvo_add_integer(&e, client_id);
	rvo_add_texts(&e, rows, n, offsetof(Contact, email));
	rvo_add_texts(&e, rows, n, offsetof(Contact, linkedin_url));
	rvo_query_read(read_only ? &read_contacts_owners : &find_contacts_owners, &e, read_contact_owners, &owners);
}

/* ---------------------------------------------------------------- companies */

static void
read_id(void *arg, const Datum *values, const bool *nulls)
{
	int64	  **next = arg;

	*(*next)++ = nulls[0] ? 0 : DatumGetInt64(values[0]);
}

/* rvo_store_find_companies tells for each company which id has its domain, 0 for none. */
void
rvo_store_find_companies(int client_id, Company *const *companies, int n, int64 *ids)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_texts(&e, (const void *const *) companies, n, offsetof(Company, domain));
	rvo_query_read(&find_companies, &e, read_id, &ids);
}
