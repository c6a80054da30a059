// The do-not-contact list over HTTP: whole answers, and what it tells of contacts that are created.
import assert from 'node:assert/strict';
import test from 'node:test';
import { CONTACTS, CONTACTS_BATCH, FORM_TYPE, multipart, newClient, post, request, sql } from './stack.mjs';

const LIST = '/public/v2/do-not-contact';
const put = (client, body, path = CONTACTS) => request('PUT', path, [['X-API-Key', client.key], ['Content-Type', 'application/json']], JSON.stringify(body));
const get = (client, query = '') => request('GET', `${LIST}${query}`, [['X-API-Key', client.key]]);
const errors = got => got.json.errors.map(({ message, ...e }) => e);
const told = got => got.headers['x-revyops-do-not-contact'];
const entry = ({ id, since, ...rest }) => rest;
const file = (client, body, options = {}, type = 'text/csv') => request('POST', `${LIST}/import?${new URLSearchParams(options)}`, [['X-API-Key', client.key], ['Content-Type', type]], body);

test('added, and added again', async () => {
	const client = newClient('dnc');
	const got = await post(client, { email: ' Jane@ACME.com', reason: 'unsubscribed', since: '2026-01-02T03:04:05Z', note: 'by phone' }, { path: LIST });
	assert.equal(got.status, 201, got.text);
	assert.deepEqual(entry(got.json), { email: 'jane@acme.com', domain: null, subdomains: false, reason: 'unsubscribed', source: 'api', note: 'by phone' });
	const again = await post(client, { email: 'jane@acme.com', reason: 'unsubscribed' }, { path: LIST });
	assert.deepEqual([again.status, again.json], [200, got.json], again.text);
	assert.equal(again.json.since, '2026-01-02T03:04:05.000000Z');
});

test('a form: flags are texts', async () => {
	const client = newClient('dnc form');
	const got = await post(client, 'domain=rival.com&subdomains=true', { path: LIST, type: FORM_TYPE });
	assert.deepEqual([got.status, entry(got.json)], [201, { email: null, domain: 'rival.com', subdomains: true, reason: 'manual', source: 'api', note: null }], got.text);
	const wrong = await post(client, 'domain=rival.com&subdomains=yes', { path: LIST, type: FORM_TYPE });
	assert.deepEqual([wrong.status, errors(wrong)], [400, [{ pointer: '/subdomains', code: 'not_a_boolean' }]], wrong.text);
});

test('a form: a plus before the @ is one, and one address is a list', async () => {
	const client = newClient('dnc plus');
	await post(client, { email: 'jane+x@acme.com' }, { path: LIST });
	const got = await post(client, 'addresses=jane+x@acme.com', { path: `${LIST}/check`, type: FORM_TYPE });
	assert.deepEqual([got.status, got.json.results?.map(r => [r.address, r.do_not_contact])], [200, [['jane+x@acme.com', true]]], got.text);
	const removed = await post(client, 'address=jane+x@acme.com&reason=manual&note=ok', { path: `${LIST}/remove`, type: FORM_TYPE });
	assert.deepEqual([removed.status, removed.json.email], [200, 'jane+x@acme.com'], removed.text);
	const refused = await get(client, '?domain=acme.com');
	assert.deepEqual([refused.status, errors(refused)], [400, [{ parameter: 'domain', code: 'unknown_parameter', nearest: ['address'] }]], refused.text);
});

// URLSearchParams writes blanks as +, curl -d leaves what it is given
test('a form: addresses as a JSON text, however it is laid out and encoded', async () => {
	const client = newClient('dnc json text');
	await post(client, { entries: [{ email: 'dnc@s.com' }, { email: 'dnc+x@s.com' }, { domain: 'rival.com' }] }, { path: `${LIST}/batch` });
	const check = body => post(client, body, { path: `${LIST}/check`, type: FORM_TYPE });
	const encoded = text => `${new URLSearchParams({ addresses: text })}`;
	const both = ['dnc@s.com', 'free@s.com'];
	for (const [body, ...found] of [
		[encoded(JSON.stringify(both, null, 2)), ['dnc@s.com', true], ['free@s.com', false]],
		[encoded(JSON.stringify(both, null, '\t')), ['dnc@s.com', true], ['free@s.com', false]],
		[encoded(' [ "dnc@s.com" ] '), ['dnc@s.com', true]],
		[encoded('[ "rival.com", "dnc+x@s.com" , " free@s.com " ]'), ['rival.com', true], ['dnc+x@s.com', true], [' free@s.com ', false]],
		[encoded('[ "say \\"hi\\" to", "dnc@s.com" ]'), ['say "hi" to', null], ['dnc@s.com', true]],
		['addresses=["dnc+x@s.com", "rival.com",\r\n"free@s.com"]', ['dnc+x@s.com', true], ['rival.com', true], ['free@s.com', false]],
		['addresses[]=[+"dnc@s.com"+]&addresses[]=dnc+x@s.com', ['dnc@s.com', true], ['dnc+x@s.com', true]],
		['addresses=dnc+x@s.com,free+x@s.com', ['dnc+x@s.com,free x@s.com', null]],
		['addresses=[]'],
	]) {
		const got = await check(body);
		assert.deepEqual([got.status, got.json?.results?.map(r => [r.address, r.do_not_contact])], [200, found], `${body} ${got.text}`);
	}
	for (const text of ['["dnc@s.com"', ' [dnc@s.com]', '"dnc@s.com"']) {
		const got = await check(encoded(text));
		assert.deepEqual([got.status, errors(got)], [400, [{ pointer: '/addresses', code: 'not_an_array' }]], `${text} ${got.text}`);
	}
});

test('many: one answer each, also for what is no JSON', async () => {
	const client = newClient('dnc many');
	await post(client, { email: 'there@acme.com' }, { path: LIST });
	const got = await post(client, '{"entries": [{"email": "new@acme.com"}, {"email": "bad"}, {"email": oops}, {"email": "there@acme.com"}, {"email": "new@acme.com"}]}', { path: `${LIST}/batch` });
	assert.equal(got.status, 200, got.text);
	assert.deepEqual(got.json.results.map(({ index, status, errors: e }) => [index, status, e?.map(x => x.code)]), [[0, 201, undefined], [1, 400, ['invalid_email']], [2, 400, ['malformed_body']], [3, 200, undefined], [4, 200, undefined]]);
	assert.deepEqual(got.json.summary, { total: 5, added: 1, there: 2, failed: 2 });
	const atomic = await post(client, { mode: 'atomic', entries: [{ email: 'never@acme.com' }, { email: 'bad' }, { domain: 'x@y.com' }] }, { path: `${LIST}/batch` });
	assert.deepEqual([atomic.status, errors(atomic)], [400, [{ index: 1, pointer: '/email', code: 'invalid_email' }, { index: 2, pointer: '/domain', code: 'invalid_domain' }]], atomic.text);
	for (const [body, ...wrong] of [[{}, { pointer: '/entries', code: 'required' }], [{ entries: null }, { pointer: '/entries', code: 'null_not_allowed' }], [{ entries: {} }, { pointer: '/entries', code: 'not_an_array' }], [[], { pointer: '', code: 'not_an_object' }],
		[{ entries: [], mode: 'x' }, { pointer: '/mode', code: 'invalid_mode' }], [{ entries: Array(10001).fill({}) }, { pointer: '/entries', code: 'too_many', limit: 10000, actual: 10001 }]]) {
		const refused = await post(client, body, { path: `${LIST}/batch` });
		assert.deepEqual([refused.status, errors(refused)], [400, wrong], refused.text);
	}
	assert.equal((await get(client)).json.count, 2);
});

test('asked about many', async () => {
	const client = newClient('dnc check');
	const since = (await post(client, { domain: 'rival.com', subdomains: true }, { path: LIST })).json.since;
	const got = await post(client, { addresses: ['A@b.rival.com', 'a@rival.org', 'zz', 'rival.com'] }, { path: `${LIST}/check` });
	assert.deepEqual([got.status, got.json], [200, { results: [{ index: 0, address: 'A@b.rival.com', do_not_contact: true, reasons: ['manual'], since }, { index: 1, address: 'a@rival.org', do_not_contact: false, reasons: [], since: null },
		{ index: 2, address: 'zz', do_not_contact: null, reasons: [], since: null }, { index: 3, address: 'rival.com', do_not_contact: true, reasons: ['manual'], since }] }], got.text);
	const wrong = await post(client, { addresses: ['a@b.com', 3, null] }, { path: `${LIST}/check` });
	assert.deepEqual([wrong.status, errors(wrong)], [400, [{ pointer: '/addresses/1', code: 'not_a_string' }, { pointer: '/addresses/2', code: 'not_a_string' }]], wrong.text);
	const other = newClient('dnc check other');
	assert.deepEqual((await post(other, { addresses: ['rival.com'] }, { path: `${LIST}/check` })).json.results[0].do_not_contact, false);
});

test('listed, and found', async () => {
	const client = newClient('dnc list');
	await post(client, { entries: [{ email: 'a+b@acme.com' }, { email: 'c@acme.com', reason: 'bounced' }, { domain: 'acme.com' }] }, { path: `${LIST}/batch` });
	const got = await get(client, '?page_size=2');
	assert.deepEqual([got.status, got.json.count, got.headers['x-revyops-count'], got.json.results.map(r => r.email ?? r.domain)], [200, 3, 'exact', ['a+b@acme.com', 'c@acme.com']], got.text);
	const next = await request('GET', got.json.next, [['X-API-Key', client.key]]);
	assert.deepEqual([next.json.results.map(r => r.domain), next.json.next], [['acme.com'], null], next.text);
	for (const [query, ...found] of [['address=a%2Bb@acme.com', 'a+b@acme.com'], ['address=a+b@acme.com', 'a+b@acme.com'], ['address=ACME.com', 'acme.com'], ['reason=bounced', 'c@acme.com'], ['address=x@acme.com'], ['removed=true']]) {
		const some = await get(client, `?${query}`);
		assert.deepEqual([some.status, some.json.results.map(r => r.email ?? r.domain)], [200, found], `${query} ${some.text}`);
	}
	for (const [query, ...wrong] of [['reason=x', { parameter: 'reason', code: 'invalid_option', allowed: ['bounced', 'complaint', 'erased', 'manual', 'unsubscribed'] }], ['removed=x', { parameter: 'removed', code: 'invalid_option', allowed: ['false', 'true'] }],
		['adress=x', { parameter: 'adress', code: 'unknown_parameter', nearest: ['address'] }], ['email=x', { parameter: 'email', code: 'unknown_parameter', nearest: ['address'] }], ['after=x', { parameter: 'after', code: 'invalid_cursor' }]]) {
		const refused = await get(client, `?${query}`);
		assert.deepEqual([refused.status, errors(refused)], [400, wrong], `${query} ${refused.text}`);
	}
});

test('removed: with a note, by force what came from the person', async () => {
	const client = newClient('dnc remove');
	const remove = body => post(client, body, { path: `${LIST}/remove` });
	await post(client, { entries: [{ email: 'a@acme.com', reason: 'bounced' }, ...['unsubscribed', 'complaint', 'erased'].map(reason => ({ email: 'b@acme.com', reason }))] }, { path: `${LIST}/batch` });
	const got = await remove({ address: 'A@acme.com', reason: 'bounced', note: ' mailbox is back ' });
	assert.equal(got.status, 200, got.text);
	const { removed_at, ...rest } = entry(got.json);
	assert.match(removed_at, /^\d{4}-.*Z$/);
	assert.deepEqual(rest, { email: 'a@acme.com', domain: null, subdomains: false, reason: 'bounced', source: 'api', note: null, removal_note: 'mailbox is back' });
	const gone = await remove({ address: 'a@acme.com', reason: 'bounced', note: 'x' });
	assert.deepEqual([gone.status, errors(gone)], [404, [{ pointer: '/address', code: 'not_found' }]], gone.text);
	for (const reason of ['unsubscribed', 'complaint', 'erased']) {
		const refused = await remove({ address: 'b@acme.com', reason, note: 'x' });
		assert.deepEqual([refused.status, errors(refused)], [409, [{ pointer: '/force', code: 'force_required' }]], refused.text);
		const forced = await remove({ address: 'b@acme.com', reason, note: 'x', force: true });
		assert.deepEqual([forced.status, forced.json.email], [200, reason === 'erased' ? null : 'b@acme.com'], forced.text);
	}
	const wrong = await remove({ address: 3, reason: ' ', force: 1 });
	assert.deepEqual([wrong.status, errors(wrong)], [400, [{ pointer: '/address', code: 'not_a_string' }, { pointer: '/force', code: 'not_a_boolean' }]], wrong.text);
	const less = await remove({});
	assert.deepEqual([less.status, errors(less).map(e => e.pointer)], [400, ['/address', '/reason', '/note']], less.text);
	assert.equal((await get(client, '?removed=true')).json.count, 4);
	assert.equal((await get(client)).json.count, 0);
});

test('a file: a table, a list, a form', async () => {
	const client = newClient('dnc file');
	const table = await file(client, 'Name;E-Mail\nA;a@acme.com\nB;\nC;oops\n', { reason: 'unsubscribed', note: 'of 2025' });
	assert.deepEqual([table.status, table.json], [200, { rows: 2, added: 1, there: 0, failed: 1, column: 'E-Mail', header_line: 1, encoding: 'UTF8', delimiter: ';',
		rejects: [{ line: 4, errors: [{ pointer: '', code: 'invalid_address', message: table.json?.rejects?.[0].errors[0].message }] }] }], table.text);
	const list = await file(client, 'b@acme.com\nrival.com\nb@acme.com\n');
	assert.deepEqual([list.status, list.json], [200, { rows: 3, added: 2, there: 1, failed: 0, column: 1, header_line: null, encoding: 'UTF8', delimiter: ',', rejects: [] }], list.text);
	const form = multipart([['reason', 'bounced'], ['file', 'c@acme.com\n']]);
	const sent = await file(client, form.body, {}, form.type);
	assert.equal(sent.status, 200, sent.text);
	assert.deepEqual(sql(`SELECT string_agg(concat_ws(' ', coalesce(email, domain), reason, source, note), ', ' ORDER BY id) FROM revyops.do_not_contact WHERE client_id = ${client.id}`),
		'a@acme.com unsubscribed file of 2025, b@acme.com manual file, rival.com manual file, c@acme.com bounced file');
	for (const [body, options, ...wrong] of [['a@b.com\n', { reason: 'x', header_line: '0' }, { parameter: 'header_line', code: 'invalid_number' }], ['x,y\n1,2\n', {}, { parameter: 'content', code: 'no_key_column' }], ['x,y\n1,2\n', { column: 'z' }, { parameter: 'column', code: 'unknown_column' }],
		['a@b.com\n', { mode: 'x' }, { parameter: 'mode', code: 'unknown_parameter', nearest: [] }]]) {
		const refused = await file(client, body, options);
		assert.ok(refused.status === 400 || options.mode !== undefined, refused.text);
		if (refused.status === 400)
			assert.deepEqual(errors(refused), wrong, refused.text);
		else
			assert.equal(refused.headers['x-revyops-unknown-parameters'], 'mode');
	}
});

test('a new contact on the list: told, marked, or refused', async () => {
	const client = newClient('dnc contact');
	await post(client, { entries: [{ domain: 'rival.com' }, { email: 'b@rival.com', reason: 'bounced' }] }, { path: `${LIST}/batch` });
	const got = await post(client, { email: 'b@rival.com', contact_status: 'Active' });
	assert.deepEqual([got.status, told(got), got.json.contact_status], [201, 'bounced, manual', 'Unsubscribed'], got.text);
	const upserted = await put(client, { email: 'c@rival.com' });
	assert.deepEqual([upserted.status, told(upserted), upserted.json.contact_status], [201, 'manual', 'Unsubscribed'], upserted.text);
	const changed = await put(client, { email: 'c@rival.com', contact_status: 'Active' });
	assert.deepEqual([changed.status, told(changed), changed.json.contact_status], [200, 'manual', 'Unsubscribed'], changed.text);
	const fine = await post(client, { email: 'c@fine.com' });
	assert.deepEqual([fine.status, told(fine)], [201, undefined], fine.text);
	const taken = await post(client, { email: 'c@rival.com' });
	assert.deepEqual([taken.status, told(taken)], [409, undefined], taken.text);
	const batch = await post(client, { contacts: [{ email: 'd@fine.com' }, { email: 'd@rival.com' }, { email: 'd@rival.com' }] }, { path: CONTACTS_BATCH });
	assert.deepEqual(batch.json.results.map(r => [r.status, r.notes?.map(n => [n.pointer, n.code])]), [[201, undefined], [201, [['/email', 'do_not_contact']]], [409, undefined]], batch.text);
	const key = [['Idempotency-Key', 'once']];
	assert.deepEqual([told(await post(client, { email: 'e@rival.com' }, { headers: key })), told(await post(client, { email: 'e@rival.com' }, { headers: key }))], ['manual', 'manual']);
	sql(`SELECT revyops_set_client_setting(${client.id}, 'on_do_not_contact', 'error')`);
	for (const refused of [await post(client, { email: 'f@rival.com' }), await put(client, { email: 'f@rival.com' }), await post(client, { mode: 'atomic', contacts: [{ email: 'f@rival.com' }] }, { path: CONTACTS_BATCH })])
		assert.deepEqual([refused.status, refused.json.detail, errors(refused).map(({ index, ...e }) => e)], [422, 'Address is on the do-not-contact list.', [{ pointer: '/email', code: 'do_not_contact' }]], refused.text);
});

test('members that nobody knows, and who is nobody', async () => {
	const client = newClient('dnc strict');
	const got = await post(client, { email: 'a@b.com', reasons: 1 }, { path: LIST });
	assert.deepEqual([got.status, got.headers['x-revyops-unknown-members']], [201, 'reasons']);
	const strict = await post(client, { email: 'a@b.com', reasons: 1 }, { path: LIST, headers: [['Prefer', 'handling=strict']] });
	assert.deepEqual([strict.status, errors(strict)], [400, [{ pointer: '/reasons', code: 'unknown_member', nearest: ['reason'] }]], strict.text);
	for (const path of [LIST, `${LIST}/batch`, `${LIST}/check`, `${LIST}/remove`, `${LIST}/import`])
		assert.equal((await post({ key: 'nope' }, {}, { path, type: path.endsWith('import') ? 'text/csv' : 'application/json' })).status, 403, path);
});
