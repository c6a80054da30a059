\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(24);
-- Which statuses a contact had: what is kept, and how it is shown.
SELECT test.two_clients() \gset
-- history shows what is kept of all contacts: status, the one before, and whether the time is the contact's.
CREATE FUNCTION test.history() RETURNS text
	LANGUAGE sql AS $$
	SELECT string_agg(concat_ws(' ', h.contact_id, h.contact_status, 'after ' || quote_literal(h.previous_status), h.source,
		CASE WHEN h.contact_status = c.contact_status AND h.changed_at IS DISTINCT FROM c.status_changed_at THEN 'ANOTHER TIME' END), ', ' ORDER BY h.id)
	FROM revyops.contact_status_history h JOIN revyops.contact c ON c.client_id = h.client_id AND c.id = h.contact_id $$;
-- shown is a page in short.
CREATE FUNCTION test.shown(page json) RETURNS text
	LANGUAGE sql AS $$
	SELECT concat_ws(' ', page->>'count', page->>'total_pages', '|', string_agg(concat_ws(' ', e->>'contact_status', 'after ' || quote_literal(e->>'previous_status'), e->>'source'), ', ' ORDER BY n))
	FROM json_array_elements(page->'results') WITH ORDINALITY t(e, n) $$;

SELECT revyops_create_contact('{"email": "a@example.com", "contact_status": "New"}'), revyops_create_contact('{"email": "b@example.com"}') \gset hidden_
SELECT is(test.history(), NULL, 'the status that a contact is created with is no change');
SELECT is(test.shown(revyops_contact_status_history(1)), '0 0 |', 'nor shown as one');
SELECT revyops_update_contact(1, '{"first_name": "A", "contact_status": "New"}') \gset hidden_
SELECT is(test.history(), NULL, 'the same is none');
SELECT revyops_update_contact(1, '{"contact_status": "Warm"}') \gset hidden_
SELECT is(test.history(), '1 Warm after ''New'' api', 'another is');
SELECT revyops_upsert_contact('{"email": "a@example.com", "contact_status": "Hot"}'), revyops_upsert_contact('{"email": "b@example.com", "contact_status": "Cold"}') \gset hidden_
SELECT is(test.history(), '1 Warm after ''New'' api, 1 Hot after ''Warm'' api, 2 Cold after '''' api', 'by upserts');
SELECT count(*) AS "n" FROM revyops_upsert_contacts('[{"email": "b@example.com", "contact_status": "1"}, {"email": "c@example.com", "contact_status": "1"}, {"email": "b@example.com", "last_name": "B"},
	{"email": "b@example.com", "contact_status": "2"}, {"email": "c@example.com", "contact_status": "2"}, {"email": "c@example.com", "contact_status": "2"}]') \gset hidden_
SELECT is((SELECT string_agg(concat_ws(' ', contact_id, contact_status, previous_status, source), ', ' ORDER BY id) FROM revyops.contact_status_history WHERE id > 3),
	'2 1 Cold api, 2 2 1 api, 3 2 1 api', 'by a batch of upserts, as one by one');
SELECT is(test.try($$SELECT count(*) FROM revyops_upsert_contacts('[{"email": "b@example.com", "contact_status": "3"}, {"email": "nobody"}]', 'NESTED', 'atomic')$$)->>'sqlstate', 'PT400', 'a batch that is undone');
SELECT is((SELECT count(*) FROM revyops.contact_status_history), 6::bigint, 'leaves nothing');

-- ---------------------------------------------------------------- shown
SELECT is(test.shown(revyops_contact_status_history(1)), '2 1 | Hot after ''Warm'' api, Warm after ''New'' api', 'the newest first');
SELECT is(test.shown(revyops_contact_status_history(2, 2, 2)), '3 2 | Cold after '''' api', 'a page');
SELECT is(test.shown(revyops_contact_status_history(2, 3, 2)), '3 2 |', 'one behind the last');
INSERT INTO revyops.contact_status_history (client_id, contact_id, changed_at, contact_status, source) VALUES (1, 1, now() - interval '1 day', 'Bounced', 'event');
SELECT is(test.shown(revyops_contact_status_history(1)), '3 1 | Hot after ''Warm'' api, Warm after ''Bounced'' api, Bounced event', 'the status before is that of the row before');
SELECT is(test.settled(revyops_contact_status_history(1, 1, 1)::jsonb), (jsonb '{"next": "2", "count": 3, "results": [{"id": 2, "source": "api", "changed_at": "TIME", "contact_status": "Hot", "previous_status": "Warm"}],
	"page_size": 1, "total_pages": 3, "current_page": 1}')::text, 'all of it');
SELECT is((SELECT array_agg(revyops_contact_status_history(1, page, size)->>'next' ORDER BY page, size) FROM generate_series(1, 4) page, generate_series(1, 3) size)::text, '{2,2,NULL,3,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL}', 'the number of the next page, none on the last and behind it');
-- whoever follows next sees all of them
SELECT set_config('test.key', revyops_create_api_key(1, 'x'), true) AS hidden \gset
CREATE FUNCTION test.followed(query text) RETURNS text LANGUAGE sql AS $$
	WITH RECURSIVE walk(page, n) AS (
		SELECT (revyops_http.handle_read('GET', '/public/v2/contacts/1/status-history', query, 'X-API-Key: ' || current_setting('test.key'), '')).body::json, 1
		UNION ALL
		SELECT (revyops_http.handle_read('GET', split_part(page->>'next', '?', 1), split_part(page->>'next', '?', 2), 'X-API-Key: ' || current_setting('test.key'), '')).body::json, n + 1
		FROM walk WHERE page->>'next' IS NOT NULL)
	SELECT string_agg(concat_ws(' ', page->>'current_page', (SELECT string_agg(e->>'contact_status', ',') FROM json_array_elements(page->'results') e), page->>'next'), ' | ' ORDER BY n) FROM walk $$;
SELECT is(test.followed('page_size=2&page=1&utm=x'), '1 Hot,Warm /public/v2/contacts/1/status-history?page_size=2&utm=x&page=2 | 2 Bounced', 'over HTTP a link, with the caller''s parameters');
SELECT is(test.followed(''), '1 Hot,Warm,Bounced', 'that fit on a page');
SELECT test.fails_400('SELECT revyops_contact_status_history(NULL, 0, 0)', '[{"parameter": "contact_id", "code": "required"}, {"parameter": "page", "code": "invalid_number"}, {"parameter": "page_size", "code": "invalid_number"}]', 'bad arguments');
SELECT test.fails_with('SELECT revyops_contact_status_history(9)', 'PT404', 'contact not found', '[{"parameter": "contact_id", "code": "not_found"}]', 'no contact');

-- ---------------------------------------------------------------- merging, exporting, erasing, deleting
SELECT revyops_merge_contacts(1, 2) \gset hidden_
SELECT is(test.shown(revyops_contact_status_history(1)), '6 1 | 2 after ''1'' api, 1 after ''Cold'' api, Cold after ''Hot'' api, Hot after ''Warm'' api, Warm after ''Bounced'' api, Bounced event', 'a merge keeps both');
SELECT test.fails_with('SELECT revyops_contact_status_history(2)', 'PT301', 'contact was merged', '[{"parameter": "contact_id", "code": "merged", "merged_into": 1}]', 'the other''s id leads on');
SELECT is(jsonb_array_length(revyops_export_contact(1)->'status_history'), 6, 'an export has it');
SELECT is(test.settled(revyops_export_contact(3)->'status_history'), '[{"id": 6, "source": "api", "changed_at": "TIME", "contact_status": "2", "previous_status": "1"}]', 'as it is kept');
SELECT is(revyops_erase_contact(1)->>'status_history', '6', 'and an erasure removes it');
SELECT revyops_delete_contact(3) \gset hidden_
SELECT is((SELECT count(*) FROM revyops.contact_status_history), 0::bigint, 'as does a deletion');

SELECT * FROM finish();
ROLLBACK;
