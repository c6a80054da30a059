/*
 * One adapter an endpoint.  Each takes the raw body; the content type, the
 * query string, the ids of the path and the key come from request.headers.
 * Those that only read are STABLE: PostgREST runs them read-only.
 */

CREATE SCHEMA revyops_http;
COMMENT ON SCHEMA revyops_http IS 'What PostgREST calls: one function an endpoint, raw request body in, answer out.';

CREATE FUNCTION revyops_http.companies_v2_list(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v2_list'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.companies_v2_list(bytea) IS
'GET /public/v2/companies: lists companies.';

CREATE FUNCTION revyops_http.companies_v2_create(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v2_create'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.companies_v2_create(bytea) IS
'POST /public/v2/companies: creates a company.';

CREATE FUNCTION revyops_http.companies_v2_get(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v2_get'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.companies_v2_get(bytea) IS
'GET /public/v2/companies/{id}: returns a company.';

CREATE FUNCTION revyops_http.companies_v2_update(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v2_update'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.companies_v2_update(bytea) IS
'PATCH /public/v2/companies/{id}: changes a company.';

CREATE FUNCTION revyops_http.companies_v2_lookup(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v2_lookup'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.companies_v2_lookup(bytea) IS
'GET /public/v2/companies/lookup-by-custom-field: lists companies with a custom field.';

CREATE FUNCTION revyops_http.companies_v1_list(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v1_list'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.companies_v1_list(bytea) IS
'GET /public/companies: lists companies.';

CREATE FUNCTION revyops_http.companies_v1_create(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v1_create'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.companies_v1_create(bytea) IS
'POST /public/companies: creates a company.';

CREATE FUNCTION revyops_http.companies_v1_get(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v1_get'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.companies_v1_get(bytea) IS
'GET /public/companies/{id}: returns a company.';

CREATE FUNCTION revyops_http.companies_v1_update(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v1_update'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.companies_v1_update(bytea) IS
'PATCH /public/companies/{id}: changes a company.';

CREATE FUNCTION revyops_http.companies_v1_delete(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v1_delete'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.companies_v1_delete(bytea) IS
'DELETE /public/companies/{id}: deletes a company.';

CREATE FUNCTION revyops_http.companies_v1_field_add(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v1_field_add'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.companies_v1_field_add(bytea) IS
'POST /public/companies/{id}/custom-fields: adds a custom field to a company.';

CREATE FUNCTION revyops_http.companies_v1_field_update(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v1_field_update'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.companies_v1_field_update(bytea) IS
'PATCH /public/companies/{id}/custom-fields/{field_id}: changes a custom field of a company.';

CREATE FUNCTION revyops_http.companies_v1_field_delete(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v1_field_delete'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.companies_v1_field_delete(bytea) IS
'DELETE /public/companies/{id}/custom-fields/{field_id}: deletes a custom field of a company.';

CREATE FUNCTION revyops_http.companies_v2_master_list(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v2_master_list'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.companies_v2_master_list(bytea) IS
'GET /public/v2/companies-master-list: lists the companies of all clients.';

CREATE FUNCTION revyops_http.companies_v2_master_get(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v2_master_get'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.companies_v2_master_get(bytea) IS
'GET /public/v2/companies-master-list/{id}: returns a company, whose ever it is.';

CREATE FUNCTION revyops_http.companies_v2_master_lookup(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v2_master_lookup'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.companies_v2_master_lookup(bytea) IS
'GET /public/v2/companies-master-list/lookup-by-custom-field: lists the companies of all clients with a custom field.';

CREATE FUNCTION revyops_http.companies_v1_master_list(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v1_master_list'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.companies_v1_master_list(bytea) IS
'GET /public/companies-master-list: lists the companies of all clients.';

CREATE FUNCTION revyops_http.companies_v1_master_get(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v1_master_get'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.companies_v1_master_get(bytea) IS
'GET /public/companies-master-list/{id}: returns a company, whose ever it is.';

CREATE FUNCTION revyops_http.companies_v2_batch(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v2_batch'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.companies_v2_batch(bytea) IS
'POST /public/v2/companies/batch: creates companies.';

CREATE FUNCTION revyops_http.contacts_v2_list(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v2_list'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.contacts_v2_list(bytea) IS
'GET /public/v2/contacts: lists contacts.';

CREATE FUNCTION revyops_http.contacts_v2_create(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v2_create'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.contacts_v2_create(bytea) IS
'POST /public/v2/contacts: creates a contact.';

CREATE FUNCTION revyops_http.contacts_v2_get(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v2_get'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.contacts_v2_get(bytea) IS
'GET /public/v2/contacts/{id}: returns a contact.';

CREATE FUNCTION revyops_http.contacts_v2_update(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v2_update'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.contacts_v2_update(bytea) IS
'PATCH /public/v2/contacts/{id}: changes a contact.';

CREATE FUNCTION revyops_http.contacts_v2_merge(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v2_merge'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.contacts_v2_merge(bytea) IS
'POST /public/v2/contacts/{id}/merge: merges another contact into this one.';

CREATE FUNCTION revyops_http.contacts_v2_lookup(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v2_lookup'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.contacts_v2_lookup(bytea) IS
'GET /public/v2/contacts/lookup-by-custom-field: lists contacts with a custom field.';

CREATE FUNCTION revyops_http.contacts_v1_list(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v1_list'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.contacts_v1_list(bytea) IS
'GET /public/contacts: lists contacts.';

CREATE FUNCTION revyops_http.contacts_v1_create(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v1_create'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.contacts_v1_create(bytea) IS
'POST /public/contacts: creates a contact.';

CREATE FUNCTION revyops_http.contacts_v1_get(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v1_get'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.contacts_v1_get(bytea) IS
'GET /public/contacts/{id}: returns a contact.';

CREATE FUNCTION revyops_http.contacts_v1_update(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v1_update'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.contacts_v1_update(bytea) IS
'PATCH /public/contacts/{id}: changes a contact.';

CREATE FUNCTION revyops_http.contacts_v1_delete(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v1_delete'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.contacts_v1_delete(bytea) IS
'DELETE /public/contacts/{id}: deletes a contact.';

CREATE FUNCTION revyops_http.contacts_v1_lookup(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v1_lookup'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.contacts_v1_lookup(bytea) IS
'GET /public/contacts/lookup-by-custom-field: lists contacts with a custom field.';

CREATE FUNCTION revyops_http.contacts_v1_field_add(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v1_field_add'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.contacts_v1_field_add(bytea) IS
'POST /public/contacts/{id}/custom-fields: adds a custom field to a contact.';

CREATE FUNCTION revyops_http.contacts_v1_field_update(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v1_field_update'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.contacts_v1_field_update(bytea) IS
'PATCH /public/contacts/{id}/custom-fields/{field_id}: changes a custom field of a contact.';

CREATE FUNCTION revyops_http.contacts_v1_field_delete(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v1_field_delete'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.contacts_v1_field_delete(bytea) IS
'DELETE /public/contacts/{id}/custom-fields/{field_id}: deletes a custom field of a contact.';

CREATE FUNCTION revyops_http.contacts_v2_master_list(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v2_master_list'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.contacts_v2_master_list(bytea) IS
'GET /public/v2/contacts-master-list: lists the contacts of all clients.';

CREATE FUNCTION revyops_http.contacts_v2_master_get(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v2_master_get'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.contacts_v2_master_get(bytea) IS
'GET /public/v2/contacts-master-list/{id}: returns a contact, whose ever it is.';

CREATE FUNCTION revyops_http.contacts_v2_master_lookup(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v2_master_lookup'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.contacts_v2_master_lookup(bytea) IS
'GET /public/v2/contacts-master-list/lookup-by-custom-field: lists the contacts of all clients with a custom field.';

CREATE FUNCTION revyops_http.contacts_v1_master_list(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v1_master_list'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.contacts_v1_master_list(bytea) IS
'GET /public/contacts-master-list: lists the contacts of all clients.';

CREATE FUNCTION revyops_http.contacts_v1_master_get(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v1_master_get'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.contacts_v1_master_get(bytea) IS
'GET /public/contacts-master-list/{id}: returns a contact, whose ever it is.';

CREATE FUNCTION revyops_http.contacts_v1_master_lookup(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v1_master_lookup'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.contacts_v1_master_lookup(bytea) IS
'GET /public/contacts-master-list/lookup-by-custom-field: lists the contacts of all clients with a custom field.';

CREATE FUNCTION revyops_http.contacts_v2_batch(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v2_batch'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.contacts_v2_batch(bytea) IS
'POST /public/v2/contacts/batch: creates contacts.';

CREATE FUNCTION revyops_http.contacts_v2_upsert(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v2_upsert'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.contacts_v2_upsert(bytea) IS
'PUT /public/v2/contacts: creates a contact, or changes the one that is there.';

CREATE FUNCTION revyops_http.contacts_v2_upsert_batch(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v2_upsert_batch'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.contacts_v2_upsert_batch(bytea) IS
'PUT /public/v2/contacts/batch: creates contacts, or changes those that are there.';

CREATE FUNCTION revyops_http.key_check(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_key_check'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops_http.key_check(bytea) IS
'No path: nginx asks it about the key of a batch, before it takes the body. 204 or 403.';

/* Tell a running PostgREST that there are new functions. */
NOTIFY pgrst, 'reload schema';
