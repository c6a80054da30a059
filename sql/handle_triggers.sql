\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
-- Triggers of the owner's while a request is carried out: who calls is whom the request says, whatever the session says.
SELECT plan(45);
SELECT test.two_clients() \gset hidden_
SELECT set_config('test.key', revyops_create_api_key(1, 'x'), true), set_config('test.master', revyops_create_api_key(1, 'x', NULL, 'master'), true), set_config('test.other', revyops_create_api_key(2, 'x'), true) \gset hidden_

-- In a request K, M and O are keys: of client 1, the same as a master key, and of client 2.
CREATE FUNCTION test.with_keys(headers text) RETURNS text LANGUAGE sql AS $$
	SELECT replace(replace(replace(headers, '{K}', current_setting('test.key')), '{M}', current_setting('test.master')), '{O}', current_setting('test.other')) $$;
-- ask shows status, detail and codes of an answer.
CREATE FUNCTION test.ask(request text, body text DEFAULT '', headers text DEFAULT 'X-API-Key: {O}', function text DEFAULT 'handle') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer record;
BEGIN
	EXECUTE format('SELECT status, nullif(body, '''')::jsonb AS body FROM revyops_http.%I($1, $2, '''', $3, $4)', function) INTO answer
		USING split_part(request, ' ', 1), split_part(request, ' ', 2), test.with_keys(headers), convert_to(body, 'UTF8');
	RETURN concat_ws(' ', answer.status, answer.body->>'detail', answer.body->'errors'->0->>'code');
END
$$;
-- What triggers saw: each says its name and who calls.  seen shows that, and begins anew.
CREATE TABLE test.seen (n serial, what text, client integer);
CREATE FUNCTION test.see(what text) RETURNS void LANGUAGE sql AS $$ INSERT INTO test.seen (what, client) VALUES (what, revyops.current_client_id()) $$;
CREATE FUNCTION test.seen() RETURNS text LANGUAGE sql AS $$
	WITH gone AS (DELETE FROM test.seen RETURNING n, what, client) SELECT string_agg(concat(what, ' ', coalesce(client::text, 'nobody')), ', ' ORDER BY n) FROM gone $$;
-- contacts shows whose they are.
CREATE FUNCTION test.contacts(domain text) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(client_id || ' ' || split_part(email, '@', 1), ', ' ORDER BY id) FROM revyops.contact WHERE email LIKE '%@' || domain $$;

-- The trigger does what the contact's origin says.
CREATE FUNCTION test.obey() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	CASE NEW.origin
		WHEN 'boss' THEN
			PERFORM test.see(TG_OP), public.revyops_create_contact(jsonb_build_object('email', 'assistant-of-' || NEW.email));
		WHEN 'caught' THEN
			BEGIN
				PERFORM public.revyops_create_contact('{"email": "nope"}');
			EXCEPTION WHEN OTHERS THEN
				PERFORM test.see(SQLERRM);
			END;
			PERFORM test.see('after');
		WHEN 'nested' THEN
			answer := test.ask('POST /public/v2/contacts', format('{"email": "of-%s", "origin": "boss"}', NEW.email), 'X-API-Key: {K}');
			PERFORM test.see('after ' || answer);
			answer := test.ask('POST /public/v2/contacts', '{"email": "nope"}', 'X-API-Key: {K}');
			PERFORM test.see('after ' || answer);
			answer := test.ask('POST /public/v2/contacts', '{"email": "nobody@acme.com"}', '');
			PERFORM test.see('after ' || answer);
		WHEN 'settings' THEN
			PERFORM set_config('revyops.client_id', '1', true);
			PERFORM test.see('client_id');
			PERFORM set_config('revyops.api_key', current_setting('test.key'), true);
			PERFORM test.see('api_key');
			PERFORM set_config('request.headers', json_build_object('x-api-key', current_setting('test.key'))::text, true);
			PERFORM test.see('headers');
			PERFORM set_config('revyops.client_id', '0', true), set_config('revyops.api_key', '', true), set_config('request.headers', '', true);
		WHEN 'revoke' THEN
			PERFORM public.revyops_revoke_api_key(left(current_setting('test.other'), 16));
			PERFORM test.see('revoked');
			PERFORM public.revyops_create_contact('{"email": "revoked@acme.com"}');
		WHEN 'stop' THEN
			RAISE 'stopped' USING ERRCODE = 'query_canceled';
		WHEN 'fail' THEN
			RAISE 'failed' USING ERRCODE = 'PT409';
		ELSE
			NULL;
	END CASE;
	RETURN NULL;
END
$$;
CREATE TRIGGER own_obey AFTER INSERT OR UPDATE ON revyops.contact FOR EACH ROW EXECUTE FUNCTION test.obey();

-- ---- in a session of nobody, as the gateway's
SELECT set_config('revyops.client_id', '0', true) \gset hidden_
SELECT is(test.ask('POST /public/v2/contacts', '{"email": "a@handle.com", "origin": "boss"}'), '201', 'a trigger calls the API');
SELECT is(test.seen(), 'INSERT 2', 'as the caller');
SELECT is(test.ask('POST /public/v2/contacts', '{"email": "b@handle.com", "origin": "boss"}', function => 'handle_shared'), '201', 'in a shared transaction');
SELECT is(test.ask('PUT /public/v2/contacts', '{"email": "c@handle.com", "origin": "boss"}', 'Authorization: Bearer {O}'), '201', 'an upsert');
SELECT is(test.ask('POST /public/v2/contacts/batch', '{"contacts": [{"email": "d@handle.com", "origin": "boss"}, {"email": "e@handle.com", "origin": "boss"}]}'), '200', 'a batch');
SELECT is(test.ask('POST /public/v2/contacts/import', E'email,origin\nf@handle.com,boss\n', E'X-API-Key: {O}\nContent-Type: text/csv'), '200', 'a file');
SELECT is(test.ask('PATCH /public/v2/contacts/' || id, '{"origin": "boss", "email": "g@handle.com"}'), '200', 'a change') FROM revyops.contact WHERE email = 'assistant-of-a@handle.com';
SELECT is(test.seen(), 'INSERT 2, INSERT 2, INSERT 2, INSERT 2, INSERT 2, UPDATE 2', 'all as the caller');
SELECT is(test.contacts('handle.com'), '2 a, 2 g, 2 b, 2 assistant-of-b, 2 c, 2 assistant-of-c, 2 d, 2 e, 2 assistant-of-d, 2 assistant-of-e, 2 f, 2 assistant-of-f, 2 assistant-of-g', 'and what they wrote is the caller''s');
SELECT is(revyops.current_client_id(), NULL, 'afterwards nobody calls');
SELECT is(test.ask('POST /public/v2/contacts', '{"email": "h@handle.com", "origin": "boss"}', ''), '403 Missing or invalid credentials. missing_credentials', 'a request without a key');

-- ---- in a session of another client
SELECT set_config('revyops.client_id', '1', true) \gset hidden_
SELECT is(test.ask('POST /public/v2/contacts', '{"email": "a@session.com", "origin": "boss"}'), '201', 'the session is another client''s');
SELECT is(test.contacts('session.com'), '2 a, 2 assistant-of-a', 'but nothing is written there');
SELECT is(test.ask('POST /public/v2/contacts', '{"email": "b@session.com", "origin": "boss"}', 'X-API-Key: {M}'), '201', 'a master key');
SELECT is(test.contacts('session.com'), '2 a, 2 assistant-of-a, 1 b, 1 assistant-of-b', 'is its client''s, to a trigger, too');
SELECT is(test.seen(), 'INSERT 2, INSERT 1', 'and no more');
SELECT is(revyops.current_client_id(), 1, 'afterwards the session''s client calls');
SELECT is(revyops_create_contact('{"email": "c@session.com", "origin": "boss"}')->>'email', 'c@session.com', 'a call from SQL');
SELECT is(test.seen(), 'INSERT 1', 'is the session''s');

-- ---- errors
SELECT is(test.ask('POST /public/v2/contacts', '{"email": "a@error.com", "origin": "caught"}'), '201', 'a trigger that catches an error');
SELECT is(test.seen(), 'invalid request 2, after 2', 'goes on as the caller');
SELECT is(test.ask('POST /public/v2/contacts', '{"email": "b@error.com", "origin": "fail"}'), '409 Failed.', 'an error of a trigger');
SELECT is(revyops.current_client_id(), 1, 'afterwards the session''s client calls');
SELECT is(test.ask('POST /public/v2/contacts', '{"email": "c@error.com"}', 'X-API-Key: nope'), '403 Missing or invalid credentials. invalid_credentials', 'a wrong key');
SELECT is(revyops.current_client_id(), 1, 'the same');
CREATE FUNCTION test.stopped() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN test.ask('POST /public/v2/contacts', '{"email": "d@error.com", "origin": "stop"}');
EXCEPTION WHEN query_canceled THEN
	RETURN SQLERRM || ', ' || revyops.current_client_id();
END
$$;
SELECT is(test.stopped(), 'stopped, 1', 'an order to stop ends the request, and what it says');

-- ---- a request within a request
SELECT is(test.ask('POST /public/v2/contacts', '{"email": "a@nested.com", "origin": "nested"}'), '201', 'a trigger that makes requests');
SELECT is(test.seen(), 'INSERT 1, after 201 2, after 400 Invalid request. invalid_email 2, after 403 Missing or invalid credentials. missing_credentials 2', 'each is its own caller''s, and needs a key');
SELECT is(test.contacts('nested.com'), '2 a, 1 of-a, 1 assistant-of-of-a', 'so is what they write');

-- ---- settings that a trigger makes
SELECT is(test.ask('POST /public/v2/contacts', '{"email": "a@set.com", "origin": "settings"}'), '201', 'a trigger that sets who calls');
SELECT is(test.seen(), 'client_id 2, api_key 2, headers 2', 'the request counts before that');
SELECT set_config('revyops.client_id', '1', true) \gset hidden_

-- ---- deferred triggers
CREATE FUNCTION test.late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM test.see(NEW.email); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER own_late AFTER INSERT ON revyops.contact DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.origin = 'late') EXECUTE FUNCTION test.late();
SET CONSTRAINTS ALL DEFERRED;
SELECT is(revyops_create_contact('{"email": "a@late.com", "origin": "late"}')->>'email', 'a@late.com', 'what a call from SQL defers');
SELECT is(test.ask('POST /public/v2/contacts', '{"email": "b@late.com", "origin": "late"}'), '201', 'and a request');
SELECT is(test.seen(), 'a@late.com 1, b@late.com 2', 'runs as who set it off');

-- ---- row-level security
CREATE ROLE own_tenant;
GRANT USAGE ON SCHEMA revyops, test TO own_tenant;
GRANT EXECUTE ON FUNCTION revyops.current_client_id() TO own_tenant;
GRANT SELECT ON revyops.contact TO own_tenant;
GRANT ALL ON ALL TABLES IN SCHEMA test TO own_tenant;
GRANT ALL ON ALL SEQUENCES IN SCHEMA test TO own_tenant;
CREATE FUNCTION test.look() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
	PERFORM test.see((SELECT string_agg(DISTINCT client_id::text, ' ') FROM revyops.contact));
	RETURN NULL;
END
$$;
ALTER FUNCTION test.look() OWNER TO own_tenant;
CREATE TRIGGER own_look AFTER INSERT ON revyops.contact FOR EACH ROW WHEN (NEW.origin = 'look') EXECUTE FUNCTION test.look();
SELECT is(test.ask('POST /public/v2/contacts', '{"email": "a@look.com", "origin": "look"}'), '201', 'a trigger whose rights are a tenant''s');
SELECT is(test.seen(), '2 2', 'sees the rows of the caller');

-- ---- webhooks: who calls is whose event it is
SELECT revyops_create_webhook(2, 'instantly', 'x') AS instantly, revyops_create_agency('Agency') AS agency \gset
SELECT revyops_create_agency_webhook(:agency, 'emailbison', 'all') AS bison, revyops_route_webhook_account(:agency, 'emailbison', '7', 1), revyops_route_webhook_account(:agency, 'emailbison', '8', 2) \gset
CREATE FUNCTION test.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM test.see(TG_ARGV[0]); RETURN NULL; END $$;
CREATE TRIGGER own_note AFTER INSERT ON revyops.contact FOR EACH ROW EXECUTE FUNCTION test.note('at once');
CREATE CONSTRAINT TRIGGER own_note_late AFTER INSERT ON revyops.contact DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION test.note('late');
SET CONSTRAINTS ALL DEFERRED;
SELECT is(test.ask('POST ' || :'instantly', '{"event_type": "email_sent", "timestamp": "2026-03-02T09:15:04.512Z", "campaign_id": "c", "lead_email": "a@hook.com"}', ''), '200', 'a delivery');
SELECT is(test.seen(), 'at once 2, late 2', 'is the client''s');
SET CONSTRAINTS ALL DEFERRED;
SELECT is(test.ask('POST ' || :'bison', jsonb_agg(jsonb_build_object('event', jsonb_build_object('type', 'EMAIL_SENT', 'workspace_id', w), 'data', jsonb_build_object('lead', jsonb_build_object('email', w || '@hook.com'), 'campaign', jsonb_build_object('id', 1),
	'scheduled_email', jsonb_build_object('id', w, 'sent_at', '2026-03-02T09:15:04Z'))))::text, ''), '200', 'one to an agency') FROM unnest(ARRAY[7, 8]) w;
SELECT is(test.seen(), 'at once 1, late 1, at once 2, late 2', 'is of each client in turn');
DROP TRIGGER own_note ON revyops.contact;
DROP TRIGGER own_note_late ON revyops.contact;

-- ---- what a caller deferred on a table of their own has no rights but theirs
CREATE ROLE own_front;
GRANT USAGE ON SCHEMA revyops_http TO own_front;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA revyops_http TO own_front;
SELECT 'X-API-Key: ' || current_setting('test.other') AS headers \gset
SET LOCAL ROLE own_front;
CREATE TEMPORARY TABLE bait (n integer);
CREATE TEMPORARY TABLE bitten (n integer, rights name);
CREATE FUNCTION pg_temp.bite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO pg_temp.bitten VALUES (NEW.n, current_user);
	IF NEW.n < 10 THEN
		SET CONSTRAINTS ALL DEFERRED;		-- so the next one waits for the end
		INSERT INTO pg_temp.bait VALUES (10 * NEW.n);
	END IF;
	RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER bite AFTER INSERT ON bait DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pg_temp.bite();
SET CONSTRAINTS ALL DEFERRED;
INSERT INTO bait VALUES (1);
SELECT status FROM revyops_http.handle('POST', '/public/v2/contacts', '', :'headers', convert_to('{"email": "a@bait.com"}', 'UTF8')) \gset made_
SET CONSTRAINTS ALL DEFERRED;
INSERT INTO bait VALUES (2);
SELECT status FROM revyops_http.handle('POST', :'instantly', '', '', convert_to('{"event_type": "email_sent", "timestamp": "2026-03-02T09:15:04.512Z", "campaign_id": "c", "lead_email": "b@bait.com"}', 'UTF8')) \gset told_
RESET ROLE;
SELECT is(concat_ws(' ', :made_status, :told_status), '201 200', 'a request and a delivery by a role with nothing but the front''s function');
SELECT is((SELECT string_agg(concat_ws(' ', n, rights), ', ' ORDER BY n) FROM bitten), '1 own_front, 2 own_front, 10 own_front, 20 own_front', 'its deferred triggers run with its rights');
SELECT is(test.contacts('bait.com'), '2 a, 2 b', 'and the contacts are there');

-- ---- a key that ends meanwhile
SELECT is(test.ask('POST /public/v2/contacts', '{"email": "a@revoke.com", "origin": "revoke"}'), '403 Missing or invalid credentials. invalid_credentials', 'a trigger that revokes the key is nobody then');
SELECT is(test.contacts('revoke.com'), NULL, 'and nothing is left');

SELECT * FROM finish();
ROLLBACK;
