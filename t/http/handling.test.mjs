// Prefer: handling=strict, and what is told of members that nobody knows; settings and definitions of a client.
import assert from 'node:assert/strict';
import test from 'node:test';
import { COMPANIES, CONTACTS, CONTACTS_BATCH, multipart, newClient, post, request, rows, sql, urlencoded } from './stack.mjs';

const client = newClient('handling');
let serial = 0;
const unique = () => `handling${++serial}@acme.com`;
const STRICT = [['Prefer', 'handling=strict']];
const unknown = got => got.headers['x-revyops-unknown-members'];
const applied = got => got.headers['preference-applied'];
const errors = got => got.json.errors.map(({ message, ...e }) => e);

test('lenient: ignored, and named in a header', async () => {
	const got = await post(client, { email: unique(), e_mail: 'x', 'fârst "name"': 1, contact_custom_fields_input: [{ field_name: 'A', field_value: '1', colour: 1 }] });
	assert.equal(got.status, 201, got.text);
	assert.equal(unknown(got), 'colour, e_mail, f%C3%A2rst%20%22name%22');
	assert.equal(applied(got), undefined);
});

test('lenient: the empty name', async () => {
	const got = await post(client, { email: unique(), '': 1, '""': 1, x: 1 });
	assert.equal(got.status, 201, got.text);
	assert.equal(unknown(got), '"", x, %22%22');
});

test('lenient: nothing to tell', async () => {
	const got = await post(client, { email: unique(), id: 7, updated_time: 'x' });
	assert.equal(got.status, 201, got.text);
	assert.equal(unknown(got), undefined);
});

test('lenient: a header of bounded length', async () => {
	const names = Array.from({ length: 30 }, (_, i) => `${'ö'.repeat(60)}${i}`);
	const got = await post(client, { email: unique(), ...Object.fromEntries(names.map(n => [n, 1])) });
	assert.equal(got.status, 201, got.text);
	assert.ok(unknown(got).length < 1100, unknown(got));
	assert.match(unknown(got), /^(%C3%B6){60}\d, .*, \.\.\.$/);
	const long = await post(client, { email: unique(), ['ö'.repeat(10000)]: 1 });
	assert.equal(long.status, 201, long.text);
	assert.match(unknown(long), /^(%C3%B6){127}$/);
});

test('lenient: on an error, too', async () => {
	const got = await post(client, { 'e-mail': 'x', contact: { email: unique() } });
	assert.equal(got.status, 400, got.text);
	assert.equal(unknown(got), 'e-mail, contact');
	assert.deepEqual(errors(got), [{ pointer: '', code: 'identifier_required', nearest: ['/contact/email'] }]);
	const absent = await post(client, { email: unique(), company_id: 'absent.com', colour: 1 });
	assert.deepEqual([absent.status, unknown(absent)], [404, 'colour'], absent.text);
	const batch = await post(client, { Contacts: [] }, { path: CONTACTS_BATCH });
	assert.deepEqual([batch.status, unknown(batch)], [400, 'Contacts'], batch.text);
	assert.equal(unknown(await post(client, { email: 'bad' })), undefined);
});

for (const [prefer, is] of [['handling=strict', 'strict'], ['respond-async, Handling = "strict"; x=y', 'strict'], ['handling=strict, handling=lenient', 'strict'], ['handling=lenient', 'lenient'],
	['handling=lenient, handling=strict', 'lenient'], ['x="a, handling=lenient", handling=strict', 'strict'], ['x="a\\", handling=lenient", handling=strict', 'strict'],
	['handling=strict; x="a, b", handling=lenient', 'strict'], ['x="a; y", handling=strict', 'strict'], ['x="a, handling=strict', undefined], ['"handling"=strict', undefined], ['handling=harsh', undefined], ['handling=harsh, handling=strict', undefined], ['strict', undefined], ['tx=rollback, return=minimal', undefined],
	[`x=${'y'.repeat(300)}, handling=strict`, undefined]])
	test(`Prefer: ${prefer.slice(0, 40)}`, async () => {
		const got = await post(client, { email: unique(), colour: 1 }, { headers: [['Prefer', prefer]] });
		assert.equal(got.status, is === 'strict' ? 400 : 201, got.text);
		assert.equal(applied(got), is && `handling=${is}`);
		assert.equal(unknown(got), is === 'strict' ? undefined : 'colour');
		if (is === 'strict')
			assert.deepEqual(errors(got), [{ pointer: '/colour', code: 'unknown_member', nearest: [] }]);
	});

for (const [lines, is] of [[['respond-async', 'handling=strict'], 'strict'], [['handling=lenient', 'handling=strict'], 'lenient'], [['', 'handling=strict'], 'strict'], [['return=minimal', 'x="', 'handling=strict'], undefined]])
	test(`Prefer in ${lines.length} lines: ${lines.join(' / ')}`, async () => {
		const got = await post(client, { email: unique(), colour: 1 }, { headers: [['Prefer', lines]] });
		assert.deepEqual([got.status, applied(got), unknown(got)], is === 'strict' ? [400, 'handling=strict', undefined] : [201, is && `handling=${is}`, 'colour']);
	});

test('strict: what is known passes', async () => {
	const got = await post(client, { email: unique() }, { headers: STRICT });
	assert.equal(got.status, 201, got.text);
	assert.equal(applied(got), 'handling=strict');
	assert.equal(got.headers.location, `${CONTACTS}/${got.json.id}`);
	const again = await post(client, { ...got.json, email: unique() }, { headers: STRICT });
	assert.equal(again.status, 201, again.text);
	const changed = await request('PATCH', `${CONTACTS}/${got.json.id}`, [['X-API-Key', client.key], ['Content-Type', 'application/json'], ...STRICT], JSON.stringify(got.json));
	assert.equal(changed.status, 200, changed.text);
	assert.equal(applied(changed), 'handling=strict');
});

test('strict: nothing is left', async () => {
	const before = rows(client);
	const got = await post(client, { email: 'bad', 'a/b"~': 1 }, { headers: STRICT });
	assert.equal(got.status, 400);
	assert.equal(applied(got), 'handling=strict');
	assert.deepEqual(errors(got), [{ pointer: '/email', code: 'invalid_email' }, { pointer: '/a~1b"~0', code: 'unknown_member', nearest: [] }]);
	assert.equal(rows(client), before);
});

for (const [name, form] of [['urlencoded', urlencoded], ['multipart', multipart]])
	test(`a form, ${name}`, async () => {
		const fields = [['email', unique()], ['colour', 'x'], ['contact_custom_fields_input[0]field_name', 'A'], ['contact_custom_fields_input[0]field_value', '1'], ['contact_custom_fields_input[0]value', '1']];
		const { type, body } = form(fields);
		const strict = await post(client, body, { type, headers: STRICT });
		assert.equal(strict.status, 400, strict.text);
		assert.deepEqual(errors(strict), [{ pointer: '/contact_custom_fields_input/0/value', code: 'unknown_member', nearest: [] }, { pointer: '/colour', code: 'unknown_member', nearest: [] }]);
		const lenient = await post(client, body, { type });
		assert.equal(lenient.status, 201, lenient.text);
		assert.equal(unknown(lenient), 'value, colour');
	});

test('both lists are known in both versions', async () => {
	for (const path of ['/public/contacts', CONTACTS])
		for (const list of ['contact_custom_fields', 'contact_custom_fields_input'])
		{
			const got = await post(client, { email: unique(), [list]: [{ field_name: 'A', field_value: list }] }, { path, headers: STRICT });
			assert.deepEqual([got.status, got.json.contact_custom_fields?.map(f => f.field_value)], [201, [list]], got.text);
		}
});

test('a company, and a custom field', async () => {
	const got = await post(client, { domain: 'x.com', nmae: 'X' }, { path: COMPANIES, headers: STRICT });
	assert.deepEqual(errors(got), [{ pointer: '/nmae', code: 'unknown_member', nearest: ['name'] }]);
	const { json } = await post(client, { domain: 'x.com', nmae: 'X' }, { path: COMPANIES });
	const field = await post(client, { field_name: 'A', field_value: '1', x: 1 }, { path: `/public/companies/${json.id}/custom-fields` });
	assert.equal(field.status, 201, field.text);
	assert.equal(unknown(field), 'x');
});

test('a batch: an item each, or one header', async () => {
	const body = { contacts: [{ email: unique(), x: 1 }, { email: unique(), y: 1, x: 1 }, { email: unique() }] };
	const strict = await post(client, body, { path: CONTACTS_BATCH, headers: STRICT });
	assert.equal(strict.status, 200, strict.text);
	assert.equal(applied(strict), 'handling=strict');
	assert.deepEqual(strict.json.results.map(r => [r.status, r.errors?.map(e => e.pointer)]), [[400, ['/x']], [400, ['/x', '/y']], [201, undefined]]);
	const lenient = await post(client, { ...body, contacts: body.contacts.slice(0, 2), Mode: 'x' }, { path: CONTACTS_BATCH });
	assert.deepEqual(lenient.json.summary, { total: 2, created: 2, failed: 0 });
	assert.equal(unknown(lenient), 'Mode, x, y');
	const envelope = await post(client, { ...body, Mode: 'x' }, { path: CONTACTS_BATCH, headers: STRICT });
	assert.equal(envelope.status, 400, envelope.text);
	assert.deepEqual(errors(envelope), [{ pointer: '/Mode', code: 'unknown_member', nearest: ['mode'] }]);
});

test('a request for one contact has nothing to be strict about', async () => {
	const got = await request('GET', `${CONTACTS}/999999999`, [['X-API-Key', client.key], ...STRICT]);
	assert.equal(got.status, 404, got.text);
	assert.equal(applied(got), undefined);
});

test('settings and definitions hold', async () => {
	const mine = newClient('settings');
	sql(`SELECT revyops_set_client_setting(${mine.id}, name, value) FROM (VALUES ('on_unknown_domain', 'create'), ('infer_company', 'on'), ('default_origin', 'Web'), ('custom_fields', 'strict')) v(name, value);
		SET revyops.client_id = ${mine.id}; SELECT revyops_define_custom_field('contact', 'Score', 'number')`);
	const got = await post(mine, { email: 'a@mail.firm.com', contact_custom_fields_input: [{ field_name: 'Score', field_value: '1.50' }] }, { path: `${CONTACTS}?structure=FLAT` });
	assert.equal(got.status, 201, got.text);
	assert.deepEqual([got.json.origin, got.json.contact_custom_fields], ['Web', { Score: '1.5' }]);
	assert.equal(sql(`SELECT domain FROM revyops.company WHERE client_id = ${mine.id} AND id = ${got.json.company_id}`), 'firm.com');
	const bad = await post(mine, { email: 'b@gmail.com', contact_custom_fields_input: [{ field_name: 'Score', field_value: 'x' }, { field_name: 'score', field_value: 1 }] });
	assert.deepEqual(errors(bad), [{ pointer: '/contact_custom_fields_input/0/field_value', code: 'invalid_value', type: 'number' },
		{ pointer: '/contact_custom_fields_input/1/field_name', code: 'unknown_field', nearest: ['Score'] }]);
	const batch = await post(mine, { contacts: [{ email: 'c@firm.com' }, { email: 'd@new.com' }, { email: 'a@mail.firm.com', company_id: 'left.com' }] }, { path: CONTACTS_BATCH });
	assert.deepEqual(batch.json.results.map(r => r.status), [201, 201, 409]);
	assert.equal(sql(`SELECT string_agg(domain, ' ' ORDER BY domain) FROM revyops.company WHERE client_id = ${mine.id}`), 'firm.com new.com');
});
