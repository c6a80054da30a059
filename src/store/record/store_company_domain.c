/*
 * store_company_domain.c
 *	  Queries on the domains of companies beside the first, one typed function each.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/compat.h"
#include "base/failure.h"
#include "store/query/store_query.h"
#include "store/record/store_company_domain.h"

#define FIND_COMPANY(how) { \
	.sql = "SELECT company_id FROM revyops.company_domain WHERE domain = $1 AND client_id = $2", \
	.expected = SPI_OK_SELECT, .read_only = (how), .nparameters = 2, \
	.types = {TEXTOID, INT4OID}, \
}

static KeptQuery find_company = FIND_COMPANY(false);
static KeptQuery find_company_read = FIND_COMPANY(true);

static KeptQuery find_companies = {
	.sql = "SELECT (SELECT company_id FROM revyops.company_domain WHERE domain = k.domain AND client_id = $1)"
	" FROM pg_catalog.unnest($2) AS k (domain)",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {INT4OID, TEXTARRAYOID},
};

static KeptQuery first_domain = {
	.sql = "SELECT domain::text FROM revyops.company WHERE client_id = $1 AND id = $2",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

static KeptQuery list_domains = {
	.sql = "SELECT domain::text, true FROM revyops.company WHERE client_id = $1 AND id = $2"
	" UNION ALL (SELECT domain::text, false FROM revyops.company_domain WHERE company_id = $2 AND client_id = $1"
	" ORDER BY domain)",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

static KeptQuery insert_domain = {
	.sql = "INSERT INTO revyops.company_domain (client_id, domain, company_id) VALUES ($1, $2, $3)",
	.expected = SPI_OK_INSERT, .nparameters = 3,
	.types = {INT4OID, TEXTOID, INT8OID},
};

static KeptQuery delete_domain = {
	.sql = "DELETE FROM revyops.company_domain WHERE domain = $1 AND client_id = $2 AND company_id = $3",
	.expected = SPI_OK_DELETE, .nparameters = 3,
	.types = {TEXTOID, INT4OID, INT8OID},
};

static KeptQuery move_domains = {
	.sql = "UPDATE revyops.company_domain SET company_id = $3 WHERE company_id = $2 AND client_id = $1",
	.expected = SPI_OK_UPDATE, .nparameters = 3,
	.types = {INT4OID, INT8OID, INT8OID},
};

/* rvo_store_find_company_of_other_domain returns the id of the company that a domain leads to, beside its first; 0 for none. */
int64
rvo_store_find_company_of_other_domain(int client_id, Slice domain)
{
	Execution	e = {0};

	rvo_add_text(&e, domain);
	rvo_add_integer(&e, client_id);
	return rvo_query_find_id(&find_company, &e);
}

/* rvo_store_see_company_of_other_domain does so as the calling statement sees it. */
int64
rvo_store_see_company_of_other_domain(int client_id, Slice domain)
{
	Execution	e = {0};

	rvo_add_text(&e, domain);
	rvo_add_integer(&e, client_id);
	return rvo_query_find_id(&find_company_read, &e);
}

/* rvo_store_is_other_domain_now tells whether a domain leads to one by now, whatever the snapshot. */
bool
rvo_store_is_other_domain_now(int client_id, Slice domain)
{
	Execution	e = {0};

	rvo_add_text(&e, domain);
	rvo_add_integer(&e, client_id);
	return rvo_query_run_now(&find_company_read, &e) > 0;
}

/* rvo_store_find_companies_of_other_domains does so for many. */
void
rvo_store_find_companies_of_other_domains(int client_id, const Slice *domains, int n, int64 *ids)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_slices(&e, domains, n);
	rvo_query_read(&find_companies, &e, rvo_read_next_id, &ids);
}

/*
 * rvo_store_first_domain returns the first domain of the company that has another one; that one, if none has.
 * Two queries of the same snapshot, since each of them goes the short way, and most domains are nobody's second.
 */
Slice
rvo_store_first_domain(int client_id, Slice domain)
{
	Execution	e = {0};
	Execution	of_company = {0};
	int64		id;

	rvo_add_text(&e, domain);
	rvo_add_integer(&e, client_id);
	id = rvo_query_find_id(&find_company_read, &e);
	if (id == 0)
		return domain;
	rvo_add_integer(&of_company, client_id);
	rvo_add_id(&of_company, id);
	return rvo_query_run(&first_domain, &of_company) > 0 ? rvo_result(&of_company, 0) : domain;
}

/* What a reader is called with. */
typedef struct DomainReading
{
	DomainReader read;
	void	   *arg;
} DomainReading;

static void
read_domain(void *arg, const Datum *values, const bool *nulls pg_attribute_unused())
{
	const DomainReading *reading = arg;

	reading->read(reading->arg, rvo_slice_of_text(DatumGetTextPP(values[0])), DatumGetBool(values[1]));
}

/* rvo_store_list_company_domains shows the domains of a company. */
void
rvo_store_list_company_domains(int client_id, int64 company_id, DomainReader read, void *arg)
{
	Execution	e = {0};
	DomainReading reading = {read, arg};

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, company_id);
	rvo_query_read(&list_domains, &e, read_domain, &reading);
}

/* rvo_store_insert_company_domain adds a domain that nobody has, as rvo_store_line_up_domains makes sure. */
void
rvo_store_insert_company_domain(int client_id, Slice domain, int64 company_id)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_text(&e, domain);
	rvo_add_id(&e, company_id);
	if (rvo_query_run(&insert_domain, &e) != 1)
		rvo_failure_raise_bug("a domain was not added to its company");
}

/* rvo_store_delete_company_domain takes a domain away; false if the company has no such beside its first. */
bool
rvo_store_delete_company_domain(int client_id, Slice domain, int64 company_id)
{
	Execution	e = {0};

	rvo_add_text(&e, domain);
	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, company_id);
	return rvo_query_run(&delete_domain, &e) > 0;
}

/* rvo_store_move_company_domains gives all but the first domain of a company to another. */
void
rvo_store_move_company_domains(int client_id, int64 from_id, int64 to_id)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, from_id);
	rvo_add_id(&e, to_id);
	rvo_query_run(&move_domains, &e);
}
