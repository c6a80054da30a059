-- 10,000 contacts to read. Prints the first id and the last.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
TRUNCATE crm_contact CASCADE;
INSERT INTO crm_contact (client_id, company_id, email, first_name, last_name, origin, contact_status, updated_time)
	SELECT client_id, id, 'g' || i || '@acme.com', 'Jane', 'Doe', '', '', now() FROM crm_company, generate_series(1, 10000) i;
INSERT INTO crm_customfield (contact_id, field_name, field_value, updated_time)
	SELECT id, name, value, now()
	FROM crm_contact, (VALUES ('Industry', 'SaaS'), ('Score', '87'), ('City', 'Oslo')) f (name, value);
VACUUM (ANALYZE) crm_contact, crm_customfield;
\pset fieldsep ' '
SELECT min(id), max(id) FROM crm_contact HAVING count(*) = 10000 AND max(id) - min(id) = 9999;
