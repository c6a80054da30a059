// Requests of every endpoint, changed at random: each gets a documented status with an answer of
// ours, none a 500, and what was answered is what the tables hold.
//   REVYOPS_FUZZ_SEED=1   REVYOPS_FUZZ_REQUESTS=2000   REVYOPS_FUZZ_SECONDS: as long, instead
import assert from 'node:assert/strict';
import test from 'node:test';
import { COMPANIES, FORM_TYPE, JSON_TYPE, multipart, newClient, PATIENCE, post, request, rows, sql, urlencoded } from './stack.mjs';

const seed = Number(process.env.REVYOPS_FUZZ_SEED ?? 1);
const until = process.env.REVYOPS_FUZZ_SECONDS === undefined ? undefined : Date.now() + 1000 * Number(process.env.REVYOPS_FUZZ_SECONDS);
const count = until === undefined ? Number(process.env.REVYOPS_FUZZ_REQUESTS ?? 2000) : Infinity;
const TOGETHER = 4;

// ---------------------------------------------------------------- chance

// mulberry32: small, and the same everywhere
let state = seed >>> 0;
function below(n) {
	state = (state + 0x6d2b79f5) >>> 0;
	let t = Math.imul(state ^ (state >>> 15), state | 1);
	t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
	return ((t ^ (t >>> 14)) >>> 0) % n;
}
const one = list => list[below(list.length)];
const chance = n => below(n) === 0;
const some = (n, make) => Array.from({ length: below(n + 1) }, (_, i) => make(i));

// ---------------------------------------------------------------- requests as they should be

const word = () => one(['a', 'jane', 'Zoë', 'SaaS', 'x'.repeat(255), '北京', 'O\'Brien', '"q"', 'a\\b', '1', '']);
const email = () => `${one(['jane', 'BOB', 'x+y', 'a.b'])}${below(50)}@${one(['acme.com', 'bücher.example', 'ACME.co.uk'])}`;
const linkedin = () => `${one(['in/', 'https://www.linkedin.com/in/', 'uk.linkedin.com/in/'])}p${below(50)}${one(['', '/', '?x=1'])}`;
const domain = () => one(['acme.com', 'https://www.acme.com/', 'new.example', `d${below(50)}.example`, 'a@b.example']);
const field = () => ({ field_name: one(['a', 'b', 'Industry', 'c']), field_value: one(['1', 'SaaS', 7, true, 1.5]) });
const optional = members => Object.fromEntries(Object.entries(members).filter(() => !chance(3)));
const contact = list => optional({
	email: email(), linkedin_url: linkedin(), first_name: word(), last_name: word(), origin: word(), contact_status: word(),
	company_id: chance(8) ? one([1, '2', 'nobody.example']) : one(['acme.com', '', null, id('companies')]), [list]: some(3, field),
});
const company = () => optional({ domain: domain(), name: word(), company_status: word(), company_custom_fields: some(3, field) });
const query = () => one(['', '', `page=${below(4)}`, 'page_size=2&page=1', 'structure=FLAT', 'structure=NESTED', 'email=jane1@acme.com',
	'domain=acme.com', 'firstname=a&lastname=b', 'linkedin_url=in%2Fp1', 'name=a', 'industry=SaaS', 'field_name=a&field_value=1']);

// Ids that there are, as a rule.
let ids = { contacts: [1], companies: [1], fields: [1] };
function idsOf(client) {
	const list = query => (sql(`${query} ORDER BY 1 DESC LIMIT 20`) || '1').split('\n');
	const fields = table => `SELECT (f ->> 'id')::bigint FROM revyops.${table}, jsonb_array_elements(custom_fields) AS f WHERE client_id = ${client.id}`;
	return {
		contacts: list(`SELECT id FROM revyops.contact WHERE client_id = ${client.id}`),
		companies: list(`SELECT id FROM revyops.company WHERE client_id = ${client.id}`),
		fields: list(`${fields('contact')} UNION ${fields('company')}`),
	};
}
const id = kind => chance(10) ? 1 : one(ids[kind]);

const kinds = ['contacts', 'companies'];
const body = kind => kind === 'contacts' ? contact('contact_custom_fields') : company();
const templates = [
	kind => ['POST', `/public/v2/${kind}`, kind === 'contacts' ? contact('contact_custom_fields_input') : company()],
	kind => ['POST', `/public/${kind}`, body(kind)],
	kind => ['POST', `/public/v2/${kind}/batch`, { mode: one(['partial', 'atomic']), [kind]: some(6, () => kind === 'contacts' ? contact('contact_custom_fields_input') : company()) }],
	() => ['PUT', '/public/v2/contacts', body('contacts')],
	() => ['PUT', '/public/v2/contacts/batch', { mode: one(['partial', 'atomic']), contacts: some(6, () => contact('contact_custom_fields_input')) }],
	() => ['POST', `/public/v2/contacts/${id('contacts')}/merge`, { other_id: Number(id('contacts')) }],
	kind => ['PATCH', `/public/v2/${kind}/${id(kind)}`, body(kind)],
	kind => ['PATCH', `/public/${kind}/${id(kind)}`, body(kind)],
	kind => ['POST', `/public/${kind}/${id(kind)}/custom-fields`, field()],
	kind => ['PATCH', `/public/${kind}/${id(kind)}/custom-fields/${id('fields')}`, field()],
	kind => ['DELETE', `/public/${kind}/${id(kind)}/custom-fields/${id('fields')}`],
	kind => [chance(3) ? 'DELETE' : 'GET', `/public/${kind}/${id(kind)}`],
	kind => ['GET', `/public/v2/${kind}`],
	kind => ['GET', `/public/v2/${kind}/${id(kind)}`],
	kind => ['GET', `/public/v2/${kind}/lookup-by-custom-field`],
	kind => ['GET', `/public/${kind}`],
	kind => ['GET', `/public/${kind}/${id(kind)}`],
	kind => ['GET', `/public/v2/${kind}-master-list`],
	kind => ['GET', `/public/v2/${kind}-master-list/${id(kind)}`],
];

// ---------------------------------------------------------------- and as they should not

const nested = depth => '['.repeat(depth) + ']'.repeat(depth);
const hostile = [null, true, -1, 0, 1.5, 1e308, '', ' \u3000', '\u0000', '\u0001', '\ud800', 'x'.repeat(5000), 'é'.repeat(256), [], {}, [[]], { field_name: 'a' },
	[null], '9223372036854775808', 9007199254740993, '\'; DROP TABLE revyops.contact; --', '%00', '${x}', '../../etc/passwd', 'jane@acme.com', 'in/p1', '\u202e', 'e\u0301'];
const RAW = ['1e400', '-0.0', '1e131071', '1e-20000', '123456789012345678901234567890', '"\\u0000"', '"\\ud800"', '"\\x"', nested(65), nested(5000), 'NaN', '', '"', '{', '/**/1'];

// put makes a member of any name; an assignment to __proto__ makes none, and of an array something else
const put = (object, name, value) => Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });

// spoil changes one value somewhere in a body.
function spoil(value) {
	if (value === null || typeof value !== 'object' || chance(6))
		return one(hostile);
	const keys = Object.keys(value);
	const copy = Array.isArray(value) ? [...value] : { ...value };
	if (keys.length === 0 || chance(8))
		put(copy, one(['email', 'domain', 'field_name', 'id', '0', '__proto__', 'contact_custom_fields', '']), one(hostile));
	else if (chance(8))
		delete copy[one(keys)];
	else {
		const key = one(keys);
		put(copy, key, spoil(copy[key]));
	}
	return copy;
}

// fields of a form: what is no string is written as JSON
const form = value => value === null || typeof value !== 'object' ? [['email', String(value)]] :
	Object.entries(value).flatMap(([name, v]) => Array.isArray(v) && chance(2) ?
		v.flatMap((entry, i) => entry !== null && typeof entry === 'object' ? Object.entries(entry).map(([n, w]) => [`${name}${one(['[', '[', '(']) + i}]${one(['', '.'])}${n}`, String(w)]) : [[`${name}[${i}]`, String(entry)]]) :
		[[name, typeof v === 'string' ? v : JSON.stringify(v)]]);

function encode(value) {
	const wellFormed = v => typeof v === 'string' ? v.toWellFormed?.() ?? v.replace(/[\ud800-\udfff]/g, '?') : v;
	const fields = () => form(value).map(f => f.map(wellFormed));
	switch (below(4)) {
		case 0: return urlencoded(fields());
		case 1: return multipart(fields());
		default: return { type: chance(10) ? `${JSON_TYPE}; charset=utf-8` : JSON_TYPE, body: JSON.stringify(value) };
	}
}

// bytes changes the encoded body.
function bytes(text) {
	const data = Buffer.from(text);
	const at = below(data.length + 1);
	const end = at + below(Math.min(data.length - at, 20) + 1);
	switch (below(7)) {
		case 0: return data.subarray(0, at);
		case 1: return Buffer.concat([data.subarray(0, at), data.subarray(end)]);
		case 2: return Buffer.concat([data.subarray(0, end), data.subarray(at)]);
		case 3: return Buffer.concat([data.subarray(0, at), Buffer.from([below(256)]), data.subarray(at)]);
		case 4: return Buffer.concat([data.subarray(0, at), Buffer.from(one(RAW)), data.subarray(end)]);
		case 5: {
			const piece = data.subarray(at, end);
			return Buffer.concat([data.subarray(0, at), ...Array.from({ length: one([2, 50, 10000]) }, () => piece), data.subarray(at)]);
		}
		default: {
			const copy = Buffer.from(data);
			if (copy.length > 0)
				copy[below(copy.length)] ^= 1 << below(8);
			return copy;
		}
	}
}

const TYPES = [JSON_TYPE, FORM_TYPE, 'multipart/form-data', 'multipart/form-data; boundary=', 'multipart/form-data; boundary="boundary', 'text/plain', 'application/json; x="', ''];

function make(client) {
	let [method, path, value] = one(templates)(one(kinds));
	let search = query();
	const headers = [['X-API-Key', client.key]];
	let body;
	if (value !== undefined) {
		for (const _ of chance(2) ? [] : some(2, () => 0))
			value = spoil(value);
		const encoded = encode(value);
		body = encoded.body ?? '';
		if (chance(3))
			body = bytes(body);
		const type = chance(15) ? one(TYPES) : encoded.type;
		if (type !== '')
			headers.push(['Content-Type', type]);
	}
	if (chance(10))
		path = path.replace(/\d+$/, () => one(['0', '9223372036854775808', '00000000000000000000001', '-1', 'x', '1e3', '99999999']));
	if (chance(5))
		search = bytes(search + one(['', '&page=', '&field_name=%', '&structure=flat', '&page=2147483648', '&email=%00', '&%FF=%FF'])).toString('latin1').replace(/[^!-~]/g, '+');
	if (chance(50))
		method = one(['PUT', 'HEAD', 'OPTIONS']);
	return { method, path: search === '' ? path : `${path}?${search}`, headers, body };
}

// ---------------------------------------------------------------- what must hold of the answers

const DOCUMENTED = [200, 201, 204, 301, 400, 401, 403, 404, 405, 409, 413, 415, 422];
const LOG = `current_setting('data_directory') || '/../log/postgres.log'`;
const logSize = () => sql(`SELECT size FROM pg_stat_file(${LOG})`);
const alarms = from => sql(`SELECT line FROM regexp_split_to_table(convert_from(pg_read_binary_file(${LOG}, ${from}, 100000000), 'LATIN1'), '\n') AS line
	WHERE line ~ 'PANIC|FATAL|TRAP|terminated by signal|XX000|revyops: '`);

function check(sent, got, books) {
	const told = () => `${JSON.stringify({ ...sent, headers: sent.headers.slice(1), body: sent.body === undefined ? undefined : Buffer.from(sent.body).toString('base64') })}\n${got.status} ${got.text.slice(0, 500)}`;
	assert.ok(DOCUMENTED.includes(got.status), told());
	if (got.status === 204 || sent.method === 'HEAD') {
		assert.equal(got.text, '', told());
	} else {
		assert.match(got.headers['content-type'] ?? '', /^application\/json/, told());
		assert.notEqual(got.json, undefined, told());
	}
	if (got.status >= 400 && sent.method !== 'HEAD') {
		assert.equal(typeof got.json.detail, 'string', told());
		assert.ok(got.json.errors === undefined || (Array.isArray(got.json.errors) && got.json.errors.every(e => typeof e.code === 'string')), told());
	}
	const [, kind, rest] = /^\/public\/(?:v2\/)?(contacts|companies)([^?]*)/.exec(sent.path) ?? [];
	if (['POST', 'PUT'].includes(sent.method) && rest === '' && got.status === 201) {
		assert.equal(got.headers.location?.split('/').pop(), String(got.json.id), told());
		books[kind]++;
	}
	if (['POST', 'PUT'].includes(sent.method) && rest === '/batch' && got.status === 200) {
		assert.equal(got.json.results.filter(r => r.status === 201).length, got.json.summary.created, told());
		books[kind] += got.json.summary.created;
	}
	if (sent.method === 'POST' && /^\/\d+\/merge$/.test(rest) && got.status === 200)
		books[kind]--;
	if (sent.method === 'DELETE' && got.status === 204 && /^\/\d+$/.test(rest))
		books[kind]--;
}

test(`requests changed at random, seed ${seed}`, { timeout: until === undefined ? 600000 * PATIENCE : undefined }, async t => {
	const client = newClient('fuzz');
	const from = logSize();
	const books = { contacts: 0, companies: 1 };
	await post(client, { domain: 'acme.com' }, { path: COMPANIES });
	const statuses = {};
	let sent = 0;
	async function sender() {
		while (sent < count && (until === undefined || Date.now() < until)) {
			if (sent++ % 50 === 0)
				ids = idsOf(client);
			const r = make(client);
			const got = await request(r.method, r.path, r.headers, r.body);
			statuses[got.status] = (statuses[got.status] ?? 0) + 1;
			check(r, got, books);
		}
	}
	await Promise.all(Array.from({ length: TOGETHER }, sender));
	t.diagnostic(`${sent} requests: ${Object.entries(statuses).map(([s, n]) => `${n} x ${s}`).join(', ')}`);
	assert.equal(rows(client), `${books.contacts} contacts, ${books.companies} companies`);
	assert.equal(alarms(from), '');
});
