// Who is calling, over HTTP, and what a caller's headers can't do.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import test from 'node:test';
import { promisify } from 'node:util';
import { COMPANIES_BATCH, CONTACTS, CONTACTS_BATCH, firstWords, JSON_TYPE, newClient, post, raw, request, rows, sql, url, withoutRights } from './stack.mjs';

let serial = 0;
const body = () => JSON.stringify({ email: `key${++serial}@acme.com` });
const client = newClient('keys');
const other = newClient('another');
const revoked = newClient('revoked').key;
sql(`SELECT revyops_revoke_api_key('${revoked.slice(0, 16)}')`);
const expired = sql(`SELECT revyops_create_api_key(${client.id}, 'x', now() + interval '1 hour')`);
sql(`UPDATE revyops.api_key SET expires_at = now() WHERE prefix = '${expired.slice(0, 16)}'`);

const send = headers => request('POST', CONTACTS, [['Content-Type', JSON_TYPE], ...headers], body());

for (const [name, headers] of [
	['X-API-Key', [['X-API-Key', client.key]]],
	['x-api-key', [['x-api-key', client.key]]],
	['Authorization: Bearer', [['Authorization', `Bearer ${client.key}`]]],
	['Authorization: bearer', [['Authorization', `bearer ${client.key}`]]],
	['both, the X-API-Key good', [['X-API-Key', client.key], ['Authorization', 'Bearer nope']]],
	['Accept: text/html', [['X-API-Key', client.key], ['Accept', 'text/html']]],
	['Prefer, Content-Profile, Range', [['X-API-Key', client.key], ['Prefer', 'tx=rollback, params=single-object, handling=strict, bogus'], ['Content-Profile', 'revyops'], ['Accept-Profile', 'revyops'], ['Range', '0-0']]],
	['forged X-Revyops-*', [['X-API-Key', client.key], ['X-Revyops-Query', 'structure=BAD'], ['X-Revyops-Content-Type', 'text/evil']]],
	['a cookie that is not UTF-8', [['X-API-Key', client.key], ['Cookie', 'a=\xff']]],
	['Content-Encoding', [['X-API-Key', client.key], ['X-HTTP-Method-Override', 'DELETE']]],
])
	test(`201: ${name}`, async () => {
		const before = Number.parseInt(rows(client), 10);
		const got = await send(headers);
		assert.equal(got.status, 201, got.text);
		assert.equal(Number.parseInt(rows(client), 10), before + 1);
	});

for (const [name, headers, code] of [
	['no key', [], 'missing_credentials'],
	['empty X-API-Key', [['X-API-Key', '']], 'missing_credentials'],
	['unknown key', [['X-API-Key', 'nope']]],
	['revoked key', [['X-API-Key', revoked]]],
	['expired key', [['X-API-Key', expired]]],
	['upper case', [['X-API-Key', client.key.toUpperCase()]]],
	['prefix of one, secret of another', [['X-API-Key', client.key.slice(0, 16) + other.key.slice(16)]]],
	['a quote', [['X-API-Key', "' OR 1=1 --"]]],
	['JSON', [['X-API-Key', '","x-api-key":"' + client.key]]],
	['not UTF-8', [['X-API-Key', '\xff\xfe']]],
	['a bad X-API-Key and a good Bearer', [['X-API-Key', 'nope'], ['Authorization', `Bearer ${client.key}`]]],
	['an unusable X-API-Key and a good Bearer', [['X-API-Key', 'a b'], ['Authorization', `Bearer ${client.key}`]]],
	['a key of 300 characters', [['X-API-Key', client.key.padEnd(300, '0')]]],
	['Bearer junk', [['Authorization', 'Bearer junk']]],
	['a JWT', [['Authorization', 'Bearer eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoicG9zdGdyZXMifQ.x']]],
	['Basic', [['Authorization', `Basic ${Buffer.from(`${client.key}:`).toString('base64')}`]]],
	['X-Revyops-* alone', [['X-Revyops-Client', '1'], ['X-Revyops-Authorization', client.key]]],
	['underscores', [['X_API_Key', client.key]]],
])
	test(`403: ${name}`, async () => {
		const before = rows(client);
		const got = await send(headers);
		assert.equal(got.status, 403, got.text);
		assert.equal(got.json.detail, 'Missing or invalid credentials.');
		assert.equal(got.json.errors.length, 1);
		assert.match(got.json.errors[0].code, /^(missing|invalid)_credentials$/);
		if (code) assert.equal(got.json.errors[0].code, code);
		assert.equal(got.headers['www-authenticate'], undefined);
		assert.equal(rows(client), before);
	});

// One key takes over from another: both open, then only the new one does.
for (const [how, end] of [
	['revoked', prefix => sql(`SELECT revyops_revoke_api_key('${prefix}')`)],
	['expired', prefix => sql(`UPDATE revyops.api_key SET expires_at = created_time WHERE prefix = '${prefix}'`)],
])
	test(`rotation: the old key is ${how}`, async () => {
		const { id, key: old } = newClient('rotates');
		const statuses = async () => (await Promise.all([old, successor].map(async key => (await send([['X-API-Key', key]])).status))).join(' ');
		const successor = sql(`SELECT revyops_create_api_key(${id}, 'successor', now() + interval '1 hour')`);
		assert.equal(await statuses(), '201 201');
		end(old.slice(0, 16));
		assert.equal(await statuses(), '403 201');
		assert.equal(rows({ id }), '3 contacts, 0 companies');
		end(successor.slice(0, 16));
		assert.equal(await statuses(), '403 403');
		const reborn = sql(`SELECT revyops_create_api_key(${id}, 'successor')`);
		assert.equal((await send([['X-API-Key', reborn]])).status, 201);
		assert.equal(rows({ id }), '4 contacts, 0 companies');
	});

// A request that is carried out keeps the identity that it began with; the next one has none. The gateway's first
// try shares a transaction and gives up after 50 ms; the second one, with a key that is good still, waits.
test('a key that is revoked while its request waits', async () => {
	const { id, key } = newClient('waits');
	const session = spawn('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1'], { stdio: ['pipe', 'pipe', 'inherit'] });
	const text = JSON.stringify({ email: 'waits@acme.com' });
	session.stdin.write(`BEGIN; INSERT INTO revyops.contact (client_id, email) VALUES (${id}, 'waits@acme.com'); SELECT pg_backend_pid();\n`);
	const [pid] = await once(session.stdout, 'data');
	const waiting = post({ key }, text);
	// not sql(): the request leaves when this process does not wait
	await promisify(execFile)('psql', ['-Xq', '-c', `DO $$ BEGIN
		WHILE NOT EXISTS (SELECT FROM pg_stat_activity WHERE query NOT LIKE '%handle_shared%' AND ${Number(pid)} = ANY (pg_blocking_pids(pid)))
		LOOP PERFORM pg_stat_clear_snapshot(); END LOOP;
	END $$`]);
	sql(`SELECT revyops_revoke_api_key('${key.slice(0, 16)}')`);
	session.stdin.end('ROLLBACK;\n');
	assert.equal((await waiting).status, 201);
	assert.equal((await post({ key }, text)).status, 403);
});

// nginx refuses who has no key, and for a batch any that is not good: as the functions do, byte for byte
const refused = headers => sql(`SELECT body FROM revyops_http.handle('POST', '${CONTACTS}', '', '${headers}', '{}')`);
for (const [name, path, headers, words] of [
	['no key', CONTACTS, [], refused('')],
	['no key for a list', `${CONTACTS}?page=1`, [], refused('')],
	['no key for a batch', CONTACTS_BATCH, [], refused('')],
	['a wrong key', CONTACTS, [['X-API-Key', 'nope']], refused('X-API-Key: nope')],
	['a wrong key for a batch', CONTACTS_BATCH, [['X-API-Key', 'nope']], refused('X-API-Key: nope')],
	['an unusable key for a batch', COMPANIES_BATCH, [['X-API-Key', 'a b']], refused('X-API-Key: nope')],
])
	test(`403: the whole answer to ${name}`, async () => {
		const { date, connection, ...got } = (await request('POST', path, headers, '{}')).headers;
		assert.deepEqual(got, { server: 'nginx', 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store',
			...(got['content-length'] ? { 'content-length': String(words.length) } : { 'transfer-encoding': 'chunked' }) });
		assert.equal((await request('POST', path, headers, '{}')).text, words);
	});

const asks = (path, length, ...headers) => Buffer.from([`POST ${path} HTTP/1.1`, `Host: ${url.host}`, `Content-Length: ${length}`, 'Expect: 100-continue', ...headers, '', ''].join('\r\n'));
const MIB = 1024 * 1024;
for (const [name, path, length, key, words] of [
	['without a key', CONTACTS, MIB, undefined, '403 Forbidden'],
	['of a batch without a key', CONTACTS_BATCH, 16 * MIB, undefined, '403 Forbidden'],
	['of a batch with a wrong key', CONTACTS_BATCH, 16 * MIB, 'nope', '403 Forbidden'],
	['of a batch with a revoked key', COMPANIES_BATCH, 16 * MIB, revoked, '403 Forbidden'],
	['of a batch with a good key', CONTACTS_BATCH, 16 * MIB, client.key, '100 Continue'],
])
	test(`${words}: a body ${name}`, async () => {
		const got = await firstWords(asks(path, length, ...(key === undefined ? [] : [`X-API-Key: ${key}`])));
		assert.equal(got.split('\r\n')[0], `HTTP/1.1 ${words}`);
	});

test('what comes before the 403', async () => {
	for (const [status, method, path, type] of [[404, 'POST', '/public/v2/contact', 'text/plain'], [405, 'PATCH', CONTACTS, 'text/plain'], [415, 'POST', CONTACTS, 'text/plain'], [403, 'PATCH', CONTACTS_BATCH, 'text/plain']])
		assert.equal((await request(method, path, [['Content-Type', type], ['X-API-Key', 'nope']], '{}')).status, status, path);
	// without a key nginx asks nobody about the path
	for (const [status, method, path, type] of [[403, 'POST', '/public/v2/contact', 'text/plain'], [403, 'PATCH', CONTACTS_BATCH, 'text/plain'], [403, 'POST', `${CONTACTS}?\xff`, 'text/plain'], [403, 'POST', CONTACTS_BATCH, 'text/plain'], [404, 'POST', '/', 'text/plain']])
		assert.equal((await request(method, path, [['Content-Type', type]], '{}')).status, status, path);
	assert.match(await firstWords(asks(CONTACTS_BATCH, 16 * MIB + 1)), /^HTTP\/1\.1 413 /);
});

test('503: a batch whose key nobody can check', async () => {
	await withoutRights(async () => {
		const got = await post(client, '{}', { path: CONTACTS_BATCH });
		assert.deepEqual([got.status, got.headers['retry-after'], got.text], [503, '1', '{"detail": "Service unavailable, try again."}']);
	});
	assert.equal((await post(client, '{"contacts": []}', { path: CONTACTS_BATCH })).status, 200);
});

test('403 comes before 400, whatever the body', async () => {
	for (const b of ['{', '', '[]', '{"email":"\\u0000"}', Buffer.from([0xff])])
		assert.equal((await post({ key: 'nope' }, b)).status, 403);
	assert.equal((await post({ key: 'nope' }, '{}', { path: `${CONTACTS}?structure=x` })).status, 403);
});

const lines = (...headers) => Buffer.from([`POST ${CONTACTS} HTTP/1.1`, `Host: ${url.host}`, 'Connection: close', ...headers, '', ''].join('\r\n'), 'latin1');
const sized = text => Buffer.concat([lines(`X-API-Key: ${client.key}`, `Content-Type: ${JSON_TYPE}`, `Content-Length: ${Buffer.byteLength(text)}`), Buffer.from(text)]);

test('201: bytes on a socket', async () => assert.equal((await raw(sized(body()))).status, 201));
test('two X-API-Key headers: the first counts, or neither', async () => {
	const text = body();
	const good = await raw(Buffer.concat([lines(`X-API-Key: ${client.key}`, 'X-API-Key: nope', `Content-Length: ${text.length}`), Buffer.from(text)]));
	assert.ok([201, 403].includes(good.status));
	const bad = await raw(Buffer.concat([lines('X-API-Key: nope', `X-API-Key: ${client.key}`, `Content-Length: ${text.length}`), Buffer.from(text)]));
	assert.equal(bad.status, 403);
});
for (const [name, bytes] of [
	['request line of 9 kB', Buffer.from(`POST ${CONTACTS}?x=${'a'.repeat(9000)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)],
	['header of 9 kB', lines(`X-A: ${'a'.repeat(9000)}`, 'Content-Length: 0')],
	['no Host', Buffer.from(`POST ${CONTACTS} HTTP/1.1\r\nContent-Length: 0\r\n\r\n`)],
	['two Content-Length', lines(`X-API-Key: ${client.key}`, 'Content-Length: 2', 'Content-Length: 3')],
	['Content-Length and chunks', lines(`X-API-Key: ${client.key}`, 'Content-Length: 2', 'Transfer-Encoding: chunked')],
	['negative Content-Length', lines(`X-API-Key: ${client.key}`, 'Content-Length: -1')],
	['no protocol at all', Buffer.from('nonsense\r\n\r\n')],
])
	test(`400: ${name}`, async () => {
		const got = await raw(bytes);
		assert.equal(got.status, 400, got.text);
		assert.match(got.text, /^\{"detail": "Bad request\."\}/);
	});

// ask sends a query as it is, octet by octet
const ask = query => raw(Buffer.from(`GET ${CONTACTS}?${query} HTTP/1.1\r\nHost: x\r\nX-API-Key: ${client.key}\r\nConnection: close\r\n\r\n`, 'latin1'));
test('a query in raw UTF-8 is its percent form', async () => {
	const { json } = await post(client, { email: 'raw@acme.com', last_name: 'Müller-😀' });
	const got = await ask(`page_size=1&lastname=${Buffer.from('Müller-😀').toString('latin1')}`);
	assert.equal(got.status, 200, got.text);
	assert.match(got.text, new RegExp(`"id": ${json.id},`));
	assert.match((await ask('lastname=Nobody')).text, /"count": 0/);
});
test('400: a query that is not UTF-8', async () => {
	const got = await ask('structure=NESTED&lastname=M\xfcller');
	assert.equal(got.status, 400, got.text);
	assert.match(got.text, /\{"detail": "Invalid request\.", "errors": \[\{"parameter":"lastname","code":"malformed_query","message":"Expected UTF-8, with control characters percent-encoded\."\}\]\}/);
});
