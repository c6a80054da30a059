/*
 * argument.c
 *	  Arguments of SQL functions, where SQL's NULL is a value like any other.
 *
 * Called by api_*.c.  No function is STRICT: what NULL means is decided by the
 * use case.
 */
#include "postgres.h"

#include "api/argument.h"
#include "base/compat.h"

/* rvo_argument_text shows a text; no value for NULL. */
Slice
rvo_argument_text(FunctionCallInfo fcinfo, int n)
{
	return rvo_slice_of_text(PG_ARGISNULL(n) ? NULL : PG_GETARG_TEXT_PP(n));
}

Jsonb *
rvo_argument_jsonb(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? NULL : PG_GETARG_JSONB_P(n);
}

/* rvo_argument_id points to a bigint; NULL for NULL. */
const int64 *
rvo_argument_id(FunctionCallInfo fcinfo, int n)
{
	int64	   *id;

	if (PG_ARGISNULL(n))
		return NULL;
	id = palloc(sizeof(int64));
	*id = PG_GETARG_INT64(n);
	return id;
}

/* rvo_argument_number gives an integer, 0 for NULL. */
int
rvo_argument_number(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? 0 : PG_GETARG_INT32(n);
}

/* rvo_argument_list reads what every list has at its end, from the nth on: page, page_size, structure, after and count. */
ListRequest
rvo_argument_list(FunctionCallInfo fcinfo, int n)
{
	return (ListRequest) {
		.page = rvo_argument_number(fcinfo, n),
		.page_size = rvo_argument_number(fcinfo, n + 1),
		.structure = rvo_argument_text(fcinfo, n + 2),
		.after = rvo_argument_text(fcinfo, n + 3),
		.count = rvo_argument_text(fcinfo, n + 4),
	};
}

/* rvo_argument_lookup reads all that a look-up has: field_name, field_value, and what every list has. */
ListRequest
rvo_argument_lookup(FunctionCallInfo fcinfo)
{
	ListRequest list = rvo_argument_list(fcinfo, 2);

	list.by_field = true;
	list.field_name = rvo_argument_text(fcinfo, 0);
	list.field_value = rvo_argument_text(fcinfo, 1);
	return list;
}

/* rvo_argument_merge returns the arguments (keep bigint, other bigint, structure text). */
MergeRequest
rvo_argument_merge(FunctionCallInfo fcinfo)
{
	return (MergeRequest) {
		.keep = rvo_argument_id(fcinfo, 0),
		.keep_name = "keep",
		.other = rvo_argument_id(fcinfo, 1),
		.other_name = "other",
		.structure = rvo_argument_text(fcinfo, 2),
	};
}

/* rvo_argument_line returns the number of a line: 0 for NULL, less for what is none. */
int64
rvo_argument_line(FunctionCallInfo fcinfo, int n)
{
	int			line = PG_ARGISNULL(n) ? 0 : PG_GETARG_INT32(n);

	return !PG_ARGISNULL(n) && line < 1 ? -1 : line;
}
