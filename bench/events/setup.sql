-- What the benchmark of events needs: a client, 100,000 events of 20,000 contacts in 20 campaigns as 20 batches, and a
-- function that records a batch by itself, as somebody would write it who knows the tables: with the same keys, e-mails, dates, status,
-- history, counters, and nothing of the rest (no do-not-contact list, no checks of what comes in, no answer for each event, no filling of what is
-- empty, no merged contacts, no companies, no events that come again with something else).
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS bench CASCADE;
CREATE SCHEMA bench;
SELECT revyops_create_client('Events') AS client_id \gset
ALTER DATABASE revyops SET revyops.client_id = :client_id;
SET revyops.client_id = :client_id;

CREATE FUNCTION bench.event(i bigint) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
	SELECT jsonb_strip_nulls(jsonb_build_object(
		'kind', (ARRAY['sent', 'sent', 'sent', 'sent', 'sent', 'sent', 'sent', 'sent', 'sent', 'sent', 'sent', 'sent', 'sent', 'sent', 'sent', 'replied',
			'replied', 'auto_replied', CASE i / 20 % 2 WHEN 0 THEN 'bounced' ELSE 'unsubscribed' END, 'interest'])[1 + i % 20],
		'contact_email', format('Person%s@Company%s.com', i * 7919 % 20000, i * 7919 % 20000 % 4000),
		'at', to_char('2026-01-01'::timestamp + i * interval '37 seconds', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
		'campaign_id', format('campaign-%s', i * 7919 % 20000 % 20),
		'campaign_name', format('Campaign %s', i * 7919 % 20000 % 20),
		'platform', 'instantly',
		'agent_email', format('agent%s@agency.com', i % 50),
		'subject', CASE WHEN i % 20 < 18 THEN format('A question about your plans, number %s', i % 100) END,
		'body_text', CASE WHEN i % 20 < 18 THEN repeat(format('This is line %s of what somebody writes in such a message. ', i % 1000), 6) END,
		'message_id', format('<%s.%s@mail.agency.com>', i, i * 31),
		'interested', CASE WHEN i % 20 = 19 THEN i % 3 = 0 END)) $$;

CREATE TABLE bench.batch AS
	SELECT i / 5000 AS number, jsonb_agg(bench.event(i) ORDER BY i) AS events FROM generate_series(0, 99999) i GROUP BY 1;

-- The same tables once more, for the statement that does it by itself.
CREATE TABLE bench.contact (LIKE revyops.contact INCLUDING ALL);
CREATE TABLE bench.email (LIKE revyops.email INCLUDING ALL, FOREIGN KEY (client_id, contact_id) REFERENCES bench.contact (client_id, id) ON DELETE CASCADE);
CREATE TABLE bench.contact_status_history (LIKE revyops.contact_status_history INCLUDING ALL,
	FOREIGN KEY (client_id, contact_id) REFERENCES bench.contact (client_id, id) ON DELETE CASCADE);
CREATE TABLE bench.campaign (LIKE revyops.campaign INCLUDING ALL);
CREATE TABLE bench.campaign_contact (LIKE revyops.campaign_contact INCLUDING ALL,
	FOREIGN KEY (client_id, campaign) REFERENCES bench.campaign (client_id, id) ON DELETE CASCADE,
	FOREIGN KEY (client_id, contact_id) REFERENCES bench.contact (client_id, id) ON DELETE CASCADE);
CREATE TABLE bench.contact_activity (LIKE revyops.contact_activity INCLUDING ALL,
	FOREIGN KEY (client_id, contact_id) REFERENCES bench.contact (client_id, id) ON DELETE CASCADE);
CREATE TABLE bench.event_key (LIKE revyops.event_key INCLUDING ALL);

CREATE FUNCTION bench.record(client integer, events jsonb) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	recorded bigint;
BEGIN
	CREATE TEMP TABLE IF NOT EXISTS event (key uuid, kind text, email text, at timestamptz, campaign_id text, campaign_name text, platform text,
		agent_email text, subject text, body_text text, body_html text, message_id text, interested boolean, contact bigint, campaign bigint) ON COMMIT DELETE ROWS;
	INSERT INTO event
		SELECT encode(substr(sha256(convert_to(client::text || '|' || lower(contact_email) || '|' || kind || '|' || coalesce('x:' || external_id, 't:' || campaign_id || ':' || at), 'UTF8')), 1, 16), 'hex')::uuid,
			kind, lower(contact_email), at::timestamptz, campaign_id, campaign_name, platform, agent_email, subject, body_text, body_html, message_id, interested
		FROM jsonb_to_recordset(events) AS e (kind text, contact_email text, at text, external_id text, campaign_id text, campaign_name text, platform text,
			agent_email text, subject text, body_text text, body_html text, message_id text, interested boolean);
	ANALYZE event;

	INSERT INTO bench.contact (client_id, email, origin) SELECT DISTINCT client, email, platform FROM event
		WHERE NOT EXISTS (SELECT FROM bench.contact c WHERE c.email = event.email AND c.client_id = client) ORDER BY email ON CONFLICT DO NOTHING;
	INSERT INTO bench.campaign (client_id, platform, campaign_id) SELECT DISTINCT client, platform, campaign_id FROM event
		WHERE NOT EXISTS (SELECT FROM bench.campaign k WHERE k.campaign_id = event.campaign_id AND k.platform = event.platform AND k.client_id = client)
		ORDER BY platform, campaign_id ON CONFLICT DO NOTHING;
	UPDATE event SET contact = c.id, campaign = k.id FROM bench.contact c, bench.campaign k
		WHERE c.email = event.email AND c.client_id = client AND k.campaign_id = event.campaign_id AND k.platform = event.platform AND k.client_id = client;
	PERFORM FROM bench.contact WHERE client_id = client AND id IN (SELECT contact FROM event) ORDER BY id FOR NO KEY UPDATE;

	-- what was recorded before counts no more
	CREATE TEMP TABLE IF NOT EXISTS fresh (key uuid, email_id bigint) ON COMMIT DELETE ROWS;
	WITH k AS (INSERT INTO bench.event_key (client_id, key, email_id, campaign, event_time)
		SELECT client, key, CASE WHEN kind IN ('sent', 'replied', 'auto_replied', 'bounced') THEN nextval('revyops.email_id_seq') END, campaign, at
		FROM (SELECT DISTINCT ON (key) * FROM event ORDER BY key, at) e ON CONFLICT DO NOTHING RETURNING key, email_id)
	INSERT INTO fresh SELECT * FROM k;
	GET DIAGNOSTICS recorded = ROW_COUNT;
	ANALYZE fresh;
	INSERT INTO bench.email (client_id, id, contact_id, email_type, origin, email_timestamp, contact_email, agent_email, subject, body_text, body_html,
			campaign_id, campaign_name, message_id)
		SELECT DISTINCT ON (key) client, email_id, contact, kind, platform, at, email, agent_email, subject, body_text, body_html, campaign_id, campaign_name, message_id
		FROM event JOIN fresh USING (key) WHERE email_id IS NOT NULL ORDER BY key, at;

	-- of a contact: dates, and the status by rank
	UPDATE bench.contact c SET first_campaign_email_sent = LEAST(c.first_campaign_email_sent, e.first_sent),
			last_campaign_email_sent = GREATEST(c.last_campaign_email_sent, e.last_sent), last_reply_received = GREATEST(c.last_reply_received, e.last_reply), updated_time = now()
		FROM (SELECT contact, min(at) FILTER (WHERE kind = 'sent') AS first_sent, max(at) FILTER (WHERE kind = 'sent') AS last_sent,
			max(at) FILTER (WHERE kind = 'replied') AS last_reply FROM event WHERE kind IN ('sent', 'replied') GROUP BY 1) e
		WHERE c.client_id = client AND c.id = e.contact
			AND (e.first_sent < c.first_campaign_email_sent OR c.first_campaign_email_sent IS NULL OR e.last_sent > c.last_campaign_email_sent OR e.last_reply > c.last_reply_received OR c.last_reply_received IS NULL);
	INSERT INTO bench.contact_activity AS a (client_id, contact_id, bounced_at, unsubscribed_at, base_status)
		SELECT client, contact, min(at) FILTER (WHERE kind = 'bounced'), min(at) FILTER (WHERE kind = 'unsubscribed'),
			(SELECT contact_status FROM bench.contact c WHERE c.client_id = client AND c.id = contact)
		FROM event WHERE kind IN ('bounced', 'unsubscribed') GROUP BY contact
		ON CONFLICT (client_id, contact_id) DO UPDATE SET bounced_at = LEAST(a.bounced_at, EXCLUDED.bounced_at), unsubscribed_at = LEAST(a.unsubscribed_at, EXCLUDED.unsubscribed_at);
	UPDATE bench.contact c SET contact_status = CASE WHEN unsubscribed_at IS NOT NULL THEN 'Unsubscribed' ELSE 'Bounced' END,
			status_changed_at = coalesce(unsubscribed_at, bounced_at), previous_status = CASE WHEN bounced_at < unsubscribed_at THEN 'Bounced' ELSE base_status END, updated_time = now()
		FROM bench.contact_activity a WHERE a.client_id = client AND a.contact_id IN (SELECT contact FROM event WHERE kind IN ('bounced', 'unsubscribed'))
			AND c.client_id = client AND c.id = a.contact_id;
	WITH h AS (INSERT INTO bench.contact_status_history (client_id, contact_id, changed_at, contact_status, source)
		SELECT client, contact, min(at), CASE kind WHEN 'bounced' THEN 'Bounced' ELSE 'Unsubscribed' END, 'event' FROM event
			WHERE kind IN ('bounced', 'unsubscribed') AND NOT EXISTS (SELECT FROM bench.contact_activity a WHERE a.client_id = client AND a.contact_id = contact
				AND CASE kind WHEN 'bounced' THEN bounced_history ELSE unsubscribed_history END IS NOT NULL) GROUP BY contact, kind RETURNING contact_id, id, contact_status)
	UPDATE bench.contact_activity a SET bounced_history = coalesce(h.b, bounced_history), unsubscribed_history = coalesce(h.u, unsubscribed_history)
		FROM (SELECT contact_id, max(id) FILTER (WHERE contact_status = 'Bounced') AS b, max(id) FILTER (WHERE contact_status <> 'Bounced') AS u FROM h GROUP BY 1) h
		WHERE a.client_id = client AND a.contact_id = h.contact_id;
	UPDATE bench.contact_status_history h SET changed_at = CASE h.contact_status WHEN 'Bounced' THEN a.bounced_at ELSE a.unsubscribed_at END
		FROM bench.contact_activity a WHERE a.client_id = client AND a.contact_id IN (SELECT contact FROM event WHERE kind IN ('bounced', 'unsubscribed'))
			AND h.client_id = client AND h.id IN (a.bounced_history, a.unsubscribed_history)
			AND h.changed_at > CASE h.contact_status WHEN 'Bounced' THEN a.bounced_at ELSE a.unsubscribed_at END;

	-- of a contact in a campaign, and of the campaign
	WITH before AS (SELECT p.campaign, p.contact_id, p.replied > 0 AS replied, p.interested FROM bench.campaign_contact p
			JOIN (SELECT DISTINCT campaign, contact FROM event) e ON p.client_id = client AND p.campaign = e.campaign AND p.contact_id = e.contact),
		after AS (INSERT INTO bench.campaign_contact AS p (client_id, campaign, contact_id, sent, replied, first_sent_at, last_sent_at, last_reply_at, bounced_at, unsubscribed_at,
				interested, interest_at)
			SELECT client, campaign, contact, count(*) FILTER (WHERE kind = 'sent' AND fresh.key IS NOT NULL), count(*) FILTER (WHERE kind = 'replied' AND fresh.key IS NOT NULL),
				min(at) FILTER (WHERE kind = 'sent'), max(at) FILTER (WHERE kind = 'sent'), max(at) FILTER (WHERE kind = 'replied'), min(at) FILTER (WHERE kind = 'bounced'),
				min(at) FILTER (WHERE kind = 'unsubscribed'), (array_agg(interested ORDER BY at DESC) FILTER (WHERE interested IS NOT NULL))[1], max(at) FILTER (WHERE interested IS NOT NULL)
			FROM event LEFT JOIN fresh USING (key) GROUP BY campaign, contact
			ON CONFLICT (client_id, campaign, contact_id) DO UPDATE SET sent = p.sent + EXCLUDED.sent, replied = p.replied + EXCLUDED.replied,
				first_sent_at = LEAST(p.first_sent_at, EXCLUDED.first_sent_at), last_sent_at = GREATEST(p.last_sent_at, EXCLUDED.last_sent_at),
				last_reply_at = GREATEST(p.last_reply_at, EXCLUDED.last_reply_at), bounced_at = LEAST(p.bounced_at, EXCLUDED.bounced_at),
				unsubscribed_at = LEAST(p.unsubscribed_at, EXCLUDED.unsubscribed_at),
				interested = CASE WHEN p.interest_at IS NULL OR EXCLUDED.interest_at > p.interest_at THEN EXCLUDED.interested ELSE p.interested END,
				interest_at = GREATEST(p.interest_at, EXCLUDED.interest_at)
			RETURNING campaign, contact_id, replied > 0 AS replied, interested),
		contacts AS (SELECT a.campaign, count(*) FILTER (WHERE b.campaign IS NULL) AS contacts,
				count(*) FILTER (WHERE a.replied) - count(*) FILTER (WHERE b.replied) AS replied, count(*) FILTER (WHERE a.interested) - count(*) FILTER (WHERE b.interested) AS interested
			FROM after a LEFT JOIN before b USING (campaign, contact_id) GROUP BY 1),
		counts AS (SELECT campaign, count(*) FILTER (WHERE kind = 'sent' AND fresh.key IS NOT NULL) AS sent, count(*) FILTER (WHERE kind = 'replied' AND fresh.key IS NOT NULL) AS replied,
				count(*) FILTER (WHERE kind = 'auto_replied' AND fresh.key IS NOT NULL) AS auto_replied, count(*) FILTER (WHERE kind = 'bounced' AND fresh.key IS NOT NULL) AS bounced,
				count(*) FILTER (WHERE kind = 'unsubscribed' AND fresh.key IS NOT NULL) AS unsubscribed, min(at) AS first, max(at) AS last,
				(array_agg(campaign_name ORDER BY at DESC))[1] AS name
			FROM event LEFT JOIN fresh USING (key) GROUP BY campaign)
	UPDATE bench.campaign k SET contacts = k.contacts + n.contacts, contacts_replied = k.contacts_replied + n.replied, contacts_interested = k.contacts_interested + n.interested,
			sent = k.sent + c.sent, replied = k.replied + c.replied, auto_replied = k.auto_replied + c.auto_replied, bounced = k.bounced + c.bounced,
			unsubscribed = k.unsubscribed + c.unsubscribed, first_event_at = LEAST(k.first_event_at, c.first), last_event_at = GREATEST(k.last_event_at, c.last),
			campaign_name = CASE WHEN k.named_at IS NULL OR c.last > k.named_at THEN c.name ELSE k.campaign_name END, named_at = GREATEST(k.named_at, c.last)
		FROM counts c JOIN contacts n USING (campaign) WHERE k.client_id = client AND k.id = c.campaign;

	-- which e-mail shows that they are interested
	WITH newest AS (SELECT DISTINCT ON (m.contact_id, m.campaign_id) m.id, p.interested
			FROM (SELECT DISTINCT contact, campaign_id, campaign FROM event WHERE kind IN ('replied', 'auto_replied', 'interest')) e
			JOIN bench.campaign_contact p ON p.client_id = client AND p.campaign = e.campaign AND p.contact_id = e.contact AND p.interested IS NOT NULL
			JOIN bench.email m ON m.contact_id = e.contact AND m.client_id = client AND m.campaign_id = e.campaign_id AND m.email_type IN ('replied', 'auto_replied')
			ORDER BY m.contact_id, m.campaign_id, m.email_timestamp DESC, m.id)
	UPDATE bench.email m SET interested = n.interested, interest_noted = true FROM newest n
		WHERE m.client_id = client AND m.id = n.id AND m.interested IS DISTINCT FROM n.interested;
	TRUNCATE event, fresh;
	RETURN recorded;
END
$$;

CREATE PROCEDURE bench.by_hand() LANGUAGE plpgsql AS $$
DECLARE
	b bench.batch;
BEGIN
	FOR b IN SELECT * FROM bench.batch ORDER BY number LOOP
		PERFORM bench.record(current_setting('revyops.client_id')::integer, b.events);
		COMMIT;
	END LOOP;
END
$$;
CREATE PROCEDURE bench.by_function() LANGUAGE plpgsql AS $$
DECLARE
	b bench.batch;
BEGIN
	FOR b IN SELECT * FROM bench.batch ORDER BY number LOOP
		PERFORM count(*) FROM revyops_record_events(b.events);
		COMMIT;
	END LOOP;
END
$$;

-- empty makes both as they were, with so many of the contacts there.
CREATE PROCEDURE bench.empty(contacts integer) LANGUAGE plpgsql AS $$
BEGIN
	TRUNCATE revyops.contact, revyops.campaign, revyops.event_key, revyops.do_not_contact, bench.contact, bench.campaign, bench.event_key CASCADE;
	UPDATE revyops.client SET suppresses = false;
	INSERT INTO bench.contact (client_id, email) SELECT current_setting('revyops.client_id')::integer, format('person%s@company%s.com', i, i % 4000)
		FROM generate_series(0, contacts - 1) i;
	INSERT INTO revyops.contact SELECT * FROM bench.contact;
	ANALYZE bench.contact;
	ANALYZE revyops.contact;
END
$$;

-- differences lists what the two made differently.
CREATE FUNCTION bench.differences() RETURNS TABLE (what text, by_hand jsonb, by_function jsonb) LANGUAGE sql AS $$
	SELECT 'contact', to_jsonb(a), to_jsonb(b) FROM
		(SELECT email, contact_status, previous_status, status_changed_at, first_campaign_email_sent, last_campaign_email_sent, last_reply_received FROM bench.contact) a
		FULL JOIN (SELECT email, contact_status, previous_status, status_changed_at, first_campaign_email_sent, last_campaign_email_sent, last_reply_received FROM revyops.contact) b
		USING (email) WHERE a IS DISTINCT FROM b
	UNION ALL SELECT 'campaign', to_jsonb(a), to_jsonb(b) FROM (SELECT to_jsonb(k) - 'id' AS a, campaign_id FROM bench.campaign k) a
		FULL JOIN (SELECT to_jsonb(k) - 'id' AS b, campaign_id FROM revyops.campaign k) b USING (campaign_id) WHERE a IS DISTINCT FROM b
	UNION ALL SELECT 'email', to_jsonb(a), to_jsonb(b) FROM (SELECT message_id, contact_email, email_type, email_timestamp, interested, subject, body_text FROM bench.email) a
		FULL JOIN (SELECT message_id, contact_email, email_type, email_timestamp, interested, subject, body_text FROM revyops.email) b USING (message_id) WHERE a IS DISTINCT FROM b
	UNION ALL SELECT 'counts', to_jsonb(a), to_jsonb(b) FROM
		(SELECT (SELECT count(*) FROM bench.event_key), (SELECT count(*) FROM bench.contact_status_history), (SELECT sum(sent) FROM bench.campaign_contact)) a,
		(SELECT (SELECT count(*) FROM revyops.event_key), (SELECT count(*) FROM revyops.contact_status_history), (SELECT sum(sent) FROM revyops.campaign_contact)) b
		WHERE a::text <> b::text $$;
VACUUM (ANALYZE);
