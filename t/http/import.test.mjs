// POST /public/v2/contacts/import and what is beside it: a file in, how far it is, what came of it. How rows are read is
// tested in SQL; here that octets arrive as they are, by each way, with their options, and answers whole.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { exchange, firstWords, FRONT, newClient, PATIENCE, request, rows, sql, url } from './stack.mjs';

const IMPORT = '/public/v2/contacts/import';
const FILE = 'First Name,Email\nJane,jane@acme.com\nJoe,joe@acme.com\nNo Mail,\n';
const MIB = 1024 * 1024;

// Sends a file; options go into the query.
const send = (client, body, options = {}, { path = IMPORT, type = 'text/csv', headers = [] } = {}) =>
	request('POST', `${path}?${new URLSearchParams(options)}`, [['X-API-Key', client.key], ...(type === null ? [] : [['Content-Type', type]]), ...headers], body);

// A form of [name, value, more of the first header], octets as they are.
function form(parts, boundary = 'b0undary') {
	const octets = parts.flatMap(([name, value, more = '']) => [Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`), Buffer.from(value), Buffer.from('\r\n')]);
	return { body: Buffer.concat([...octets, Buffer.from(`--${boundary}--\r\n`)]), type: `multipart/form-data; boundary=${boundary}` };
}

const emails = client => sql(`SELECT string_agg(email, ' ' ORDER BY email) FROM revyops.contact WHERE client_id = ${client.id}`);
const counts = ({ rows: all, created, updated, duplicates, failed }) => [all, created, updated, duplicates, failed];
async function isRefused(got, status, ...errors) {
	const answer = await got;
	assert.deepEqual([answer.status, answer.json?.errors?.map(({ message, ...rest }) => rest)], [status, errors.length > 0 ? errors : undefined], answer.text);
	assert.match(answer.headers['content-type'], /^application\/json/);
	return answer;
}

test('a file as it is: the whole answer', async () => {
	const client = newClient('import');
	const got = await send(client, FILE, { on_fault: 'drop_value' });
	assert.equal(got.status, 200, got.text);
	assert.deepEqual([got.headers['content-type'], got.headers['cache-control'], got.headers.location], ['application/json; charset=utf-8', 'no-store', undefined]);
	const { job, mapping, rejects, rejects_url, ...rest } = got.json;
	assert.deepEqual(counts(rest), [3, 2, 0, 0, 1]);
	assert.deepEqual(mapping, { 'First Name': 'first_name', Email: 'email' });
	assert.deepEqual([rest.encoding, rest.delimiter, rest.header_line, rest.columns, rest.notes, rest.preview], ['UTF8', ',', 1, ['First Name', 'Email'], 0, undefined]);
	assert.deepEqual(rejects.map(r => [r.line, r.status, r.errors.map(e => e.code)]), [[4, 400, ['identifier_required']]]);
	assert.equal(rejects_url, `${url.origin}/public/v2/contacts/imports/${job}/report?outcome=rejected`);
	assert.equal(emails(client), 'jane@acme.com joe@acme.com');
});

test('its content types, and none: the same', async () => {
	for (const type of ['text/csv', 'Text/CSV; header=present', 'application/octet-stream', null]) {
		const client = newClient('import type');
		const got = await send(client, FILE, {}, { type });
		assert.deepEqual([got.status, counts(got.json ?? {}), emails(client)], [200, [3, 2, 0, 0, 1], 'jane@acme.com joe@acme.com'], `${type} ${got.text}`);
	}
});

test('a form: the file is a part, the options are others, and a parameter counts more', async () => {
	const client = newClient('import form');
	const { body, type } = form([['mode', 'check'], ['columns', '{"First Name": null}'], ['file', FILE, '; filename="a b.csv"']]);
	const checked = await send(client, body, {}, { type });
	assert.deepEqual([checked.status, counts(checked.json ?? {}), checked.json?.mapping], [200, [3, 2, 0, 0, 1], { 'First Name': null, Email: 'email' }], checked.text);
	assert.deepEqual(checked.json.preview, [['Jane', 'jane@acme.com'], ['Joe', 'joe@acme.com'], ['No Mail', null]]);
	assert.equal(rows(client), '0 contacts, 0 companies');
	const created = await send(client, body, { mode: 'create' }, { type });
	assert.deepEqual([created.status, created.json?.preview, emails(client)], [200, undefined, 'jane@acme.com joe@acme.com'], created.text);
});

test('octets arrive as they are: UTF-16 with NULs, Windows-1252, a boundary\'s neighbours', async () => {
	const text = 'Vorname;E-Mail\r\nJürgen;j@acme.com\r\n';
	const files = {
		'UTF-16': [Buffer.from(`\ufeff${text}`, 'utf16le'), {}, 'text/csv'],
		'UTF-16 that nothing marks': [Buffer.from(text, 'utf16le'), { encoding: 'UTF16LE' }, 'application/octet-stream'],
		'Windows-1252': [Buffer.from(text, 'latin1'), {}, 'text/csv'],
		'Windows-1252, as charset': [Buffer.from(text, 'latin1'), {}, 'text/csv; charset=windows-1252'],
		'an option counts more than charset': [Buffer.from(text, 'latin1'), { encoding: 'WIN1252' }, 'text/csv; charset=utf-8'],
	};
	for (const [what, [octets, options, type]] of Object.entries(files))
		for (const way of [{ body: octets, type }, ...(type.includes('charset') ? [] : [form([['file', octets]])])]) {
			const client = newClient('import octets');
			const got = await send(client, way.body, options, { type: way.type });
			assert.deepEqual([got.status, got.json?.failed], [200, 0], `${what} ${got.text}`);
			assert.equal(sql(`SELECT first_name FROM revyops.contact WHERE client_id = ${client.id}`), 'Jürgen', what);
		}
});

test('a charset counts for what is no UTF-8, of a part as of a body, and a wrong one does no harm', async () => {
	const text = 'Vorname;E-Mail\r\nJürgen;j@acme.com\r\n';
	const utf8 = Buffer.from(text);
	const windows = Buffer.from(text, 'latin1');
	const mac = Buffer.from(text, 'latin1').map(octet => octet === 0xfc ? 0x9f : octet);
	const got = [];
	const refused = 'encoding unknown_encoding';
	for (const [octets, charset, expected] of [
		[utf8, 'iso-8859-1', 'Jürgen UTF8'], [utf8, 'windows-1251', 'Jürgen UTF8'], [utf8, 'utf-16', 'Jürgen UTF8'], [utf8, 'klingon', 'Jürgen UTF8'], [utf8, '"utf-8"', 'Jürgen UTF8'], [Buffer.from(text, 'utf16le'), 'utf-8', 'Jürgen UTF16LE'],
		[windows, 'utf-8', 'Jürgen WIN1252'], [windows, 'iso-8859-1', 'Jürgen WIN1252'], [windows, 'iso-8859-2', 'Jürgen LATIN2'], [windows, 'klingon', refused],
		[mac, 'macintosh', 'Jürgen MACINTOSH'], [mac, 'utf-8', refused], [mac, 'iso-8859-1', refused]])
		for (const way of [{ body: octets, type: `text/csv; charset=${charset}` }, form([['file', octets, `; filename="a.csv"\r\nContent-Type: text/csv; charset=${charset}`]])])
			for (const path of [IMPORT, '/public/v2/do-not-contact/import']) {
				const client = newClient('import charset');
				const { status, json } = await send(client, way.body, {}, { path, type: way.type });
				const name = sql(`SELECT first_name FROM revyops.contact WHERE client_id = ${client.id}`) || 'Jürgen';
				got.push([charset, path, way.type, status === 200 ? `${name} ${json.encoding}` : `${json.errors[0].parameter} ${json.errors[0].code}`, expected]);
			}
	assert.deepEqual(got.filter(([,,, shown, expected]) => shown !== expected), []);
	assert.equal(got.length, 52);
});

test('what can\'t be an import is refused, and nothing was written', async () => {
	const client = newClient('import refused');
	const file = form([['file', FILE]]);
	await isRefused(send(client, FILE, { mode: 'insert' }), 400, { parameter: 'mode', code: 'invalid_mode' });
	await isRefused(send(client, FILE, { columns: '{' }), 400, { parameter: 'columns', code: 'malformed_json' });
	await isRefused(send(client, FILE, { columns: '{', header_line: 'one', mode: 'insert', encoding: 'UTF-9', modus: 'x' }), 400, { parameter: 'header_line', code: 'invalid_number' }, { parameter: 'columns', code: 'malformed_json' },
		{ parameter: 'modus', code: 'unknown_parameter', nearest: ['mode'] }, { parameter: 'encoding', code: 'unknown_encoding' }, { parameter: 'mode', code: 'invalid_mode' });
	await isRefused(send(client, FILE, { columns: '["Email"]' }), 400, { parameter: 'columns', code: 'not_an_object' });
	await isRefused(send(client, FILE, { columns: '['.repeat(100_000 / 100) }), 400, { parameter: 'columns', code: 'malformed_json' });
	await isRefused(send(client, FILE, { on_faults: 'drop_value', modus: 'x' }), 400, { parameter: 'on_faults', code: 'unknown_parameter', nearest: ['on_fault'] }, { parameter: 'modus', code: 'unknown_parameter', nearest: ['mode'] });
	await isRefused(send(client, FILE, { email: 'jane@acme.com' }), 400, { parameter: 'email', code: 'unknown_parameter', nearest: [] });
	await isRefused(send(client, form([['file', FILE], ['on_faults', 'x']]).body, {}, file), 400, { parameter: 'on_faults', code: 'unknown_parameter', nearest: ['on_fault'] });
	await isRefused(send(client, form([['fil', FILE]]).body, {}, file), 400, { pointer: '/file', code: 'required' }, { parameter: 'fil', code: 'unknown_parameter', nearest: [] });
	for (const path of [IMPORT, '/public/v2/companies/import', '/public/v2/do-not-contact/import'])
		for (const second of ['Email,Domain\njoe@acme.com,acme.com\n', ''])
			await isRefused(send(client, form([['file', FILE, '; filename="a.csv"'], ['file', second, '; filename="b.csv"']]).body, {}, { ...file, path }), 400, { pointer: '/file', code: 'duplicate' });
	await isRefused(send(client, file.body.subarray(0, -20), {}, file), 400, { pointer: '', code: 'malformed_body' });
	await isRefused(send(client, FILE, {}, { headers: [['Content-Encoding', 'gzip']] }), 415, { parameter: 'Content-Encoding', code: 'unsupported_encoding' });
	for (const type of ['application/json', 'application/x-www-form-urlencoded', 'text/plain', 'text/csvx', 'text/csv\u00e9'])
		await isRefused(send(client, FILE, {}, { type }), 415, { parameter: 'Content-Type', code: 'unsupported_media_type' });
	assert.equal(rows(client), '0 contacts, 0 companies');
	assert.equal(sql(`SELECT count(*) FROM revyops.import_job WHERE client_id = ${client.id}`), '0');
});

test('an option that nobody knows is refused, in the query as in the form, and nothing was written', async () => {
	const client = newClient('import unknown');
	for (const path of [IMPORT, '/public/v2/companies/import', '/public/v2/do-not-contact/import'])
		for (const [name, ...nearest] of [['dry_run'], ['check'], ['preview'], ['upsert'], ['on_conflict'], ['utm_source'], ['encodin', 'encoding']])
			for (const headers of [[], [['Prefer', 'handling=lenient']]]) {
				const { body, type } = form([['file', FILE], [name, 'true']]);
				const faults = { parameter: name, code: 'unknown_parameter', nearest };
				await isRefused(send(client, FILE, { [name]: 'true' }, { path, headers }), 400, faults);
				await isRefused(send(client, body, {}, { path, type, headers }), 400, faults);
			}
	assert.equal(rows(client), '0 contacts, 0 companies');
	assert.equal(sql(`SELECT (SELECT count(*) FROM revyops.import_job WHERE client_id = ${client.id}) + (SELECT count(*) FROM revyops.do_not_contact WHERE client_id = ${client.id})`), '0');
	const strict = await send(client, FILE, { utm_source: 'x' }, { headers: [['Prefer', 'handling=strict']] });
	assert.deepEqual([strict.status, strict.headers['preference-applied'], strict.json?.errors?.[0].code], [400, 'handling=strict', 'unknown_parameter']);
	const known = await send(client, FILE, { client_id: client.id });
	assert.deepEqual([known.status, known.headers['x-revyops-unknown-parameters']], [200, undefined], known.text);
});

test('of a GET of imports what nobody knows is told', async () => {
	const client = newClient('import unknown GET');
	const told = await request('GET', `${IMPORT}?utm_source=x`, [['X-API-Key', client.key]]);
	assert.deepEqual([told.status, told.json, told.headers['x-revyops-unknown-parameters']], [200, { running: [] }, 'utm_source'], told.text);
});

test('16 MiB and no more, and no key, no body', async () => {
	const client = newClient('import size');
	// one column that is large: whether rows are many is the import's matter
	const line = `jane@acme.com,${'x'.repeat(1000)}\n`;
	const head = 'Email,Notes\n';
	const file = Buffer.alloc(16 * MIB, line);
	file.write(head + line.slice(head.length), 0);
	const got = await send(client, file, { mode: 'check' });
	assert.deepEqual([got.status, got.json?.columns], [200, ['Email', 'Notes']], got.text.slice(0, 500));
	assert.deepEqual([(await send(client, Buffer.alloc(16 * MIB + 1, line))).status], [413]);
	for (const path of [IMPORT, '/public/v2/companies/import', `/api${IMPORT}`]) {
		const words = await firstWords(`POST ${path} HTTP/1.1\r\nHost: x\r\nX-API-Key: nope\r\nContent-Type: text/csv\r\nContent-Length: 1000000\r\n\r\n`);
		assert.match(words, /^HTTP\/1\.1 403 .*invalid_credentials/s, path);
	}
});

test('its methods', async () => {
	const client = newClient('import methods');
	const key = [['X-API-Key', client.key]];
	for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
		const got = await request(method, IMPORT, key);
		assert.deepEqual([got.status, got.headers.allow], [405, 'GET, HEAD, POST'], method);
	}
	assert.deepEqual([(await request('HEAD', IMPORT, key)).status, (await request('GET', IMPORT, key)).json], [200, { running: [] }]);
	assert.deepEqual([(await request('POST', '/public/v2/contacts/imports/1/report', key)).headers.allow], ['GET, HEAD']);
	for (const path of ['/public/contacts/import', '/public/v2/contacts/imports', '/public/v2/contacts/imports/x', '/public/v2/contacts/import/'])
		assert.equal((await request('GET', path, key)).status, 404, path);
});

test('a job and its report are their client\'s', async () => {
	const [client, other] = [newClient('import job'), newClient('import job, other')];
	const { job, rejects_url } = (await send(client, FILE)).json;
	const get = (path, who = client, method = 'GET') => exchange(method, path, [['X-API-Key', who.key]]);
	const shown = await get(`/public/v2/contacts/imports/${job}`);
	assert.deepEqual([shown.status, counts(JSON.parse(shown.text)), JSON.parse(shown.text).job], [200, [3, 2, 0, 0, 1], job]);
	const link = new URL(rejects_url);
	const report = await get(link.pathname + link.search);
	assert.deepEqual([report.status, report.headers['content-type'], report.headers['content-disposition']], [200, 'text/csv; charset=utf-8', `attachment; filename="import-${job}-rejected.csv"`]);
	const lines = report.text.split('\r\n');
	assert.deepEqual([lines[0], lines.length], ['First Name,Email,import_line,import_outcome,import_faults', 3], report.text);
	assert.deepEqual(lines.slice(1), ['No Mail,,4,rejected,identifier_required', '']);
	assert.equal((await get(`/public/v2/contacts/imports/${job}/report`)).headers['content-disposition'], `attachment; filename="import-${job}.csv"`);
	const head = await get(link.pathname + link.search, client, 'HEAD');
	assert.deepEqual([head.status, head.headers['content-type'], head.text], [200, 'text/csv; charset=utf-8', '']);
	await isRefused(request('GET', `${link.pathname}?outcome=all`, [['X-API-Key', client.key]]), 400, { parameter: 'outcome', code: 'invalid_outcome' });
	await isRefused(request('GET', `${link.pathname}?outcom=rejected`, [['X-API-Key', client.key]]), 400, { parameter: 'outcom', code: 'unknown_parameter', nearest: ['outcome'] });
	for (const path of [`imports/${job}`, `imports/${job}/report`]) {
		await isRefused(request('GET', `/public/v2/contacts/${path}`, [['X-API-Key', other.key]]), 404, { parameter: 'job', code: 'not_found' });
		assert.equal((await request('GET', `/public/v2/contacts/${path.replace(job, '99999999999999999999')}`, [['X-API-Key', client.key]])).status, 404, path);
	}
});

test('under an idempotency key it is carried out once: the same octets and options, however the form is bounded', async () => {
	const client = newClient('import once');
	const headers = [['Idempotency-Key', 'file 1']];
	const first = await send(client, form([['on_fault', 'reject'], ['file', FILE]], 'one').body, {}, { ...form([], 'one'), headers });
	const again = await send(client, form([['on_fault', 'reject'], ['file', FILE]], 'two').body, {}, { ...form([], 'two'), headers });
	assert.deepEqual([first.status, again.status, again.text, again.headers['idempotent-replayed']], [200, 200, first.text, 'true']);
	for (const [options, file] of [[{}, `${FILE}x`], [{ mode: 'upsert' }, FILE]])
		await isRefused(send(client, form([['on_fault', 'reject'], ['file', file]]).body, options, { ...form([]), headers }), 422, { parameter: 'Idempotency-Key', code: 'key_reused' });
	assert.equal(sql(`SELECT count(*) FROM revyops.import_job WHERE client_id = ${client.id}`), '1');
});

test('carried out once, the link to its rejects is at the address that each caller asks', async () => {
	const client = newClient('import link');
	const send = (base, path, body = 'Email\\njane@acme.com\\nnope\\n') => JSON.parse(sql(`SELECT jsonb_build_array(status, headers ~ 'Idempotent-Replayed: true', body::jsonb)
		FROM revyops_http.handle('POST', '${path}', '', E'X-API-Key: ${client.key}\\nContent-Type: text/csv\\nIdempotency-Key: link ${path.replace('/api', '')}\\n${base && `X-Revyops-Base: ${base}\\n`}', E'${body}'::bytea)`));
	for (const [path, file] of [[IMPORT], ['/public/v2/companies/import', 'Domain\\nacme.com\\nco.uk\\n']]) {
		const [status, replayed, { rejects_url, ...first }] = send('https://a.example.com/crm', `/api${path}`, file);
		assert.deepEqual([status, replayed, rejects_url, first.failed], [200, false, `https://a.example.com/crm/api${path}s/${first.job}/report?outcome=rejected`, 1]);
		for (const base of ['https://b.example.com', ''])
			assert.deepEqual(send(base, path, file), [200, true, { ...first, rejects_url: `${base}${path}s/${first.job}/report?outcome=rejected` }]);
	}
});

test('companies come in the same way', async () => {
	const client = newClient('import companies');
	const got = await send(client, 'Name,Website\nAcme,acme.com\n', {}, { path: '/public/v2/companies/import' });
	assert.deepEqual([got.status, got.json?.created], [200, 1], got.text);
	assert.equal(sql(`SELECT domain FROM revyops.company WHERE client_id = ${client.id}`), 'acme.com');
	assert.equal(got.json.rejects_url, `${url.origin}/public/v2/companies/imports/${got.json.job}/report?outcome=rejected`);
});

test('a path shows imports of its kind, and of the other one none', async () => {
	const client = newClient('import kinds');
	const key = [['X-API-Key', client.key]];
	const jobs = { contacts: (await send(client, FILE)).json.job, companies: (await send(client, 'Name,Website\nAcme,acme.com\n', {}, { path: '/public/v2/companies/import' })).json.job };
	for (const [kind, other] of [['contacts', 'companies'], ['companies', 'contacts']]) {
		const job = await request('GET', `/public/v2/${kind}/imports/${jobs[kind]}`, key);
		assert.deepEqual([job.status, job.json?.job, job.json?.entity], [200, jobs[kind], kind === 'contacts' ? 'contact' : 'company'], job.text);
		assert.equal((await request('GET', `/public/v2/${kind}/imports/${jobs[kind]}/report`, key)).status, 200);
		for (const rest of ['', '/report'])
			await isRefused(request('GET', `/public/v2/${other}/imports/${jobs[kind]}${rest}`, key), 404, { parameter: 'job', code: 'not_found' });
	}
});

// Holds contacts back until it is told to let go.
async function holdBack() {
	const psql = spawn('psql', ['-XAtq'], { stdio: ['pipe', 'pipe', 'inherit'] });
	psql.stdin.write('BEGIN; LOCK TABLE revyops.contact IN SHARE MODE; SELECT 1;\n');
	await once(psql.stdout, 'data');
	return async () => {
		psql.stdin.end('ROLLBACK;\n');
		await once(psql, 'exit');
	};
}

test('while it runs it is listed, for its client alone', async () => {
	const [client, other] = [newClient('import running'), newClient('import running, other')];
	const letGo = await holdBack();
	let seen = [];
	let others;
	let sent;
	try {
		sent = send(client, FILE);
		for (let i = 0; seen.length === 0 && i < 100 * PATIENCE; i++) {
			({ running: seen } = (await request('GET', IMPORT, [['X-API-Key', client.key]])).json);
			if (seen.length === 0)
				await new Promise(resolve => setTimeout(resolve, 20));
		}
		others = (await request('GET', IMPORT, [['X-API-Key', other.key]])).json;
	} finally {
		await letGo();
	}
	const { job } = (await sent).json;
	assert.deepEqual(seen.map(({ octets, rows: done, ...rest }) => rest), [{ job, octets_total: FILE.length }]);
	assert.ok(seen[0].octets <= FILE.length && seen[0].rows === 0, JSON.stringify(seen));
	assert.deepEqual([others, (await request('GET', IMPORT, [['X-API-Key', client.key]])).json], [{ running: [] }, { running: [] }]);
	// what COPY itself shows there is nobody's import
	assert.equal(sql('SELECT count(*) FROM pg_stat_progress_copy'), '0');
});

test('the page\'s files, as what they are', async () => {
	for (const [path, type] of [['/import/', 'text/html'], ['/import/import.js', 'text/javascript'], ['/import/import.css', 'text/css'], ['/import/icon.svg', 'image/svg+xml'], ['/api/import/api.js', 'text/javascript']]) {
		const got = await request('GET', path, []);
		assert.deepEqual([got.status, got.headers['content-type'], got.headers['x-content-type-options'], got.headers['referrer-policy']], [200, type, 'nosniff', 'no-referrer'], path);
		assert.match(got.headers['content-security-policy'], /^default-src 'none'; (\w+-src 'self'; )+base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/);
		assert.deepEqual([(await request('POST', path, [], '')).status, (await request('POST', path, [], '')).headers.allow], [405, 'GET, HEAD'], path);
	}
	for (const [path, location] of [['/import', 'import/'], ['/api/import', 'import/']]) {
		const got = await request('GET', path, []);
		assert.deepEqual([got.status, got.headers.location], [301, location], path);
	}
	assert.equal((await request('GET', '/import/none', [])).status, 404);
});

test(`by ${FRONT} a report is as long as it is`, async () => {
	const client = newClient('import report');
	const many = `Email,Notes\n${Array.from({ length: 5000 }, (_, i) => `x${i},"note ""${i}"" é"\n`).join('')}`;
	const { job } = (await send(client, many)).json;
	const got = await exchange('GET', `/public/v2/contacts/imports/${job}/report`, [['X-API-Key', client.key]]);
	assert.equal(got.text.split('\r\n').length, 5002);
	assert.match(got.text.split('\r\n')[5000], /^x4999,"note ""4999"" é",5001,rejected,/);
});

test('doc/import.md: its lines for curl', () => {
	const client = newClient('import by curl');
	sql(`SELECT revyops_set_client_setting(${client.id}, 'on_unknown_domain', 'create')`);
	const [post, report, ...rest] = readFileSync(new URL('../../doc/import.md', import.meta.url), 'utf8').match(/^curl .*/gm);
	assert.deepEqual(rest, []);
	const bash = line => execFileSync('bash', ['-c', line], { cwd: new URL('../files/', import.meta.url), encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, REVYOPS_KEY: client.key } });
	const answer = JSON.parse(bash(post));
	assert.deepEqual([...counts(answer), answer.notes], [4, 4, 0, 0, 0, 2]);
	assert.match(report, /imports\/1\/report.* -o report\.csv$/);
	const lines = bash(report.replace('/imports/1/', `/imports/${answer.job}/`).replace(/ -o .*/, '')).split('\r\n');
	assert.deepEqual(lines.map(line => line.match(/,(\d+|import_line),(\w+),/)?.slice(1)), [['import_line', 'import_outcome'], ['2', 'changed'], ['5', 'changed'], undefined]);
});
