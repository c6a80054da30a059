// The change feed and the history of a status over HTTP.
import assert from 'node:assert/strict';
import test from 'node:test';
import { CONTACTS, FRONT, JSON_TYPE, newClient, post, request, sql } from './stack.mjs';

const client = newClient('changes');
const other = newClient('changes other');
sql(`SELECT revyops_set_client_setting(${client.id}, 'changes', 'on')`);
const call = (method, path, who = client, body) => request(method, path, [['X-API-Key', who.key], ...(body === undefined ? [] : [['Content-Type', JSON_TYPE]])], body === undefined ? undefined : JSON.stringify(body));
const changes = (query = '', who = client) => call('GET', `/public/v2/changes${query}`, who);
let serial = 0;
const create = async (members = {}) => (await post(client, { email: `c${++serial}@acme.com`, ...members })).json;
function fails(got, status, detail, errors) {
	assert.equal(got.status, status, got.text);
	assert.deepEqual({ ...got.json, errors: got.json.errors.map(({ message, ...e }) => e) }, { detail, errors });
}

test('changes, and what each says', async () => {
	const begin = await changes('?after=now');
	assert.equal(begin.status, 200, begin.text);
	assert.deepEqual(begin.json, { changes: [], cursor: begin.json.cursor, has_more: false });
	const { id } = await create();
	assert.equal((await call('PATCH', `${CONTACTS}/${id}`, client, { first_name: 'C', contact_status: 'New' })).status, 200);
	assert.equal((await call('DELETE', `${CONTACTS}/${id}`)).status, 204);
	const got = await changes(`?after=${begin.json.cursor}`);
	const [created, updated, deleted] = got.json.changes;
	const event = (change, type, data) => ({ specversion: '1.0', id: String(change.data.version), source: '/public/v2/changes', type, subject: String(id), time: change.time, data: { id, version: change.data.version, ...data } });
	assert.deepEqual(got.json, { changes: [event(created, 'contact.created'), event(updated, 'contact.updated', { members: ['first_name', 'contact_status'] }), event(deleted, 'contact.deleted')], cursor: got.json.cursor, has_more: false });
	assert.ok(created.data.version < updated.data.version && updated.data.version < deleted.data.version);
	assert.match(created.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);

	// page by page
	const types = [];
	let page = { cursor: begin.json.cursor, has_more: true };
	while (page.has_more) {
		page = (await changes(`?limit=1&after=${page.cursor}`)).json;
		types.push(...page.changes.map(c => c.type));
	}
	assert.deepEqual(types, ['contact.created', 'contact.updated', 'contact.deleted']);
});

test('waiting', async () => {
	const { cursor } = (await changes('?after=now')).json;
	const waiting = changes(`?after=${cursor}&wait=20`);
	const { id } = await create();
	const got = await waiting;
	assert.equal(got.status, 200, got.text);
	assert.equal(got.headers['revyops-hold'], undefined);
	// PostgREST answers at once, and so may be too early
	if (FRONT === 'gateway')
		assert.deepEqual(got.json.changes.map(c => [c.type, c.data.id]), [['contact.created', id]]);
	const vain = await changes(`?after=${got.json.cursor}&wait=1`);
	assert.deepEqual([vain.status, vain.headers['revyops-hold']], [200, undefined]);
});

test('waiting behind now is over at once', async () => {
	const asked = performance.now();
	const begin = (await changes('?after=now&wait=30')).json;
	assert.ok(performance.now() - asked < 30000);
	assert.deepEqual(begin, { changes: [], cursor: begin.cursor, has_more: false });
	const { id } = await create();
	assert.deepEqual((await changes(`?after=${begin.cursor}&wait=20`)).json.changes.map(c => [c.type, c.data.id]), [['contact.created', id]]);
});

test('what is wrong', async () => {
	fails(await changes('', other), 409, 'Changes are not noted.', [{ parameter: 'changes', code: 'changes_off' }]);
	fails(await changes('?after=x'), 400, 'Invalid request.', [{ parameter: 'after', code: 'invalid_cursor' }]);
	fails(await changes('?limit=0&wait=31'), 400, 'Invalid request.', [{ parameter: 'wait', code: 'invalid_wait' }, { parameter: 'limit', code: 'invalid_limit' }]);
	fails(await changes('?limit=1001'), 400, 'Invalid request.', [{ parameter: 'limit', code: 'invalid_limit' }]);
	fails(await changes('?afer=x'), 400, 'Invalid request.', [{ parameter: 'afer', code: 'unknown_parameter', nearest: ['after'] }]);
	assert.equal((await changes('?utm=1')).headers['x-revyops-unknown-parameters'], 'utm');
	const { cursor } = (await changes('?after=now')).json;
	sql(`SELECT revyops_set_client_setting(${client.id}, 'changes', 'off')`);
	sql(`SELECT revyops_set_client_setting(${client.id}, 'changes', 'on')`);
	fails(await changes(`?after=${cursor}`), 410, 'Cursor has expired.', [{ parameter: 'after', code: 'cursor_expired' }]);
	assert.equal((await request('GET', '/public/v2/changes', [])).status, 403);
	assert.equal((await call('POST', '/public/v2/changes', client, {})).status, 405);
});

test('the history of a status', async () => {
	const { id } = await create({ contact_status: 'New' });
	for (const contact_status of ['Warm', 'Hot'])
		assert.equal((await call('PATCH', `${CONTACTS}/${id}`, client, { contact_status })).status, 200);
	const got = await call('GET', `${CONTACTS}/${id}/status-history`);
	assert.equal(got.status, 200, got.text);
	assert.deepEqual({ ...got.json, results: got.json.results.map(({ id, changed_at, ...e }) => e) }, { next: null, count: 2, page_size: 100, total_pages: 1, current_page: 1,
		results: [{ source: 'api', contact_status: 'Hot', previous_status: 'Warm' }, { source: 'api', contact_status: 'Warm', previous_status: 'New' }] });
	const first = await call('GET', `${CONTACTS}/${id}/status-history?page_size=1`);
	assert.deepEqual([first.json.results.map(e => e.contact_status), first.json.next], [['Hot'], `${CONTACTS}/${id}/status-history?page_size=1&page=2`]);
	const second = await call('GET', first.json.next);
	assert.deepEqual([second.json.results.map(e => e.contact_status), second.json.next], [['Warm'], null]);
	fails(await call('GET', `${CONTACTS}/${id}/status-history?after=x`), 400, 'Invalid request.', [{ parameter: 'after', code: 'unknown_parameter', nearest: ['page'] }]);
	assert.equal((await call('GET', `${CONTACTS}/${id}/status-history?zz=1`)).headers['x-revyops-unknown-parameters'], 'zz');
	fails(await call('GET', `${CONTACTS}/${id}/status-history?page=0`), 400, 'Invalid request.', [{ parameter: 'page', code: 'invalid_number' }]);
	fails(await call('GET', `${CONTACTS}/999999999/status-history`), 404, 'Contact not found.', [{ parameter: 'id', code: 'not_found' }]);
	const { id: kept } = await create();
	assert.equal((await post(client, { other_id: id }, { path: `${CONTACTS}/${kept}/merge` })).status, 200);
	const moved = await call('GET', `${CONTACTS}/${id}/status-history`);
	assert.deepEqual([moved.status, moved.headers.location], [301, `${CONTACTS}/${kept}/status-history`]);
	assert.equal((await call('GET', moved.headers.location)).json.count, 2);
});
