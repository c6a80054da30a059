// Merging contacts over HTTP, and where the old id leads.
import assert from 'node:assert/strict';
import test from 'node:test';
import { CONTACTS, FORM_TYPE, JSON_TYPE, newClient, post, raw, request, sql, url, urlencoded } from './stack.mjs';

const client = newClient('merge');
const other = newClient('merge other');
const master = { key: sql(`SELECT revyops_create_api_key(${other.id}, 'master', NULL, 'master')`) };
const call = (method, path, who, body) => request(method, path, [['X-API-Key', who.key], ...(body === undefined ? [] : [['Content-Type', JSON_TYPE]])], body === undefined ? undefined : JSON.stringify(body));
const get = (path, who = client) => call('GET', path, who);
let serial = 0;
async function create(members = {}, who = client) {
	const got = await post(who, { email: `m${++serial}@acme.com`, ...members });
	assert.equal(got.status, 201, got.text);
	return got.json;
}
const merge = (keep, body, options) => post(client, body, { path: `${CONTACTS}/${keep}/merge`, ...options });
function fails(got, status, detail, errors) {
	assert.equal(got.status, status, got.text);
	assert.match(got.headers['content-type'], /^application\/json/);
	assert.deepEqual({ ...got.json, errors: got.json.errors.map(({ message, ...e }) => e) }, { detail, errors });
}

test('merge, and get by the old id', async () => {
	const keep = await create({ first_name: 'Jane' });
	const old = await create({ linkedin_url: 'in/merged', last_name: 'Doe', contact_custom_fields_input: [{ field_name: 'A', field_value: '1' }] });
	const got = await merge(keep.id, { other_id: old.id });
	assert.equal(got.status, 200, got.text);
	assert.deepEqual(got.json, { ...keep, linkedin_url: old.linkedin_url, last_name: 'Doe', contact_custom_fields: old.contact_custom_fields, updated_time: got.json.updated_time });
	assert.deepEqual((await get(`${CONTACTS}/${keep.id}`)).json, { ...got.json, company_id: null });

	for (const [path, who] of [['/public/v2/contacts', client], ['/public/contacts', client], ['/public/v2/contacts-master-list', master], ['/public/contacts-master-list', master]]) {
		const moved = await get(`${path}/${old.id}?structure=FLAT`, who);
		fails(moved, 301, 'Contact was merged.', [{ parameter: 'id', code: 'merged', merged_into: keep.id }]);
		assert.equal(moved.headers.location, `${path}/${keep.id}`);
		assert.equal((await get(moved.headers.location, who)).json.id, keep.id);
	}
	// a client that follows by itself
	const followed = await fetch(new URL(`${CONTACTS}/${old.id}`, url), { headers: { 'X-API-Key': client.key } });
	assert.deepEqual([followed.status, new URL(followed.url).pathname, (await followed.json()).id], [200, `${CONTACTS}/${keep.id}`, keep.id]);

	// what changes the old one does not find it, and another client never knew it
	for (const [method, path, body] of [['PATCH', `${CONTACTS}/${old.id}`, {}], ['PATCH', `/public/contacts/${old.id}`, {}], ['DELETE', `/public/contacts/${old.id}`], ['POST', `${CONTACTS}/${old.id}/merge`, { other_id: keep.id }]]) {
		const refused = await call(method, path, client, body);
		fails(refused, 404, 'Contact not found.', [{ parameter: 'id', code: 'not_found' }]);
		assert.equal(refused.headers.location, undefined);
	}
	fails(await get(`${CONTACTS}/${old.id}`, other), 404, 'Contact not found.', [{ parameter: 'id', code: 'not_found' }]);
	assert.equal((await call('DELETE', `/public/contacts/${keep.id}`, client)).status, 204);
	fails(await get(`${CONTACTS}/${old.id}`), 404, 'Contact not found.', [{ parameter: 'id', code: 'not_found' }]);
});

test('the bytes of a 301', async () => {
	const keep = await create();
	const old = await create();
	await merge(keep.id, { other_id: old.id });
	const got = await raw(`GET ${CONTACTS}/${old.id} HTTP/1.1\r\nHost: ${url.host}\r\nX-API-Key: ${client.key}\r\nConnection: close\r\n\r\n`);
	assert.equal(got.status, 301);
	assert.equal(got.headers.location, `${CONTACTS}/${keep.id}`);
});

test('bodies', async () => {
	const keep = await create();
	for (const send of [id => [{ other_id: id }], id => [{ other_id: ` ${id} `, more: 1 }], id => [urlencoded([['other_id', String(id)]]).body, { type: FORM_TYPE }]]) {
		const { id } = await create();
		const [body, options] = send(id);
		const got = await merge(keep.id, body, options);
		assert.deepEqual([got.status, got.json.id], [200, keep.id], got.text);
	}
	const { id } = await create({ contact_custom_fields_input: [{ field_name: 'A', field_value: '1' }] });
	assert.deepEqual((await merge(`${keep.id}`, { other_id: id }, { path: `${CONTACTS}/${keep.id}/merge?structure=FLAT` })).json.contact_custom_fields, { A: '1' });

	for (const [body, pointer, code] of [[{}, '/other_id', 'required'], [{ other_id: null }, '/other_id', 'required'], [[], '', 'not_an_object'], ['null', '', 'not_an_object'],
		...[0, -1, 1.5, 'x', '', '1e3', true, [], {}, '9223372036854775808'].map(wrong => [{ other_id: wrong }, '/other_id', 'invalid_number'])])
		fails(await merge(keep.id, body), 400, 'Invalid request.', [{ pointer, code }]);
	fails(await merge(keep.id, { other_id: keep.id }), 400, 'Invalid request.', [{ pointer: '/other_id', code: 'same_contact' }]);
	fails(await merge(keep.id, { other_id: id }, { path: `${CONTACTS}/${keep.id}/merge?structure=x` }), 400, 'Invalid request.', [{ parameter: 'structure', code: 'invalid_structure' }]);
	fails(await merge(keep.id, { other_id: 'x' }, { path: `${CONTACTS}/${keep.id}/merge?structure=x` }), 400, 'Invalid request.', [{ pointer: '/other_id', code: 'invalid_number' }, { parameter: 'structure', code: 'invalid_structure' }]);
	fails(await merge(keep.id, { other_id: 999999999 }), 404, 'Contact not found.', [{ pointer: '/other_id', code: 'not_found' }]);
	fails(await merge(999999999, { other_id: keep.id }), 404, 'Contact not found.', [{ parameter: 'id', code: 'not_found' }]);
	const theirs = await create({}, other);
	fails(await merge(keep.id, { other_id: theirs.id }), 401, 'Contact does not belong to this client.', [{ pointer: '/other_id', code: 'other_client' }]);
	fails(await merge(theirs.id, { other_id: keep.id }), 401, 'Contact does not belong to this client.', [{ parameter: 'id', code: 'other_client' }]);
	const got = await get(`${CONTACTS}/${keep.id}/merge`);
	assert.deepEqual([got.status, got.headers.allow], [405, 'POST']);
});

test('unknown members', async () => {
	const [keep, old] = [await create(), await create()];
	const strict = await merge(keep.id, { other_id: old.id, otherid: 1, keep: 2 }, { headers: [['Prefer', 'handling=strict']] });
	fails(strict, 400, 'Invalid request.', [{ pointer: '/keep', code: 'unknown_member', nearest: [] }, { pointer: '/otherid', code: 'unknown_member', nearest: ['other_id'] }]);
	const lenient = await merge(keep.id, { other_id: old.id, otherid: 1, keep: 2 });
	assert.deepEqual([lenient.status, lenient.json.id, lenient.headers['x-revyops-unknown-members']], [200, keep.id, 'keep, otherid'], lenient.text);
});

test('both ways at once: one is kept', async () => {
	for (let i = 0; i < 10; i++) {
		const [a, b] = [await create(), await create()];
		const got = await Promise.all([merge(a.id, { other_id: b.id }), merge(b.id, { other_id: a.id })]);
		assert.deepEqual(got.map(g => g.status).sort(), [200, 404], got.map(g => g.text).join());
	}
});

// a trigger of the owner's may raise the same SQLSTATE, whatever it says
test('a 301 of somebody else\'s making', async () => {
	const { id } = await create();
	for (const detail of ['', 'x', '{}', '[]', '[1]', '[{}]', '[{"merged_into": "1"}]', '[{"merged_into": 1e400}]']) {
		sql(`CREATE OR REPLACE FUNCTION public.raise_301() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'moved' USING ERRCODE = 'PT301', DETAIL = '${detail}'; END $$;
			CREATE OR REPLACE TRIGGER own BEFORE UPDATE ON revyops.contact FOR EACH ROW WHEN (NEW.client_id = ${client.id} AND NEW.first_name = 'moved') EXECUTE FUNCTION public.raise_301();`);
		const got = await call('PATCH', `${CONTACTS}/${id}`, client, { first_name: 'moved' });
		assert.deepEqual([got.status, got.headers.location, got.json.detail], [301, undefined, 'Moved.'], detail);
	}
	sql('DROP TRIGGER own ON revyops.contact; DROP FUNCTION public.raise_301()');
});
