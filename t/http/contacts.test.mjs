// POST /public/v2/contacts and /companies: answers, statuses, headers.
import assert from 'node:assert/strict';
import test from 'node:test';
import { COMPANIES, CONTACTS, firstWords, FORM_TYPE, JSON_TYPE, multipart, newClient, post, raw, request, rows, sql, url, urlencoded } from './stack.mjs';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
let serial = 0;
const unique = () => `http${++serial}@acme.com`;
const client = newClient('contacts');
const other = newClient('another');
await post(client, { domain: 'acme.com' }, { path: COMPANIES });
const theirs = (await post(other, { domain: 'other.com' }, { path: COMPANIES })).json.id;

// What every error answer is.
function isError(got, status, detail, errors) {
	assert.equal(got.status, status, got.text);
	assert.equal(got.headers['content-type'].split(';')[0], JSON_TYPE);
	assert.equal(got.headers.location, undefined);
	assert.equal(got.json.detail, detail);
	if (errors === undefined)
		assert.deepEqual(Object.keys(got.json), ['detail']);
	else {
		assert.deepEqual(Object.keys(got.json).sort(), ['detail', 'errors']);
		assert.ok(got.json.errors.every(e => e.message.length > 0));
		assert.deepEqual(got.json.errors.map(({ message, ...e }) => e), errors);
	}
}

test('201: whole answer, NESTED', async () => {
	const got = await post(client, { email: 'Jane@ACME.com', linkedin_url: 'in/jane', first_name: 'Zoë', company_id: 'www.acme.com', contact_custom_fields_input: [{ field_name: 'b', field_value: '1' }, { field_name: 'a', field_value: '2' }] });
	assert.equal(got.status, 201, got.text);
	assert.match(got.headers['content-type'], /^application\/json/);
	assert.equal(got.headers.location, `${CONTACTS}/${got.json.id}`);
	assert.equal(got.headers['content-range'], undefined);
	const { id, updated_time, company_id, contact_custom_fields, ...rest } = got.json;
	assert.match(updated_time, TIME);
	assert.equal(typeof company_id, 'number');
	assert.deepEqual(contact_custom_fields.map(f => [typeof f.id, TIME.test(f.updated_time), f.field_name, f.field_value]), [['number', true, 'b', '1'], ['number', true, 'a', '2']]);
	assert.deepEqual(rest, { email: 'jane@acme.com', linkedin_url: 'https://www.linkedin.com/in/jane', first_name: 'Zoë', last_name: '', origin: '', contact_status: '',
		previous_status: null, status_changed_at: null, first_campaign_email_sent: null, last_campaign_email_sent: null, last_reply_received: null });
	assert.equal(sql(`SELECT email FROM revyops.contact WHERE client_id = ${client.id} AND id = ${id}`), 'jane@acme.com');
});

test('201: a company', async () => {
	const got = await post(client, { domain: 'https://www.beta.com/', name: 'Beta', company_custom_fields: [{ field_name: 'a', field_value: 'b' }] }, { path: `${COMPANIES}?structure=FLAT` });
	assert.equal(got.status, 201, got.text);
	assert.equal(got.headers.location, `${COMPANIES}/${got.json.id}`);
	const { id, updated_time, ...rest } = got.json;
	assert.match(updated_time, TIME);
	assert.deepEqual(rest, { domain: 'beta.com', name: 'Beta', company_status: '', previous_status: null, status_changed_at: null, company_custom_fields: { a: 'b' } });
});

for (const [query, flat] of [['', false], ['?', false], ['?structure=NESTED', false], ['?structure=FLAT', true], ['?structure=%46LAT', true], ['?a=b&structure=FLAT&c', true],
	['?structure=NESTED&structure=FLAT', true], ['?structure=FLAT&structure=NESTED', false], ['?select=id&limit=0&email=eq.x', false], ['?Structure=FLAT', false], ['?structure[]=x', false]])
	test(`201: query ${JSON.stringify(query)}`, async () => {
		const got = await post(client, { email: unique() }, { path: CONTACTS + query });
		assert.equal(got.status, 201, got.text);
		assert.deepEqual(got.json.contact_custom_fields, flat ? {} : []);
		assert.ok(got.json.email);
	});

for (const query of ['?structure=', '?structure', '?structure=flat', '?structure=FLATT', '?structure=FLAT%20', '?structure=FLAT,NESTED', '?structure=%46%00', '?structure=NESTED&structure=x', '?structure=FLAT;'])
	test(`400: query ${query}`, async () => {
		const before = rows(client);
		const got = await post(client, { email: unique() }, { path: CONTACTS + query });
		assert.equal(got.status, 400, got.text);
		assert.equal(got.json.detail, 'Invalid request.');
		assert.equal(got.json.errors.length, 1);
		assert.equal(rows(client), before);
	});

for (const type of [JSON_TYPE, 'Application/JSON', 'application/json; charset=utf-8', 'application/json;charset="UTF-8"', null])
	test(`201: content type ${type} is JSON`, async () => assert.equal((await post(client, { email: unique() }, { type })).status, 201));
for (const type of [FORM_TYPE, 'application/x-www-form-urlencoded; charset=UTF-8', 'APPLICATION/X-WWW-FORM-URLENCODED'])
	test(`201: content type ${type}`, async () => assert.equal((await post(client, `email=${unique()}`, { type })).status, 201));

test('forms: bytes, spaces, an empty value, the last of two', async () => {
	const email = unique();
	for (const { type, body } of [
		{ type: FORM_TYPE, body: `first_name=Zo%C3%AB+%26+co&last_name=a&last_name=+b%20&origin=&email=${email}&&contact_status` },
		multipart([['first_name', 'Zoë & co'], ['last_name', 'a'], ['last_name', ' b '], ['origin', ''], ['email', email.replace('@', '.m@')], ['contact_status', '']])]) {
		const got = await post(client, body, { type });
		assert.equal(got.status, 201, got.text);
		assert.deepEqual([got.json.first_name, got.json.last_name, got.json.origin, got.json.contact_status], ['Zoë & co', 'b', '', '']);
	}
});

const brackets = [['plain', k => k], ['dotted', k => `.${k}`], ['bracketed', k => `[${k}]`]];
for (const [name, key] of brackets)
	for (const form of [urlencoded, multipart])
		test(`forms: list keys, ${name}, ${form.name}`, async () => {
			const { type, body } = form([['email', unique()], ...[10, 2].flatMap(i => [[`contact_custom_fields_input[${i}]${key('field_name')}`, `f${i}`], [`contact_custom_fields_input[${i}]${key('field_value')}`, `v${i}`]])]);
			const got = await post(client, body, { type });
			assert.equal(got.status, 201, got.text);
			assert.deepEqual(got.json.contact_custom_fields.map(f => [f.field_name, f.field_value]), [['f2', 'v2'], ['f10', 'v10']]);
		});

// JSON that is labelled as a form, as curl -d and others do
for (const [name, body] of [['an object', '{"email":"json@acme.com"}'], ['with & and =', '{"email":"json@acme.com","first_name":"a=b&c=d"}'], ['a list', '[{"email":"json@acme.com"}]'],
	['behind white space', ' \r\n\t{"email":"json@acme.com"}'], ['behind a byte order mark', '\ufeff{"email":"json@acme.com"}'], ['percent-encoded', encodeURIComponent('{"email":"json@acme.com"}')], ['empty', '{}'], ['broken', '{'], ['encoded twice', JSON.stringify('{"email":"json@acme.com"}')]])
	test(`400: JSON as a form, ${name}`, async () => {
		const { id } = (await post(client, { email: unique() })).json;
		for (const [method, path] of [['POST', CONTACTS], ['PUT', CONTACTS], ['PATCH', `${CONTACTS}/${id}`], ['POST', '/public/contacts'], ['PATCH', `/public/contacts/${id}`], ['POST', `${CONTACTS}/batch`], ['PUT', `${CONTACTS}/batch`],
			['POST', COMPANIES], ['POST', `/public/contacts/${id}/custom-fields`], ['POST', `${CONTACTS}/${id}/merge`]])
			for (const type of ['application/x-www-form-urlencoded', 'application/x-www-form-urlencoded; charset=UTF-8']) {
				const got = await request(method, path, [['X-API-Key', client.key], ['Content-Type', type]], body);
				isError(got, 400, 'Invalid request.', [{ parameter: 'Content-Type', code: 'json_as_form' }]);
				assert.match(got.json.errors[0].message, /application\/json/);
			}
	});
test('a form may have such values, and such names further on', async () => {
	const got = await post(client, `email=${unique()}&first_name={"a":1}&{x}=1&[=2`, { type: 'application/x-www-form-urlencoded' });
	assert.deepEqual([got.status, got.json.first_name], [201, '{"a":1}'], got.text);
});

// an object of names and values, as a form has it; a create takes both lists, too
for (const path of ['/public/v2/contacts', '/public/contacts'])
	for (const form of [urlencoded, multipart])
		test(`forms: names of custom fields in brackets, ${path}, ${form.name}`, async () => {
			const { type, body } = form([['email', unique()], ['contact_custom_fields[0]field_name', 'a'], ['contact_custom_fields[0]field_value', '1'], ['contact_custom_fields[Job Title]', 'CTO'],
				['contact_custom_fields_input[Umsatz (€)]', '5'], ['contact_custom_fields_input[a]', '2']]);
			const got = await post(client, body, { type, path, headers: [['Prefer', 'handling=strict']] });
			assert.equal(got.status, 201, got.text);
			assert.deepEqual(got.json.contact_custom_fields.map(f => [f.field_name, f.field_value]), [['Job Title', 'CTO'], ['a', '2'], ['Umsatz (€)', '5']]);
		});
// URLSearchParams writes blanks as +, which in an address before the @ is a plus that was not encoded
for (const [path, list, key, taken = list] of [[CONTACTS, 'contact_custom_fields', 'email'], [CONTACTS, 'contact_custom_fields_input', 'email', 'contact_custom_fields'], ['/public/contacts', 'contact_custom_fields', 'email'],
	[COMPANIES, 'company_custom_fields', 'domain'], ['/public/v2/emails', 'custom_fields', 'contact_email']])
	test(`forms: a custom field with an address is text, ${path}, ${list}`, async () => {
		const email = unique();
		const values = { alt_email: 'Jane Doe <jane@x.com>', email: 'a+b c@x.com', 'Billing.email': 'Accounts, call before mail @ finance', address: 'Main St, @ the corner' };
		const form = new URLSearchParams(Object.entries(values).map(([name, value]) => [`${list}[${name}]`, value]));
		form.append(`${list}[7][field_name]`, 'work_email');
		form.append(`${list}[7][field_value]`, 'Joe Doe <joe@x.com>');
		let own = key === 'domain' ? `domain=${email.replace('@', '.')}` : `${key}=${email.replace('@', '+y@')}`;
		if (key === 'contact_email') {
			assert.equal((await post(client, { email: email.replace('@', '+y@') })).status, 201);
			own += '&email_type=sent&origin=api';
		}
		const got = await post(client, `${own}&${form}`, { path, type: FORM_TYPE, headers: [['Prefer', 'handling=strict']] });
		assert.equal(got.status, 201, got.text);
		assert.deepEqual(Object.fromEntries(got.json[taken].map(f => [f.field_name, f.field_value])), { ...values, work_email: 'Joe Doe <joe@x.com>' });
		if (key === 'email')
			assert.equal(got.json.email, email.replace('@', '+y@'));
	});
test('forms: an object as JSON text', async () => {
	const { type, body } = urlencoded([['email', unique()], ['contact_custom_fields', '{"Industry": "SaaS"}']]);
	const got = await post(client, body, { type, path: `${CONTACTS}?structure=FLAT` });
	assert.deepEqual([got.status, got.json.contact_custom_fields], [201, { Industry: 'SaaS' }], got.text);
});

// a change takes both lists, and the other one last
for (const path of ['/public/v2/contacts', '/public/contacts'])
	for (const form of [urlencoded, multipart])
		for (const [name, key] of brackets)
			test(`forms: a change of ${path} with both lists, ${name}, ${form.name}`, async () => {
				const { id } = (await post(client, { email: unique() })).json;
				const list = (member, ...values) => values.flatMap(([n, v], i) => [[`${member}[${i}]${key('field_name')}`, n], [`${member}[${i}]${key('field_value')}`, v]]);
				const change = async fields => {
					const { type, body } = form(fields);
					const got = await request('PATCH', `${path}/${id}`, [['X-API-Key', client.key], ['Content-Type', type], ['Prefer', 'handling=strict']], body);
					assert.equal(got.status, 200, got.text);
					return Object.fromEntries(got.json.contact_custom_fields.map(f => [f.field_name, f.field_value]));
				};
				assert.deepEqual(await change(list('contact_custom_fields_input', ['a', '1'], ['b', '1'])), { a: '1', b: '1' });
				assert.deepEqual(await change([...list('contact_custom_fields_input', ['b', '3'], ['d', '3']), ['first_name', 'Jane'], ...list('contact_custom_fields', ['b', '2'], ['c', '2'])]),
					{ a: '1', b: '3', c: '2', d: '3' });
				assert.deepEqual(await change([['contact_custom_fields_input', '[{"field_name": "a", "field_value": null}]'], ['contact_custom_fields', '[{"field_name": "e", "field_value": 4}]']]),
					{ b: '3', c: '2', d: '3', e: '4' });
			});
test('forms: a change with both lists and parts of neither', async () => {
	const { id } = (await post(client, { email: unique() })).json;
	const { type, body } = urlencoded([['contact_custom_fields_inputs[0]field_name', 'a'], ['contact_custom_fields[0]field_name', 'a'], ['contact_custom_fields_input[0]', 'x']]);
	const got = await request('PATCH', `${CONTACTS}/${id}`, [['X-API-Key', client.key], ['Content-Type', type], ['Prefer', 'handling=strict']], body);
	isError(got, 400, 'Invalid request.', [{ pointer: '/contact_custom_fields/0/field_value', code: 'required' }, { pointer: '/contact_custom_fields_input/0', code: 'not_an_object' },
		{ pointer: '/contact_custom_fields_inputs[0]field_name', code: 'unknown_member', nearest: [] }]);
});

test('multipart: quoted boundary, preamble, epilogue, other headers, a value with line breaks', async () => {
	const body = 'preamble\r\n--x y\r\nContent-Type: text/plain; charset=utf-8\r\ncontent-disposition: form-data; name="email"\r\n\r\n' + unique()
		+ '\r\n--x y\r\nContent-Disposition: form-data; name=first_name\r\n\r\n--x\r\n--x y--\r\nepilogue';
	const got = await post(client, body, { type: 'multipart/form-data; charset=utf-8; boundary="x y"' });
	assert.equal(got.status, 201, got.text);
	assert.equal(got.json.first_name, '--x');
});

test('401: the company of another client', async () =>
	isError(await post(client, { email: unique(), company_id: theirs }), 401, 'Company does not belong to this client.', [{ pointer: '/company_id', code: 'other_client' }]));
test('401 tells a browser nothing of a login', async () =>
	assert.equal((await post(client, { email: unique(), company_id: theirs })).headers['www-authenticate'], undefined));
test('404: no such company', async () =>
	isError(await post(client, { email: unique(), company_id: 'other.com' }), 404, 'Company not found.', [{ pointer: '/company_id', code: 'not_found' }]));
test('409: taken, and by whom', async () => {
	const email = unique();
	const { id } = (await post(client, { email })).json;
	isError(await post(client, { email }), 409, 'Contact already exists.', [{ pointer: '/email', code: 'already_exists', existing_id: id }]);
	assert.equal((await post(other, { email })).status, 201);
});
test('409: a company', async () => {
	const got = await post(client, { domain: 'http://ACME.com' }, { path: COMPANIES });
	isError(got, 409, 'Company already exists.', [{ pointer: '/domain', code: 'already_exists', existing_id: got.json.errors[0].existing_id }]);
});
test('400: a company without a domain', async () =>
	isError(await post(client, {}, { path: COMPANIES }), 400, 'Invalid request.', [{ pointer: '/domain', code: 'required' }]));
test('400: all faults at once', async () =>
	isError(await post(client, { email: 'x', origin: null }), 400, 'Invalid request.', [{ pointer: '/email', code: 'invalid_email' }, { pointer: '/origin', code: 'null_not_allowed' }]));
for (const type of ['text/plain', 'text/xml', 'application/octet-stream', 'application/jsonx', 'application/json, text/plain', 'multipart/mixed; boundary=x', 'json', 'application/json; a=\xff'])
	test(`415: content type ${JSON.stringify(type)}`, async () => {
		const got = await post(client, '{"email":"a@b.co"}', { type });
		assert.equal(got.status, 415, got.text);
		assert.equal(got.json.detail, 'Unsupported media type.');
	});

for (const path of [CONTACTS, COMPANIES])
	for (const method of ['PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'])
		test(`405: ${method} ${path}`, async () => {
			const got = await request(method, path, [['X-API-Key', client.key]]);
			assert.equal(got.status, 405);
			// TRACE is refused before anybody has looked at the path
			assert.equal(got.headers.allow, method === 'TRACE' ? 'GET, HEAD, POST, PUT, PATCH, DELETE' : 'GET, HEAD, POST, PUT');
			assert.equal(got.json.detail, 'Method not allowed.');
		});
for (const path of ['/', '/public/v2/contact', '/public/v2/contacts/', '/public//v2/contacts', '/public/v2/contacts/x', '/public/v2/contacts/1/', '/public/v2/contacts/-1', '/public/contacts/1/custom-fields/x', '/public/v2/contacts/1/custom-fields/', '/public/companies/lookup-by-custom-field', '/public/v2/./contacts/x', '/rpc/contacts_v2_create', '/rpc/revyops_create_contact', '/contacts_v2_create', '/-/500', '/-/contacts_v2_create', '/public/v2/contacts%2f', '/contact',
	'/public', '/public/', '/public/v2/Contacts', '/PUBLIC/v2/contacts', '/public/V2/companies', '/public/v2/CONTACTS/batch', '/public/v2/contacts/Batch', '/public/v2/contacts%0A', '/public/v2/contacts/batch%0A', '/public/v2/contacts/batch%0Ax',
	'/public/v2/%63ontacts', '/public/./v2/contacts', '/public/v2/x/../contacts', '/public/v2/contacts;a', '/public/v2/contacts%3F', '/public/v2/contacts/batc%68', '/public/nothing/batch'])
	test(`404: ${path}`, async () => {
		const got = await post(client, { email: unique() }, { path });
		assert.equal(got.status, 404, got.text);
		assert.deepEqual(got.json, { detail: 'Not found.' });
	});

// a final line feed is no part of an id
for (const [name, of] of [['contacts', id => `/public/contacts/${id}`], ['companies', id => `/public/companies/${id}`]])
	test(`404: ${name}, an id with a line feed`, async () => {
		const made = (await post(client, name === 'contacts' ? { email: unique(), contact_custom_fields_input: [{ field_name: 'a', field_value: '1' }] } :
			{ domain: `lf${++serial}.com`, company_custom_fields: [{ field_name: 'a', field_value: '1' }] }, { path: `/public/v2/${name}` })).json;
		const key = [['X-API-Key', client.key]];
		const get = async () => (await request('GET', of(made.id), key)).json;
		const before = await get();
		const field = `${of(made.id)}/custom-fields/${(made.contact_custom_fields ?? made.company_custom_fields)[0].id}`;
		for (const [method, path] of [['GET', of(made.id)], ['DELETE', of(made.id)], ['DELETE', field], ['GET', `/public/v2/${name}/${made.id}`]])
			for (const end of ['%0A', '%0a', '%0D', '%20', '%0A%0A']) {
				const got = await request(method, path + end, key);
				assert.deepEqual([got.status, got.text], [404, '{"detail": "Not found."}'], `${method} ${path}${end}`);
			}
		assert.deepEqual(await get(), before);
		assert.equal(before.id, made.id);
	});

test('no answer is to be kept by anybody between', async () => {
	const mine = newClient('caching');
	const key = [['X-API-Key', mine.key]];
	const { id } = (await post(mine, { email: 'kept@acme.com' })).json;
	const merged = (await post(mine, { email: 'merged@acme.com' })).json.id;
	const calls = [
		[200, () => post(mine, { other_id: merged }, { path: `${CONTACTS}/${id}/merge` })],
		[301, () => request('GET', `${CONTACTS}/${merged}`, key)],
		[200, () => request('GET', `${CONTACTS}/${id}`, key)],
		[200, () => request('GET', CONTACTS, key)],
		[201, () => post(mine, { email: unique() })],
		[200, () => post(mine, { contacts: [] }, { path: `${CONTACTS}/batch` })],
		[400, () => post(mine, '{')],
		[400, () => request('GET', `${CONTACTS}?domain=%ff`, key)],
		[400, () => raw('nonsense\r\n\r\n')],
		[400, () => raw(`POST ${CONTACTS} HTTP/1.1\r\nHost: ${url.host}\r\nX-API-Key: ${mine.key}\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`)],
		[401, () => request('GET', `/public/v2/companies/${theirs}`, key)],
		[403, () => request('GET', CONTACTS, [])],
		[403, () => request('GET', CONTACTS, [['X-API-Key', 'nope']])],
		[403, () => post({ key: 'nope' }, '{}', { path: `${CONTACTS}/batch` })],
		[404, () => request('GET', `${CONTACTS}/999999999`, key)],
		[404, () => request('GET', '/public/v2/contact', key)],
		[404, () => request('GET', '/', [])],
		[405, () => request('DELETE', CONTACTS, key)],
		[409, () => post(mine, { email: 'kept@acme.com' })],
		[413, () => post(mine, 'x'.repeat(1024 * 1024 + 1))],
		[415, () => post(mine, '{}', { type: 'text/plain' })],
		[204, () => request('DELETE', `/public/contacts/${id}`, key)],
	];
	const got = [];
	for (const [, call] of calls)
		got.push(await call());
	assert.deepEqual(got.map(g => [g.status, g.headers['cache-control']]), calls.map(([status]) => [status, 'no-store']));
});

test('a connection is told how long it is kept', async () =>
	assert.match(await firstWords(`GET ${CONTACTS} HTTP/1.1\r\nHost: ${url.host}\r\n\r\n`), /\r\nConnection: keep-alive\r\nKeep-Alive: timeout=10\r\n/));
