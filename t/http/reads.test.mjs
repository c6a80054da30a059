// The endpoints beside the creates: answers, statuses, headers, queries.
import assert from 'node:assert/strict';
import test from 'node:test';
import { COMPANIES, CONTACTS, FORM_TYPE, JSON_TYPE, multipart, newClient, post, request, sql } from './stack.mjs';

const client = newClient('reads');
const V1_CONTACTS = '/public/contacts';
const V1_COMPANIES = '/public/companies';
const call = (method, path, body, { type = JSON_TYPE, key = client.key } = {}) =>
	request(method, path, [...(key ? [['X-API-Key', key]] : []), ...(body === undefined || type === null ? [] : [['Content-Type', type]])],
		body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
const get = (path, options) => call('GET', path, undefined, options);
const ok = (got, status = 200) => {
	assert.equal(got.status, status, got.text);
	if (status !== 204)
		assert.match(got.headers['content-type'], /^application\/json/);
	return got.json;
};
function fails(got, status, detail, errors) {
	assert.equal(got.status, status, got.text);
	assert.equal(got.json.detail, detail);
	assert.deepEqual(got.json.errors.map(({ message, ...e }) => e), errors);
}

const company = ok(await post(client, { domain: 'acme.com', name: 'Acme', company_custom_fields: [{ field_name: 'industry', field_value: 'SaaS' }] }, { path: COMPANIES }), 201);
const jane = ok(await post(client, { email: 'jane@acme.com', linkedin_url: 'in/jane', first_name: 'Jane', company_id: company.id, contact_custom_fields_input: [{ field_name: 'A b', field_value: 'ü&1' }] }), 201);
const joe = ok(await post(client, { linkedin_url: 'in/joe', last_name: 'Doe' }), 201);

test('v2: get', async () => {
	assert.deepEqual(ok(await get(`${CONTACTS}/${jane.id}`)), jane);
	assert.deepEqual(ok(await get(`${CONTACTS}/${joe.id}?structure=FLAT`)), { ...joe, email: null, company_id: null, contact_custom_fields: {} });
	assert.deepEqual(ok(await get(`${COMPANIES}/${company.id}`)), company);
	assert.deepEqual(ok(await get(`${CONTACTS}/00${jane.id}`)), jane);
});
test('v1: get is NESTED, whatever structure says', async () => {
	assert.deepEqual(ok(await get(`${V1_CONTACTS}/${jane.id}?structure=FLAT`)), jane);
	assert.deepEqual(ok(await get(`${V1_COMPANIES}/${company.id}?structure=bogus`)), company);
});

const page = results => ({ next: null, count: results.length, total_pages: 1, current_page: 1, page_size: 100, results });
const asRead = c => ({ email: null, linkedin_url: null, company_id: null, ...c });
for (const [query, contacts] of [['', [jane, joe]], ['?email=JANE%40acme.com', [jane]], ['?domain=acme.com', [jane]], ['?firstname=Jane', [jane]], ['?lastname=Doe', [joe]],
	['?linkedin_url=https%3A%2F%2Fwww.linkedin.com%2Fin%2Fjoe', [joe]], ['?email=', [jane, joe]], ['?email=nope', []], ['?unknown=1', [jane, joe]]]) {
	test(`v2: list contacts ${query}`, async () => assert.deepEqual(ok(await get(CONTACTS + query)), { ...page(contacts.map(asRead)), total_pages: contacts.length ? 1 : 0 }));
	test(`v1: list contacts ${query}`, async () => assert.deepEqual(ok(await get(V1_CONTACTS + query)), contacts.map(asRead)));
}
test('v2: pages', async () => {
	assert.deepEqual(ok(await get(`${CONTACTS}?page=2&page_size=1`)), { next: null, count: 2, total_pages: 2, current_page: 2, page_size: 1, results: [asRead(joe)] });
	assert.equal(ok(await get(`${CONTACTS}?page_size=1000`)).page_size, 100);
	assert.deepEqual(ok(await get(`${CONTACTS}?page=9`)).results, []);
	for (const wrong of ['0', '-1', 'x', '', '1.5', '1e3', '2147483648', '99999999999999999999', '%00'])
		assert.equal((await get(`${CONTACTS}?page=${wrong}`)).status, 400, wrong);
	fails(await get(`${CONTACTS}?page=0&page_size=0&structure=x`), 400, 'Invalid request.', [{ parameter: 'page', code: 'invalid_number' }, { parameter: 'page_size', code: 'invalid_number' }, { parameter: 'structure', code: 'invalid_structure' }]);
});
test('companies: lists', async () => {
	for (const query of ['', '?domain=www.acme.com', '?name=Acme', '?industry=SaaS']) {
		assert.deepEqual(ok(await get(COMPANIES + query)), page([company]));
		assert.deepEqual(ok(await get(V1_COMPANIES + query)), [company]);
	}
	for (const query of ['?domain=other.com', '?name=acme', '?industry=saas'])
		assert.deepEqual(ok(await get(V1_COMPANIES + query)), []);
});
test('lookup by custom field', async () => {
	const query = '?field_name=A+b&field_value=%C3%BC%261';
	assert.deepEqual(ok(await get(`${CONTACTS}/lookup-by-custom-field${query}`)), page([jane]));
	assert.deepEqual(ok(await get(`${CONTACTS}/lookup-by-custom-field${query}&structure=FLAT&page=1&page_size=1`)).results[0].contact_custom_fields, { 'A b': 'ü&1' });
	assert.deepEqual(ok(await get(`${V1_CONTACTS}/lookup-by-custom-field${query}`)), [jane]);
	assert.deepEqual(ok(await get(`${COMPANIES}/lookup-by-custom-field?field_name=industry&field_value=SaaS`)), page([company]));
	for (const path of [CONTACTS, V1_CONTACTS, COMPANIES])
		fails(await get(`${path}/lookup-by-custom-field`), 400, 'Invalid request.', [{ parameter: 'field_name', code: 'required' }, { parameter: 'field_value', code: 'required' }]);
});
test('v1: lists have at most 100', async () => {
	const many = newClient('many');
	sql(`INSERT INTO revyops.contact (client_id, email) SELECT ${many.id}, 'c' || i || '@acme.com' FROM generate_series(1, 150) i`);
	assert.equal(ok(await get(V1_CONTACTS, { key: many.key })).length, 100);
	assert.equal(ok(await get(`${CONTACTS}?page=2`, { key: many.key })).results.length, 50);
});

for (const path of [CONTACTS, V1_CONTACTS])
	test(`update: ${path}`, async () => {
		const { id } = ok(await post(client, { email: `update${path.length}@acme.com`, contact_status: 'Active', company_id: company.id, contact_custom_fields_input: [{ field_name: 'a', field_value: '1' }] }), 201);
		const changed = ok(await call('PATCH', `${path}/${id}`, { contact_status: 'Bounced', company_id: null, contact_custom_fields: [{ field_name: 'a', field_value: '2' }] }));
		assert.deepEqual([changed.contact_status, changed.previous_status, changed.company_id, changed.contact_custom_fields[0].field_value], ['Bounced', 'Active', undefined, '2']);
		assert.deepEqual(ok(await get(`${path}/${id}`)), asRead(changed));
		ok(await call('PATCH', `${path}/${id}`, 'first_name=Zo%C3%AB&contact_custom_fields[0]field_name=a&contact_custom_fields[0]field_value=3', { type: FORM_TYPE }));
		const form = multipart([['last_name', 'Doe'], ['contact_custom_fields', '[{"field_name": "a", "field_value": null}]']]);
		const last = ok(await call('PATCH', `${path}/${id}`, form.body, { type: form.type }));
		assert.deepEqual([last.first_name, last.last_name, last.contact_custom_fields], ['Zoë', 'Doe', []]);
		assert.deepEqual(ok(await call('PATCH', `${path}/${id}`, {})), last);
		fails(await call('PATCH', `${path}/${id}`, { email: 'x' }), 400, 'Invalid request.', [{ pointer: '/email', code: 'invalid_email' }]);
		fails(await call('PATCH', `${path}/${id}`, { email: 'jane@acme.com' }), 409, 'Contact already exists.', [{ pointer: '/email', code: 'already_exists', existing_id: jane.id }]);
		fails(await call('PATCH', `${path}/${id}`, '{\n "é": }'), 400, 'Invalid request.', [{ pointer: '', code: 'malformed_body', line: 2, column: 7 }]);
		assert.equal((await call('PATCH', `${path}/${id}`, 'x', { type: 'text/plain' })).status, 415);
		fails(await call('PATCH', `${path}/999999999`, {}), 404, 'Contact not found.', [{ parameter: 'id', code: 'not_found' }]);
	});
for (const path of [COMPANIES, V1_COMPANIES])
	test(`update: ${path}`, async () => {
		const { id } = ok(await post(client, { domain: `update${path.length}.com`, company_status: 'Lead' }, { path }), 201);
		const changed = ok(await call('PATCH', `${path}/${id}`, { name: 'New', company_status: 'Won', company_custom_fields: [{ field_name: 'a', field_value: 1 }] }));
		assert.deepEqual([changed.name, changed.company_status, changed.previous_status, changed.company_custom_fields[0].field_value], ['New', 'Won', 'Lead', '1']);
		assert.deepEqual(ok(await get(`${path}/${id}`)), changed);
		fails(await call('PATCH', `${path}/${id}`, { domain: 'acme.com' }), 409, 'Company already exists.', [{ pointer: '/domain', code: 'already_exists', existing_id: company.id }]);
	});

test('v1: creates', async () => {
	const made = await post(client, { email: 'v1@acme.com', contact_custom_fields: [{ field_name: 'a', field_value: '1' }] }, { path: V1_CONTACTS });
	assert.equal(made.headers.location, `${V1_CONTACTS}/${ok(made, 201).id}`);
	assert.equal(made.json.contact_custom_fields[0].field_value, '1');
	const company1 = await post(client, { domain: 'v1.com' }, { path: V1_COMPANIES });
	assert.equal(company1.headers.location, `${V1_COMPANIES}/${ok(company1, 201).id}`);
});

for (const [path, create, status] of [[V1_CONTACTS, { email: 'fields@acme.com' }, 200], [V1_COMPANIES, { domain: 'fields.com' }, 201], [CONTACTS, { email: 'fields2@acme.com' }, 200], [COMPANIES, { domain: 'fields2.com' }, 201]])
	test(`custom fields of ${path}`, async () => {
		const { id } = ok(await post(client, create, { path }), 201);
		const field = ok(await call('POST', `${path}/${id}/custom-fields`, { field_name: 'a', field_value: 'b' }), status);
		assert.deepEqual([field.field_name, field.field_value, Object.keys(field).sort()], ['a', 'b', ['field_name', 'field_value', 'id', 'updated_time']]);
		fails(await call('POST', `${path}/${id}/custom-fields`, { field_name: 'a', field_value: 'c' }), 409, 'Custom field already exists.', [{ pointer: '/field_name', code: 'already_exists', existing_id: field.id }]);
		fails(await call('POST', `${path}/${id}/custom-fields`, {}), 400, 'Invalid request.', [{ pointer: '/field_name', code: 'required' }, { pointer: '/field_value', code: 'required' }]);
		assert.equal(ok(await call('PATCH', `${path}/${id}/custom-fields/${field.id}`, 'field_value=c', { type: FORM_TYPE })).field_value, 'c');
		fails(await call('PATCH', `${path}/${id}/custom-fields/999999999`, {}), 404, 'Custom field not found.', [{ parameter: 'field_id', code: 'not_found' }]);
		const gone = await call('DELETE', `${path}/${id}/custom-fields/${field.id}`);
		ok(gone, 204);
		assert.equal(gone.text, '');
		assert.equal((await call('DELETE', `${path}/${id}/custom-fields/${field.id}`)).status, 404);
	});

for (const [contacts, companies] of [[V1_CONTACTS, V1_COMPANIES], [CONTACTS, COMPANIES]])
	test(`deletes: ${contacts}`, async () => {
		const { id } = ok(await post(client, { domain: 'gone.com' }, { path: companies }), 201);
		const contact = ok(await post(client, { email: 'gone@acme.com', company_id: id }), 201).id;
		ok(await call('DELETE', `${companies}/${id}`), 204);
		assert.equal(ok(await get(`${contacts}/${contact}`)).company_id, null);
		ok(await call('DELETE', `${contacts}/${contact}`), 204);
		fails(await get(`${contacts}/${contact}`), 404, 'Contact not found.', [{ parameter: 'id', code: 'not_found' }]);
		fails(await call('DELETE', `${companies}/${id}`), 404, 'Company not found.', [{ parameter: 'id', code: 'not_found' }]);
	});

test('master lists', async () => {
	// rows that no other test has, of two clients
	const other = newClient('master');
	const own = `master-reads${other.id}`;
	const field = [{ field_name: own, field_value: 'ü&1' }];
	const make = async (who, contact) => {
		const company = ok(await post(who, { domain: `${own}.com`, company_custom_fields: field }, { path: COMPANIES }), 201);
		return { company, contact: ok(await post(who, { email: `jane@${own}.com`, company_id: company.id, contact_custom_fields_input: field, ...contact }), 201) };
	};
	const mine = await make(client, { linkedin_url: `in/${own}`, first_name: 'Jane' });
	const theirs = await make(other, {});
	const key = sql(`SELECT revyops_create_api_key(${other.id}, 'master', NULL, 'master')`);
	const both = [[mine.contact.id, String(client.id)], [theirs.contact.id, String(other.id)]];
	const companies = [[mine.company.id, String(client.id)], [theirs.company.id, String(other.id)]];
	const list = async path => {
		const got = ok(await get(path, { key }));
		return (got.results ?? got).map(x => [x.id, x.client_id]);
	};
	const lookup = `lookup-by-custom-field?field_name=${own}&field_value=%C3%BC%261`;
	for (const path of ['/public/v2/contacts-master-list', '/public/contacts-master-list']) {
		assert.deepEqual(await list(`${path}?email=Jane@${own}.com`), both);
		assert.deepEqual(await list(`${path}?linkedin_url=in/${own}`), both.slice(0, 1));
		assert.deepEqual(await list(`${path}?domain=${own}.com`), both);
		assert.deepEqual(await list(`${path}?domain=${own}.com&firstname=Jane`), both.slice(0, 1));
		assert.deepEqual(await list(`${path}?domain=${own}.com&email=jane@acme.com`), []);
		assert.deepEqual(await list(`${path}/${lookup}`), both);
		assert.deepEqual(ok(await get(`${path}/${mine.contact.id}`, { key })), { ...mine.contact, client_id: String(client.id) });
	}
	for (const path of ['/public/v2/companies-master-list', '/public/companies-master-list']) {
		assert.deepEqual(await list(`${path}?domain=www.${own}.com`), companies);
		assert.deepEqual(ok(await get(`${path}/${mine.company.id}`, { key })), { ...mine.company, client_id: String(client.id) });
		assert.equal((await get(`${path}/999999999`, { key })).status, 404);
	}
	assert.deepEqual(await list(`/public/v2/companies-master-list/${lookup}`), companies);
	assert.deepEqual(await list(`/public/v2/contacts-master-list?email=jane@${own}.com&page=2&page_size=1`), both.slice(1));
	assert.deepEqual(ok(await get(`/public/v2/contacts-master-list/${mine.contact.id}?structure=FLAT`, { key })).contact_custom_fields, { [own]: 'ü&1' });
	// pages of all, turned: in order, nothing twice
	const seen = [];
	for (let n = 1, pages = 1; n <= Math.min(pages, 5); n++) {
		const got = ok(await get(`/public/v2/contacts-master-list?page=${n}&page_size=20`, { key }));
		pages = got.total_pages;
		seen.push(...got.results.map(x => x.id));
	}
	assert.deepEqual(seen, [...new Set(seen)].sort((a, b) => a - b));
	// a master key also speaks for its client, X-Master-API-Key is another name for the header
	assert.deepEqual(ok(await get(CONTACTS, { key })).results.map(x => x.id), [theirs.contact.id]);
	const named = await request('GET', `/public/contacts-master-list?email=jane@${own}.com`, [['X-Master-API-Key', key]]);
	assert.deepEqual(ok(named).map(x => x.id), both.map(([id]) => id));
	for (const [headers, code] of [[[['X-API-Key', client.key]], 'master_key_required'], [[['X-API-Key', client.key], ['X-Master-API-Key', key]], 'master_key_required'], [[], 'missing_credentials'], [[['X-API-Key', 'nope']], 'invalid_credentials']])
		fails(await request('GET', '/public/contacts-master-list', headers), 403, 'Missing or invalid credentials.', [{ parameter: 'X-API-Key', code }]);
});

test('the caller\'s own headers for the ids of a path count for nothing', async () => {
	const got = await request('GET', `${CONTACTS}/${jane.id}`, [['X-API-Key', client.key], ['X-Revyops-Id', String(joe.id)]]);
	assert.equal(ok(got).id, jane.id);
	assert.ok(Array.isArray(ok(await request('GET', V1_CONTACTS, [['X-API-Key', client.key], ['X-Revyops-Id', String(joe.id)]]))));
});
for (const [method, path, allow] of [['POST', `${CONTACTS}/1`, 'GET, HEAD, PATCH, DELETE'], ['GET', `${CONTACTS}/1/custom-fields`, 'POST'], ['PUT', `${V1_CONTACTS}/1`, 'GET, HEAD, PATCH, DELETE'], ['POST', '/public/contacts-master-list', 'GET, HEAD'],
	['GET', `${V1_CONTACTS}/1/custom-fields`, 'POST'], ['GET', `${V1_COMPANIES}/1/custom-fields/1`, 'PATCH, DELETE'], ['DELETE', `${CONTACTS}/lookup-by-custom-field`, 'GET, HEAD']])
	test(`405: ${method} ${path}`, async () => {
		const got = await call(method, path);
		assert.deepEqual([got.status, got.headers.allow, got.json], [405, allow, { detail: 'Method not allowed.' }]);
	});
test('a GET may say any content type, and its body is not read', async () =>
	assert.equal((await call('GET', `${CONTACTS}/${jane.id}`, '{', { type: 'text/\xff' })).status, 200));

test('a plus in the e-mail filter is a plus, but a blank where an address begins or ends', async () => {
	const mine = newClient('plus');
	const made = {};
	for (const local of ['jane+news', '+jane', 'jane', 'a+b+c'])
		made[local] = ok(await post(mine, { email: `${local}@plus.com` }), 201).id;
	for (const [query, local] of [['jane+news@plus.com', 'jane+news'], ['jane%2Bnews@plus.com', 'jane+news'], ['JANE+news%40plus.com', 'jane+news'], ['%2Bjane@plus.com', '+jane'], ['+jane@plus.com', 'jane'], ['a+b%2Bc@plus.com', 'a+b+c'],
		['%20jane@plus.com', 'jane'], ['jane@plus.com+', 'jane'], ['jane@plus.com+%20+', 'jane'], ['jane%20news@plus.com'], ['jane@plus.com+x'], ['+']])
		for (const path of [CONTACTS, V1_CONTACTS]) {
			const got = ok(await get(`${path}?email=${query}`, { key: mine.key }));
			assert.deepEqual((got.results ?? got).map(c => c.id), query === '+' ? Object.values(made) : local ? [made[local]] : [], query);
		}
	assert.deepEqual(ok(await get(`${CONTACTS}?firstname=a+b`, { key: mine.key })).results, []);
});
