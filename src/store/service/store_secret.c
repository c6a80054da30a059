/*
 * store_secret.c
 *	  What the extension keeps to itself.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/compat.h"
#include "base/failure.h"
#include "store/query/store_query.h"
#include "store/service/store_secret.h"

static KeptQuery find_secret = {
	.sql = "SELECT secret::bytea FROM revyops.secret WHERE name = $1",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 1,
	.types = {TEXTOID},
};

static Slice
find(Slice name)
{
	Execution	e = {0};

	rvo_add_text(&e, name);
	if (rvo_query_run(&find_secret, &e) == 0)
		rvo_failure_raise_bug("revyops.secret has no key for cursors");
	return rvo_result(&e, 0);
}

/* rvo_store_secret returns the key that cursors are signed with, and locks are numbered by. */
Slice
rvo_store_secret(void)
{
	return find(CONST_SLICE("cursor"));
}

/* rvo_store_secret_of_changes returns the key of cursors of the change feed. */
Slice
rvo_store_secret_of_changes(void)
{
	return find(CONST_SLICE("changes"));
}
