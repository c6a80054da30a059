// PUT /public/v2/contacts and /contacts/batch: whole answers, and the rows behind them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { CONTACTS, CONTACTS_BATCH, JSON_TYPE, newClients, post, request, rows, urlencoded } from './stack.mjs';

const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/g;
const [client, racer, batcher, faulty] = newClients(4);
const put = (who, body, path = CONTACTS, type = JSON_TYPE) => request('PUT', path, [['X-API-Key', who.key], ['Content-Type', type]], typeof body === 'string' ? body : JSON.stringify(body));
const settled = got => JSON.parse(got.text.replace(TIME, 'TIME'));
const nothing = { first_name: '', last_name: '', origin: '', contact_status: '', previous_status: null, status_changed_at: null,
	first_campaign_email_sent: null, last_campaign_email_sent: null, last_reply_received: null, updated_time: 'TIME' };

test('a new one is a 201 with Location, one that is there a 200 without', async () => {
	const first = await put(client, { email: 'Jane@ACME.com', contact_custom_fields_input: [{ field_name: 'A', field_value: 1 }] }, `${CONTACTS}?structure=FLAT`);
	const { id } = first.json;
	assert.equal(first.status, 201);
	assert.equal(first.headers.location, `/public/v2/contacts/${id}`);
	assert.deepEqual(settled(first), { ...nothing, id, email: 'jane@acme.com', created: true, contact_custom_fields: { A: '1' } });
	const second = await put(client, { email: 'jane@acme.com', linkedin_url: 'in/jane', contact_status: 'Active', contact_custom_fields: [{ field_name: 'B', field_value: '2' }] }, `${CONTACTS}?structure=FLAT`);
	assert.equal(second.status, 200);
	assert.equal(second.headers.location, undefined);
	assert.deepEqual(settled(second), { ...nothing, id, email: 'jane@acme.com', linkedin_url: 'https://www.linkedin.com/in/jane', created: false,
		contact_status: 'Active', previous_status: '', status_changed_at: 'TIME', contact_custom_fields: { A: '1', B: '2' } });
	const form = urlencoded([['linkedin_url', 'in/jane'], ['last_name', 'Doe'], ['contact_custom_fields_input', '[{"field_name": "A", "field_value": null}]']]);
	const third = await put(client, form.body, CONTACTS, form.type);
	assert.equal(third.status, 200);
	assert.equal(third.json.last_name, 'Doe');
	assert.deepEqual(third.json.contact_custom_fields.map(f => f.field_name), ['B']);
	const both = urlencoded([['linkedin_url', 'in/jane'], ...[['contact_custom_fields_input', 'C'], ['contact_custom_fields', 'D']].flatMap(([list, name]) =>
		[[`${list}[0]field_name`, name], [`${list}[0]field_value`, '3']])]);
	const fourth = await put(client, both.body, `${CONTACTS}?structure=FLAT`, both.type);
	assert.equal(fourth.status, 200);
	assert.deepEqual(fourth.json.contact_custom_fields, { B: '2', C: '3', D: '3' });
	assert.equal(rows(client), '1 contacts, 0 companies');
});

test('two contacts are a 409 with both ids, and faults a 400', async () => {
	const one = (await post(faulty, { email: 'a@acme.com' })).json.id;
	const two = (await post(faulty, { linkedin_url: 'in/a' })).json.id;
	const taken = (pointer, id) => ({ pointer, code: 'already_exists', message: 'This value is already taken.', existing_id: id });
	const got = await put(faulty, { email: 'a@acme.com', linkedin_url: 'in/a' });
	assert.equal(got.status, 409);
	assert.deepEqual(got.json, { detail: 'Contact already exists.', errors: [taken('/email', one), taken('/linkedin_url', two)] });
	const none = await put(faulty, {});
	assert.equal(none.status, 400);
	assert.deepEqual(none.json, { detail: 'Invalid request.', errors: [{ pointer: '', code: 'identifier_required', message: 'Either email or linkedin_url is required.' }] });
	assert.equal(rows(faulty), '2 contacts, 0 companies');
});

test('a batch: 201, 200 and faults, and their sums', async () => {
	const got = await put(batcher, { contacts: [{ email: 'a@acme.com' }, { email: 'A@acme.com', last_name: 'Doe' }, { email: 'nope' }] }, `${CONTACTS_BATCH}?structure=FLAT`);
	assert.equal(got.status, 200);
	const { id } = got.json.results[0].contact;
	const contact = { ...nothing, id, email: 'a@acme.com', contact_custom_fields: {} };
	assert.deepEqual(settled(got), { results: [{ index: 0, status: 201, contact }, { index: 1, status: 200, contact: { ...contact, last_name: 'Doe' } },
		{ index: 2, status: 400, errors: [{ pointer: '/email', code: 'invalid_email', message: 'Expected an e-mail address such as name@example.com.' }] }],
	summary: { total: 3, created: 1, updated: 1, failed: 1 } });
	assert.equal(rows(batcher), '1 contacts, 0 companies');
});

test('a hundred at once make one contact and no error', async () => {
	const got = await Promise.all(Array.from({ length: 100 }, (_, i) => put(racer, { email: 'r@acme.com', last_name: String(i) })));
	assert.deepEqual(got.map(g => g.status).sort(), [...Array(99).fill(200), 201]);
	assert.equal(rows(racer), '1 contacts, 0 companies');
});

test('other types and methods', async () => {
	assert.equal((await put(client, '{}', CONTACTS, 'text/plain')).status, 415);
	const got = await request('DELETE', CONTACTS, [['X-API-Key', client.key]]);
	assert.equal(got.status, 405);
	assert.equal(got.headers.allow, 'GET, HEAD, POST, PUT');
	assert.equal((await request('PATCH', CONTACTS_BATCH, [['X-API-Key', client.key]])).headers.allow, 'POST, PUT');
});
