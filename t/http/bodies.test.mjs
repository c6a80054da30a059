// Bodies that are too large, too deep, cut, or not what their type says: each a
// clear 4xx, and nothing written.
import assert from 'node:assert/strict';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { COMPANIES, CONTACTS, CONTACTS_BATCH, FORM_TYPE, JSON_TYPE, multipart, newClient, post, request, rows, urlencoded } from './stack.mjs';

const MIB = 1024 * 1024;
const client = newClient('bodies');
const MULTIPART = 'multipart/form-data; boundary=b';
const part = (name, value) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const padded = (size, email) => {
	const start = `{"email":"${email}","unknown":"`;
	return `${start}${'x'.repeat(size - start.length - 2)}"}`;
};
const bytes = (...parts) => Buffer.concat(parts.map(p => typeof p === 'string' ? Buffer.from(p) : Buffer.from(p)));

test('201: a body of 1 MiB exactly', async () => {
	const got = await post(client, padded(MIB, 'mib@acme.com'));
	assert.equal(got.status, 201, got.text.slice(0, 300));
});
test('201: chunked', async () => {
	const got = await post(client, padded(300000, 'chunked@acme.com'), { headers: [['Transfer-Encoding', 'chunked']] });
	assert.equal(got.status, 201, got.text.slice(0, 300));
});
test('201: 1,000 custom fields', async () => {
	const got = await post(client, { email: 'thousand@acme.com', contact_custom_fields_input: Array.from({ length: 1000 }, (_, i) => ({ field_name: `f${i}`, field_value: 'x'.repeat(250) })) });
	assert.equal(got.status, 201, got.text.slice(0, 300));
	assert.equal(got.json.contact_custom_fields.length, 1000);
});
test('201: escapes, surrogate pairs, a key twice, deep unknown members within bounds', async () => {
	const got = await post(client, '{"email":"first@acme.com","email":"last@acme.com","first_name":"\\ud83d\\ude42 \\u00e9\\/","x":' + '['.repeat(20) + ']'.repeat(20) + '}');
	assert.equal(got.status, 201, got.text);
	assert.deepEqual([got.json.email, got.json.first_name], ['last@acme.com', '🙂 é/']);
});

test('201: 64 deep', async () => {
	const got = await post(client, `{"email":"deep@acme.com","x":${'['.repeat(63)}${']'.repeat(63)}}`);
	assert.equal(got.status, 201, got.text);
});
test('400: 65 deep', async () => {
	const got = await post(client, `{"email":"deeper@acme.com","x":${'['.repeat(64)}${']'.repeat(64)}}`);
	assert.equal(got.status, 400, got.text);
	assert.deepEqual(got.json.errors.map(e => e.code), ['too_deep']);
});

const cases = [
	// name, status, type, body
	['1 MiB and a byte', 413, JSON_TYPE, padded(MIB + 1, 'x@acme.com')],
	['10 MB', 413, JSON_TYPE, padded(10_000_000, 'x@acme.com')],
	['10 MB of %', 413, FORM_TYPE, '%'.repeat(10_000_000)],
	['100,000 custom fields', 413, JSON_TYPE, JSON.stringify({ email: 'x@acme.com', contact_custom_fields_input: Array.from({ length: 100_000 }, (_, i) => ({ field_name: `f${i}`, field_value: '' })) })],
	['20,000 custom fields', 400, JSON_TYPE, JSON.stringify({ email: 'x@acme.com', contact_custom_fields_input: Array.from({ length: 20_000 }, (_, i) => ({ field_name: `f${i}`, field_value: '' })) })],
	['10,000 deep', 400, JSON_TYPE, `{"email":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
	['10,000 objects deep', 400, JSON_TYPE, `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
	['10,000 deep in an unknown member', 400, JSON_TYPE, `{"email":"x@acme.com","x":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
	['500,000 deep and not closed', 400, JSON_TYPE, '['.repeat(500_000)],
	['10,000 deep in a form\'s list', 400, FORM_TYPE, `email=x@acme.com&contact_custom_fields_input=${'['.repeat(10_000)}${']'.repeat(10_000)}`],
	['broken JSON', 400, JSON_TYPE, '{"email":'],
	['two JSON values', 400, JSON_TYPE, '{"email":"x@acme.com"} {}'],
	['a comma too many', 400, JSON_TYPE, '{"email":"x@acme.com",}'],
	['JSON5', 400, JSON_TYPE, "{email:'x@acme.com'}"],
	['an array', 400, JSON_TYPE, '[{"email":"x@acme.com"}]'],
	['a string', 400, JSON_TYPE, '"x"'],
	['null', 400, JSON_TYPE, 'null'],
	['an empty body', 400, JSON_TYPE, ''],
	['an empty form', 400, FORM_TYPE, ''],
	['blanks', 400, JSON_TYPE, ' \n\t '],
	['a raw line feed in a string', 400, JSON_TYPE, '{"email":"x@acme.com","first_name":"a\nb"}'],
	['invalid UTF-8', 400, JSON_TYPE, bytes('{"email":"x@acme.com","first_name":"', [0xff, 0xfe], '"}')],
	['overlong UTF-8', 400, JSON_TYPE, bytes('{"email":"x@acme.com","first_name":"', [0xc0, 0x80], '"}')],
	['a surrogate as UTF-8', 400, JSON_TYPE, bytes('{"email":"x@acme.com","first_name":"', [0xed, 0xa0, 0x80], '"}')],
	['cut UTF-8', 400, JSON_TYPE, bytes('{"email":"x@acme.com","first_name":"a', [0xc3])],
	['a NUL byte', 400, JSON_TYPE, bytes('{"email":"x@acme.com","first_name":"', [0], '"}')],
	['a NUL byte behind', 400, JSON_TYPE, bytes('{"email":"x@acme.com"}', [0])],
	['\\u0000', 400, JSON_TYPE, '{"email":"x@acme.com","first_name":"a\\u0000b"}'],
	['\\u0000 in a name', 400, JSON_TYPE, '{"email":"x@acme.com","a\\u0000":1}'],
	['a lone high surrogate', 400, JSON_TYPE, '{"email":"x@acme.com","first_name":"\\ud83d"}'],
	['a lone low surrogate', 400, JSON_TYPE, '{"email":"x@acme.com","first_name":"\\ude42"}'],
	['a lone surrogate in an unknown member', 400, JSON_TYPE, '{"email":"x@acme.com","x":"\\ud83d"}'],
	['UTF-16', 400, JSON_TYPE, Buffer.from('\ufeff{"email":"x@acme.com"}', 'utf16le')],
	['gzip', 400, JSON_TYPE, Buffer.from('H4sIAAAAAAAAA6tWSs1NzMxRslKqcEhMTs3VS87PVaoFAKP4Wn4XAAAA', 'base64')],
	['a number of 1,000,000 digits', 400, JSON_TYPE, `{"email":"x@acme.com","company_id":1${'0'.repeat(1_000_000)}}`],
	['1e400 as company', 400, JSON_TYPE, '{"email":"x@acme.com","company_id":1e400}'],
	['1e999999 in an unknown member', 400, JSON_TYPE, '{"email":"x@acme.com","x":1e999999}'],
	['invalid UTF-8 in a form', 400, FORM_TYPE, 'email=x@acme.com&first_name=%ff%fe'],
	['raw invalid UTF-8 in a form', 400, FORM_TYPE, bytes('email=x@acme.com&first_name=', [0xff])],
	['a NUL in a form', 400, FORM_TYPE, 'email=x@acme.com&first_name=a%00b'],
	['1 MB of %', 400, FORM_TYPE, '%'.repeat(1_000_000)],
	['1 MB of &', 400, FORM_TYPE, '&'.repeat(1_000_000)],
	['a form\'s list that is no JSON', 400, FORM_TYPE, 'email=x@acme.com&contact_custom_fields_input=nope'],
	['a form\'s list with \\u0000', 400, FORM_TYPE, 'email=x@acme.com&contact_custom_fields_input=[{"field_name":"a","field_value":"\\u0000"}]'],
	['a list index beyond 32 bits', 400, FORM_TYPE, 'email=x@acme.com&contact_custom_fields_input[99999999999]field_name=a'],
	['a list entry that is a string', 400, FORM_TYPE, 'email=x@acme.com&contact_custom_fields_input[0]=a'],
	['multipart without a boundary', 400, 'multipart/form-data', part('email', 'x@acme.com')],
	['multipart with an empty boundary', 400, 'multipart/form-data; boundary=""', part('email', 'x@acme.com')],
	['a boundary of 200 characters', 400, `multipart/form-data; boundary=${'b'.repeat(200)}`, multipart([['email', 'x@acme.com']], 'b'.repeat(200)).body],
	['multipart cut in a value', 400, MULTIPART, '--b\r\nContent-Disposition: form-data; name="email"\r\n\r\nx@acme.com'],
	['multipart without its end', 400, MULTIPART, part('email', 'x@acme.com')],
	['multipart cut in its headers', 400, MULTIPART, '--b\r\nContent-Disposition: form-data; name="em'],
	['multipart with another boundary', 400, MULTIPART, `${part('email', 'x@acme.com').replaceAll('--b', '--c')}--c--\r\n`],
	['multipart without a name', 400, MULTIPART, '--b\r\nContent-Type: text/plain\r\n\r\nx@acme.com\r\n--b--\r\n'],
	['multipart with nothing in it', 400, MULTIPART, '--b--\r\n'],
	['an empty multipart body', 400, MULTIPART, ''],
	['multipart with invalid UTF-8', 400, MULTIPART, bytes(part('email', 'x@acme.com'), '--b\r\nContent-Disposition: form-data; name="first_name"\r\n\r\n', [0xff], '\r\n--b--\r\n')],
	['multipart with a NUL', 400, MULTIPART, bytes(part('email', 'x@acme.com'), '--b\r\nContent-Disposition: form-data; name="first_name"\r\n\r\n', [0], '\r\n--b--\r\n')],
	['JSON said to be a form', 400, FORM_TYPE, '{"email":"x@acme.com"}'],
	['a form said to be JSON', 400, JSON_TYPE, 'email=x@acme.com'],
	['JSON said to be multipart', 400, MULTIPART, '{"email":"x@acme.com"}'],
];
for (const [name, status, type, body] of cases)
	for (const path of [CONTACTS, COMPANIES])
		test(`${status}: ${name}, ${path}`, async () => {
			const before = rows(client);
			const got = await post(client, body, { type, path });
			assert.equal(got.status, status, got.text.slice(0, 300));
			assert.match(got.json.detail, status === 413 ? /^Request body too large\.$/ : /^Invalid request\.$/);
			if (status === 400) {
				assert.ok(got.json.errors.length > 0);
				for (const e of got.json.errors)
					assert.match(`${e.code} ${e.message}`, /^[a-z_]+ [A-Z].*\.$/);
			}
			assert.equal(rows(client), before);
		});

test('413: chunked', async () => {
	const got = await post(client, padded(2 * MIB, 'x@acme.com'), { headers: [['Transfer-Encoding', 'chunked']] });
	assert.equal(got.status, 413);
});

// a byte order mark is not JSON (RFC 8259), but a reader may pass over it
test('a byte order mark is passed over, and not counted', async () => {
	const got = await post(client, '\ufeff{"email":"bom@acme.com"}');
	assert.equal(got.status, 201, got.text);
	for (const body of ['\ufeff{', '\ufeff\ufeff{}'])
		assert.deepEqual((await post(client, body)).json.errors.map(e => [e.code, e.line, e.column]), [['malformed_body', 1, body.length === 2 ? 2 : 1]]);
});
test('where a single body breaks', async () => {
	for (const [body, code, line, column] of [
		['{"email": "a@acme.com",\n "first_name": "Jane \\ud83d"}', 'malformed_body', 2, 16],
		[bytes('{"email": "a@acme.com",\n "first_name": "J', [0xfc], 'rgen"}'), 'malformed_body', 2, 18],
		['{"email": "a@acme.com", "x": NaN}', 'malformed_body', 1, 30],
		['{"email": "a@acme.com", "x": 1e400000}', 'malformed_body', 1, 30],
		[`{"email": "a@acme.com",\n\n"x": ${'['.repeat(70)}${']'.repeat(70)}}`, 'too_deep', 3, 69],
	]) {
		const got = await post(client, body);
		assert.equal(got.status, 400, got.text);
		assert.deepEqual(got.json.errors.map(({ message, ...e }) => e), [{ pointer: '', code, line, column }]);
	}
});

test('after all of it the service still works', async () =>
	assert.equal((await post(client, { email: 'after@acme.com' })).status, 201));

for (const [name, lines] of [['gzip', ['gzip']], ['GZIP', ['GZIP']], ['a list', ['identity, br']], ['two lines', ['identity', 'zstd']], ['not ASCII', ['\xe4']]])
	test(`415: an encoded body, ${name}`, async () => {
		for (const path of [CONTACTS, CONTACTS_BATCH]) {
			const got = await post(client, gzipSync('{"email": "gzip@acme.com"}'), { path, headers: [['Content-Encoding', lines]] });
			assert.deepEqual([got.status, got.json, got.headers['accept-encoding']], [415, { detail: 'Unsupported media type.',
				errors: [{ parameter: 'Content-Encoding', code: 'unsupported_encoding', message: 'Expected a body that is not compressed, or encoded in any other way.' }] }, 'identity']);
		}
	});
test('201: a body that says it is not encoded', async () => {
	const got = await post(client, { email: 'identity@acme.com' }, { headers: [['Content-Encoding', 'Identity']] });
	assert.equal(got.status, 201, got.text);
	assert.equal(got.headers['accept-encoding'], undefined);
});
test('a GET may say any encoding', async () =>
	assert.equal((await request('GET', CONTACTS, [['X-API-Key', client.key], ['Content-Encoding', 'gzip']])).status, 200));
