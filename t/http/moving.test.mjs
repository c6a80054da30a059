// A client that is being moved to another server, and one that was: what their callers are told, over HTTP.
import assert from 'node:assert/strict';
import test from 'node:test';
import { CONTACTS, CONTACTS_BATCH, JSON_TYPE, newClient, request, sql } from './stack.mjs';

const client = newClient('moving');
const send = (method, path, body) => request(method, path, [['X-API-Key', client.key], ...(body === undefined ? [] : [['Content-Type', JSON_TYPE]])], body && JSON.stringify(body));
const { text } = await send('POST', CONTACTS, { email: 'jane@acme.com' });
const path = `${CONTACTS}/${JSON.parse(text).id}`;
const webhook = sql(`SELECT revyops_create_webhook(${client.id}, 'neutral', 'x')`);
const state = to => sql(`SELECT revyops_set_client_state(${client.id}, '${to}')`);

const WRITES = [['POST', CONTACTS, { email: 'x@acme.com' }], ['PUT', CONTACTS, { email: 'x@acme.com' }], ['POST', CONTACTS_BATCH, { contacts: [{ email: 'x@acme.com' }] }],
	['PATCH', path, { first_name: 'x' }], ['DELETE', path], ['POST', webhook, []]];
const READS = [['GET', path], ['GET', CONTACTS], ['POST', `${CONTACTS}/search`, {}]];
const nameOf = (method, where) => `${method} ${where.replace(/[0-9a-f]{64}|\d+$/, '…')}`;

const told = (code, message) => ({ status: 503, retryAfter: '3', type: 'application/json; charset=utf-8', body: { detail: `Client ${code === 'client_moving' ? 'is being' : 'was'} moved.`, errors: [{ parameter: 'client_id', code, message }] } });
const seen = got => ({ status: got.status, retryAfter: got.headers['retry-after'], type: got.headers['content-type'], body: JSON.parse(got.text) });
const MOVING = told('client_moving', 'This client is being moved to another server. Try again in a few seconds.');
const MOVED = told('client_moved', 'This client is on another server now.');

test('moving: writes are 503, reads go on', async t => {
	state('moving');
	for (const [method, where, body] of WRITES)
		await t.test(nameOf(method, where), async () => assert.deepEqual(seen(await send(method, where, body)), MOVING));
	for (const [method, where, body] of READS)
		await t.test(nameOf(method, where), async () => assert.equal((await send(method, where, body)).status, 200));
	assert.equal(sql(`SELECT string_agg(email, ' ') FROM revyops.contact WHERE client_id = ${client.id}`), 'jane@acme.com');
});

test('moved: all is 503', async t => {
	state('moved');
	for (const [method, where, body] of [...WRITES, ...READS])
		await t.test(nameOf(method, where), async () => assert.deepEqual(seen(await send(method, where, body)), MOVED));
	// nginx asks for the key first, which is good or not as ever
	await t.test('a batch, with a key that is none', async () => assert.equal((await request('POST', CONTACTS_BATCH, [['X-API-Key', 'nope'], ['Content-Type', JSON_TYPE]], '{}')).status, 403));
});

test('active again', async () => {
	state('active');
	assert.equal((await send('PATCH', path, { first_name: 'x' })).status, 200);
});
