/*
 * store_company_host.c
 *	  What is said of hosts, one or many.
 *
 * As for free mail there is a list that comes with the extension, and exceptions
 * from it, which are the owner's and count first.  Many hosts are asked about
 * together with free mail, in one query.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/compat.h"
#include "store/query/store_query.h"
#include "store/record/store_company_host.h"

static KeptQuery find_company_host_exception = {
	.sql = "SELECT kind::text FROM revyops.company_host_exception WHERE host = $1",
	.expected = SPI_OK_SELECT, .nparameters = 1,
	.types = {TEXTOID},
};

static KeptQuery find_company_host = {
	.sql = "SELECT kind::text FROM revyops.company_host WHERE host = $1",
	.expected = SPI_OK_SELECT, .nparameters = 1,
	.types = {TEXTOID},
};

static KeptQuery find_hosts = {
	.sql = "SELECT k.host,"
	" COALESCE((SELECT is_free_mail::boolean FROM revyops.free_mail_exception WHERE domain = k.host),"
	" (SELECT true FROM revyops.free_mail_domain WHERE domain = k.host)),"
	" COALESCE((SELECT kind::text FROM revyops.company_host_exception WHERE host = k.host),"
	" (SELECT kind::text FROM revyops.company_host WHERE host = k.host))"
	" FROM pg_catalog.unnest($1) AS k (host)",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 1,
	.types = {TEXTARRAYOID},
};

/* rvo_store_host_kind tells what is said of a host. */
HostKind
rvo_store_host_kind(Slice host)
{
	Execution	e = {0};

	rvo_add_text(&e, host);
	if (rvo_query_run(&find_company_host_exception, &e) > 0 || rvo_query_run(&find_company_host, &e) > 0)
		return rvo_host_kind_read(rvo_result_text(e.results[0], e.result_nulls[0]));
	return HOST_UNLISTED;
}

/* Whom to tell of each host. */
typedef struct HostListener
{
	HostReader	read;
	void	   *arg;
} HostListener;

static void
read_host(void *arg, const Datum *values, const bool *nulls)
{
	const HostListener *listener = arg;
	bool		is_free_mail = !nulls[1] && DatumGetBool(values[1]);

	if (is_free_mail || !nulls[2])
		listener->read(listener->arg, rvo_result_text(values[0], nulls[0]), is_free_mail,
					   nulls[2] ? HOST_UNLISTED : rvo_host_kind_read(rvo_result_text(values[2], nulls[2])));
}

/* rvo_store_find_hosts tells what is said of hosts, and which are such that anybody can get an address. */
void
rvo_store_find_hosts(const Slice *hosts, int n, HostReader read, void *arg)
{
	Execution	e = {0};
	HostListener listener = {read, arg};

	rvo_add_slices(&e, hosts, n);
	rvo_query_read(&find_hosts, &e, read_host, &listener);
}
