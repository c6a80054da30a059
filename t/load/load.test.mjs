// Load and faults: 64 callers create, repeat, err and read, while the gateway and PostgreSQL are killed under
// them.  In the end the books balance: every 201 is a row, and every row has a 201 or was interrupted.
// REVYOPS_LOAD_SECONDS=120 REVYOPS_LOAD_CREATES=50000 is the long form; without, each fault happens once, and
// 3,000 are created through the server's restarts.  To be run alone.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import test, { after } from 'node:test';

const CALLERS = 64;
const seconds = Number(process.env.REVYOPS_LOAD_SECONDS ?? 0);
const creates = Number(process.env.REVYOPS_LOAD_CREATES ?? 3000);
// what is between nginx and PostgreSQL: its program, its login, and what it may say when it is interrupted
const front = process.env.REVYOPS_FRONT === 'postgrest' ? { program: 'postgrest', login: 'revyops_authenticator', interrupted: [500, 503] }
	: { program: 'revyops-gateway', login: 'revyops_gateway', interrupted: [503] };
// where script/server, which starts again what is killed here, has its files
const run = process.env.REVYOPS_RUN;
const url = new URL(process.env.REVYOPS_URL);
const agent = new http.Agent({ keepAlive: true, maxSockets: CALLERS });
after(() => agent.destroy());

const sql = statement => execFileSync('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1'], { input: statement, encoding: 'utf8', maxBuffer: 1 << 26 }).trimEnd();

function processes(command) {
	return readdirSync('/proc').filter(name => /^\d+$/.test(name)).filter(pid => {
		try {
			return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0').join(' ').startsWith(command);
		} catch {
			return false;
		}
	}).map(Number);
}

const BACKENDS = `FROM pg_stat_activity WHERE usename = '${front.login}' AND query NOT ILIKE 'listen%'`;
const backend = () => Number(sql(`SELECT pid ${BACKENDS} ORDER BY state = 'active' DESC, random() LIMIT 1`));
const pgdata = join(run, 'data');
const postmaster = () => Number(readFileSync(join(pgdata, 'postmaster.pid'), 'utf8').split('\n')[0]);
const killFront = signal => processes(join(run, 'bin', front.program)).forEach(pid => process.kill(pid, signal));

const faults = {
	'a backend is terminated': () => sql(`SELECT pg_terminate_backend(${backend()})`),
	'the front is restarted': () => killFront('SIGTERM'),
	'all backends are terminated': () => sql(`SELECT pg_terminate_backend(pid) ${BACKENDS}`),
	'the front is killed': () => killFront('SIGKILL'),
	'the server is restarted': () => process.kill(postmaster(), 'SIGINT'),
	'a backend is killed, and with it all others': () => process.kill(backend(), 'SIGKILL'),
};

// ---- callers

const books = { acknowledged: new Map(), interrupted: new Set(), statuses: {}, answered: 0, failed: 0 };

function request(method, path, body) {
	return new Promise((resolve, reject) => {
		const req = http.request({ host: url.hostname, port: url.port, method, path, agent, headers: { 'X-API-Key': process.env.REVYOPS_KEY, ...(body === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }) } });
		req.on('error', reject);
		req.on('response', res => {
			const chunks = [];
			res.on('data', c => chunks.push(c));
			res.on('error', reject);
			res.on('end', () => resolve({ status: res.statusCode, headers: res.headers, text: Buffer.concat(chunks).toString() }));
		});
		req.end(body);
	});
}

// call: one request whose answer is checked; undefined if it was interrupted
async function call(method, path, body, expected) {
	const got = await request(method, path, body);
	const json = JSON.parse(got.text);
	books.statuses[got.status] = (books.statuses[got.status] ?? 0) + 1;
	if (front.interrupted.includes(got.status)) {
		assert.deepEqual(json, { detail: got.status === 500 ? 'Internal server error.' : 'Service unavailable, try again.' });
		assert.equal(got.headers['retry-after'], got.status === 503 ? '1' : undefined);
		books.failed++;
		return undefined;
	}
	assert.ok(expected.includes(got.status), `${method} ${path}: ${got.status} ${got.text}`);
	books.answered++;
	return { status: got.status, json };
}

async function create(email, again) {
	books.interrupted.add(email);
	const got = await call('POST', '/public/v2/contacts', JSON.stringify({ email, first_name: 'L', contact_custom_fields_input: [{ field_name: 'a', field_value: email }] }), again ? [201, 409] : [201]);
	if (got === undefined)
		return again ? undefined : create(email, true);
	if (got.status === 201)
		books.acknowledged.set(email, got.json.id);
	if (got.status === 201)
		books.interrupted.delete(email);
	return got;
}

async function caller(number, goesOn) {
	const mine = [];
	for (let n = 0; goesOn(); n++) {
		const email = `load-${number}-${n}@acme.com`;
		try {
			if ((await create(email, false))?.status === 201)
				mine.push(email);
			if (mine.length === 0)
				continue;
			const known = mine[Math.floor(Math.random() * mine.length)];
			const id = books.acknowledged.get(known);
			const twice = await call('POST', '/public/v2/contacts', JSON.stringify({ email: known.toUpperCase() }), [409]);
			if (twice)
				assert.deepEqual(twice.json.errors.map(e => e.existing_id), [id]);
			await call('POST', '/public/v2/contacts', n % 2 ? '{' : JSON.stringify({ email: 'nobody' }), [400]);
			const read = await call('GET', `/public/v2/contacts/${id}`, undefined, [200]);
			if (read)
				assert.deepEqual([read.json.email, read.json.contact_custom_fields[0].field_value], [known, known]);
			const list = await call('GET', `/public/v2/contacts?email=${known}`, undefined, [200]);
			if (list)
				assert.deepEqual(list.json.results.map(r => r.id), [id]);
		} catch (error) {
			if (!interrupted(error))
				throw error;
			books.failed++;
		}
	}
}

// until COUNT more requests have been answered
async function answers(count) {
	const goal = books.answered + count;
	while (books.answered < goal)
		await new Promise(resolve => setImmediate(() => setTimeout(resolve, 10)));
}

// balance compares the books with the rows whose e-mails begin with something
function balance(start) {
	const rows = new Map(sql(`SELECT email, id FROM revyops.contact WHERE email LIKE '${start}%'`).split('\n').map(l => l.split('|')).map(([email, id]) => [email, Number(id)]));
	for (const [email, id] of books.acknowledged)
		assert.ok(!email.startsWith(start) || rows.get(email) === id, `${email} was acknowledged`);
	for (const email of rows.keys())
		assert.ok(books.acknowledged.has(email) || books.interrupted.has(email), `${email} is a row`);
	return rows;
}

// counters are the gateway's own
function counters() {
	return new Promise((resolve, reject) => {
		http.get({ socketPath: join(run, 'var', 'metrics.sock'), path: '/metrics' }, res => {
			let text = '';
			res.on('data', c => text += c);
			res.on('end', () => resolve(Object.fromEntries([...text.matchAll(/^revyops_gateway_(\w+) (\d+)$/mg)].map(([, name, value]) => [name, Number(value)]))));
		}).on('error', reject);
	});
}

const interrupted = error => ['ECONNRESET', 'ECONNREFUSED', 'EPIPE'].includes(error.code);

// creator takes numbers until there are none, and creates each once.
async function creator(numbers) {
	for (let n = numbers.next(); !n.done; n = numbers.next()) {
		const email = `many-${n.value}@acme.com`;
		books.interrupted.add(email);
		try {
			const got = await call('POST', '/public/v2/contacts', JSON.stringify({ email }), [201]);
			if (got) {
				books.acknowledged.set(email, got.json.id);
				books.interrupted.delete(email);
			}
		} catch (error) {
			if (!interrupted(error))
				throw error;
			books.failed++;
		}
	}
}

test('many are created through restarts of the server', { timeout: 600_000 }, async t => {
	const failed = books.failed;
	const packs = front.program === 'postgrest' ? undefined : (await counters()).packs_total;
	const numbers = (function* () {
		for (let n = 1; n <= creates; n++) {
			if (n === Math.floor(creates / 3))
				process.kill(postmaster(), 'SIGINT');
			if (n === Math.floor(creates * 2 / 3))
				process.kill(postmaster(), 'SIGQUIT');
			yield n;
		}
	})();
	await Promise.all(Array.from({ length: CALLERS / 2 }, () => creator(numbers)));
	const rows = balance('many-');
	if (packs !== undefined)
		assert.ok((await counters()).packs_total > packs, 'in shared transactions');
	t.diagnostic(`${creates} sent, ${rows.size} rows, ${books.failed - failed} interrupted, packs: ${JSON.stringify(packs === undefined ? {} : await counters())}`);
	assert.ok(rows.size >= creates - (books.failed - failed), 'no more are missing than were interrupted');
});

test('the books balance', { timeout: 600_000 }, async t => {
	const end = Date.now() + seconds * 1000;
	const happened = {};
	let going = true;
	const callers = Promise.all(Array.from({ length: CALLERS }, (_, i) => caller(i, () => going)));
	const misery = (async () => {
		try {
			await answers(10 * CALLERS);
			do
				for (const [name, fault] of Object.entries(faults)) {
					fault();
					happened[name] = (happened[name] ?? 0) + 1;
					await answers(10 * CALLERS);
				}
			while (Date.now() < end);
		} finally {
			going = false;
		}
	})();
	// an assertion that fails in a caller must not wait for answers that nobody will get
	await Promise.race([misery, callers.then(() => misery)]);
	await callers;

	const failed = books.failed;
	let rounds = 5 * CALLERS;
	await Promise.all(Array.from({ length: CALLERS }, (_, i) => caller(`after-${i}`, () => rounds-- > 0)));
	assert.equal(books.failed, failed, 'nothing fails once the faults are over');

	const rows = balance('load-');
	assert.equal(sql("SELECT count(*) FROM revyops.contact WHERE email LIKE 'load-%' AND (first_name, custom_fields->0->>'field_value') IS DISTINCT FROM ('L', email)"), '0');
	t.diagnostic(JSON.stringify({ ...books, acknowledged: books.acknowledged.size, interrupted: books.interrupted.size, rows: rows.size, happened }));
});
