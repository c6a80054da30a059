// What must not happen, happens: a bug behind the function, a lost race.  The
// caller gets a plain 500, a 503 if they may try again, or a 409, and nothing is written.
// What the front's own parts say never reaches them.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { CONTACTS, CONTACTS_BATCH, FRONT, newClient, PATIENCE, post, raw, request, rows, sql, url, withoutRights } from './stack.mjs';

const client = newClient('failures');
const get = () => request('GET', `${CONTACTS}/999999999`, [['X-API-Key', client.key]]);
// Constraints and triggers that only these contacts meet.
before(() => sql(`
	ALTER TABLE revyops.contact ADD CONSTRAINT test_boom CHECK (first_name <> 'BOOM');
	CREATE SCHEMA test_failures;
	CREATE FUNCTION test_failures.raise() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN RAISE 'secret %', NEW USING ERRCODE = NEW.last_name, DETAIL = 'secret detail'; END $$;
	CREATE TRIGGER test_now AFTER INSERT ON revyops.contact FOR EACH ROW WHEN (NEW.first_name = 'NOW') EXECUTE FUNCTION test_failures.raise();
	CREATE CONSTRAINT TRIGGER test_late AFTER INSERT ON revyops.contact DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.first_name = 'LATE') EXECUTE FUNCTION test_failures.raise();
	CREATE FUNCTION test_failures.call() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN PERFORM public.revyops_create_contact(jsonb_build_object('email', 'of-' || NEW.email, 'origin', revyops.current_client_id()::text)); RETURN NULL; END $$;
	CREATE TRIGGER test_call AFTER INSERT ON revyops.contact FOR EACH ROW WHEN (NEW.first_name = 'CALL') EXECUTE FUNCTION test_failures.call();`));
after(() => sql('ALTER TABLE revyops.contact DROP CONSTRAINT test_boom; DROP TRIGGER test_now ON revyops.contact; DROP TRIGGER test_late ON revyops.contact; DROP TRIGGER test_call ON revyops.contact; DROP SCHEMA test_failures CASCADE'));

test('201: a trigger that calls the API is its caller', async () => {
	const got = await post(client, { email: 'call@acme.com', first_name: 'CALL' });
	assert.equal(got.status, 201, got.text);
	assert.equal(sql(`WITH gone AS (DELETE FROM revyops.contact WHERE email LIKE '%call@acme.com' RETURNING *)
		SELECT string_agg(concat_ws(' ', client_id, email, nullif(origin, '')), ', ' ORDER BY id) FROM gone`), `${client.id} call@acme.com, ${client.id} of-call@acme.com ${client.id}`);
	assert.equal(rows(client), '0 contacts, 0 companies');
});

for (const [name, body] of [
	['a check constraint', { first_name: 'BOOM' }],
	...['XX000', '23505', '23503', '22023', '42501', 'P0001', 'PT999', 'PT200', 'PT302', '53100', '54001'].flatMap(state => [
		[`${state} in the statement`, { first_name: 'NOW', last_name: state }],
		[`${state} in a deferred trigger`, { first_name: 'LATE', last_name: state }]])])
	test(`500: ${name}`, { timeout: 20_000 * PATIENCE }, async () => {
		const got = await post(client, { email: 'boom@acme.com', ...body });
		assert.equal(got.status, 500, got.text);
		assert.deepEqual(got.json, { detail: 'Internal server error.' });
		assert.equal(got.headers.location, undefined);
		assert.equal(rows(client), '0 contacts, 0 companies');
	});

test('500: in a batch', { timeout: 20_000 * PATIENCE }, async () => {
	const got = await post(client, { contacts: [{ email: 'boom@acme.com', first_name: 'BOOM' }] }, { path: CONTACTS_BATCH });
	assert.deepEqual([got.status, got.text, got.headers['retry-after']], [500, '{"detail": "Internal server error."}', undefined]);
	assert.equal(rows(client), '0 contacts, 0 companies');
});

for (const state of ['40001', '40P01'])
	for (const when of ['NOW', 'LATE'])
		test(`503, with when to try again: ${state} ${when}`, { timeout: 20_000 * PATIENCE }, async () => {
			const got = await post(client, { email: 'boom@acme.com', first_name: when, last_name: state });
			assert.equal(got.status, 503, got.text);
			assert.equal(got.headers['retry-after'], '1');
			assert.deepEqual(got.json, { detail: 'Service unavailable, try again.' });
			assert.equal(rows(client), '0 contacts, 0 companies');
		});

test('503: a statement that is ended', { timeout: 20_000 * PATIENCE }, async () => {
	const got = await post(client, { email: 'boom@acme.com', first_name: 'NOW', last_name: '57014' });
	assert.deepEqual([got.status, got.text, got.headers['retry-after']], [503, '{"detail": "Service unavailable, try again."}', '1']);
	assert.equal(rows(client), '0 contacts, 0 companies');
});

test('503: the front keeps its connections', { timeout: 20_000 * PATIENCE }, async () => {
	const connections = () => sql("SELECT pid, backend_start FROM pg_stat_activity WHERE usename IN ('revyops_authenticator', 'revyops_gateway') ORDER BY pid").split('\n');
	await get();
	const before = connections();
	for (const end = Date.now() + 1000; Date.now() < end;)
		assert.equal((await post(client, { email: 'boom@acme.com', first_name: 'NOW', last_name: '40001' })).status, 503);
	await get();
	// some may have ended, after half a minute without use
	assert.deepEqual(connections().filter(c => !before.includes(c)), []);
});

// ---- answers that are not ours: each is a 503, with nothing of PostgREST's
function isUnavailable({ status, headers: { date, connection, ...headers }, text }) {
	assert.deepEqual([status, text], [503, '{"detail": "Service unavailable, try again."}']);
	assert.deepEqual(headers, { server: 'nginx', 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', 'retry-after': '1',
		...(headers['content-length'] ? { 'content-length': String(text.length) } : { 'transfer-encoding': 'chunked' }) });
}
// statements, and what undoes them
async function during(statements, undo, body) {
	sql(statements);
	try {
		await body();
	} finally {
		sql(undo);
	}
	assert.equal((await get()).status, 404);
}

test('503: the role may not run the functions', async () => {
	await withoutRights(async () => {
		isUnavailable(await get());
		isUnavailable(await post(client, { email: 'a@acme.com' }));
		isUnavailable(await post(client, { contacts: [] }, { path: CONTACTS_BATCH }));
	});
	assert.equal((await get()).status, 404);
	assert.equal(rows(client), '0 contacts, 0 companies');
});
test('503: the function is gone', { skip: FRONT !== 'postgrest' && 'its statement is prepared' }, () => during('ALTER FUNCTION revyops_http.postgrest_read(bytea) RENAME TO away',
	'ALTER FUNCTION revyops_http.away(bytea) RENAME TO postgrest_read', async () => isUnavailable(await get())));
for (const status of [200, 201, 204, 301, 304, 400, 401, 403, 404, 406, 409, 416, 422, 429])
	test(`503: ${status}, and not of ours`, { skip: FRONT !== 'postgrest' && 'a function has no other answers than ours' }, () => during(`ALTER FUNCTION revyops_http.postgrest_read(bytea) RENAME TO away;
		CREATE FUNCTION revyops_http.postgrest_read(bytea) RETURNS json LANGUAGE sql AS $$
			SELECT set_config('response.status', '${status}', true), set_config('response.headers',
				'[{"Set-Cookie": "a=b"}, {"Location": "/secret"}, {"Retry-After": "77"}, {"WWW-Authenticate": "Bearer"}, {"Content-Type": "text/html"}, {"X-Secret": "1"}]', true);
			SELECT '{"secret": 1}'::json $$`,
	`DROP FUNCTION revyops_http.postgrest_read(bytea);
		ALTER FUNCTION revyops_http.away(bytea) RENAME TO postgrest_read`, async () => isUnavailable(await get())));

for (const [name, path] of [['a contact', CONTACTS], ['a batch', CONTACTS_BATCH]])
	for (const [what, chunks] of [['a length that is none', 'zz\r\n{}\r\n0\r\n\r\n'], ['a length beyond 63 bits', 'FFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n'],
		['a second chunk that is none', '2\r\n{}\r\nzz\r\n{}\r\n0\r\n\r\n'], ['a chunk without its end', '2\r\n{}x0\r\n\r\n']])
		test(`400: a broken chunked encoding of ${name}, ${what}`, async () => {
			const { status, headers: { date, ...headers }, text } = await raw(`POST ${path} HTTP/1.1\r\nHost: ${url.host}\r\nX-API-Key: ${client.key}\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`);
			assert.equal(status, 400, text);
			assert.deepEqual(headers, { server: 'nginx', 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', connection: 'close', ...(headers['content-length'] ? { 'content-length': '26' } : { 'transfer-encoding': 'chunked' }) });
			assert.equal(headers['content-length'] ? text : text.split('\r\n')[1], '{"detail": "Bad request."}');
			assert.equal(rows(client), '0 contacts, 0 companies');
		});

test('20 at once with one e-mail: one 201, 19 times 409', async () => {
	const racer = newClient('racer');
	const got = await Promise.all(Array.from({ length: 20 }, (_, i) => post(racer, { email: i % 2 ? 'race@acme.com' : 'RACE@acme.com' })));
	assert.deepEqual(got.map(g => g.status).sort(), [201, ...Array(19).fill(409)]);
	assert.equal(rows(racer), '1 contacts, 0 companies');
});

test('20 at once with crossed keys: only 201 and 409', async () => {
	const racer = newClient('racer');
	const got = await Promise.all(Array.from({ length: 20 }, (_, i) => post(racer, { email: `${i % 4}@acme.com`, linkedin_url: `in/${(i * 7 + (i >> 2)) % 4}` })));
	assert.deepEqual(got.map(g => g.status).filter(s => s !== 201 && s !== 409), []);
});
