// http/own-postgrest.*: a PostgREST that exposes the API's schema, no nginx.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { PATIENCE, sql } from './stack.mjs';

const inTree = name => new URL(`../../${name}`, import.meta.url).pathname;
const setup = execFileSync(inTree('script/patient'), [inTree('http/own-postgrest.sql')]);
const configuration = readFileSync(new URL('../../http/own-postgrest.conf', import.meta.url), 'utf8');
const DATABASE = 'revyops_direct';
const FUNCTION = '/rpc/revyops_create_contact';
// what script/server starts, if the one that was fetched is another user's
const binary = [process.env.POSTGREST, join(process.env.PGHOST, '../bin/postgrest')].find(file => {
	try {
		accessSync(file, constants.X_OK);
		return true;
	} catch {
		return false;
	}
});
let directory, postgrest, key, theirs, serial = 0;

function call(path, headers, body, method = 'POST') {
	return new Promise((resolve, reject) => {
		const req = http.request({ socketPath: join(directory, 'postgrest.sock'), method, path, headers: { Host: 'x', ...headers } }, res => {
			const chunks = [];
			res.on('data', c => chunks.push(c));
			res.on('end', () => {
				const text = Buffer.concat(chunks).toString();
				resolve({ status: res.statusCode, reason: res.statusMessage, headers: res.headers, text, json: text === '' ? undefined : JSON.parse(text) });
			});
		});
		req.on('error', reject);
		req.end(body);
	});
}
const create = (body, k = key, path = FUNCTION, headers = {}) =>
	call(path, { 'Content-Type': 'application/json', ...(k === null ? {} : { 'X-API-Key': k }), ...headers }, typeof body === 'string' ? body : JSON.stringify(body));
const unique = () => `direct${++serial}@acme.com`;
const contacts = () => sql('SELECT count(*) FROM revyops.contact', DATABASE);

before(async () => {
	assert.ok(binary, 'POSTGREST names no program');
	directory = mkdtempSync(join(tmpdir(), 'revyops-direct-'));
	sql(`DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`);
	sql('DROP ROLE IF EXISTS authenticator; DROP ROLE IF EXISTS web_anon');
	sql(`CREATE DATABASE ${DATABASE}`);
	execFileSync('psql', ['-Xq', '-d', DATABASE], { input: setup });
	key = sql("SELECT api.revyops_create_api_key(api.revyops_create_client('One'), 'x')", DATABASE);
	const other = sql("SELECT api.revyops_create_api_key(api.revyops_create_client('Two'), 'x')", DATABASE);
	sql(`SET revyops.api_key = '${key}'; SELECT api.revyops_create_company('{"domain": "acme.com"}')`, DATABASE);
	theirs = Number(sql(`SET revyops.api_key = '${other}'; SELECT api.revyops_create_company('{"domain": "other.com"}')->'id'`, DATABASE));
	writeFileSync(join(directory, 'postgrest.conf'), configuration);
	postgrest = spawn(binary, ['postgrest.conf'], { cwd: directory, env: { ...process.env, PGDATABASE: DATABASE, PGUSER: undefined }, stdio: ['ignore', 'ignore', 'pipe'] });
	let log = '';
	postgrest.stderr.on('data', d => log += d);
	// ready is what answers a call without a key with 403
	for (let i = 0; ; i++) {
		const answer = await create({ contact: {} }, null).catch(() => null);
		if (answer?.status === 403)
			break;
		assert.ok(i < 400 * PATIENCE && postgrest.exitCode === null, `PostgREST did not come up\n${log}`);
		await new Promise(resolve => setTimeout(resolve, 25));
	}
});

after(async () => {
	if (postgrest.exitCode === null) {
		postgrest.kill();
		await new Promise(resolve => postgrest.on('exit', resolve));
	}
	sql(`DROP DATABASE ${DATABASE} WITH (FORCE)`);
	sql('DROP ROLE authenticator; DROP ROLE web_anon');
	rmSync(directory, { recursive: true });
});

test('200: FLAT', async () => {
	const got = await create({ contact: { email: 'Jane@acme.com', company_id: 'acme.com', contact_custom_fields_input: [{ field_name: 'a', field_value: 'b' }] }, structure: 'FLAT' });
	assert.equal(got.status, 200, got.text);
	assert.equal(got.json.email, 'jane@acme.com');
	assert.deepEqual(got.json.contact_custom_fields, { a: 'b' });
});
test('200: NESTED when not named', async () => {
	const got = await create({ contact: { email: unique() } });
	assert.equal(got.status, 200, got.text);
	assert.deepEqual(got.json.contact_custom_fields, []);
});

test('200: the same again under an idempotency key', async () => {
	const body = { contact: { email: unique() }, idempotency_key: 'again' };
	const first = await create(body);
	assert.equal(first.status, 200, first.text);
	const count = contacts();
	const again = await create(body);
	assert.deepEqual([again.status, again.json], [200, first.json]);
	assert.equal(contacts(), count);
});

// the status of the PT code, its message as the reason, the faults as details
const cases = [
	['a faulty contact', 400, 'invalid request', () => create({ contact: { email: 'x' } }), ['invalid_email']],
	['contact null', 400, 'invalid request', () => create({ contact: null }), ['not_an_object']],
	['an unknown structure', 400, 'invalid request', () => create({ contact: { email: unique() }, structure: 'flat' }), ['invalid_structure']],
	['a company of another client', 401, 'company does not belong to this client', () => create({ contact: { email: unique(), company_id: theirs } }), ['other_client']],
	['no key', 403, 'missing or invalid credentials', () => create({ contact: { email: unique() } }, null), ['missing_credentials']],
	['a bad key', 403, 'missing or invalid credentials', () => create({ contact: { email: unique() } }, 'nope'), ['invalid_credentials']],
	['an unknown company', 404, 'company not found', () => create({ contact: { email: unique(), company_id: 'nobody.com' } }), ['not_found']],
	['a key that was used', 422, 'idempotency key was used for another request', () => create({ contact: { email: unique() }, idempotency_key: 'again' }), ['key_reused']],
	['a taken e-mail', 409, 'contact already exists', () => create({ contact: { email: 'JANE@acme.com' } }), ['already_exists']],
];
for (const [name, status, reason, request, codes] of cases)
	test(`${status}: ${name}`, async () => {
		const count = contacts();
		const got = await request();
		assert.equal(got.status, status, got.text);
		assert.equal(got.reason, reason);
		const hint = codes[0] === 'missing_credentials' ? 'In SQL, set revyops.client_id or revyops.api_key for the session, or for the role by ALTER ROLE ... SET.' : null;
		assert.deepEqual([got.json.code, got.json.message, got.json.hint], [`PT${status}`, reason, hint]);
		assert.deepEqual(JSON.parse(got.json.details).map(e => e.code), codes);
		assert.equal(contacts(), count);
	});

test('upserts, batches, checks', async () => {
	const email = unique(), fresh = unique();
	const statuses = rows => rows.map(r => r.status);
	assert.deepEqual(statuses((await create({ contacts: [{ email }, { email: 'x' }] }, key, '/rpc/revyops_create_contacts')).json), [201, 400]);
	assert.deepEqual(statuses((await create({ contacts: [{ email }, { email: fresh }] }, key, '/rpc/revyops_check_contacts')).json), [409, 201]);
	assert.deepEqual(statuses((await create({ contacts: [{ email, first_name: 'A' }, { email: fresh }] }, key, '/rpc/revyops_upsert_contacts')).json), [200, 201]);
	const { json } = await create({ contact: { email, last_name: 'B' } }, key, '/rpc/revyops_upsert_contact');
	assert.deepEqual([json.created, json.first_name, json.last_name], [false, 'A', 'B']);
	assert.deepEqual(statuses((await create({ companies: [{ domain: 'batch.com' }, { domain: 'acme.com' }] }, key, '/rpc/revyops_create_companies')).json), [201, 409]);
});
test('unknown members are named in a header, or refused', async () => {
	const got = await create({ contact: { email: unique(), 'colour"': 1, nmae: 2, '': 3 } });
	assert.deepEqual([got.status, got.headers['x-revyops-unknown-members']], [200, '"", nmae, colour%22']);
	const plain = await create({ contact: { email: unique() } });
	assert.deepEqual([plain.status, plain.headers['x-revyops-unknown-members']], [200, undefined]);
	const count = contacts();
	const strict = await create({ contact: { email: unique(), nmae: 2 } }, key, FUNCTION, { Prefer: 'handling=strict' });
	assert.deepEqual([strict.status, JSON.parse(strict.json.details).map(e => [e.pointer, e.code])], [400, [['/nmae', 'unknown_member']]]);
	assert.equal(contacts(), count);
});

test('a header or body that carries line breaks never reaches the status line', async () => {
	const got = await create({ contact: { email: 'x\r\nX-Evil: 1' } });
	assert.deepEqual([got.status, got.reason], [400, 'invalid request']);
});
for (const name of ['revyops_create_client', 'revyops_create_api_key', 'revyops_list_api_keys', 'revyops_revoke_api_key'])
	test(`not granted: ${name}`, async () => {
		const got = await create({ create_client: { name: 'x' }, create_api_key: { client_id: 1, name: 'x' }, list_api_keys: { client_id: 1 }, revoke_api_key: { prefix: key.slice(0, 16) } }[name.slice(8)], key, `/rpc/${name}`);
		assert.equal(got.status, 401, got.text);		// PostgREST's word for 42501 without a JWT
		assert.equal(got.json.code, '42501');
	});
test('the tables are not there', async () => {
	for (const table of ['contact', 'company', 'client', 'api_key'])
		assert.equal((await call(`/${table}`, {}, undefined, 'GET')).status, 404);
	assert.notEqual((await call('/contact', { 'Accept-Profile': 'revyops' }, undefined, 'GET')).status, 200);
});
