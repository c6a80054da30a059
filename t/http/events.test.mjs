// POST /public/v2/events and /events/batch, and campaigns: whole answers.
import assert from 'node:assert/strict';
import test from 'node:test';
import { FORM_TYPE, newClients, post, request, sql, urlencoded } from './stack.mjs';

const EVENTS = '/public/v2/events';
const [client, batcher, lister, former] = newClients(4);
const event = more => ({ kind: 'sent', contact_email: 'Jane@ACME.com', at: '2026-03-02T09:15:04Z', platform: 'instantly', campaign_id: 'c1', ...more });
const get = (who, path) => request('GET', path, [['X-API-Key', who.key]]);

test('a new one is a 201, one that comes again a 200', async () => {
	const first = await post(client, event({ campaign_name: 'Spring' }), { path: EVENTS });
	assert.deepEqual([first.status, first.json.duplicate], [201, false]);
	const second = await post(client, event(), { path: EVENTS });
	assert.deepEqual([second.status, second.json], [200, { ...first.json, duplicate: true }]);
	const contact = (await get(client, `/public/v2/contacts/${first.json.contact_id}`)).json;
	assert.deepEqual([contact.email, contact.origin, contact.first_campaign_email_sent], ['jane@acme.com', 'instantly', '2026-03-02T09:15:04.000000Z']);
});

test('faults are a 400, and an unknown contact a 404', async () => {
	const got = await post(client, { kind: 'opened', contact_email: 'x' }, { path: EVENTS });
	assert.equal(got.status, 400);
	assert.deepEqual(got.json.errors.map(e => [e.pointer, e.code]), [['/kind', 'invalid_option'], ['/contact_email', 'invalid_email'], ['/at', 'required']]);
	const none = await post(client, { kind: 'sent', contact_id: 999999999, at: '2026-03-01' }, { path: EVENTS });
	assert.deepEqual([none.status, none.json.detail], [404, 'Contact not found.']);
});

test('a form has texts only', async () => {
	const form = urlencoded([['kind', 'replied'], ['contact_email', 'f@acme.com'], ['at', '2026-03-01T00:00:00Z'], ['interested', 'true'], ['custom', '{"Role": "Head"}']]);
	const got = await post(former, form.body, { path: EVENTS, type: FORM_TYPE });
	assert.equal(got.status, 201, got.text);
	assert.equal(sql(`SELECT interested FROM revyops.email WHERE client_id = ${former.id}`), 't');
	assert.equal(sql(`SELECT custom_fields->0->>'field_value' FROM revyops.contact WHERE client_id = ${former.id}`), 'Head');
	const blank = urlencoded([['kind', 'sent'], ['contact_email', 'f@acme.com'], ['external_id', '1'], ...['at', 'contact_id', 'interested', 'suppress', 'custom', 'first_name'].map(name => [name, ''])]);
	assert.equal((await post(former, blank.body, { path: EVENTS, type: FORM_TYPE })).status, 201);
});

test('a batch: each on its own, and their sums', async () => {
	const got = await post(batcher, { events: [event(), event(), event({ contact_email: 'nope' }), event({ kind: 'unsubscribed' })] }, { path: `${EVENTS}/batch` });
	assert.equal(got.status, 200);
	const { contact_id, email_id } = got.json.results[0];
	assert.deepEqual(got.json, { results: [{ index: 0, status: 201, duplicate: false, contact_id, email_id }, { index: 1, status: 200, duplicate: true, contact_id, email_id },
		{ index: 2, status: 400, errors: [{ pointer: '/contact_email', code: 'invalid_email', message: 'Expected an e-mail address such as name@example.com.' }] },
		{ index: 3, status: 201, duplicate: false, contact_id, email_id: null }], summary: { total: 4, recorded: 2, duplicates: 1, failed: 1 } });
	const atomic = await post(batcher, { mode: 'atomic', events: [event({ at: '2026-03-03' }), 5] }, { path: `${EVENTS}/batch` });
	assert.deepEqual([atomic.status, atomic.json.errors.map(e => [e.index, e.code])], [400, [[1, 'not_an_object']]]);
	assert.equal(sql(`SELECT sent FROM revyops.campaign WHERE client_id = ${batcher.id}`), '1');
	const broken = await post(batcher, '{"events": [{"kind": "sent"}, {"kind": "sent", "contact_email": "\\ud800"}]}', { path: `${EVENTS}/batch` });
	assert.deepEqual(broken.json.results.map(r => [r.status, r.errors[0].code]), [[400, 'required'], [400, 'malformed_body']]);
});

test('campaigns, and the contacts of one, by pages', async () => {
	for (const name of ['a', 'b', 'c'])
		assert.equal((await post(lister, event({ contact_email: `${name}@acme.com` }), { path: EVENTS })).status, 201);
	await post(lister, event({ campaign_id: 'c2' }), { path: EVENTS });
	const list = await get(lister, '/public/v2/campaigns?page_size=1&platform=instantly');
	assert.deepEqual([list.json.count, list.json.results[0].campaign_id, list.json.results[0].contacts, list.headers['x-revyops-count']], [2, 'c1', 3, 'exact']);
	const next = await get(lister, list.json.next);
	assert.deepEqual([next.json.results.map(r => r.campaign_id), next.json.next], [['c2'], null]);
	const { id } = list.json.results[0];
	const contacts = await get(lister, `/public/v2/campaigns/${id}/contacts?page_size=2`);
	assert.deepEqual(contacts.json.results.map(r => [r.email, r.sent]), [['a@acme.com', 1], ['b@acme.com', 1]]);
	assert.ok(contacts.json.next.startsWith(`/public/v2/campaigns/${id}/contacts?page_size=2&after=`), contacts.json.next);
	assert.deepEqual((await get(lister, contacts.json.next)).json.results.map(r => r.email), ['c@acme.com']);
	assert.equal((await get(lister, '/public/v2/campaigns/999999999')).status, 404);
	assert.equal((await get(lister, '/public/v2/campaigns/999999999/contacts')).status, 404);
	assert.equal((await get(lister, '/public/v2/campaigns?platfrom=x')).status, 400);
});
