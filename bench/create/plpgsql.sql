-- revyops_create_contact as a good PL/pgSQL author writes it: one pass over the body, one
-- look-up of the company, one INSERT ... ON CONFLICT DO NOTHING, no exception block.  It knows
-- less: no IDNA, no public suffixes, no parents of a domain, no trimming of Unicode spaces.
CREATE FUNCTION bench.fault(faults jsonb, pointer text, code text) RETURNS jsonb
	LANGUAGE sql IMMUTABLE AS
	$$ SELECT faults || jsonb_build_array(jsonb_build_object('pointer', pointer, 'code', code)) $$;

CREATE FUNCTION bench.create_contact(contact jsonb, structure text DEFAULT 'NESTED') RETURNS jsonb
	LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	client integer := current_setting('revyops.client_id', true);
	faults jsonb := '[]';
	v_email text; v_linkedin_url text; slug text; company text; v_company_id bigint;
	names text[] := '{}'; field jsonb; position integer := 0; member text;
	created timestamptz := now();
	stamp text := to_char(created AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
	fields jsonb := '[]';
	row_ revyops.contact;
	owner_email bigint; owner_linkedin_url bigint;
BEGIN
	IF client IS NULL OR NOT EXISTS (SELECT FROM revyops.client c WHERE c.id = client) THEN
		RAISE SQLSTATE 'PT403' USING MESSAGE = 'missing or invalid credentials';
	END IF;
	IF jsonb_typeof(contact) IS DISTINCT FROM 'object' THEN
		RAISE SQLSTATE 'PT400' USING MESSAGE = 'invalid request', DETAIL = bench.fault(faults, '', 'not_an_object');
	END IF;
	IF structure IS NULL OR structure NOT IN ('FLAT', 'NESTED') THEN
		faults := bench.fault(faults, '/structure', 'invalid_structure');
	END IF;

	v_email := nullif(lower(btrim(contact ->> 'email')), '');
	IF v_email IS NOT NULL AND v_email !~
		'^[a-z0-9!#$%&''*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&''*+/=?^_`{|}~-]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$' THEN
		faults := bench.fault(faults, '/email', 'invalid_email');
	END IF;
	IF btrim(contact ->> 'linkedin_url') <> '' THEN
		slug := substring(lower(btrim(contact ->> 'linkedin_url'))
			FROM '^(?:https?://)?(?:(?:www|m|[a-z][a-z])\.)?linkedin\.com/in/([a-z0-9._~%-]+)(?:[/?#].*)?$');
		IF slug IS NULL THEN
			faults := bench.fault(faults, '/linkedin_url', 'invalid_linkedin_url');
		END IF;
		v_linkedin_url := 'https://www.linkedin.com/in/' || slug;
	END IF;
	IF v_email IS NULL AND v_linkedin_url IS NULL AND faults = '[]' THEN
		faults := bench.fault(faults, '', 'identifier_required');
	END IF;
	FOREACH member IN ARRAY ARRAY['first_name', 'last_name', 'origin', 'contact_status'] LOOP
		CASE coalesce(jsonb_typeof(contact -> member), 'absent')
			WHEN 'absent' THEN NULL;
			WHEN 'null' THEN faults := bench.fault(faults, '/' || member, 'null_not_allowed');
			WHEN 'string' THEN
				IF char_length(contact ->> member) > 255 THEN
					faults := bench.fault(faults, '/' || member, 'too_long');
				END IF;
			ELSE faults := bench.fault(faults, '/' || member, 'not_a_string');
		END CASE;
	END LOOP;
	company := nullif(lower(btrim(contact ->> 'company_id')), '');
	IF company IS NOT NULL AND company !~ '^\d{1,18}$' THEN
		company := regexp_replace(company, '^(https?://)?(www\.)?([^/:?#]+).*$', '\3');
		IF company !~ '^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$' THEN
			faults := bench.fault(faults, '/company_id', 'invalid_company');
		END IF;
	END IF;
	IF contact ? 'contact_custom_fields_input' THEN
		IF jsonb_typeof(contact -> 'contact_custom_fields_input') <> 'array' THEN
			faults := bench.fault(faults, '/contact_custom_fields_input', 'not_an_array');
		ELSE
			FOR field IN SELECT * FROM jsonb_array_elements(contact -> 'contact_custom_fields_input') LOOP
				IF coalesce(btrim(field ->> 'field_name'), '') = '' THEN
					faults := bench.fault(faults, format('/contact_custom_fields_input/%s/field_name', position), 'required');
				ELSIF btrim(field ->> 'field_name') = ANY (names) THEN
					faults := bench.fault(faults, format('/contact_custom_fields_input/%s/field_name', position), 'duplicate');
				END IF;
				IF field ->> 'field_value' IS NULL THEN
					faults := bench.fault(faults, format('/contact_custom_fields_input/%s/field_value', position), 'required');
				ELSIF char_length(field ->> 'field_value') > 2500 THEN
					faults := bench.fault(faults, format('/contact_custom_fields_input/%s/field_value', position), 'too_long');
				END IF;
				names := names || btrim(field ->> 'field_name');
				fields := fields || jsonb_build_object('id', nextval('revyops.custom_field_id_seq'),
					'field_name', btrim(field ->> 'field_name'), 'field_value', btrim(field ->> 'field_value'),
					'updated_time', stamp);
				position := position + 1;
			END LOOP;
		END IF;
	END IF;
	IF faults <> '[]' THEN
		RAISE SQLSTATE 'PT400' USING MESSAGE = 'invalid request', DETAIL = faults;
	END IF;

	IF company ~ '^\d+$' THEN
		SELECT c.id INTO v_company_id FROM revyops.company c
			WHERE c.client_id = client AND c.id = company::bigint FOR KEY SHARE;
	ELSIF company IS NOT NULL THEN
		SELECT c.id INTO v_company_id FROM revyops.company c
			WHERE c.domain = company AND c.client_id = client FOR KEY SHARE;
	END IF;
	IF company IS NOT NULL AND v_company_id IS NULL THEN
		RAISE SQLSTATE 'PT404' USING MESSAGE = 'company not found';
	END IF;

	INSERT INTO revyops.contact (client_id, email, linkedin_url, first_name, last_name, company_id, origin,
			contact_status, custom_fields, updated_time)
		VALUES (client, v_email, v_linkedin_url, coalesce(btrim(contact ->> 'first_name'), ''),
			coalesce(btrim(contact ->> 'last_name'), ''), v_company_id, coalesce(btrim(contact ->> 'origin'), ''),
			coalesce(btrim(contact ->> 'contact_status'), ''), fields, created)
		ON CONFLICT DO NOTHING RETURNING * INTO row_;
	IF NOT FOUND THEN
		SELECT c.id INTO owner_email FROM revyops.contact c WHERE c.email = v_email AND c.client_id = client;
		SELECT c.id INTO owner_linkedin_url FROM revyops.contact c WHERE c.linkedin_url = v_linkedin_url AND c.client_id = client;
		RAISE SQLSTATE 'PT409' USING MESSAGE = 'contact already exists',
			DETAIL = json_build_array(json_build_object('email', owner_email, 'linkedin_url', owner_linkedin_url));
	END IF;

	RETURN jsonb_strip_nulls(jsonb_build_object('email', row_.email, 'linkedin_url', row_.linkedin_url,
			'company_id', row_.company_id)) ||
		jsonb_build_object('id', row_.id, 'updated_time', stamp, 'first_name', row_.first_name,
			'last_name', row_.last_name, 'origin', row_.origin, 'contact_status', row_.contact_status,
			'previous_status', row_.previous_status, 'status_changed_at', row_.status_changed_at,
			'first_campaign_email_sent', row_.first_campaign_email_sent,
			'last_campaign_email_sent', row_.last_campaign_email_sent,
			'last_reply_received', row_.last_reply_received,
			'contact_custom_fields', CASE structure WHEN 'NESTED' THEN row_.custom_fields ELSE
				(SELECT coalesce(jsonb_object_agg(f ->> 'field_name', f ->> 'field_value'), '{}')
				 FROM jsonb_array_elements(row_.custom_fields) f) END);
END
$$;
