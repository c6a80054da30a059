// Lists, page after page by the link of each to the next.
import assert from 'node:assert/strict';
import test from 'node:test';
import { COMPANIES, CONTACTS, newClient, request, sql } from './stack.mjs';

const client = newClient('cursors');
const other = newClient('cursors other');
const master = { key: sql(`SELECT revyops_create_api_key(${client.id}, 'master', NULL, 'master')`) };
// 30 contacts and companies of each, with a word that no other test has, nor another run
const word = `cursors${client.id}`;
for (const { id } of [client, other])
	sql(`INSERT INTO revyops.company (client_id, domain, name, custom_fields) SELECT ${id}, '${word}-' || i || '.com', 'Cursors & ${word}', '[{"id": 1, "field_name": "Cür ${word}", "field_value": "a&b=c", "updated_time": "2026-11-23T20:23:39.061879Z"}]' FROM generate_series(1, 30) i;
		INSERT INTO revyops.contact (client_id, email, first_name, company_id, custom_fields)
			SELECT ${id}, 'c' || i || '@cursors.com', 'Cursors "é ${word}', (SELECT min(id) FROM revyops.company WHERE client_id = ${id}), '[{"id": 1, "field_name": "Cür ${word}", "field_value": "a&b=c", "updated_time": "2026-11-23T20:23:39.061879Z"}]' FROM generate_series(1, 30) i`);
const ids = (table, who) => sql(`SELECT id FROM revyops.${table} WHERE client_id IN (${who.map(c => c.id)}) ORDER BY id`).split('\n').map(Number);

const get = (path, who = client) => request('GET', path, [['X-API-Key', who.key]]);
async function page(path, who) {
	const got = await get(path, who);
	assert.equal(got.status, 200, got.text);
	assert.deepEqual(Object.keys(got.json), ['next', 'count', 'results', 'page_size', 'total_pages', 'current_page']);
	return got.json;
}
// Follows the links to the end; every page but the last is full, and counts on.
async function walk(path, who, size) {
	const seen = [];
	for (let n = 1, next = path; next !== null; n++) {
		assert.ok(n < 100, 'no end');
		const got = await page(next, who);
		assert.equal(got.current_page, n);
		assert.equal(got.page_size, size);
		assert.equal(got.results.length === size || got.next === null, true);
		seen.push(...got.results.map(row => row.id));
		if (got.next === null)
			assert.deepEqual([got.count, got.total_pages], [seen.length, n]);
		next = got.next;
	}
	return seen;
}
function refused(got, errors) {
	assert.equal(got.status, 400, got.text);
	assert.equal(got.json.detail, 'Invalid request.');
	assert.deepEqual(got.json.errors.map(({ message, ...e }) => e), errors);
}
const INVALID = [{ parameter: 'after', code: 'invalid_cursor' }];
const MASTER_CONTACTS = '/public/v2/contacts-master-list';
const MASTER_COMPANIES = '/public/v2/companies-master-list';
const FIELD = `/lookup-by-custom-field?field_name=C%C3%BCr+${word}&field_value=a%26b%3dc`;

for (const [path, who, table, rows] of [[`${CONTACTS}?`, client, 'contact', [client]], [`${CONTACTS}?firstname=Cursors+%22%C3%A9+${word}`, client, 'contact', [client]], [`${CONTACTS}?domain=${word}-1.com`, client, 'contact', [client]],
	[CONTACTS + FIELD, client, 'contact', [client]], [`${COMPANIES}?`, client, 'company', [client]], [`${COMPANIES}?name=Cursors%20%26%20${word}`, client, 'company', [client]], [COMPANIES + FIELD, client, 'company', [client]],
	[`${MASTER_CONTACTS}?firstname=Cursors+"%C3%A9+${word}`, master, 'contact', [client, other]], [`${MASTER_CONTACTS}?domain=${word}-1.com`, master, 'contact', [client, other]], [MASTER_CONTACTS + FIELD, master, 'contact', [client, other]],
	[`${MASTER_COMPANIES}?name=Cursors%20%26%20${word}`, master, 'company', [client, other]], [MASTER_COMPANIES + FIELD, master, 'company', [client, other]]])
	test(`walk ${path}`, async () => {
		assert.deepEqual(await walk(`${path}&page_size=7`, who, 7), ids(table, rows));
		assert.deepEqual(await walk(`${path}&page_size=15`, who, 15), ids(table, rows));
	});

test('the link keeps what was asked for, but for the place', async () => {
	const query = `firstname=Cursors%20%22%c3%a9+${word}&page_size=7&structure=FLAT&x="<>\\`;
	const first = await page(`${CONTACTS}?&${query}&&p%61ge=2&page=1&unknown`);
	assert.equal(first.next.replace(/[A-Za-z0-9_-]{76}$/, 'CURSOR'), `${CONTACTS}?${query}&unknown&after=CURSOR`);
	const second = await page(first.next);
	assert.deepEqual(second.results[0].contact_custom_fields, { [`Cür ${word}`]: 'a&b=c' });
	assert.equal(second.next.replace(/[^=]*$/, ''), first.next.replace(/[^=]*$/, ''));
	assert.notEqual(second.next, first.next);
	// the same page by its number leads to the same
	assert.deepEqual(await page(`${CONTACTS}?${query}&page=2`), { ...second, next: second.next.replace('&unknown', '') });
	// without anything: the page's size is the default then, and a cursor does not care
	const cursor = first.next.match(/after=(.*)$/)[1];
	assert.deepEqual((await page(`${CONTACTS}?firstname=Cursors+%22%C3%A9+${word}&after=${cursor}`)).results.map(c => c.id), ids('contact', [client]).slice(7));
	assert.equal((await page(`${CONTACTS}?page_size=29`)).next.startsWith(`${CONTACTS}?page_size=29&after=`), true);
});
test('no next on the last page, on a full one, on an empty one', async () => {
	assert.equal((await page(CONTACTS)).next, null);
	assert.equal((await page(`${CONTACTS}?page_size=30`)).next, null);
	assert.equal((await page(`${CONTACTS}?page_size=29&page=2`)).next, null);
	assert.equal((await page(`${CONTACTS}?page_size=29&page=3`)).next, null);
	assert.deepEqual(await page(`${CONTACTS}?email=nobody@cursors.com`), { next: null, count: 0, results: [], page_size: 100, total_pages: 0, current_page: 1 });
});
test('a cursor of another client, list or condition, or none at all', async () => {
	const { next } = await page(`${CONTACTS}?page_size=7`);
	const cursor = next.match(/after=(.*)$/)[1];
	refused(await get(next, other), INVALID);
	for (const path of [`${CONTACTS}?firstname=x&`, `${CONTACTS}?email=nope&`, `${COMPANIES}?`])
		refused(await get(`${path}after=${cursor}`), INVALID);
	refused(await get(`${MASTER_CONTACTS}?after=${cursor}`, master), INVALID);
	refused(await get(`${CONTACTS}${FIELD}&after=${cursor}`), INVALID);
	for (const wrong of ['', 'x', cursor.slice(1), `${cursor}=`, cursor.replace(/^./, c => c === 'A' ? 'B' : 'A'), `%20${cursor}`, '%00'.repeat(64), 'A'.repeat(76), 'A'.repeat(4000)])
		refused(await get(`${CONTACTS}?after=${wrong}`), wrong.startsWith('%00') ? [{ parameter: 'after', code: 'malformed_query' }] : INVALID);
	refused(await get(`${CONTACTS}?after=%ff`), [{ parameter: 'after', code: 'malformed_query' }]);
	// the last of several counts, percent signs or not
	assert.equal((await page(`${CONTACTS}?after=x&%61fter=${cursor}`)).current_page, 2);
	assert.equal((await get(`${CONTACTS}?after=${cursor}`, { key: 'nope' })).status, 403);
});
test('a number and a cursor', async () => {
	const { next } = await page(`${CONTACTS}?page_size=7`);
	for (const number of [1, 2])
		refused(await get(`${next}&page=${number}`), [{ parameter: 'page', code: 'ambiguous_page' }]);
	refused(await get(`${CONTACTS}?page=0&page_size=0&after=x`), [{ parameter: 'page', code: 'invalid_number' }, { parameter: 'page_size', code: 'invalid_number' }, ...INVALID]);
});
test('v1 has arrays, and no cursors', async () => {
	const { next } = await page(`${CONTACTS}?page_size=7`);
	for (const query of ['', '?after=x', next.replace(/^[^?]*/, '')])
		assert.deepEqual((await get(`/public/contacts${query}`)).json.map(c => c.id), ids('contact', [client]));
});
test('while contacts come and go', async () => {
	const { id, key } = newClient('cursors moving');
	sql(`INSERT INTO revyops.contact (client_id, email) SELECT ${id}, 'm' || i || '@cursors.com' FROM generate_series(1, 9) i`);
	const all = ids('contact', [{ id }]);
	const first = await page(`${CONTACTS}?page_size=3`, { key });
	sql(`DELETE FROM revyops.contact WHERE client_id = ${id} AND id IN (${all[0]}, ${all[2]}, ${all[4]}); INSERT INTO revyops.contact (client_id, email) VALUES (${id}, 'new@cursors.com')`);
	const second = await page(first.next, { key });
	const third = await page(second.next, { key });
	assert.deepEqual([second, third].map(p => p.results.map(c => c.email)), [['m4@cursors.com', 'm6@cursors.com', 'm7@cursors.com'], ['m8@cursors.com', 'm9@cursors.com', 'new@cursors.com']]);
	assert.deepEqual([third.next, third.count, third.current_page, third.total_pages], [null, 9, 3, 3]);
});
