/*
 * store_free_mail.c
 *	  Domains where anybody can get an address, one or many.
 *
 * Those that come with the extension, and exceptions from them, which are the
 * owner's and count first.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/compat.h"
#include "store/store_free_mail.h"
#include "store/store_query.h"

static KeptQuery find_free_mail_exception = {
	.sql = "SELECT is_free_mail::boolean FROM revyops.free_mail_exception WHERE domain = $1",
	.expected = SPI_OK_SELECT, .nparameters = 1,
	.types = {TEXTOID},
};

static KeptQuery find_free_mail_domain = {
	.sql = "SELECT domain FROM revyops.free_mail_domain WHERE domain = $1",
	.expected = SPI_OK_SELECT, .nparameters = 1,
	.types = {TEXTOID},
};

static KeptQuery find_free_mail = {
	.sql = "SELECT k.domain FROM pg_catalog.unnest($1) AS k (domain) WHERE COALESCE("
	"(SELECT is_free_mail FROM revyops.free_mail_exception WHERE domain = k.domain),"
	" (SELECT true FROM revyops.free_mail_domain WHERE domain = k.domain))",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 1,
	.types = {TEXTARRAYOID},
};

/* rvo_store_is_free_mail tells whether anybody can get an address of a domain. */
bool
rvo_store_is_free_mail(Slice domain)
{
	Execution	e = {0};

	rvo_add_text(&e, domain);
	if (rvo_query_run(&find_free_mail_exception, &e) > 0)
		return DatumGetBool(e.results[0]);
	return rvo_query_run(&find_free_mail_domain, &e) > 0;
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

	rvo_add_slices(&e, domains, n);
	rvo_query_read(&find_free_mail, &e, read_domain, &reader);
}
