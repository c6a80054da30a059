CREATE EXTENSION revyops;

SELECT revyops_create_client('fuzz');

INSERT INTO revyops.api_key (prefix, secret_sha256, client_id, name, scope)
	VALUES ('rvo_000000000000', sha256('rvo_000000000000_0000000000000000000000000000000000000000000000000000000000000000'), 1, 'fuzz', 'master');

SET revyops.client_id = 1;

SELECT revyops_create_company('{"domain": "acme.com", "name": "Acme", "company_custom_fields": [{"field_name": "a", "field_value": "1"}]}');

SELECT revyops_create_contact('{"email": "jane@acme.com", "linkedin_url": "in/jane", "company_id": "acme.com",
	"contact_custom_fields_input": [{"field_name": "a", "field_value": "1"}]}');

SELECT revyops_create_contact('{"email": "bob@acme.com"}');

SELECT revyops_create_client('fuzz with settings');

INSERT INTO revyops.api_key (prefix, secret_sha256, client_id, name, scope)
	VALUES ('rvo_000000000001', sha256('rvo_000000000001_0000000000000000000000000000000000000000000000000000000000000000'), 2, 'fuzz', 'master');

SELECT revyops_set_client_setting(2, name, value) FROM (VALUES ('on_unknown_domain', 'create'), ('infer_company', 'on'),
	('default_status', 'New'), ('default_origin', 'Web')) v(name, value);

SET revyops.client_id = 2;

SELECT revyops_define_custom_field('contact', name, type, options) FROM (VALUES ('number', 'number', NULL), ('boolean', 'boolean', NULL),
	('date', 'date', NULL), ('url', 'url', NULL), ('choice', 'choice', '{"choices": ["SaaS", "b b"]}'::jsonb)) v(name, type, options);

SELECT revyops_define_custom_field('company', 'number', 'number');

SELECT revyops_create_contact('{"email": "jane@gmail.com", "contact_custom_fields_input": [{"field_name": "number", "field_value": "1"}]}');

SELECT revyops_upsert_contact('{"linkedin_url": "in/jane", "contact_status": "Active"}');

VACUUM ANALYZE;

