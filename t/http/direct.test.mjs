// http/own-postgrest.*: a PostgREST that exposes the API's schema, no nginx.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { startPostgrest } from './own_postgrest.mjs';

const FUNCTION = '/rpc/revyops_create_contact';
let postgrest, key, theirs, serial = 0;

const create = (body, k = key, path = FUNCTION, headers = {}) =>
	postgrest.call(path, { 'Content-Type': 'application/json', ...(k === null ? {} : { 'X-API-Key': k }), ...headers }, typeof body === 'string' ? body : JSON.stringify(body));
const unique = () => `direct${++serial}@acme.com`;
const contacts = () => postgrest.sql('SELECT count(*) FROM revyops.contact');

before(async () => {
	postgrest = await startPostgrest();
	({ key, theirs } = postgrest);
});
after(() => postgrest?.stop());

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
		assert.equal((await postgrest.call(`/${table}`, {}, undefined, 'GET')).status, 404);
	assert.notEqual((await postgrest.call('/contact', { 'Accept-Profile': 'revyops' }, undefined, 'GET')).status, 200);
});
