/*
 * store_free_mail.c
 *	  Domains where anybody can get an address.
 *
 * Those that come with the extension, and exceptions from them, which are the
 * owner's and count first.  Many are asked about in store_company_host.c.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/compat.h"
#include "store/query/store_query.h"
#include "store/record/store_free_mail.h"

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
