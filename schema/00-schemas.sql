/*
 * Tables live in schema revyops, the API functions in the extension's schema,
 * the functions for HTTP in schema revyops_http.  doc/reference.md describes
 * all but the last, http/reference.md those; doc/decisions/ says why things are
 * as they are.
 */

/* Texts are compared by bytes and read as UTF-8. */
DO $$
BEGIN
	IF pg_catalog.getdatabaseencoding() OPERATOR(pg_catalog.<>) 'UTF8' THEN
		RAISE EXCEPTION USING
			ERRCODE = 'feature_not_supported',
			MESSAGE = 'revyops needs a database with encoding UTF8',
			DETAIL = pg_catalog.format('The encoding of this database is %s.', pg_catalog.getdatabaseencoding());
	END IF;
END
$$;

CREATE SCHEMA revyops;
COMMENT ON SCHEMA revyops IS 'Tables of the revyops contact database.';

/*
 * What holds in all files
 *
 * Keys: client_id is part of every primary, unique and foreign key below client
 * and api_key.  Apart from the primary keys an index starts with its selective
 * column: a generic plan made on an empty table picks any index that looks tied.
 * The indexes on id alone are for looking beyond one client.  Their condition,
 * which every row meets, keeps them from statements that don't state it: the
 * planner would read all clients in the order of ids to list one of them.
 *
 * Row-level security: for roles that read and write the tables themselves.  The
 * owner, as whom the functions run, passes by.  The subquery is run once a
 * statement, not for each row.  A table without a policy shows its rows to nobody
 * else.
 *
 * Dumps: what is not marked by pg_extension_config_dump, pg_dump leaves out without
 * a word.  Only revyops.secret is not, on purpose.
 *
 * API functions: none is STRICT, since a NULL argument is a 400, not a silent NULL.
 * Plans are kept for a backend's life, so none may be made for a table that is small
 * just now: hence enable_seqscan.  What PUBLIC may call, 99-privileges.sql says.
 *
 * Comments: psql shows them (\df+, \d+), and so does PostgREST's own API page.
 */
