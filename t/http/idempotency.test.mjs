// Idempotency-Key: what is sent again is carried out once, and answered the same.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import test from 'node:test';
import { COMPANIES, COMPANIES_BATCH, CONTACTS, CONTACTS_BATCH, multipart, newClients, PATIENCE, post, request, rows, sql, urlencoded } from './stack.mjs';

const V1_CONTACTS = '/public/contacts';
const V1_COMPANIES = '/public/companies';
const clients = newClients(30);
const fresh = () => clients.pop();
const keyed = (client, key, body, { headers = [], ...rest } = {}) => post(client, body, { headers: [['Idempotency-Key', key], ...headers], ...rest });
const kept = client => Number(sql(`SELECT count(*) FROM revyops.idempotency_key WHERE client_id = ${client.id}`));

function isReplay(got, first) {
	assert.equal(first.headers['idempotent-replayed'], undefined);
	assert.equal(got.headers['idempotent-replayed'], 'true', got.text);
	assert.deepEqual([got.status, got.text, got.headers.location, got.headers['content-type']],
		[first.status, first.text, first.headers.location, first.headers['content-type']]);
}
const REUSED = { detail: 'Idempotency key was used for another request.',
	errors: [{ parameter: 'Idempotency-Key', code: 'key_reused', message: 'This key was used for another request.' }] };
function isReused(got) {
	assert.deepEqual([got.status, got.json, got.headers.location, got.headers['idempotent-replayed']], [422, REUSED, undefined, undefined]);
}

const CREATES = [
	[CONTACTS, { email: 'jane@acme.com', contact_custom_fields_input: [{ field_name: 'Näme', field_value: 'line\n"quoted" 🙂' }] }, '1 contacts, 0 companies'],
	[`${CONTACTS}?structure=FLAT`, { email: 'jane@acme.com', contact_custom_fields_input: [{ field_name: 'a', field_value: '1' }] }, '1 contacts, 0 companies'],
	[V1_CONTACTS, { email: 'jane@acme.com' }, '1 contacts, 0 companies'],
	[COMPANIES, { domain: 'acme.com' }, '0 contacts, 1 companies'],
	[V1_COMPANIES, { domain: 'acme.com' }, '0 contacts, 1 companies'],
	[CONTACTS_BATCH, { contacts: [{ email: 'a@acme.com' }, { email: 'nope' }, { email: 'A@acme.com' }, { email: 'b@acme.com', company_id: 'none.com' }] }, '1 contacts, 0 companies'],
	[COMPANIES_BATCH, { companies: [{ domain: 'acme.com' }, { domain: 'co.uk' }, { domain: 'www.acme.com' }] }, '0 contacts, 1 companies'],
];
for (const [path, body, left] of CREATES)
	test(`POST ${path} again is answered byte for byte, and does nothing`, async () => {
		const client = fresh();
		const first = await keyed(client, 'again', body, { path });
		assert.equal(first.status, path.includes('/batch') ? 200 : 201, first.text);
		assert.equal(first.headers.location === undefined, path.includes('/batch'));
		assert.equal(rows(client), left);
		for (let i = 0; i < 2; i++)
			isReplay(await keyed(client, 'again', body, { path }), first);
		assert.equal(rows(client), left);
		assert.equal(kept(client), 1);
	});

test('the answer stands though the contact has changed, or is gone', async () => {
	const client = fresh();
	const first = await keyed(client, 'gone', { email: 'jane@acme.com' });
	await request('PATCH', first.headers.location, [['X-API-Key', client.key], ['Content-Type', 'application/json']], '{"first_name": "Jane"}');
	isReplay(await keyed(client, 'gone', { email: 'jane@acme.com' }), first);
	await request('DELETE', `${V1_CONTACTS}/${first.json.id}`, [['X-API-Key', client.key]]);
	isReplay(await keyed(client, 'gone', { email: 'jane@acme.com' }), first);
	assert.equal(rows(client), '0 contacts, 0 companies');
});

test('the same request is what has the same content', async () => {
	const client = fresh();
	const first = await keyed(client, 'same', '{"email": "jane@acme.com", "first_name": "Jane"}');
	const fields = [['first_name', 'Jane'], ['email', 'jane@acme.com']];
	for (const { type, body } of [urlencoded(fields), multipart(fields), multipart(fields, 'other-boundary'),
		{ type: 'application/json; charset=utf-8', body: '{"first_name":"Jane","email":"x","email":"\\u006aane@acme.com"}' }])
		isReplay(await keyed(client, 'same', body, { type }), first);
	isReplay(await keyed(client, 'same', '{"email": "jane@acme.com", "first_name": "Jane"}', { path: `${CONTACTS}?structure=NESTED&x=y` }), first);
});

test('a replay says which preference was applied when the work was done, not which one came with it', async () => {
	const client = fresh();
	const prefer = handling => ({ headers: handling ? [['Prefer', `handling=${handling}`]] : [] });
	const told = got => [got.status, got.headers['preference-applied'], got.headers['x-revyops-unknown-members'], got.headers['idempotent-replayed']];
	for (const [key, first, applied] of [['lenient', 'lenient', 'handling=lenient'], ['none', undefined, undefined]]) {
		const body = { email: `${key}@acme.com`, colour: 1 };
		assert.deepEqual(told(await keyed(client, key, body, prefer(first))), [201, applied, 'colour', undefined]);
		for (const again of ['strict', 'lenient', undefined])
			assert.deepEqual(told(await keyed(client, key, body, prefer(again))), [201, applied, 'colour', 'true']);
	}
	assert.deepEqual(told(await keyed(client, 'strict', { email: 'strict@acme.com' }, prefer('strict'))), [201, 'handling=strict', undefined, undefined]);
	assert.deepEqual(told(await keyed(client, 'strict', { email: 'strict@acme.com' })), [201, 'handling=strict', undefined, 'true']);
	assert.deepEqual(told(await keyed(client, 'strict', { email: 'other@acme.com' }, prefer('strict'))), [422, 'handling=strict', undefined, undefined]);
});

test('another request under the same key is 422', async () => {
	const client = fresh();
	const body = { email: 'jane@acme.com' };
	assert.equal((await keyed(client, 'one', body)).status, 201);
	isReused(await keyed(client, 'one', { email: 'max@acme.com' }));
	isReused(await keyed(client, 'one', { ...body, unknown: 1 }));
	isReused(await keyed(client, 'one', { email: 'nope' }));
	isReused(await keyed(client, 'one', body, { path: `${CONTACTS}?structure=FLAT` }));
	isReused(await keyed(client, 'one', body, { path: V1_CONTACTS }));
	isReused(await keyed(client, 'one', body, { path: COMPANIES }));
	isReused(await keyed(client, 'one', { contacts: [body] }, { path: CONTACTS_BATCH }));
	assert.equal((await keyed(client, 'one', '{')).status, 400);
	assert.equal((await keyed({ key: 'nope' }, 'one', body)).status, 403);
	assert.equal((await keyed(client, 'One', body)).status, 409);
	assert.equal(rows(client), '1 contacts, 0 companies');
	assert.equal(kept(client), 1);
});

test('a request that failed leaves its key free', async () => {
	const client = fresh();
	await post(client, { email: 'taken@acme.com' });
	const statuses = [];
	for (const body of [{ email: 'nope' }, { email: 'jane@acme.com', company_id: 'acme.com' }, { email: 'taken@acme.com' }, '{'])
		statuses.push((await keyed(client, 'retry', body)).status);
	assert.deepEqual(statuses, [400, 404, 409, 400]);
	assert.equal(kept(client), 0);
	const first = await keyed(client, 'retry', { email: 'jane@acme.com' });
	assert.equal(first.status, 201);
	isReplay(await keyed(client, 'retry', { email: 'jane@acme.com' }), first);
});

test('an atomic batch that failed leaves its key free', async () => {
	const client = fresh();
	const batch = (...emails) => keyed(client, 'atomic', { mode: 'atomic', contacts: emails.map(email => ({ email })) }, { path: CONTACTS_BATCH });
	assert.equal((await batch('a@acme.com', 'nope')).status, 400);
	const first = await batch('a@acme.com', 'b@acme.com');
	assert.deepEqual(first.json.summary, { total: 2, created: 2, failed: 0 });
	isReplay(await batch('a@acme.com', 'b@acme.com'), first);
});

test('a large batch', async () => {
	const client = fresh();
	const body = { contacts: Array.from({ length: 5000 }, (_, i) => ({ email: `c${i}@acme.com` })) };
	const first = await keyed(client, 'large', body, { path: CONTACTS_BATCH });
	assert.deepEqual(first.json.summary, { total: 5000, created: 5000, failed: 0 });
	isReplay(await keyed(client, 'large', body, { path: CONTACTS_BATCH }), first);
});

test('another client\'s key is another key', async () => {
	const [one, two] = [fresh(), fresh()];
	const answers = await Promise.all([one, two].map(client => keyed(client, 'mine', { email: 'jane@acme.com' })));
	assert.deepEqual(answers.map(a => [a.status, a.headers['idempotent-replayed']]), [[201, undefined], [201, undefined]]);
	assert.notEqual(answers[0].json.id, answers[1].json.id);
	isReplay(await keyed(two, 'mine', { email: 'jane@acme.com' }), answers[1]);
});

test('two API keys of a client share its idempotency keys', async () => {
	const client = fresh();
	const first = await keyed(client, 'shared', { email: 'jane@acme.com' });
	isReplay(await keyed({ key: sql(`SELECT revyops_create_api_key(${client.id}, 'second')`) }, 'shared', { email: 'jane@acme.com' }), first);
});

test('what can be a key', async () => {
	const client = fresh();
	const INVALID = { detail: 'Invalid request.',
		errors: [{ parameter: 'Idempotency-Key', code: 'invalid_idempotency_key', message: 'Expected 1 to 255 printable ASCII characters.' }] };
	for (const key of ['x'.repeat(256), 'caf\xe9', 'a\tb', ['a', 'b'], ['b', 'a'], ['a', 'a'], ['', 'a'], ['a', ''], 'a, b']) {
		const got = await keyed(client, key, { email: 'jane@acme.com' });
		assert.deepEqual([got.status, got.json], [400, INVALID], key);
	}
	assert.equal(rows(client), '0 contacts, 0 companies');
	for (const [i, key] of ['x', '~'.repeat(255), 'with  spaces "and" \\ %00 \'quotes\'', '{}', 'null', 'a,b'].entries()) {
		const first = await keyed(client, key, { email: `c${i}@acme.com` });
		assert.equal(first.status, 201, first.text);
		isReplay(await keyed(client, key, { email: `c${i}@acme.com` }), first);
	}
	assert.equal(kept(client), 6);
	// an empty header is none: nginx doesn't tell them apart
	assert.equal((await keyed(client, '', { email: 'empty@acme.com' })).status, 201);
	assert.equal((await keyed(client, '', { email: 'empty@acme.com' })).status, 409);
	// the header by which the function is told is not the caller's to set
	assert.equal((await post(client, { email: 'forged@acme.com' }, { headers: [['X-Revyops-Idempotency-Key', 'x']] })).status, 201);
	assert.equal(kept(client), 6);
});

test('endpoints that create nothing pay no heed to a key', async () => {
	const client = fresh();
	const { headers: { location } } = await post(client, { email: 'jane@acme.com' });
	const headers = [['X-API-Key', client.key], ['Content-Type', 'application/json'], ['Idempotency-Key', 'x'.repeat(300)]];
	for (const call of [() => request('GET', location, headers), () => request('PATCH', location, headers, '{"first_name": "J"}'), () => request('GET', CONTACTS, headers)])
		assert.equal((await call()).status, 200);
	assert.equal(kept(client), 0);
});

test('after 24 hours a key is new', async () => {
	const client = fresh();
	const age = interval => sql(`UPDATE revyops.idempotency_key SET created_time = now() - interval '${interval}' WHERE client_id = ${client.id}`);
	const first = await keyed(client, 'old', { email: 'jane@acme.com' });
	age('23 hours 59 minutes');
	isReplay(await keyed(client, 'old', { email: 'jane@acme.com' }), first);
	age('24 hours');
	assert.equal((await keyed(client, 'old', { email: 'jane@acme.com' })).status, 409);
	const second = await keyed(client, 'old', { email: 'max@acme.com' });
	assert.equal(second.status, 201);
	isReplay(await keyed(client, 'old', { email: 'max@acme.com' }), second);
	assert.equal(kept(client), 1);
});

// ---- at the same time

// A session of the owner's that does something and keeps its transaction open.
async function holder(statement) {
	const psql = spawn('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1'], { stdio: ['pipe', 'pipe', 'inherit'] });
	psql.stdin.write(`BEGIN;\n${statement};\nSELECT pg_backend_pid();\n`);
	const pid = Number(String((await once(psql.stdout, 'data'))[0]));
	return { pid, end: async () => {
		psql.stdin.end('ROLLBACK;\n');
		await once(psql, 'close');
	} };
}
// Who waits for this backend; asked until somebody does, requests going out in between.
// A pack waits only for a moment; what it met is carried out alone.
async function waiter(pid) {
	for (let i = 0; i < 500; i++) {
		await new Promise(setImmediate);
		const found = sql(`SELECT pid FROM pg_stat_activity WHERE ${pid} = ANY (pg_blocking_pids(pid)) AND query NOT LIKE '%handle_shared(%' ORDER BY pid LIMIT 1`);
		if (found !== '')
			return Number(found);
	}
	assert.fail('nobody waits');
}
const take = (client, email) => holder(`INSERT INTO revyops.contact (client_id, id, email) VALUES (${client.id}, 0, '${email}')`);

for (const [name, path, body] of [['a contact', CONTACTS, { email: 'jane@acme.com' }], ['a batch', CONTACTS_BATCH, { contacts: [{ email: 'max@acme.com' }, { email: 'jane@acme.com' }] }]]) {
	test(`${name}: a twin waits for the first and gets its answer`, { timeout: 30_000 * PATIENCE }, async () => {
		const client = fresh();
		const third = await take(client, 'jane@acme.com');
		const first = keyed(client, 'twin', body, { path });
		const pid = await waiter(third.pid);
		const twin = keyed(client, 'twin', body, { path });
		await waiter(pid);
		await third.end();
		isReplay(await twin, await first);
		assert.equal(rows(client), `${path === CONTACTS ? 1 : 2} contacts, 0 companies`);
	});

	test(`${name}: when the first is killed, the twin does the work`, { timeout: 30_000 * PATIENCE }, async () => {
		const client = fresh();
		const third = await take(client, 'jane@acme.com');
		const first = keyed(client, 'killed', body, { path });
		const pid = await waiter(third.pid);
		const twin = keyed(client, 'killed', body, { path });
		await waiter(pid);
		sql(`SELECT pg_terminate_backend(${pid})`);
		assert.equal((await first).status, 503);
		await third.end();
		const answer = await twin;
		assert.equal(answer.status, path === CONTACTS ? 201 : 200, answer.text);
		isReplay(await keyed(client, 'killed', body, { path }), answer);
		assert.equal(rows(client), `${path === CONTACTS ? 1 : 2} contacts, 0 companies`);
	});
}

test('when the first fails, the twin has its own answer', { timeout: 30_000 * PATIENCE }, async () => {
	const client = fresh();
	await post(client, { linkedin_url: 'in/jane' });
	const third = await take(client, 'jane@acme.com');
	const body = { email: 'jane@acme.com', linkedin_url: 'in/jane' };
	const first = keyed(client, 'fails', body);
	const pid = await waiter(third.pid);
	const twin = keyed(client, 'fails', body);
	await waiter(pid);
	await third.end();
	assert.deepEqual([await first, await twin].map(a => [a.status, a.headers['idempotent-replayed']]), [[409, undefined], [409, undefined]]);
	assert.equal(kept(client), 0);
});

test('another request under a key that is at work waits, and is 422', { timeout: 30_000 * PATIENCE }, async () => {
	const client = fresh();
	const third = await take(client, 'jane@acme.com');
	const first = keyed(client, 'busy', { email: 'jane@acme.com' });
	const pid = await waiter(third.pid);
	const second = keyed(client, 'busy', { email: 'max@acme.com' });
	await waiter(pid);
	// other keys, and none, don't wait
	assert.equal((await keyed(client, 'other', { email: 'tom@acme.com' })).status, 201);
	assert.equal((await post(client, { email: 'tim@acme.com' })).status, 201);
	await third.end();
	assert.equal((await first).status, 201);
	isReused(await second);
});

for (const [path, body, left] of CREATES.filter(([p]) => p === CONTACTS || p === COMPANIES || p === CONTACTS_BATCH))
	test(`many at once of POST ${path}: one is carried out`, { timeout: 60_000 * PATIENCE }, async () => {
		const client = fresh();
		// of batches nginx lets in eight
		const answers = await Promise.all(Array.from({ length: path === CONTACTS_BATCH ? 6 : 100 }, () => keyed(client, 'many', body, { path })));
		const first = answers.filter(a => a.headers['idempotent-replayed'] === undefined);
		assert.equal(first.length, 1, JSON.stringify(first.map(a => [a.status, a.text])));
		for (const answer of answers)
			if (answer !== first[0])
				isReplay(answer, first[0]);
		assert.equal(rows(client), left);
	});
