// create_contact.jsonl over HTTP, in each content type that can express a body.
import assert from 'node:assert/strict';
import test from 'node:test';
import { JSON_TYPE, COMPANIES, memberText, multipart, newClient, post, rows, urlencoded, vectors } from './stack.mjs';

const LIST = 'contact_custom_fields_input';
const isScalar = v => ['string', 'number', 'boolean'].includes(typeof v);

// The fields of a form that says the same, or null where a form can't: there
// every value is a text, so null, and a number where a text is wanted, are out.
function formFields(line, v, listAs) {
	const text = memberText(line, 'body');
	if (typeof v.body !== 'object' || v.body === null || Array.isArray(v.body))
		return null;
	const fields = [];
	for (const [name, value] of Object.entries(v.body)) {
		if (name === LIST) {
			const list = listAs(value, memberText(text, name));
			if (list === null) return null;
			fields.push(...list);
		} else if (typeof value === 'string')
			fields.push([name, value]);
		else if (isScalar(value) && ['company_id', 'id'].includes(name))
			fields.push([name, memberText(text, name)]);
		else
			return null;
	}
	return fields;
}

const asJsonText = (list, text) => [[LIST, text]];
const asKeys = separator => list => Array.isArray(list) && list.every(f => Object.values(f).every(isScalar))
	? list.flatMap((f, i) => Object.entries(f).map(([k, value]) => [`${LIST}[${i}]${separator(k)}`, String(value)]))
	: null;
const plainKeys = asKeys(k => k);

const ways = {
	'JSON': line => ({ type: JSON_TYPE, body: memberText(line, 'body') }),
	'urlencoded, list as keys': (line, v) => encode(urlencoded, formFields(line, v, plainKeys)),
	'urlencoded, list as JSON': (line, v) => v.body?.[LIST] && encode(urlencoded, formFields(line, v, asJsonText)),
	'multipart, list as keys': (line, v) => encode(multipart, formFields(line, v, plainKeys)),
	'multipart, list as JSON': (line, v) => v.body?.[LIST] && encode(multipart, formFields(line, v, asJsonText)),
};
const encode = (how, fields) => fields && how(fields);
const like = (got, members) => Object.fromEntries(Object.keys(members).filter(k => k in got).map(k => [k, got[k]]));

for (const [way, make] of Object.entries(ways))
	for (const line of vectors('create_contact.jsonl')) {
		const v = JSON.parse(line);
		const sent = make(line, v);
		if (!sent)
			continue;
		test(`${way}: ${v.name}`, async () => {
			const client = newClient(v.name);
			assert.equal((await post(client, { domain: 'acme.com' }, { path: COMPANIES })).status, 201);
			if (v.given)
				assert.equal((await post(client, v.given)).status, 201);
			const got = await post(client, sent.body, { type: sent.type });
			assert.equal(got.status, v.status, got.text);
			if (v.status === 201) {
				assert.deepEqual(like(got.json, v.contact ?? {}), v.contact ?? {});
				assert.deepEqual((v.absent ?? []).filter(m => m in got.json), []);
				assert.equal(got.headers.location, `/public/v2/contacts/${got.json.id}`);
			} else {
				assert.match(got.json.detail, /^[A-Z].*\.$/);
				assert.equal(got.headers.location, undefined);
				if (v.errors)
					assert.deepEqual(got.json.errors.map((e, i) => like(e, v.errors[i] ?? { extra: 0, ...e })), v.errors);
			}
			assert.equal(rows(client), `${(v.given ? 1 : 0) + (v.status === 201 ? 1 : 0)} contacts, 1 companies`);
		});
	}

// 20 of the 33 lines can be said in a form with keys: a test that fits nothing would pass too
test('the forms express most of the vectors', () => {
	const lines = vectors('create_contact.jsonl').map(l => [l, JSON.parse(l)]);
	assert.ok(lines.filter(([l, v]) => ways['multipart, list as keys'](l, v)).length >= 25);
	assert.ok(lines.filter(([l, v]) => ways['urlencoded, list as JSON'](l, v)).length >= 8);
});
