/*
 * api_rules.c
 *	  The rules of the keys as SQL functions: the normalisers, the checks of
 *	  the tables' constraints, the expression of the custom field index, and
 *	  whether a document has a key.
 *
 * All are immutable and touch no table.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "base/compat.h"
#include "base/failure.h"
#include "base/fault.h"
#include "shape/import/person_mention.h"
#include "shape/record/custom_field.h"
#include "shape/record/custom_field_index.h"
#include "shape/record/member.h"
#include "value/domain.h"
#include "value/email_address.h"
#include "value/field_value.h"
#include "value/import_key.h"
#include "value/linkedin.h"

PG_FUNCTION_INFO_V1(revyops_normalize_email);
PG_FUNCTION_INFO_V1(revyops_normalize_linkedin_url);
PG_FUNCTION_INFO_V1(revyops_normalize_domain);
PG_FUNCTION_INFO_V1(revyops_is_canonical_email);
PG_FUNCTION_INFO_V1(revyops_is_canonical_linkedin_url);
PG_FUNCTION_INFO_V1(revyops_is_canonical_domain);
PG_FUNCTION_INFO_V1(revyops_custom_field_hashes);
PG_FUNCTION_INFO_V1(revyops_has_custom_field);
PG_FUNCTION_INFO_V1(revyops_custom_field);
PG_FUNCTION_INFO_V1(revyops_custom_field_number);
PG_FUNCTION_INFO_V1(revyops_mentions);
PG_FUNCTION_INFO_V1(revyops_octets_mention);
PG_FUNCTION_INFO_V1(revyops_import_header_key);

/* normalize applies a normaliser to the only argument; NULL gives NULL. */
static Datum
normalize(FunctionCallInfo fcinfo, Normalizer normalizer, const char *parameter, int max_length)
{
	FaultList	faults = {0};
	FaultCode	fault;
	Slice		out;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	fault = normalizer(rvo_slice_of_text(PG_GETARG_TEXT_PP(0)), &out);
	if (fault == FAULT_TOO_LONG)
		rvo_fault_add_limit(&faults, parameter, fault, max_length, out.len);
	else if (fault != FAULT_NONE)
		rvo_fault_add(&faults, parameter, fault);
	if (faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	if (out.data == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}

/* is_canonical tells whether a normaliser gives the only argument back. */
static bool
is_canonical(FunctionCallInfo fcinfo, Normalizer normalizer)
{
	Slice		in = rvo_slice_of_text(PG_GETARG_TEXT_PP(0));
	Slice		out;

	return normalizer(in, &out) == FAULT_NONE && out.data != NULL && rvo_slice_equal(in, out);
}

/* revyops_normalize_email(email text) returns text */
Datum
revyops_normalize_email(PG_FUNCTION_ARGS)
{
	return normalize(fcinfo, rvo_email_address_normalize, "email", EMAIL_MAX_LENGTH);
}

/* revyops_normalize_linkedin_url(linkedin_url text) returns text */
Datum
revyops_normalize_linkedin_url(PG_FUNCTION_ARGS)
{
	return normalize(fcinfo, rvo_linkedin_normalize, "linkedin_url", 0);
}

/* revyops_normalize_domain(domain text) returns text */
Datum
revyops_normalize_domain(PG_FUNCTION_ARGS)
{
	return normalize(fcinfo, rvo_domain_normalize, "domain", 0);
}

/* is_canonical_email(email text) returns boolean */
Datum
revyops_is_canonical_email(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(is_canonical(fcinfo, rvo_email_address_normalize));
}

/* is_canonical_linkedin_url(linkedin_url text) returns boolean */
Datum
revyops_is_canonical_linkedin_url(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(is_canonical(fcinfo, rvo_linkedin_normalize));
}

/* is_canonical_domain(domain text) returns boolean */
Datum
revyops_is_canonical_domain(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(rvo_domain_is_canonical(rvo_slice_of_text(PG_GETARG_TEXT_PP(0))));
}

/* custom_field_hashes(client_id integer, custom_fields jsonb) returns bigint[] */
Datum
revyops_custom_field_hashes(PG_FUNCTION_ARGS)
{
	Jsonb	   *nested = PG_GETARG_JSONB_P(1);
	int64	   *hashes;
	int			n = rvo_custom_fields_hash(PG_GETARG_INT32(0), &nested->root, &hashes);
	Datum	   *elements = palloc(Max(n, 1) * sizeof(Datum));

	for (int i = 0; i < n; i++)
		elements[i] = Int64GetDatum(hashes[i]);
	PG_RETURN_ARRAYTYPE_P(construct_array(elements, n, INT8OID, sizeof(int64),
										  FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/* has_custom_field(custom_fields jsonb, name text, value text, any_case boolean) returns boolean */
Datum
revyops_has_custom_field(PG_FUNCTION_ARGS)
{
	Jsonb	   *nested = PG_GETARG_JSONB_P(0);

	PG_RETURN_BOOL(rvo_custom_fields_have(&nested->root, rvo_slice_of_text(PG_GETARG_TEXT_PP(1)),
										  rvo_slice_of_text(PG_GETARG_TEXT_PP(2)), PG_GETARG_BOOL(3)));
}

/* custom_field(custom_fields jsonb, name text) returns text */
Datum
revyops_custom_field(PG_FUNCTION_ARGS)
{
	Jsonb	   *nested = PG_GETARG_JSONB_P(0);
	Slice		value = rvo_custom_fields_value(&nested->root, rvo_slice_of_text(PG_GETARG_TEXT_PP(1)));

	if (value.data == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(value.data, value.len));
}

/* custom_field_number(custom_fields jsonb, name text) returns numeric; NULL for what is no number */
Datum
revyops_custom_field_number(PG_FUNCTION_ARGS)
{
	Jsonb	   *nested = PG_GETARG_JSONB_P(0);
	Slice		value = rvo_custom_fields_value(&nested->root, rvo_slice_of_text(PG_GETARG_TEXT_PP(1)));

	if (value.data == NULL || !rvo_field_number(&value))
		PG_RETURN_NULL();
	return DirectFunctionCall3(numeric_in, CStringGetDatum(rvo_slice_cstring(value)), ObjectIdGetDatum(InvalidOid),
							   Int32GetDatum(-1));
}

/* person_keys reads an argument that is the keys of a person. */
static Slice *
person_keys(ArrayType *array, int *n)
{
	Datum	   *elements;
	bool	   *nulls;
	Slice	   *keys;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, n);
	keys = palloc(Max(*n, 1) * sizeof(Slice));
	for (int i = 0; i < *n; i++)
		keys[i] = nulls[i] ? NO_SLICE : rvo_slice_of_text(DatumGetTextPP(elements[i]));
	return keys;
}

/* mentions(document jsonb, keys text[]) returns boolean */
Datum
revyops_mentions(PG_FUNCTION_ARGS)
{
	Jsonb	   *document = PG_GETARG_JSONB_P(0);
	int			n;
	Slice	   *keys = person_keys(PG_GETARG_ARRAYTYPE_P(1), &n);

	PG_RETURN_BOOL(rvo_person_is_mentioned(&document->root, keys, n));
}

/* octets_mention(octets bytea, keys text[]) returns boolean */
Datum
revyops_octets_mention(PG_FUNCTION_ARGS)
{
	int			n;
	Slice	   *keys = person_keys(PG_GETARG_ARRAYTYPE_P(1), &n);

	PG_RETURN_BOOL(rvo_person_is_in_octets(rvo_slice_of_text((text *) PG_GETARG_BYTEA_PP(0)), keys, n));
}

/* import_header_key(header text) returns text */
Datum
revyops_import_header_key(PG_FUNCTION_ARGS)
{
	Slice		key = rvo_import_header_key(rvo_slice_of_text(PG_GETARG_TEXT_PP(0)));

	PG_RETURN_TEXT_P(cstring_to_text_with_len(key.data, key.len));
}
