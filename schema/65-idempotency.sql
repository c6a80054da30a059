/* Answers that are kept, so that a request can be repeated. */

/* No foreign key to client: all creates of a client would lock its row. */
CREATE TABLE revyops.idempotency_key (
	client_id		integer NOT NULL,
	key				text COLLATE "C" NOT NULL,
	request_sha256	bytea NOT NULL CHECK (pg_catalog.octet_length(request_sha256) = 32),
	status			integer NOT NULL,
	headers			text,
	body			text NOT NULL,
	created_time	timestamptz NOT NULL DEFAULT pg_catalog.now(),
	CONSTRAINT idempotency_key_pkey PRIMARY KEY (client_id, key)
);
CREATE INDEX idempotency_key_created_time_idx ON revyops.idempotency_key (created_time);

ALTER TABLE revyops.idempotency_key ENABLE ROW LEVEL SECURITY;

SELECT pg_catalog.pg_extension_config_dump('revyops.idempotency_key', '');

COMMENT ON TABLE revyops.idempotency_key IS 'Answers to requests with an idempotency key, kept for 24 hours.';
COMMENT ON COLUMN revyops.idempotency_key.client_id IS 'The client that the request is of.';
COMMENT ON COLUMN revyops.idempotency_key.key IS 'The key, unique within the client.';
COMMENT ON COLUMN revyops.idempotency_key.request_sha256 IS 'SHA-256 of the request: function, structure and body.';
COMMENT ON COLUMN revyops.idempotency_key.status IS 'HTTP status of the answer.';
COMMENT ON COLUMN revyops.idempotency_key.headers IS 'Headers of the answer, as PostgREST takes them, without the brackets; null if it has none.';
COMMENT ON COLUMN revyops.idempotency_key.body IS 'Body of the answer.';
COMMENT ON COLUMN revyops.idempotency_key.created_time IS 'When the request was carried out.';

CREATE FUNCTION @extschema@.revyops_expire() RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_expire() IS
'Deletes what is kept for a time that is over: answers under idempotency keys after 24 hours. Returns how many they were.';
