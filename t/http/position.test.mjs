// X-Revyops-Position: what a caller is told who wants to read what they have written. How long a standby is waited for is in t/gateway_standby.pl.
import assert from 'node:assert/strict';
import test from 'node:test';
import { COMPANIES, CONTACTS, CONTACTS_BATCH, JSON_TYPE, lostPosition, newClient, request } from './stack.mjs';

const client = newClient('position');
const FORM = /^[\w-]{96}$/;
const send = (method, path, position, body, key = client.key) => request(method, path, [['X-API-Key', key], ...(position === undefined ? [] : [['X-Revyops-Position', position]]), ...(body === undefined ? [] : [['Content-Type', JSON_TYPE]])], body && JSON.stringify(body));
const told = got => got.headers['x-revyops-position'];
const refused = (status, detail, code, message) => [status, `{"detail": "${detail}", "errors": [{"parameter":"X-Revyops-Position","code":"${code}","message":"${message}"}]}`];
const INVALID = refused(400, 'Invalid request.', 'invalid_position', 'Expected new, or what an answer had in this header.');
const LOST = refused(410, 'Position is lost.', 'position_lost', 'What was written up to there may be lost. Look for it, and begin with new.');

const first = await send('POST', CONTACTS, 'new', { email: 'jane@acme.com' });
const path = `${CONTACTS}/${first.json.id}`;

test('a write that asks is told a position, whatever its answer', async t => {
	for (const [status, method, where, body, key] of [[409, 'POST', CONTACTS, { email: 'jane@acme.com' }], [400, 'POST', CONTACTS, {}], [403, 'POST', CONTACTS, {}, 'nope'], [200, 'PUT', CONTACTS, { email: 'jane@acme.com' }], [200, 'PATCH', path, {}],
		[200, 'POST', CONTACTS_BATCH, { contacts: [] }], [201, 'POST', COMPANIES, { domain: 'acme.com' }], [404, 'DELETE', `${CONTACTS}/999999999`]])
		await t.test(`${method} ${where.replace(/\d+$/, '…')}: ${status}`, async () => {
			const got = await send(method, where, 'new', body, key);
			assert.equal(got.status, status, got.text);
			assert.match(told(got), FORM);
		});
	assert.equal(first.status, 201);
	assert.match(told(first), FORM);
});

test('what it sends is not looked at', async () => {
	for (const sent of ['x', told(first), lostPosition(client.key), 'ä'])
		for (const [method, where, body] of [['PATCH', path, {}], ['POST', CONTACTS_BATCH, { contacts: [] }]]) {	// whose key nginx asks for by a read
			const got = await send(method, where, sent, body);
			assert.equal(got.status, 200, `${method} ${sent}: ${got.text}`);
			assert.match(told(got), FORM, sent);
		}
});

test('a write that does not ask is told none', async () => {
	for (const sent of [undefined, ''])
		assert.equal(told(await send('PATCH', path, sent, {})), undefined);
});

test('a read with a position is a read, and told none', async () => {
	const plain = await send('GET', path);
	assert.equal(plain.status, 200);
	for (const sent of ['new', told(first), told(await send('PATCH', path, 'new', {})), '', undefined]) {
		const got = await send('GET', path, sent);
		assert.deepEqual([got.status, got.text, told(got)], [200, plain.text, undefined], sent);
		assert.equal((await send('HEAD', path, sent)).status, 200);
		assert.equal((await send('POST', `${CONTACTS}/search`, sent, {})).json.count, 1);
	}
});

test('no position', async () => {
	for (const sent of ['x', 'New', '0/3000148', told(first).slice(1), `${told(first)}AAAA`, 'ä', 'a\tb', 'A'.repeat(7000)])
		for (const [method, where, body] of [['GET', path], ['POST', `${CONTACTS}/search`, {}]]) {
			const got = await send(method, where, sent, body);
			assert.deepEqual([got.status, got.text], INVALID, sent);
		}
});

test('one of another past', async () => {
	const lost = lostPosition(client.key);
	assert.match(lost, FORM);
	for (const [method, where, body] of [['GET', path], ['GET', CONTACTS], ['POST', `${CONTACTS}/search`, {}]]) {
		const got = await send(method, where, lost, body);
		assert.deepEqual([got.status, got.text, told(got)], [...LOST, undefined]);
	}
});
