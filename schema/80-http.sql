/*
 * What a front calls.  Which paths and methods there are is the table in
 * src/http/front/route.c, which revyops_http.endpoints() shows: an endpoint more is
 * nothing here.  The functions named _read are STABLE, so that they can be run
 * in a read-only transaction, and on a standby.
 */

CREATE SCHEMA revyops_http;
COMMENT ON SCHEMA revyops_http IS 'What a front calls: one raw request in, its answer out.';

CREATE FUNCTION revyops_http.handle(method text, path text, query text, headers text, body bytea,
		OUT status integer, OUT headers text, OUT body text)
	AS 'MODULE_PATHNAME', 'revyops_http_handle'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.handle(text, text, text, text, bytea) IS
'Carries out any request. Headers are lines "name: value\n" both ways.';

CREATE FUNCTION revyops_http.handle_read(method text, path text, query text, headers text, body bytea,
		OUT status integer, OUT headers text, OUT body text)
	AS 'MODULE_PATHNAME', 'revyops_http_handle_read'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off;
COMMENT ON FUNCTION revyops_http.handle_read(text, text, text, text, bytea) IS
'Is revyops_http.handle for GET and HEAD.';

CREATE FUNCTION revyops_http.handle_shared(method text, path text, query text, headers text, body bytea,
		OUT status integer, OUT headers text, OUT body text)
	AS 'MODULE_PATHNAME', 'revyops_http_handle_shared'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.handle_shared(text, text, text, text, bytea) IS
'Is revyops_http.handle for one of several requests in a transaction. Status 0: it was undone because of somebody else, and is to be made again alone.';

CREATE FUNCTION revyops_http.endpoints(OUT method text, OUT path text, OUT reads_only boolean, OUT body_types text[],
		OUT body_max integer, OUT key_first boolean, OUT once boolean, OUT master boolean,
		OUT may_share boolean, OUT asks_key boolean)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'revyops_http_endpoints'
	LANGUAGE c IMMUTABLE
	SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION revyops_http.endpoints() IS
'Lists the endpoints: method, path, whether it only reads, the body it takes and its octets at most, whether to ask for the key before taking it, whether Idempotency-Key counts, whether it takes a master key, whether it may share a transaction with others, whether it asks for a key at all.';

/* To PostgREST a function that returns this answers whatever was asked for, as octets whose type is in response.headers. */
CREATE DOMAIN revyops_http."*/*" AS bytea;
COMMENT ON DOMAIN revyops_http."*/*" IS 'For PostgREST: octets of any type.';

CREATE FUNCTION revyops_http.postgrest(bytea) RETURNS revyops_http."*/*"
	AS 'MODULE_PATHNAME', 'revyops_http_postgrest'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.postgrest(bytea) IS
'Carries out any request that nginx and PostgREST hand on: the raw body, the rest in request.headers.';

CREATE FUNCTION revyops_http.postgrest_read(bytea) RETURNS revyops_http."*/*"
	AS 'MODULE_PATHNAME', 'revyops_http_postgrest_read'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off;
COMMENT ON FUNCTION revyops_http.postgrest_read(bytea) IS
'Is revyops_http.postgrest for GET and HEAD.';
