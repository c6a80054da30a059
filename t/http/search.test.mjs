// Searches: bodies of each type, parameters beside them, pages, and who may.
import assert from 'node:assert/strict';
import test from 'node:test';
import { COMPANIES, CONTACTS, FORM_TYPE, JSON_TYPE, multipart, newClient, request, sql } from './stack.mjs';

const client = newClient('search');
const other = newClient('search other');
for (const { id } of [client, other])
	sql(`INSERT INTO revyops.company (client_id, domain, name) SELECT ${id}, 'search' || i || '.com', 'Acme ' || i FROM generate_series(1, 3) i;
		INSERT INTO revyops.contact (client_id, email, first_name, last_name, custom_fields)
			SELECT ${id}, 's' || i || '@acme.com', 'Jane', 'Doe' || i % 3, '[{"id": 1, "field_name": "Ünit", "field_value": "a&b=c", "updated_time": "2026-11-23T20:23:39.061879Z"}]' FROM generate_series(1, 10) i`);
const SEARCH = `${CONTACTS}/search`;
const search = (body, { path = SEARCH, type = JSON_TYPE, key = client.key, headers = [] } = {}) =>
	request('POST', path, [['X-API-Key', key], ['Content-Type', type], ...headers], typeof body === 'string' || body instanceof Buffer ? body : JSON.stringify(body));
const emails = got => got.json.results.map(c => c.email);
const filters = [{ member: 'last_name', operator: 'eq', value: 'Doe1' }, { custom_field: 'Ünit', operator: 'in', value: ['a&b=c'] }];
const sort = { member: 'email', direction: 'desc' };
const expected = ['s7@acme.com', 's4@acme.com', 's1@acme.com', 's10@acme.com'].sort().reverse();

test('JSON', async () => {
	const got = await search({ filters, sort });
	assert.equal(got.status, 200, got.text);
	assert.deepEqual(Object.keys(got.json), ['next', 'count', 'results', 'page_size', 'count_exact', 'complete']);
	assert.deepEqual([emails(got), got.json.next, got.json.count, got.json.count_exact, got.json.complete], [expected, null, 4, true, true]);
	assert.deepEqual([got.headers['x-revyops-count'], got.headers['cache-control']], ['exact', 'no-store']);
	assert.deepEqual(got.json.results[0], (await request('GET', `${CONTACTS}/${got.json.results[0].id}`, [['X-API-Key', client.key]])).json);
});
test('forms', async () => {
	const form = [['filters', JSON.stringify(filters)], ['sort', JSON.stringify(sort)], ['page_size', '3']];
	const { body, type } = multipart([['filters', JSON.stringify(filters)], ['page_size', '3']]);
	const got = await search(body, { type });
	assert.equal(got.status, 200, got.text);
	assert.equal(got.json.results.length, 3);
	const urlencoded = await search(form.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&'), { type: FORM_TYPE });
	assert.equal(urlencoded.status, 200, urlencoded.text);
	assert.deepEqual(emails(urlencoded), expected.slice(0, 3));
});
test('pages', async () => {
	const seen = [];
	let after;
	do {
		const got = await search({ filters, sort, page_size: 3, ...(after ? { after } : {}) });
		assert.equal(got.status, 200, got.text);
		seen.push(...emails(got));
		after = got.json.next;
	} while (after);
	assert.deepEqual(seen, expected);
});
test('parameters', async () => {
	const path = query => ({ path: `${SEARCH}?${query}` });
	assert.deepEqual((await search({ filters }, path('structure=FLAT'))).json.results[0].contact_custom_fields, { Ünit: 'a&b=c' });
	assert.ok(Array.isArray((await search({ filters, structure: 'NESTED' }, path('structure=FLAT'))).json.results[0].contact_custom_fields));
	const told = await search({ filters }, path('client_id=1&page_size=1&utm_source=x'));
	assert.deepEqual([told.status, told.json.results.length, told.headers['x-revyops-unknown-parameters']], [200, 4, 'page_size, utm_source']);
	for (const [query, headers, errors] of [['emial=x', [], [['emial', []]]], ['contact_status=x&structure=FLAT', [], [['contact_status', []]]], ['page_size=1', [['Prefer', 'handling=strict']], [['page_size', []]]]]) {
		const got = await search({ filters }, { ...path(query), headers });
		assert.equal(got.status, 400, query);
		assert.deepEqual(got.json.errors.map(e => [e.parameter, e.nearest]), errors);
	}
	const both = await search({ filter: [] }, path('structure=x&email=y'));
	assert.deepEqual(both.json.errors.map(e => e.parameter ?? e.pointer), ['email', '/filter', 'structure']);
});
test('who may, and how', async () => {
	assert.deepEqual([(await search({}, { key: 'nope' })).status, (await search('{')).status, (await search({}, { type: 'text/plain' })).status], [403, 400, 415]);
	assert.deepEqual((await search({ filters: [{ member: 'email', operator: 'eq', value: 's1@acme.com' }] }, { key: other.key })).json.results.map(c => c.id),
		[Number(sql(`SELECT id FROM revyops.contact WHERE client_id = ${other.id} AND email = 's1@acme.com'`))]);
	const get = await request('GET', SEARCH, [['X-API-Key', client.key]]);
	assert.deepEqual([get.status, get.headers.allow], [405, 'POST']);
	assert.equal((await search({}, { path: '/public/contacts/search' })).status, 404);
});
test('companies', async () => {
	const got = await search({ filters: [{ any: [{ member: 'name', operator: 'contains', value: 'E 2' }, { member: 'domain', operator: 'eq', value: 'www.search3.com' }] }], sort: { member: 'id', direction: 'desc' } }, { path: `${COMPANIES}/search` });
	assert.equal(got.status, 200, got.text);
	assert.deepEqual(got.json.results.map(c => c.domain), ['search3.com', 'search2.com']);
});
