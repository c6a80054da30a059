// What nginx does beside passing requests on: whether anybody is there, the addresses in links, other sites' pages (CORS),
// compression, the API page's headers. Where a setting must differ, an nginx of the test's own has an edited copy.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { CONTACTS, exchange, FRONT, newClient, PATIENCE, post, RUN, url } from './stack.mjs';

const client = newClient('front');
const KEY = ['X-API-Key', client.key];
const ours = FRONT === 'gateway' ? {} : { skip: "http/postgrest leaves this to nginx's own settings" };

// An answer as it is: request() takes the origin off links.
const ask = (method, path, headers = [], { body, port = url.port } = {}) => exchange(method, path, headers, body, port);
const create = (path, email, headers = [], port = undefined) =>
	ask('POST', path, [KEY, ['Content-Type', 'application/json'], ...headers], { body: JSON.stringify({ email }), ...(port ? { port } : {}) });

const running = [];
function start(directory, program, ...words) {
	const child = spawn(program, words, { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } });
	child.said = '';
	child.stderr.on('data', d => child.said += d);
	running.push(child);
}
async function until(condition) {
	for (let i = 0; !await condition(); i++) {
		assert.ok(i < 400 * PATIENCE && running.every(c => c.exitCode === null), running.map(c => c.said).join(''));
		await new Promise(resolve => setTimeout(resolve, 25));
	}
}
after(async () => {
	for (const child of running)
		await new Promise(resolve => child.once('exit', resolve).kill('SIGTERM') || resolve());
});

const freePort = () => new Promise(resolve => {
	const server = net.createServer().listen(0, url.hostname, () => {
		const { port } = server.address();
		server.close(() => resolve(port));
	});
});

// Starts an nginx beside the other, by a copy of its configuration that edit has changed, and what is behind it: by
// default the same as behind the other. Returns its port.
async function beside(edit, behind = directory => symlinkSync(join(RUN, 'var', `${FRONT}.sock`), join(directory, `${FRONT}.sock`))) {
	const directory = mkdtempSync(join(tmpdir(), 'revyops-front-'));
	after(() => rmSync(directory, { recursive: true }));
	const port = await freePort();
	for (const name of ['docs', ...(FRONT === 'postgrest' ? ['nginx-endpoint.inc'] : [])])
		symlinkSync(join(RUN, 'var', name), join(directory, name));
	behind(directory);
	const text = readFileSync(join(RUN, 'var', 'nginx.conf'), 'utf8');
	const edited = edit(text.replace(/listen 127\.0\.0\.1:\d+;/, `listen 127.0.0.1:${port};`));
	writeFileSync(join(directory, 'nginx.conf'), edited);
	start(directory, 'nginx', '-p', directory, '-c', 'nginx.conf', '-e', 'stderr');
	await until(() => ask('GET', '/health', [], { port }).then(() => true, () => false));
	return port;
}
const replaced = (text, from, to) => {
	assert.ok(text.includes(from), from);
	return text.replace(from, to);
};
// the caller of the tests is the proxy
const trusting = text => replaced(text, '# 192.0.2.7 1;', '127.0.0.1 1;');

// ---------------------------------------------------------------- is anybody there

const JSON_UTF8 = 'application/json; charset=utf-8';
const answer = ({ status, headers, text }) => [status, headers['content-type'], headers['cache-control'], text];

test('/health is of nginx alone', async () => {
	assert.deepEqual(answer(await ask('GET', '/health')), [200, JSON_UTF8, 'no-store', '{"status": "alive"}']);
	assert.deepEqual(answer(await ask('HEAD', '/health')), [200, JSON_UTF8, 'no-store', '']);
});
for (const path of ['/health', '/ready'])
	test(`${path} takes nothing else than GET and HEAD`, async () => {
		const got = await ask('POST', path);
		assert.deepEqual([...answer(got), got.headers.allow], [405, JSON_UTF8, 'no-store', '{"detail": "Method not allowed."}', 'GET, HEAD']);
	});
test('/ready has asked the database', async () => {
	assert.deepEqual(answer(await ask('GET', '/ready')), [200, JSON_UTF8, 'no-store', '{"status": "ready"}']);
	assert.deepEqual(answer(await ask('HEAD', '/ready')), [200, JSON_UTF8, 'no-store', '']);
	assert.equal((await ask('GET', '/ready', [['X-API-Key', 'nobody']])).status, 200);
	const got = await ask('POST', '/ready', [], { body: '{}' });
	assert.deepEqual([...answer(got), got.headers.allow], [405, JSON_UTF8, 'no-store', '{"detail": "Method not allowed."}', 'GET, HEAD']);
});
test('/ready is a 503 without a database, and /health is not', async () => {
	// a PostgREST that has never seen its database lets nginx wait
	const port = await beside(text => text.replaceAll(/proxy_read_timeout \d+s/g, 'proxy_read_timeout 1s'), directory => {
		if (FRONT === 'gateway') {
			writeFileSync(join(directory, 'gateway.conf'), 'listen = gateway.sock\ndatabase = host=/nonexistent\nqueue_timeout = 500\n');
			start(directory, join(RUN, 'bin', 'revyops-gateway'), '--config', 'gateway.conf');
		} else {
			writeFileSync(join(directory, 'postgrest.conf'), readFileSync(join(RUN, 'var', 'postgrest.conf'), 'utf8').replace('authenticator@/', 'authenticator@/?host=/nonexistent'));
			start(directory, join(RUN, 'bin', 'postgrest'), 'postgrest.conf');
		}
	});
	const got = await ask('GET', '/ready', [], { port });
	assert.deepEqual([...answer(got), got.headers['retry-after']], [503, JSON_UTF8, 'no-store', '{"detail": "Service unavailable, try again."}', '1']);
	assert.equal((await ask('GET', '/health', [], { port })).status, 200);
});

// ---------------------------------------------------------------- addresses

test('/api in front of a path is the same path', async () => {
	const got = await create(`/api${CONTACTS}`, 'api@acme.com');
	const { id } = JSON.parse(got.text);
	assert.deepEqual([got.status, got.headers.location], [201, `${url.origin}/api${CONTACTS}/${id}`]);
	assert.equal(JSON.parse((await ask('GET', `/api${CONTACTS}/${id}`, [KEY])).text).email, 'api@acme.com');
	const batch = await ask('POST', `/api${CONTACTS}/batch`, [KEY, ['Content-Type', 'application/json']], { body: '{"contacts": [{"email": "api2@acme.com"}]}' });
	assert.deepEqual(JSON.parse(batch.text).summary, { total: 1, created: 1, failed: 0 });
	const list = JSON.parse((await ask('GET', `/api${CONTACTS}?page_size=1`, [KEY])).text);
	assert.ok(list.next.startsWith(`${url.origin}/api${CONTACTS}?`), list.next);
	for (const path of ['/api/public', '/api', '/api/', '/api/ready', '/api/docs/none', '/apis/public/v2/contacts', '/api/api/public/v2/contacts'])
		assert.deepEqual(answer(await ask('GET', path, [KEY])), [404, JSON_UTF8, 'no-store', '{"detail": "Not found."}'], path);
});

const FORWARDED = [['X-Forwarded-Proto', 'https'], ['X-Forwarded-Host', 'api.example.com:8443'], ['X-Forwarded-Prefix', '/crm']];
const origin = async (headers, port) => {
	const got = await create(`/api${CONTACTS}`, `origin${++origin.serial}@acme.com`, headers, port);
	assert.equal(got.status, 201, got.text);
	return got.headers.location.slice(0, -`/api${CONTACTS}/${JSON.parse(got.text).id}`.length);
};
origin.serial = 0;

test('links begin with the Host that was asked for, and with nothing that a caller says', async () => {
	assert.equal(await origin([]), url.origin);
	assert.equal(await origin([['Host', 'other.example:99']]), 'http://other.example:99');
	assert.equal(await origin(FORWARDED), url.origin);
	assert.equal(await origin([['X-Revyops-Base', 'https://evil.example']]), url.origin);
});
test('links begin with what a trusted proxy says', async () => {
	const port = await beside(trusting);
	const own = `http://${url.hostname}:${port}`;
	assert.equal(await origin([], port), own);
	assert.equal(await origin(FORWARDED, port), 'https://api.example.com:8443/crm');
	assert.equal(await origin(FORWARDED.slice(0, 1), port), own.replace('http', 'https'));
	assert.equal(await origin(FORWARDED.slice(1, 2), port), 'http://api.example.com:8443');
	// of several proxies the first one, which callers know; a prefix has no / at its end
	assert.equal(await origin([['X-Forwarded-Host', 'a.example, b.example'], ['X-Forwarded-Prefix', '/crm/, /b']], port), 'http://a.example/crm');
	// what is no scheme or prefix is as if it had not been said
	assert.equal(await origin([['X-Forwarded-Proto', 'gopher'], ['X-Forwarded-Prefix', 'crm']], port), own);
	assert.equal(await origin([['X-Forwarded-Prefix', '/']], port), own);
	assert.equal(await origin([['X-Revyops-Base', 'https://evil.example'], ...FORWARDED], port), 'https://api.example.com:8443/crm');
});

// ---------------------------------------------------------------- other sites' pages

const CORS = ['access-control-allow-origin', 'access-control-expose-headers', 'access-control-allow-methods', 'access-control-allow-headers', 'access-control-max-age'];
const cors = got => CORS.map(name => got.headers[name]);
const ORIGIN = 'https://app.example.com';
const EXPOSED = 'Content-Disposition, Location, Retry-After, Idempotent-Replayed, Preference-Applied, X-Revyops-Count, X-Revyops-Do-Not-Contact, X-Revyops-Position, X-Revyops-Unknown-Members, X-Revyops-Unknown-Parameters';
const preflight = origin => [['Origin', origin], ['Access-Control-Request-Method', 'POST'], ['Access-Control-Request-Headers', 'x-api-key, content-type']];

test('no page of another site may call', async () => {
	for (const [method, headers] of [['GET', [KEY, ['Origin', ORIGIN]]], ['OPTIONS', preflight(ORIGIN)]]) {
		const got = await ask(method, CONTACTS, headers);
		assert.deepEqual([got.status, cors(got)], [method === 'GET' ? 200 : 403, Array(5).fill(undefined)], method);
	}
});
test('those that are named may call, and no others', ours, async () => {
	const port = await beside(text => replaced(text, '# https://app.example.com $http_origin;', `${ORIGIN} $http_origin;`));
	for (const path of [CONTACTS, `${CONTACTS}/batch`, `/api${CONTACTS}`]) {
		const allowed = await ask('OPTIONS', path, preflight(ORIGIN), { port });
		assert.deepEqual([allowed.status, allowed.text, cors(allowed)], [204, '', [ORIGIN, undefined, 'GET, POST, PUT, PATCH, DELETE', 'Authorization, Content-Type, Idempotency-Key, Prefer, X-API-Key, X-Master-API-Key, X-Revyops-Position', '600']], path);
		const other = await ask('OPTIONS', path, preflight('https://evil.example'), { port });
		assert.deepEqual([other.status, cors(other)], [403, Array(5).fill(undefined)], path);
	}
	// answers of the gateway, good ones and errors, and of nginx
	for (const [status, path, headers] of [[200, CONTACTS, [KEY]], [403, CONTACTS, [['X-API-Key', 'nobody']]], [403, CONTACTS, []], [404, '/nowhere', [KEY]]]) {
		const got = await ask('GET', path, [...headers, ['Origin', ORIGIN]], { port });
		assert.deepEqual([got.status, cors(got)], [status, [ORIGIN, EXPOSED, undefined, undefined, undefined]], path);
		const other = await ask('GET', path, [...headers, ['Origin', `${ORIGIN}.evil.example`]], { port });
		assert.deepEqual([other.status, cors(other)], [status, Array(5).fill(undefined)], path);
	}
});

// ---------------------------------------------------------------- compression

test('a long answer is compressed for whoever takes that', ours, async () => {
	for (let i = 0; i < 10; i++)
		assert.equal((await post(client, { email: `gzip${i}@acme.com` })).status, 201);
	const encoding = got => [got.status, got.headers['content-encoding'], got.headers.vary];
	for (const path of [`${CONTACTS}?search=gzip`, '/openapi.yaml', '/api/openapi.yaml']) {
		const plain = await ask('GET', path, [KEY]);
		const packed = await ask('GET', path, [KEY, ['Accept-Encoding', 'gzip']]);
		assert.deepEqual([encoding(plain), encoding(packed)], [[200, undefined, 'Accept-Encoding'], [200, 'gzip', 'Accept-Encoding']], path);
		assert.ok(packed.octets.length < plain.octets.length / 2, path);
		assert.equal(gunzipSync(packed.octets).toString(), plain.text);
	}
	assert.equal((await ask('GET', '/health', [['Accept-Encoding', 'gzip']])).headers['content-encoding'], undefined);
});

// ---------------------------------------------------------------- the API page

test('nobody frames the API page, which takes a key', async () => {
	for (const path of ['/docs/', '/docs/index.html', '/docs/docs.js']) {
		const { status, headers } = await ask('GET', path);
		assert.deepEqual([status, headers['content-security-policy'], headers['x-content-type-options']], [200, "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'", 'nosniff'], path);
	}
});
