// POST /public/v2/contacts/batch and /companies/batch: whole answers, and the rows behind them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { join } from 'node:path';
import test from 'node:test';
import { ajv, schemas, validate } from './schema.mjs';
import { COMPANIES, COMPANIES_BATCH, CONTACTS, CONTACTS_BATCH, FORM_TYPE, FRONT, JSON_TYPE, multipart, newClients, PATIENCE, post, request, rows, RUN, sql, url, urlencoded } from './stack.mjs';

const MIB = 1024 * 1024;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
const range = (n, make) => Array.from({ length: n }, (_, i) => make(i));
const batch = (client, body, { path = CONTACTS_BATCH, ...rest } = {}) => post(client, body, { path, ...rest });
const companies = (client, body, rest) => batch(client, body, { path: COMPANIES_BATCH, ...rest });
const companyId = async (client, domain) => (await post(client, { domain }, { path: COMPANIES })).json.id;
const emails = client => sql(`SELECT email FROM revyops.contact WHERE client_id = ${client.id} ORDER BY id`).split('\n').filter(l => l !== '');

const pool = [];
function fresh() {
	if (pool.length === 0)
		pool.push(...newClients(100));
	return pool.pop();
}

// Most of the statuses need something that is there before.
async function prepared() {
	const client = fresh();
	const other = fresh();
	return {
		client, other,
		acme: await companyId(client, 'acme.com'),
		theirs: await companyId(other, 'other.com'),
		taken: (await post(client, { email: 'taken@acme.com', linkedin_url: 'in/taken' })).json.id,
	};
}

const MESSAGES = {
	already_exists: 'This value is already taken.',
	identifier_required: 'Either email or linkedin_url is required.',
	invalid_email: 'Expected an e-mail address such as name@example.com.',
	invalid_mode: 'Expected partial or atomic.',
	invalid_structure: 'Expected FLAT or NESTED.',
	malformed_body: 'The body could not be read as its content type says.',
	not_a_string: 'Expected a string.',
	not_an_array: 'Expected an array.',
	not_an_object: 'Expected an object.',
	json_in_string: 'This is a string that holds JSON. Send the JSON itself, encoded once.',
	not_found: 'There is none with this id, domain or address.',
	null_not_allowed: 'This value may not be null.',
	other_client: 'This belongs to another client.',
	required: 'A value is required.',
	too_deep: 'The body is nested too deeply.',
	too_many: 'There are too many entries.',
	unsupported_media_type: 'Expected application/json, application/x-www-form-urlencoded or multipart/form-data.',
};
const worded = errors => errors.map(e => ({ ...e, message: MESSAGES[e.code] }));
const failed = (index, status, ...errors) => ({ index, status, errors: worded(errors) });

function isAnswer(got) {
	assert.match(got.headers['content-type'], /^application\/json/);
	assert.equal(got.headers.location, undefined);
	assert.equal(got.headers['content-range'], undefined);
}

// The whole 200; what a created one is to hold is given as (contact => expected).
function isResults(got, item, expected) {
	assert.equal(got.status, 200, got.text.slice(0, 500));
	isAnswer(got);
	const created = expected.filter(e => e.status === 201).length;
	assert.deepEqual(got.json, {
		results: expected.map((e, i) => e.status === 201 ? { index: i, status: 201, [item]: e.is(got.json.results[i]?.[item] ?? {}) } : e),
		summary: { total: expected.length, created, failed: expected.length - created },
	});
}

// The whole error answer, and that nothing was written. Of a client who is refused again
// and again the rows are counted once a test.
const known = new Map();
async function isRefused(client, send, status, detail, errors) {
	const before = known.get(client) ?? rows(client);
	known.set(client, before);
	const got = await send();
	assert.equal(got.status, status, got.text.slice(0, 500));
	isAnswer(got);
	assert.deepEqual(got.json, errors === undefined ? { detail } : { detail, errors: worded(errors) });
	assert.equal(rows(client), before);
}

// A contact as created: ids and times are taken from the answer once they have passed.
const createdContact = (members, fields = []) => ({
	status: 201,
	is: ({ id, updated_time, contact_custom_fields }) => {
		assert.ok(id > 0);
		assert.match(updated_time, TIME);
		for (const f of Array.isArray(contact_custom_fields) ? contact_custom_fields : []) {
			assert.ok(f.id > 0);
			assert.match(f.updated_time, TIME);
		}
		return { id, updated_time, first_name: '', last_name: '', origin: '', contact_status: '', previous_status: null, status_changed_at: null,
			first_campaign_email_sent: null, last_campaign_email_sent: null, last_reply_received: null,
			contact_custom_fields: Array.isArray(fields) ? fields.map((f, i) => ({ id: contact_custom_fields[i].id, updated_time: contact_custom_fields[i].updated_time, ...f })) : fields, ...members };
	},
});
const createdCompany = (members, fields = []) => ({
	status: 201,
	is: ({ id, updated_time }) => {
		assert.ok(id > 0);
		assert.match(updated_time, TIME);
		return { id, updated_time, name: '', company_status: '', previous_status: null, status_changed_at: null, company_custom_fields: fields, ...members };
	},
});

// ---------------------------------------------------------------- partial

const INDUSTRY = [{ field_name: 'Industry', field_value: 'SaaS' }, { field_name: 'Score', field_value: '87' }];
const FLAT_INDUSTRY = { Industry: 'SaaS', Score: '87' };
for (const [structure, fields, none] of [['NESTED', INDUSTRY, []], ['FLAT', FLAT_INDUSTRY, {}]])
	test(`partial, ${structure}: each item its own status`, async () => {
		const { client, other, acme, theirs, taken } = await prepared();
		const got = await batch(client, { mode: 'partial', contacts: [
			{ email: 'Jane@ACME.com', linkedin_url: 'in/jane', first_name: 'Zoë', company_id: 'www.acme.com', contact_custom_fields_input: INDUSTRY },
			{ email: 'nope', first_name: null },
			{ email: 'b@acme.com', company_id: 'unknown.example' },
			{ email: 'c@acme.com', company_id: theirs },
			{ email: 'TAKEN@acme.com' },
			{ email: 'jane@acme.com', linkedin_url: 'uk.linkedin.com/in/taken' },
			{ linkedin_url: 'in/d', company_id: acme },
			{ email: 'b@acme.com' },
			7,
			{ email: 'B@acme.com', linkedin_url: 'in/jane' },
		] }, { path: `${CONTACTS_BATCH}?structure=${structure}` });
		const id = i => got.json.results[i].contact.id;
		isResults(got, 'contact', [
			createdContact({ email: 'jane@acme.com', linkedin_url: 'https://www.linkedin.com/in/jane', first_name: 'Zoë', company_id: acme }, fields),
			failed(1, 400, { pointer: '/email', code: 'invalid_email' }, { pointer: '/first_name', code: 'null_not_allowed' }),
			failed(2, 404, { pointer: '/company_id', code: 'not_found' }),
			failed(3, 401, { pointer: '/company_id', code: 'other_client' }),
			failed(4, 409, { pointer: '/email', code: 'already_exists', existing_id: taken }),
			failed(5, 409, { pointer: '/email', code: 'already_exists', existing_id: id(0), duplicate_of: 0 }, { pointer: '/linkedin_url', code: 'already_exists', existing_id: taken }),
			createdContact({ linkedin_url: 'https://www.linkedin.com/in/d', company_id: acme }, none),
			createdContact({ email: 'b@acme.com' }, none),		// the one before was not created
			failed(8, 400, { pointer: '', code: 'not_an_object' }),
			failed(9, 409, { pointer: '/email', code: 'already_exists', existing_id: id(7), duplicate_of: 7 }, { pointer: '/linkedin_url', code: 'already_exists', existing_id: id(0), duplicate_of: 0 }),
		]);
		assert.equal(sql(`SELECT id, email, linkedin_url, first_name, company_id FROM revyops.contact WHERE client_id = ${client.id} ORDER BY id`), [
			`${taken}|taken@acme.com|https://www.linkedin.com/in/taken||`,
			`${id(0)}|jane@acme.com|https://www.linkedin.com/in/jane|Zoë|${acme}`,
			`${id(6)}||https://www.linkedin.com/in/d||${acme}`,
			`${id(7)}|b@acme.com|||`].join('\n'));
		assert.equal(sql(`SELECT f ->> 'field_name', f ->> 'field_value' FROM revyops.contact, jsonb_array_elements(custom_fields) WITH ORDINALITY AS t (f, n) WHERE client_id = ${client.id} ORDER BY n`), 'Industry|SaaS\nScore|87');
		assert.equal(rows(other), '0 contacts, 1 companies');
	});

for (const [structure, fields, none] of [['NESTED', INDUSTRY, []], ['FLAT', FLAT_INDUSTRY, {}]])
	test(`partial, ${structure}: companies`, async () => {
		const { client, acme } = await prepared();
		const got = await companies(client, { companies: [
			{ domain: 'https://www.beta.com/', name: 'Beta', company_custom_fields: INDUSTRY },
			{ domain: 'ACME.com' },
			{ name: 'Nobody' },
			{ domain: 'info@beta.com' },
			{ domain: 'gamma.com', company_status: 'new' },
			[],
		] }, { path: `${COMPANIES_BATCH}?structure=${structure}` });
		const id = i => got.json.results[i].company.id;
		isResults(got, 'company', [
			createdCompany({ domain: 'beta.com', name: 'Beta', company_custom_fields: Array.isArray(fields) ? got.json.results[0].company.company_custom_fields : fields }),
			failed(1, 409, { pointer: '/domain', code: 'already_exists', existing_id: acme }),
			failed(2, 400, { pointer: '/domain', code: 'required' }),
			failed(3, 409, { pointer: '/domain', code: 'already_exists', existing_id: id(0), duplicate_of: 0 }),
			createdCompany({ domain: 'gamma.com', company_status: 'new' }, none),
			failed(5, 400, { pointer: '', code: 'not_an_object' }),
		]);
		if (Array.isArray(fields))
			assert.deepEqual(got.json.results[0].company.company_custom_fields.map(({ id, updated_time, ...f }) => [id > 0, TIME.test(updated_time), f]), INDUSTRY.map(f => [true, true, f]));
		assert.equal(sql(`SELECT id, domain, name, company_status FROM revyops.company WHERE client_id = ${client.id} ORDER BY id`),
			`${acme}|acme.com||\n${id(0)}|beta.com|Beta|\n${id(4)}|gamma.com||new`);
	});

test('an item that failed keeps no key from a later one', async () => {
	const { client, taken } = await prepared();
	const got = await batch(client, { contacts: [{ email: 'a@acme.com', linkedin_url: 'in/taken' }, { email: 'a@acme.com', linkedin_url: 'in/b' }, { linkedin_url: 'in/b' }, { email: 'c@acme.com', company_id: 'unknown.example' }, { email: 'c@acme.com' }] });
	isResults(got, 'contact', [
		failed(0, 409, { pointer: '/linkedin_url', code: 'already_exists', existing_id: taken }),
		createdContact({ email: 'a@acme.com', linkedin_url: 'https://www.linkedin.com/in/b' }),
		failed(2, 409, { pointer: '/linkedin_url', code: 'already_exists', existing_id: got.json.results[1].contact.id, duplicate_of: 1 }),
		failed(3, 404, { pointer: '/company_id', code: 'not_found' }),
		createdContact({ email: 'c@acme.com' }),
	]);
	assert.deepEqual(emails(client).sort(), ['a@acme.com', 'c@acme.com', 'taken@acme.com']);
});

test('an item is no duplicate of a later one', async () => {
	const { client, taken } = await prepared();
	const got = await batch(client, { contacts: [{ email: 'a@acme.com', linkedin_url: 'in/taken' }, { email: 'a@acme.com', linkedin_url: 'in/b' }, { email: 'c@acme.com', linkedin_url: 'in/b' }, { email: 'c@acme.com' }] });
	isResults(got, 'contact', [
		failed(0, 409, { pointer: '/linkedin_url', code: 'already_exists', existing_id: taken }),
		createdContact({ email: 'a@acme.com', linkedin_url: 'https://www.linkedin.com/in/b' }),
		failed(2, 409, { pointer: '/linkedin_url', code: 'already_exists', existing_id: got.json.results[1].contact.id, duplicate_of: 1 }),
		createdContact({ email: 'c@acme.com' }),
	]);
});

for (const [path, list] of [[CONTACTS_BATCH, 'contacts'], [COMPANIES_BATCH, 'companies']])
	for (const mode of [undefined, 'partial', 'atomic'])
		test(`nothing to do: ${list}, ${mode}`, async () => {
			const client = fresh();
			isResults(await batch(client, { [list]: [], mode }, { path }), list, []);
			assert.equal(rows(client), '0 contacts, 0 companies');
		});

test('the results are what the schema of a create says', async () => {
	const { client } = await prepared();
	const everything = i => ({ email: `s${i}@acme.com`, linkedin_url: `in/s${i}`, first_name: 'Ann', last_name: 'Lee', company_id: 'acme.com', origin: 'clay', contact_status: 'Active', contact_custom_fields_input: INDUSTRY });
	const contacts = [{ email: 'a@acme.com' }, { linkedin_url: 'in/b' }, { email: 'c@acme.com', linkedin_url: null, company_id: null }, everything(1)];
	const nested = await batch(client, { contacts });
	const flat = await batch(client, { contacts: [everything(2)] }, { path: `${CONTACTS_BATCH}?structure=FLAT` });
	assert.deepEqual(nested.json.summary, { total: 4, created: 4, failed: 0 });
	for (const { contact } of nested.json.results) {
		assert.ok(validate(contact), ajv.errorsText(validate.errors));
		assert.deepEqual(Object.keys(contact).filter(k => !(k in schemas.ContactPostResponseV2.properties)), []);
		for (const field of contact.contact_custom_fields)
			assert.deepEqual(Object.keys(field).sort(), ['field_name', 'field_value', 'id', 'updated_time']);
	}
	// FLAT is outside the schema: an object where that has the list
	const [{ contact }] = flat.json.results;
	assert.deepEqual(contact.contact_custom_fields, FLAT_INDUSTRY);
	assert.ok(validate({ ...contact, contact_custom_fields: [] }), ajv.errorsText(validate.errors));
});

// ---------------------------------------------------------------- atomic

for (const [structure, none] of [['NESTED', []], ['FLAT', {}]])
	test(`atomic, ${structure}: all are written`, async () => {
		const { client, acme } = await prepared();
		const got = await batch(client, { mode: 'atomic', contacts: [{ email: 'b@acme.com', company_id: acme }, { email: 'a@acme.com' }] }, { path: `${CONTACTS_BATCH}?structure=${structure}` });
		isResults(got, 'contact', [createdContact({ email: 'b@acme.com', company_id: acme }, none), createdContact({ email: 'a@acme.com' }, none)]);
		assert.deepEqual(emails(client), ['taken@acme.com', 'b@acme.com', 'a@acme.com']);
	});

test('atomic: companies, all are written', async () => {
	const { client } = await prepared();
	const got = await companies(client, { mode: 'atomic', companies: [{ domain: 'b.com' }, { domain: 'a.com' }] });
	isResults(got, 'company', [createdCompany({ domain: 'b.com' }), createdCompany({ domain: 'a.com' })]);
	assert.equal(rows(client), '1 contacts, 3 companies');
});

{
	const { client, theirs, taken } = await prepared();
	const good = { email: 'good@acme.com' };
	const unknown = { email: 'u@acme.com', company_id: 'unknown.example' };
	const others = { email: 'o@acme.com', company_id: theirs };
	const existing = { email: 'taken@acme.com' };
	const invalid = { email: 'nope' };
	const notFound = index => ({ index, pointer: '/company_id', code: 'not_found' });
	const otherClient = index => ({ index, pointer: '/company_id', code: 'other_client' });
	const alreadyExists = index => ({ index, pointer: '/email', code: 'already_exists', existing_id: taken });
	const invalidEmail = index => ({ index, pointer: '/email', code: 'invalid_email' });

	// the status that comes first counts, wherever its item stands
	for (const [name, contacts, status, detail, errors] of [
		['409', [good, existing], 409, 'Contact already exists.', [alreadyExists(1)]],
		['409, twice in the batch', [good, { email: 'GOOD@acme.com' }], 409, 'Contact already exists.', [{ index: 1, pointer: '/email', code: 'already_exists', duplicate_of: 0 }]],
		['404', [good, unknown], 404, 'Company not found.', [notFound(1)]],
		['404 before 409', [existing, good, unknown], 404, 'Company not found.', [alreadyExists(0), notFound(2)]],
		['401', [others], 401, 'Company does not belong to this client.', [otherClient(0)]],
		['401 before 404 and 409', [existing, unknown, others, good], 401, 'Company does not belong to this client.', [alreadyExists(0), notFound(1), otherClient(2)]],
		['400', [invalid], 400, 'Invalid request.', [invalidEmail(0)]],
		['400 before all others', [good, existing, unknown, others, { ...invalid, linkedin_url: 7 }, null], 400, 'Invalid request.',
			[alreadyExists(1), notFound(2), otherClient(3), invalidEmail(4), { index: 4, pointer: '/linkedin_url', code: 'not_a_string' }, { index: 5, pointer: '', code: 'not_an_object' }]],
	])
		test(`atomic: ${name}`, () => isRefused(client, () => batch(client, { contacts, mode: 'atomic' }), status, detail, errors));

	const domainTaken = { pointer: '/domain', code: 'already_exists' };
	for (const [name, list, status, detail, errors] of [
		['409', [{ domain: 'new.com' }, { domain: 'www.new.com' }], 409, 'Company already exists.', [{ index: 1, ...domainTaken, duplicate_of: 0 }]],
		['400', [{ domain: 'new.com' }, { domain: 'new.com' }, {}], 400, 'Invalid request.', [{ index: 1, ...domainTaken, duplicate_of: 0 }, { index: 2, pointer: '/domain', code: 'required' }]],
	])
		test(`atomic: companies, ${name}`, () => isRefused(client, () => companies(client, { companies: list, mode: 'atomic' }), status, detail, errors));

	// -------------------------------------------------------------- the envelope

	for (const [path, list] of [[CONTACTS_BATCH, 'contacts'], [COMPANIES_BATCH, 'companies']]) {
		const tooMany = { pointer: `/${list}`, code: 'too_many', limit: 10_000, actual: 10_001 };
		const wrong = (code, pointer = `/${list}`) => [{ pointer, code }];
		for (const [name, body, errors, query = ''] of [
			['an array', [], wrong('not_an_object', '')],
			['null', null, wrong('not_an_object', '')],
			['a number', 7, wrong('not_an_object', '')],
			['a text', '"x"', wrong('not_an_object', '')],
			['no list', {}, wrong('required')],
			['a list of another name', { items: [] }, wrong('required')],
			['the list null', { [list]: null }, wrong('null_not_allowed')],
			['the list an object', { [list]: { 0: {} } }, wrong('not_an_array')],
			['the list a text', { [list]: 'x' }, wrong('not_an_array')],
			['the list encoded twice', { [list]: '[]' }, wrong('json_in_string')],
			['encoded twice', JSON.stringify(JSON.stringify({ [list]: [] })), wrong('json_in_string', '')],
			['the list a number', { [list]: 1 }, wrong('not_an_array')],
			['10,001 items', { [list]: range(10_001, i => ({ email: `m${i}@acme.com`, domain: `m${i}.com` })) }, [tooMany]],
			['mode null', { [list]: [{ email: 'x@acme.com', domain: 'x.com' }], mode: null }, wrong('invalid_mode', '/mode')],
			['mode unknown', { [list]: [], mode: 'ATOMIC' }, wrong('invalid_mode', '/mode')],
			['mode empty', { [list]: [], mode: '' }, wrong('invalid_mode', '/mode')],
			['mode a list', { [list]: [], mode: ['atomic'] }, wrong('invalid_mode', '/mode')],
			['structure unknown', { [list]: [{ email: 'x@acme.com', domain: 'x.com' }] }, [{ parameter: 'structure', code: 'invalid_structure' }], '?structure=flat'],
			['everything at once', { [list]: range(10_001, () => 0), mode: 1 }, [{ parameter: 'structure', code: 'invalid_structure' }, tooMany, ...wrong('invalid_mode', '/mode')], '?structure='],
		])
			test(`400: ${list}, ${name}`, () => isRefused(client, () => batch(client, body, { path: path + query }), 400, 'Invalid request.', errors));
	}

	// The JSON breaks: where, and in which item.
	const octets = (...parts) => Buffer.concat(parts.map(p => Buffer.from(p)));
	for (const [name, code, body, place] of [
		['an empty body', 'malformed_body', '', [1, 1]],
		['no end', 'malformed_body', '{"contacts":[{"email":"x@acme.com"}', [1, 36, 1]],
		['an upload that was cut', 'malformed_body', '{"contacts": [\n  {"email": "x@acme.com"},\r\n  {"email": "y@ac', [3, 13, 1]],
		['two JSON values', 'malformed_body', '{"contacts":[{"email":"x@acme.com"}]} {}', [1, 39]],
		['a colon that is not there', 'malformed_body', '{"contacts":[{"email":"x@acme.com"},\n{"email" "y@acme.com"}]}', [2, 10, 1]],
		['a comma that is not there', 'malformed_body', '{"contacts":[{"email":"x@acme.com"} {"email":"y@acme.com"}]}', [1, 37, 1]],
		['a comma too many', 'malformed_body', '{"contacts":[{"email":"ü@acme.com"},]}', [1, 37, 1]],
		['a comma too many in an item', 'malformed_body', '{"contacts":[{"email":"x@acme.com",}]}', [1, 36, 0]],
		['quotes inside a string, in two items', 'malformed_body', '{"contacts":[{"email":"x@acme.com"},\n{"first_name":"the "boss", x"},{"first_name":"y"},{"first_name":"the "boss", z"}]}', [2, 21, 1]],
		['a bracket of the other kind', 'malformed_body', '{"contacts":[{"email":"x@acme.com"]]}', [1, 35, 0]],
		['single quotes', 'malformed_body', "{\"contacts\":[{'email':'x@acme.com'}]}", [1, 15, 0]],
		['UTF-16', 'malformed_body', Buffer.from('{"contacts":[{"email":"x@acme.com"}]}', 'utf16le'), [1, 2]],
		['a broken mode', 'malformed_body', '{"contacts":[{"email":"x@acme.com"}],"mode":"\\ud83d"}', [1, 45]],
		['NaN beside the list, and in an item', 'malformed_body', '{"mode":NaN,"contacts":[{"email":"x@acme.com","x":NaN}]}', [1, 9]],
		['an octet that is no UTF-8, between items', 'malformed_body', octets('{"contacts":[{"email":"x@acme.com"}', [0xa0], ']}'), [1, 36, 1]],
		['65 deep, beside the list', 'too_deep', `{"contacts":[{"email":"x@acme.com"}],"x":${'['.repeat(64)}${']'.repeat(64)}}`, [1, 105]],
		['8 MB of brackets', 'too_deep', `{"contacts":${'['.repeat(8_000_000)}`, [1, 76, 0]],
		['2 MB of objects in each other', 'too_deep', `{"contacts":[${'{"email":'.repeat(200_000)}`, [1, 572, 0]],
		['the list in a list', 'malformed_body', '[{"contacts":[{"x":NaN}]}]', [1, 20]],
	])
		test(`400: ${name}`, () => isRefused(client, () => batch(client, body), 400, 'Invalid request.',
			[{ pointer: '', code, line: place[0], column: place[1], ...place.length > 2 && { index: place[2] } }]));
	for (const [name, body] of [
		['a list index beyond 32 bits in a form', 'contacts[99999999999]email=x@acme.com'],
		['invalid UTF-8 in a form', 'contacts[0]email=x@acme.com&contacts[0]first_name=%ff'],
	])
		test(`400: ${name}`, () => isRefused(client, () => batch(client, body, { type: FORM_TYPE }), 400, 'Invalid request.', [{ pointer: '', code: 'malformed_body' }]));
	test('400: 10,001 items, of which some are broken', () => isRefused(client, () => batch(client, `{"contacts":[${'{"x":NaN},'.repeat(10_000)}{"x":NaN}]}`), 400, 'Invalid request.',
		[{ pointer: '/contacts', code: 'too_many', limit: 10_000, actual: 10_001 }]));

	// One item's text is broken: that item's fault, and no other's.
	for (const [name, item, column, code = 'malformed_body'] of [
		['half an emoji', '{"email":"b@acme.com","first_name":"Jane \\ud83d"}', 36],
		['the other half', '{"email":"b@acme.com","first_name":"\\udc4d"}', 36],
		['two first halves', '{"email":"b@acme.com","first_name":"\\ud83d\\ud83d"}', 36],
		['half an emoji in a name', '{"email":"b@acme.com","\\ud83d":1}', 23],
		['half an emoji, deep in a member that nobody knows', '{"email":"b@acme.com","x":[[{"y":"\\ud83d"}]]}', 34],
		['\\u0000', '{"email":"b@acme.com","first_name":"a\\u0000b"}', 36],
		['\\u0000 in a name', '{"email":"b@acme.com","a\\u0000":1}', 23],
		['an escape that is none', '{"email":"b@acme.com","first_name":"C:\\users"}', 36],
		['a raw line feed', '{"email":"b@acme.com","first_name":"a\nb"}', 36],
		['a NUL', '{"email":"b@acme.com","first_name":"a\0b"}', 38],
		['Latin-1', octets('{"email":"b@acme.com","first_name":"J', [0xfc], 'rgen"}'), 38],
		['Latin-1 before a quote', octets('{"email":"b@acme.com","first_name":"Ren', [0xe9], '","last_name":"x"}'), 40],
		['a surrogate as UTF-8', octets('{"email":"b@acme.com","first_name":"', [0xed, 0xa0, 0xbd], '"}'), 37],
		['NaN', '{"email":"b@acme.com","x":NaN}', 27],
		['-Infinity', '{"email":"b@acme.com","x":-Infinity}', 27],
		['undefined', '{"email":undefined}', 10],
		['Python\'s None', '{"email":"b@acme.com","first_name":None}', 36],
		['NaN as the item', 'NaN', 1],
		['1e400000', '{"email":"b@acme.com","x":1e400000}', 27],
		['01', '{"email":"b@acme.com","x":[0, 01]}', 31],
		['70 levels', `{"email":"b@acme.com","x":${'['.repeat(70)}${']'.repeat(70)}}`, 88, 'too_deep'],
		['a million levels', `{"email":"b@acme.com","x":${'['.repeat(300_000)}${']'.repeat(300_000)}}`, 88, 'too_deep'],
	])
		test(`an item alone: ${name}`, async () => {
			const client = fresh();
			const body = octets('{"contacts": [{"email":"a@acme.com","first_name":"👍 \\ud83d\\udc4d"},\n', item, ',\n\n {"email":"c@acme.com"}, 7], "mode": "partial"}');
			const got = await batch(client, body);
			assert.equal(got.status, 200, got.text);
			assert.deepEqual(got.json.results.map(r => r.contact?.email ?? r), ['a@acme.com', { index: 1, status: 400, errors: [{ pointer: '', code, message: MESSAGES[code], line: 2, column }] },
				'c@acme.com', { index: 3, status: 400, errors: [{ pointer: '', code: 'not_an_object', message: MESSAGES.not_an_object }] }]);
			assert.deepEqual(got.json.summary, { total: 4, created: 2, failed: 2 });
		});
	test('an item alone: of 10,000, with many that are broken', async () => {
		const client = fresh();
		const items = range(10_000, i => i % 100 === 7 ? `{"email":"m${i}@acme.com","x":"\\ud83d"}` : `{"email":"m${i}@acme.com"}`);
		const got = await batch(client, `{"contacts":[\n${items.join(',\n')}]}`);
		assert.deepEqual(got.json?.summary, { total: 10_000, created: 9_900, failed: 100 }, got.text?.slice(0, 300));
		assert.deepEqual(got.json.results.filter(r => r.status !== 201).map(r => [r.index, r.errors[0].line]), range(100, i => [i * 100 + 7, i * 100 + 9]));
	});
	test('an item alone: of the last of two lists; a byte order mark before it all', async () => {
		const client = fresh();
		const got = await batch(client, '\ufeff{"contacts":[NaN, NaN, {"x":{"contacts":[NaN]}}],"contacts":[{"email":"a@acme.com"},{"contacts":[NaN]}]}');
		assert.deepEqual(got.json?.results?.map(r => [r.status, r.errors?.[0].column]), [[201, undefined], [400, 98]], got.text);
	});
	test('an item alone: atomic', async () => {
		const client = fresh();
		await isRefused(client, () => batch(client, '{"mode":"atomic","contacts":[{"email":"a@acme.com"},{"email":"b@acme.com","x":NaN}]}'), 400, 'Invalid request.',
			[{ index: 1, pointer: '', code: 'malformed_body', line: 1, column: 79 }]);
	});
	test('an item alone: upserts, companies', async () => {
		const client = fresh();
		for (const [method, path, list, key] of [['PUT', CONTACTS_BATCH, 'contacts', '"email":"u@acme.com"'], ['POST', COMPANIES_BATCH, 'companies', '"domain":"u.com"']]) {
			const got = await request(method, path, [['X-API-Key', client.key], ['Content-Type', JSON_TYPE]], `{"${list}":[{${key},"x":NaN},{${key}}]}`);
			assert.deepEqual(got.json?.results?.map(r => [r.status, r.errors?.[0].code]), [[400, 'malformed_body'], [201, undefined]], got.text);
		}
	});
	test('an item alone: an idempotency key is of the whole text', async () => {
		const client = fresh();
		const send = x => batch(client, `{"contacts":[{"email":"a@acme.com"},{"email":"b@acme.com","first_name":"${x}"}]}`, { headers: [['Idempotency-Key', 'broken']] });
		const first = await send('Jane \\ud83d');
		assert.deepEqual(first.json.results.map(r => r.status), [201, 400], first.text);
		assert.equal((await send('Jane \\ud83d')).text, first.text);
		for (const other of ['Jane', 'John \\ud83d'])
			assert.equal((await send(other)).status, 422);
	});
	test('an item alone: nor does a key take another one for it that is laid out in lines, is short, or has changed its place', async () => {
		const client = fresh();
		const lines = (email, name) => `{\n  "email": "${email}", "first_name": "${name}\\ud83d"\n }`;
		const send = (key, ...items) => batch(client, `{"contacts": [\n ${items.join(',\n ')}\n]}`, { headers: [['Idempotency-Key', key]] });
		for (const [key, items, ...others] of [
			['lines', ['{"email": "p1@x.com"}', lines('first@x.com', 'A')], ['{"email": "p1@x.com"}', lines('second@x.com', 'A')], ['{"email": "p1@x.com"}', lines('first@x.com', 'B')], ['{"email": "p1@x.com"}', '1']],
			['short', ['NaN', '{"email": "p2@x.com"}'], ['Inf', '{"email": "p2@x.com"}'], ['1', '{"email": "p2@x.com"}']],
			['place', ['1', lines('c@x.com', 'C')], [lines('c@x.com', 'C'), '1']],
			['order', [lines('c@x.com', 'C'), lines('d@x.com', 'D')], [lines('d@x.com', 'D'), lines('c@x.com', 'C')], [lines('c@x.com', 'C')]],
		]) {
			const first = await send(key, ...items);
			assert.equal(first.status, 200, first.text);
			const again = await send(key, ...items);
			assert.deepEqual([again.status, again.text, again.headers['idempotent-replayed']], [200, first.text, 'true']);
			for (const other of others) {
				const got = await send(key, ...other);
				assert.deepEqual([got.status, got.json?.errors?.map(e => e.code)], [422, ['key_reused']], `${key} ${other} ${got.text}`);
			}
		}
	});

	for (const [name, text] of [
		['broken', '[{"email":"x@acme.com"'],
		['with \\u0000', '[{"email":"x@acme.com","first_name":"\\u0000"}]'],
		['too deep', `[{"email":"x@acme.com","x":${'['.repeat(64)}${']'.repeat(64)}}]`],
		['an object', '{"0":{"email":"x@acme.com"}}'],
	])
		test(`400: a form's list, ${name}`, () => isRefused(client, () => batch(client, `contacts=${text}`, { type: FORM_TYPE }), 400, 'Invalid request.', [{ pointer: '/contacts', code: 'not_an_array' }]));
	test('400: an empty form has no list', () => isRefused(client, () => batch(client, '', { type: FORM_TYPE }), 400, 'Invalid request.', [{ pointer: '/contacts', code: 'required' }]));

	// ------------------------------------------------------------- who, how, where

	const MISSING = { detail: 'Missing or invalid credentials.' };
	const UNSUPPORTED = [{ parameter: 'Content-Type', code: 'unsupported_media_type' }];
	for (const path of [CONTACTS_BATCH, COMPANIES_BATCH]) {
		test(`403: no key, ${path}`, async () => {
			const got = await batch(null, { contacts: [], companies: [] }, { path });
			assert.equal(got.status, 403, got.text);
			assert.deepEqual(got.json, { ...MISSING, errors: [{ parameter: 'X-API-Key', code: 'missing_credentials', message: 'An API key is required.' }] });
		});
		test(`403 comes before 400, ${path}`, async () => {
			for (const body of ['{', '', '[]', '{"contacts":null}', Buffer.from([0xff])])
				assert.equal((await batch({ key: 'nope' }, body, { path: `${path}?structure=x` })).status, 403);
		});
		for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'HEAD'].filter(m => m !== 'PUT'))
			test(`405: ${method} ${path}`, async () => {
				const got = await request(method, path, [['X-API-Key', client.key]]);
				assert.equal(got.status, 405);
				// TRACE is refused before anybody has looked at the path
				assert.equal(got.headers.allow, method === 'TRACE' ? 'GET, HEAD, POST, PUT, PATCH, DELETE' : 'POST, PUT');
				if (method !== 'HEAD')
					assert.deepEqual(got.json, { detail: 'Method not allowed.' });
			});
		for (const type of ['text/plain', 'application/x-ndjson', 'text/csv', 'application/jsonx'])
			test(`415: ${type}, ${path}`, () => isRefused(client, () => batch(client, { contacts: [{ email: 'x@acme.com' }], companies: [{ domain: 'x.com' }] }, { path, type }), 415, 'Unsupported media type.', UNSUPPORTED));
		test(`404: ${path}/`, () => isRefused(client, () => batch(client, { contacts: [{ email: 'x@acme.com' }] }, { path: `${path}/` }), 404, 'Not found.'));
	}

	// answers without a look at the body, when it is larger than elsewhere
	const large = `{"contacts":[{"email":"x@acme.com","x":"${'x'.repeat(2 * MIB)}"}]}`;
	test('405: PATCH of 2 MiB', () => isRefused(client, () => request('PATCH', CONTACTS_BATCH, [['X-API-Key', client.key]], large), 405, 'Method not allowed.'));
	test('415: 2 MiB', () => isRefused(client, () => batch(client, large, { type: 'text/plain' }), 415, 'Unsupported media type.', UNSUPPORTED));
	test('400: 2 MiB and a query that is not ASCII', () => isRefused(client, () => batch(client, large, { path: `${CONTACTS_BATCH}?structure=\xff` }), 400, 'Invalid request.', [{ parameter: 'structure', code: 'invalid_structure' }]));
}

// ---------------------------------------------------------------- size

test('10,000 items: the books balance', async () => {
	const { client, taken, acme } = await prepared();
	const make = i => i % 10 === 7 ? { email: 'nope' } : i % 10 === 8 ? { email: `I${i - 8}@acme.com` } : i % 10 === 9 ? { email: 'taken@acme.com' } : { email: `i${i}@acme.com`, company_id: 'acme.com' };
	const got = await batch(client, { contacts: range(10_000, make) });
	assert.equal(got.status, 200, got.text.slice(0, 300));
	assert.deepEqual(got.json.summary, { total: 10_000, created: 7000, failed: 3000 });
	assert.deepEqual(got.json.results.map(r => r.index), range(10_000, i => i));
	for (const [i, r] of got.json.results.entries())
		if (i % 10 === 7)
			assert.deepEqual(r, failed(i, 400, { pointer: '/email', code: 'invalid_email' }));
		else if (i % 10 === 8)
			assert.deepEqual(r, failed(i, 409, { pointer: '/email', code: 'already_exists', existing_id: got.json.results[i - 8].contact.id, duplicate_of: i - 8 }));
		else if (i % 10 === 9)
			assert.deepEqual(r, failed(i, 409, { pointer: '/email', code: 'already_exists', existing_id: taken }));
		else {
			assert.deepEqual([r.status, r.contact.email, r.contact.company_id], [201, `i${i}@acme.com`, acme]);
			assert.ok(validate(r.contact), ajv.errorsText(validate.errors));
		}
	assert.equal(sql(`SELECT md5(string_agg(id || ' ' || email, ',' ORDER BY id)) FROM revyops.contact WHERE client_id = ${client.id} AND id <> ${taken}`),
		sql(`SELECT md5('${got.json.results.filter(r => r.contact).map(r => `${r.contact.id} ${r.contact.email}`).join(',')}')`));
});

test('10,000 companies', async () => {
	const client = fresh();
	const got = await companies(client, { companies: range(10_000, i => ({ domain: `c${i}.com` })), mode: 'atomic' });
	assert.equal(got.status, 200, got.text.slice(0, 300));
	assert.deepEqual(got.json.summary, { total: 10_000, created: 10_000, failed: 0 });
	assert.deepEqual(got.json.results.map(r => [r.index, r.status, r.company.domain]), range(10_000, i => [i, 201, `c${i}.com`]));
	assert.equal(rows(client), '0 contacts, 10000 companies');
});

test('12 MB in 4,500 items: one that stands far behind is a duplicate all the same', async () => {
	const client = fresh();
	const field = [{ field_name: 'Notes', field_value: 'x'.repeat(2500) }];
	const got = await batch(client, { contacts: [...range(4499, i => ({ email: `l${i}@acme.com`, contact_custom_fields_input: field })), { email: 'l0@acme.com' }] });
	assert.equal(got.status, 200, got.text.slice(0, 300));
	assert.deepEqual(got.json.summary, { total: 4500, created: 4499, failed: 1 });
	assert.deepEqual(got.json.results[4499], failed(4499, 409, { pointer: '/email', code: 'already_exists', existing_id: got.json.results[0].contact.id, duplicate_of: 0 }));
	assert.deepEqual(got.json.results[4498].contact.contact_custom_fields.map(f => [f.field_name, f.field_value]), [['Notes', 'x'.repeat(2500)]]);
	assert.equal(rows(client), '4499 contacts, 0 companies');
});

test('a fault far behind takes 12 MB back', async () => {
	const client = fresh();
	const field = [{ field_name: 'Notes', field_value: 'x'.repeat(2500) }];
	await isRefused(client, () => batch(client, { mode: 'atomic', contacts: [...range(4499, i => ({ email: `l${i}@acme.com`, contact_custom_fields_input: field })), { email: 'l0@acme.com' }] }),
		409, 'Contact already exists.', [{ index: 4499, pointer: '/email', code: 'already_exists', duplicate_of: 0 }]);
});

const padded = size => {
	const start = '{"contacts":[{"email":"padded@acme.com"}],"companies":[{"domain":"padded.com"}],"unknown":"';
	return `${start}${'x'.repeat(size - start.length - 2)}"}`;
};
for (const path of [CONTACTS_BATCH, COMPANIES_BATCH]) {
	const one = path === CONTACTS_BATCH ? '1 contacts, 0 companies' : '0 contacts, 1 companies';
	for (const [name, size, headers] of [['1 MiB and a byte', MIB + 1], ['16 MiB', 16 * MIB], ['5 MiB in chunks', 5 * MIB, [['Transfer-Encoding', 'chunked']]]])
		test(`200: ${name}, ${path}`, async () => {
			const client = fresh();
			const got = await batch(client, padded(size), { path, headers });
			assert.equal(got.status, 200, got.text.slice(0, 300));
			assert.deepEqual(got.json.summary, { total: 1, created: 1, failed: 0 });
			assert.equal(rows(client), one);
		});
	for (const [name, size, headers] of [['16 MiB and a byte', 16 * MIB + 1], ['16 MiB and a byte in chunks', 16 * MIB + 1, [['Transfer-Encoding', 'chunked']]]])
		test(`413: ${name}, ${path}`, async () => {
			const client = fresh();
			await isRefused(client, () => batch(client, padded(size), { path, headers }), 413, 'Request body too large.');
		});
}

test('400: a nested member within bounds, but a batch takes two levels', async () => {
	const client = fresh();
	const deep = n => `{"contacts":[{"email":"deep@acme.com","x":${'['.repeat(n)}${']'.repeat(n)}}]}`;
	isResults(await batch(client, deep(62)), 'contact', [failed(0, 400, { pointer: '', code: 'too_deep', line: 1, column: 104 })]);
	isResults(await batch(client, deep(61)), 'contact', [createdContact({ email: 'deep@acme.com' })]);
});

// ---------------------------------------------------------------- forms

for (const [name, { type, body }] of Object.entries({
	'urlencoded, a JSON text': urlencoded([['contacts', JSON.stringify([{ email: 'f1@acme.com', contact_custom_fields_input: INDUSTRY }, { email: 'F1@acme.com' }])], ['mode', 'partial']]),
	'multipart, a JSON text': multipart([['contacts', JSON.stringify([{ email: 'f1@acme.com', contact_custom_fields_input: INDUSTRY }, { email: 'F1@acme.com' }])]]),
}))
	test(`forms: ${name}`, async () => {
		const client = fresh();
		const got = await batch(client, body, { type });
		isResults(got, 'contact', [createdContact({ email: 'f1@acme.com' }, INDUSTRY),
			failed(1, 409, { pointer: '/email', code: 'already_exists', existing_id: got.json.results[0].contact.id, duplicate_of: 0 })]);
		assert.deepEqual(emails(client), ['f1@acme.com']);
	});

for (const [name, key] of [['plain', k => k], ['dotted', k => `.${k}`], ['bracketed', k => `[${k}]`]])
	for (const form of [urlencoded, multipart])
		test(`forms: item by item, ${name}, ${form.name}`, async () => {
			const client = fresh();
			const { type, body } = form([['mode', 'atomic'], [`contacts[10]${key('email')}`, 'b@acme.com'], [`contacts[2]${key('email')}`, 'a@acme.com'], [`contacts[2]${key('first_name')}`, 'Zoë & co']]);
			isResults(await batch(client, body, { type }), 'contact', [createdContact({ email: 'a@acme.com', first_name: 'Zoë & co' }), createdContact({ email: 'b@acme.com' })]);
			assert.deepEqual(emails(client), ['a@acme.com', 'b@acme.com']);
		});

test('forms: an atomic one is refused whole', async () => {
	const client = fresh();
	await isRefused(client, () => batch(client, `contacts[0]email=a@acme.com&contacts[1]email=nope&mode=atomic`, { type: FORM_TYPE }), 400, 'Invalid request.', [{ index: 1, pointer: '/email', code: 'invalid_email' }]);
});

test('forms: companies, 10,000 parts', async () => {
	const client = fresh();
	const got = await companies(client, range(10_000, i => `companies[${i}]domain=f${i}.com`).join('&'), { type: FORM_TYPE });
	assert.equal(got.status, 200, got.text.slice(0, 300));
	assert.deepEqual(got.json.summary, { total: 10_000, created: 10_000, failed: 0 });
	assert.equal(rows(client), '0 contacts, 10000 companies');
});

// ---------------------------------------------------------------- identity

test('ids beyond 2^53 keep their text', async () => {
	const client = fresh();
	const other = fresh();
	const base = 9007199254740993n + BigInt(client.id) * 2n;		// odd: no double is equal to it
	sql(`INSERT INTO revyops.company (client_id, id, domain) VALUES (${client.id}, ${base}, 'huge.com'), (${other.id}, ${base + 2n}, 'huge.com');
		INSERT INTO revyops.contact (client_id, id, email) VALUES (${client.id}, ${base}, 'huge@acme.com');`);
	const got = await batch(client, `{"contacts":[{"email":"a@acme.com","company_id":${base}},{"email":"b@acme.com","company_id":"${base}"},{"email":"c@acme.com","company_id":"huge.com"},
		{"email":"huge@acme.com"},{"email":"d@acme.com","company_id":${base + 1n}},{"email":"e@acme.com","company_id":${base + 2n}}]}`);
	assert.equal(got.status, 200, got.text);
	assert.deepEqual(got.json.results.map(r => r.status), [201, 201, 201, 409, 404, 401]);
	assert.deepEqual([...got.text.matchAll(/"(company_id|existing_id)": ?(\d+)/g)].map(([, name, id]) => `${name} ${id}`), [...Array(3).fill(`company_id ${base}`), `existing_id ${base}`]);
	assert.equal(sql(`SELECT DISTINCT company_id FROM revyops.contact WHERE client_id = ${client.id} AND id <> ${base}`), String(base));
});

test('the key decides whose they are', async () => {
	const { client, other, acme } = await prepared();
	const contacts = [{ email: 'taken@acme.com' }, { email: 'x@acme.com', company_id: acme }, { email: 'y@acme.com', company_id: 'acme.com' }, { email: 'z@acme.com', company_id: 'other.com' }];
	const got = await batch(other, { contacts });
	assert.deepEqual(got.json.results.map(r => [r.status, r.errors?.map(e => e.code)]), [[201, undefined], [401, ['other_client']], [404, ['not_found']], [201, undefined]]);
	assert.deepEqual(emails(other), ['taken@acme.com', 'z@acme.com']);
	assert.equal((await companies(other, { companies: [{ domain: 'acme.com' }] })).json.results[0].status, 201);
	assert.equal(rows(client), '1 contacts, 1 companies');
	const bearer = await batch(null, { contacts: [{ email: 'bearer@acme.com' }] }, { headers: [['Authorization', `Bearer ${client.key}`]] });
	assert.equal(bearer.json.results[0].status, 201);
	assert.deepEqual(emails(client), ['taken@acme.com', 'bearer@acme.com']);
});

// ---------------------------------------------------------------- at once

// What several answers say of the same contacts: each was created once, and the others name it.
function isCreatedOnce(client, answers, count) {
	const created = new Map();
	for (const got of answers)
		for (const { contact } of got.json.results.filter(r => r.status === 201)) {
			assert.ok(!created.has(contact.email), contact.email);
			created.set(contact.email, contact.id);
		}
	assert.equal(created.size, count);
	assert.equal(sql(`SELECT md5(string_agg(email || ' ' || id, ',' ORDER BY email COLLATE "C")) FROM revyops.contact WHERE client_id = ${client.id}`),
		sql(`SELECT md5('${[...created].sort(([a], [b]) => a < b ? -1 : 1).map(([email, id]) => `${email} ${id}`).join(',')}')`));
	return created;
}

test('two batches of the same contacts in opposite order: each once, nobody fails', async () => {
	const client = fresh();
	const contacts = range(3000, i => ({ email: `o${i}@acme.com`, linkedin_url: `in/o${i}` }));
	const answers = await Promise.all([batch(client, { contacts }), batch(client, { contacts: [...contacts].reverse() }), batch(client, { contacts }), batch(client, { contacts: [...contacts].reverse() })]);
	assert.deepEqual(answers.map(a => a.status), [200, 200, 200, 200]);
	const created = isCreatedOnce(client, answers, 3000);
	for (const [k, { json: { results, summary } }] of answers.entries()) {
		assert.deepEqual([summary.total, summary.created + summary.failed], [3000, 3000]);
		for (const [i, r] of results.entries())
			if (r.status !== 201) {
				const existing_id = created.get(`o${k % 2 ? 2999 - i : i}@acme.com`);
				assert.deepEqual(r, failed(i, 409, { pointer: '/email', code: 'already_exists', existing_id }, { pointer: '/linkedin_url', code: 'already_exists', existing_id }));
			}
	}
});

// One inserts in the order of e-mails, the other in that of LinkedIn URLs, each up to
// what a third has open: then each waits for the other, and the server breaks one off.
for (const count of [2, 4])
	test(`${count} batches that deadlock: those broken off are tried again, nobody fails`, { timeout: 20_000 * PATIENCE }, async () => {
		const client = fresh();
		const third = spawn('psql', ['-XAtq'], { stdio: ['pipe', 'pipe', 'inherit'] });
		third.stdin.end(`BEGIN; INSERT INTO revyops.contact (client_id, id, email, linkedin_url) VALUES (${client.id}, 0, 'e2@acme.com', 'https://www.linkedin.com/in/l2');
			\\echo open\nSELECT pg_sleep(0.3); ROLLBACK;`);
		await once(third.stdout, 'data');
		const answers = await Promise.all(range(count, k => batch(client, { contacts: k % 2
			? [{ linkedin_url: 'in/l1' }, { linkedin_url: 'in/l2' }, { linkedin_url: 'in/l3' }]
			: [{ email: 'e1@acme.com', linkedin_url: 'in/l3' }, { email: 'e2@acme.com' }, { email: 'e3@acme.com', linkedin_url: 'in/l1' }] })));
		assert.deepEqual(answers.map(a => a.status), Array(count).fill(200), answers.map(a => a.text.slice(0, 100)).join());
		const results = answers.flatMap(a => a.json.results);
		assert.deepEqual(results.filter(r => r.status !== 201 && r.status !== 409), []);
		assert.equal(results.filter(r => r.status === 201).length, 4);
		assert.equal(rows(client), '4 contacts, 0 companies');
	});

test('two large batches with crossed keys', { timeout: 20_000 * PATIENCE }, async () => {
	const client = fresh();
	const n = 2000;
	const answers = await Promise.all([
		batch(client, { contacts: range(n, i => ({ email: `x${10_000 + i}@acme.com`, linkedin_url: `in/x${20_000 - i}` })) }),
		batch(client, { contacts: range(n, i => ({ linkedin_url: `in/x${20_000 - i}` })) })]);
	assert.deepEqual(answers.map(a => a.status), [200, 200], answers.map(a => a.text.slice(0, 100)).join());
	assert.deepEqual(answers.flatMap(a => a.json.results).filter(r => r.status !== 201 && r.status !== 409), []);
	assert.deepEqual(answers.map(a => a.json.summary.total), [n, n]);
	assert.equal(answers[0].json.summary.created + answers[1].json.summary.created, n);
	assert.equal(rows(client), `${n} contacts, 0 companies`);
});

// refused before it is parsed: the parser would take gigabytes for it
test('a body of more values than any batch has', async () => {
	const client = fresh();
	const faults = async body => (await batch(client, body)).json.errors.map(({ message, ...fault }) => fault);
	assert.deepEqual(await faults(`{"contacts": [${'{},'.repeat(399_998)}{}]}`), [{ pointer: '', code: 'too_many', limit: 400_000, actual: 400_001 }]);
	assert.deepEqual(await faults(`{"contacts": [${'0,'.repeat(1_500_001)}1]}`), [{ pointer: '', code: 'too_many', limit: 1_500_000, actual: 1_500_001 }]);
	assert.equal(rows(client), '0 contacts, 0 companies');
});

test('a batch beside single creates of the same contacts', async () => {
	const client = fresh();
	const contacts = range(400, i => ({ email: `b${i}@acme.com` }));
	const [many, ...single] = await Promise.all([batch(client, { contacts }), ...contacts.filter((_, i) => i % 8 === 0).map(c => post(client, c))]);
	assert.equal(many.status, 200, many.text.slice(0, 300));
	assert.deepEqual(single.filter(s => s.status !== 201 && s.status !== 409), []);
	const answers = [many, ...single.filter(s => s.status === 201).map(s => ({ json: { results: [{ status: 201, contact: s.json }] } }))];
	const created = isCreatedOnce(client, answers, 400);
	for (const s of single.filter(s => s.status === 409))
		assert.ok([...created.values()].includes(s.json.errors[0].existing_id));
});

// A third session has held@acme.com open: a batch that has it waits, until the third is told to end.
async function holding(client) {
	const third = spawn('psql', ['-XAtq'], { stdio: ['pipe', 'pipe', 'inherit'] });
	third.stdin.write(`BEGIN; INSERT INTO revyops.contact (client_id, id, email) VALUES (${client.id}, 0, 'held@acme.com');\n\\echo open\n`);
	await once(third.stdout, 'data');
	return third;
}
async function untilWaiting(count) {
	const waiting = () => Number(sql(`SELECT count(*) FROM pg_stat_activity WHERE usename IN ('revyops_authenticator', 'revyops_gateway') AND wait_event_type = 'Lock'`));
	while (waiting() < count)
		await new Promise(setImmediate);
}
// what the gateway says of itself
const metrics = () => new Promise((resolve, reject) => http.get({ socketPath: join(RUN, 'var', 'metrics.sock'), path: '/metrics' }, res => {
	let text = '';
	res.on('data', d => text += d);
	res.on('end', () => resolve(text));
}).on('error', reject));
const UNAVAILABLE = [503, '1', { detail: 'Service unavailable, try again.' }];
const words = got => [got.status, got.headers['retry-after'], got.json];

// So many are in work, and one more is not let in.
test('503: one batch more than eight', { timeout: 30_000 * PATIENCE, skip: FRONT !== 'postgrest' && 'batches wait their turn' }, async () => {
	const client = fresh();
	const third = await holding(client);
	const eight = range(8, i => batch(client, { contacts: [{ email: `eight${i}@acme.com` }, { email: 'held@acme.com' }] }));
	await untilWaiting(8);
	const ninth = await batch(client, { contacts: [{ email: 'ninth@acme.com' }] });
	assert.equal((await post(client, { email: 'single@acme.com' }, { path: CONTACTS })).status, 201);
	third.stdin.end('ROLLBACK;\n');
	const answers = await Promise.all(eight);
	assert.deepEqual(words(ninth), UNAVAILABLE);
	assert.deepEqual(answers.map(a => a.status), Array(8).fill(200), answers.map(a => a.text.slice(0, 100)).join());
	assert.equal(rows(client), '10 contacts, 0 companies');
	assert.equal((await batch(client, { contacts: [{ email: 'ninth@acme.com' }] })).json.summary.created, 1);
});

// Four bodies of nearly 16 MiB are what one key may have under way (key_octets). Three of them run: the fourth connection
// for batches is another key's.
test('503: more octets than one key may have under way', { timeout: 30_000 * PATIENCE, skip: FRONT !== 'gateway' && 'batches are counted, not their octets' }, async () => {
	const client = fresh();
	const other = fresh();
	const padded = (contacts, octets) => {
		const text = JSON.stringify({ contacts, unknown: '' });
		return text.replace(/"}$/, () => `${'x'.repeat(octets - text.length)}"}`);
	};
	const large = contacts => padded(contacts, 16 * MIB - 1000);
	// until an answer has proved it good, a key counts with all that are unknown
	for (const c of [client, other])
		assert.equal((await post(c, { email: 'single@acme.com' }, { path: CONTACTS })).status, 201);
	const bodies = range(4, i => large([{ email: `four${i}@acme.com` }, { email: 'held@acme.com' }]));
	// the other's would be too much for one key, too, but is soon read: the fourth doesn't wait for long
	const [tooMuch, othersBody] = [large([{ email: 'fifth@acme.com' }]), padded([{ email: 'padded@acme.com' }], 100_000)];
	const third = await holding(client);
	const four = bodies.slice(0, 3).map(body => batch(client, body));
	await untilWaiting(3);
	four.push(batch(client, bodies[3]));
	while (!/^revyops_gateway_waiting\{lane="batch"\} 1$/m.test(await metrics()))
		await new Promise(setImmediate);
	const [fifth, small, single, others] = await Promise.all([batch(client, tooMuch), post(client, { email: 'small@acme.com' }, { path: CONTACTS }),
		post(other, { email: 'other@acme.com' }, { path: CONTACTS }), batch(other, othersBody)]);
	third.stdin.end('ROLLBACK;\n');
	assert.deepEqual(words(fifth), UNAVAILABLE);
	assert.deepEqual([small.status, single.status], [201, 201]);
	assert.deepEqual(others.json?.summary, { total: 1, created: 1, failed: 0 });
	const answers = await Promise.all(four);
	assert.deepEqual(answers.map(a => a.status), Array(4).fill(200), answers.map(a => a.text.slice(0, 100)).join());
	assert.deepEqual(answers.flatMap(a => a.json.results.map(r => r.status)).sort(), [...Array(5).fill(201), ...Array(3).fill(409)]);
	assert.equal(rows(client), '7 contacts, 0 companies');
	assert.equal(rows(other), '3 contacts, 0 companies');
	assert.equal((await batch(client, tooMuch)).json.summary.created, 1);
});

test('a connection dropped in the middle of a body leaves nothing', async () => {
	const client = fresh();
	const body = JSON.stringify({ contacts: range(5000, i => ({ email: `d${i}@acme.com` })) });
	for (const headers of [`Content-Length: ${body.length}`, 'Transfer-Encoding: chunked'])
		for (const share of [0, 0.3, 1]) {
			const sent = headers.startsWith('C') ? body.slice(0, share * (body.length - 1)) : `${body.length.toString(16)}\r\n${body.slice(0, share * body.length)}`;
			await new Promise(resolve => {
				const socket = net.connect(Number(url.port), url.hostname);
				socket.on('close', resolve).on('error', () => {});
				socket.write(`POST ${CONTACTS_BATCH} HTTP/1.1\r\nHost: ${url.host}\r\nX-API-Key: ${client.key}\r\nContent-Type: ${JSON_TYPE}\r\n${headers}\r\n\r\n${sent}`, () => setTimeout(() => socket.destroy(), 50));
			});
		}
	assert.equal(rows(client), '0 contacts, 0 companies');
	// and what would have been in time is not in the way
	assert.deepEqual((await batch(client, body)).json.summary, { total: 5000, created: 5000, failed: 0 });
});

test('after all of it the service still works', async () => {
	const client = fresh();
	assert.equal((await post(client, { email: 'after@acme.com' }, { path: CONTACTS })).status, 201);
	isResults(await batch(client, { contacts: [{ email: 'after@acme.org' }] }), 'contact', [createdContact({ email: 'after@acme.org' })]);
});
