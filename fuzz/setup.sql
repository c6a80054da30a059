CREATE EXTENSION revyops;

SELECT revyops_create_client('fuzz');

INSERT INTO revyops.api_key (prefix, secret_sha256, client_id, name, scope)
	VALUES ('rvo_000000000000', sha256('rvo_000000000000_0000000000000000000000000000000000000000000000000000000000000000'), 1, 'fuzz', 'master');

SET revyops.client_id = 1;

SELECT revyops_create_company('{"domain": "acme.com", "name": "Acme", "company_custom_fields": [{"field_name": "a", "field_value": "1"}]}');

SELECT revyops_create_contact('{"email": "jane@acme.com", "linkedin_url": "in/jane", "company_id": "acme.com",
	"contact_custom_fields_input": [{"field_name": "a", "field_value": "1"}]}');

SELECT revyops_create_contact('{"email": "bob@acme.com"}');

VACUUM ANALYZE;

