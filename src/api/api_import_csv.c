/*
 * api_import_csv.c
 *	  The SQL functions that import a file in one transaction, and tell what an import did.
 *
 * Unpack the arguments and hand on.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "api/argument.h"
#include "base/compat.h"
#include "work/caller/auth.h"
#include "work/import/import_csv.h"
#include "work/import/import_report.h"

PG_FUNCTION_INFO_V1(revyops_import_csv);
PG_FUNCTION_INFO_V1(revyops_import_company_csv);
PG_FUNCTION_INFO_V1(revyops_import_report);

/*
 * import_csv is both functions (content bytea, mode text, on_fault text, blanks text, columns jsonb,
 * origin text, encoding text, delimiter text, header_line integer) returns jsonb.
 */
static Datum
import_csv(FunctionCallInfo fcinfo, const ImportKind *kind)
{
	Claim		claim = rvo_auth_claim_of_call();
	CsvImport	wanted = {
		.kind = kind,
		.content = rvo_slice_of_text(PG_ARGISNULL(0) ? NULL : (text *) PG_GETARG_BYTEA_PP(0)),
		.mode = rvo_argument_text(fcinfo, 1),
		.on_fault = rvo_argument_text(fcinfo, 2),
		.blanks = rvo_argument_text(fcinfo, 3),
		.columns = rvo_argument_jsonb(fcinfo, 4),
		.origin = rvo_argument_text(fcinfo, 5),
		.encoding = rvo_argument_text(fcinfo, 6),
		.delimiter = rvo_argument_text(fcinfo, 7),
		.header_line = rvo_argument_line(fcinfo, 8),
	};

	if (wanted.content.data == NULL)
		rvo_fault_add(&wanted.faults, "content", FAULT_REQUIRED);
	PG_RETURN_JSONB_P(rvo_import_csv(&claim, &wanted));
}

Datum
revyops_import_csv(PG_FUNCTION_ARGS)
{
	return import_csv(fcinfo, &rvo_contact_import);
}

Datum
revyops_import_company_csv(PG_FUNCTION_ARGS)
{
	return import_csv(fcinfo, &rvo_company_import);
}

/* put_line adds a line to the result. */
static void
put_line(void *arg, Slice line)
{
	ReturnSetInfo *result = arg;
	Datum		value = PointerGetDatum(cstring_to_text_with_len(line.data, line.len));
	bool		isnull = false;

	tuplestore_putvalues(result->setResult, result->setDesc, &value, &isnull);
}

/* revyops_import_report(job bigint, outcome text) returns setof text */
Datum
revyops_import_report(PG_FUNCTION_ARGS)
{
	int			client_id = rvo_auth_client_id_of_call();

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	rvo_import_report_lines(client_id, rvo_argument_id(fcinfo, 0), rvo_argument_text(fcinfo, 1), put_line,
							fcinfo->resultinfo);
	return (Datum) 0;
}
