// E-mails over HTTP: what goes over the wire; sql/emails.sql has what is taken and answered.
import assert from 'node:assert/strict';
import test from 'node:test';
import { FORM_TYPE, JSON_TYPE, newClient, post, request, sql } from './stack.mjs';

const client = newClient('emails');
const other = newClient('emails other');
const V2 = '/public/v2/emails';
const V1 = '/public/emails';
const call = (method, path, who = client, body = undefined) => request(method, path, [['X-API-Key', who.key], ...(body === undefined ? [] : [['Content-Type', JSON_TYPE]])],
	body === undefined ? undefined : JSON.stringify(body));
const get = (path, who) => call('GET', path, who);
let serial = 0;
async function newContact(who = client) {
	const got = await post(who, { email: `e${++serial}@acme.com` });
	assert.equal(got.status, 201, got.text);
	return got.json;
}
async function add(members = {}, path = V2, who = client) {
	const got = await call('POST', path, who, { email_type: 'sent', origin: 'api', ...members });
	assert.equal(got.status, 201, got.text);
	return got;
}
function fails(got, status, detail, errors) {
	assert.equal(got.status, status, got.text);
	assert.deepEqual({ ...got.json, errors: got.json.errors.map(({ message, ...e }) => e) }, { detail, errors });
}
const ids = list => list.map(e => e.id);

test('add, get and delete, in both versions', async () => {
	const contact = await newContact();
	for (const path of [V2, V1]) {
		const got = await add({ contact_id: contact.id, subject: 'Hello', email_timestamp: '2026-11-25T09:30:00+01:00', interested: false, custom_fields: [{ field_name: 'Mood', field_value: 'good' }] }, path);
		const { id, updated_time, custom_fields, ...rest } = got.json;
		assert.equal(got.headers.location, `${path}/${id}`);
		assert.deepEqual(rest, { email_type: 'sent', origin: 'api', email_timestamp: '2026-11-25T08:30:00.000000Z', contact_email: contact.email, contact_id: contact.id, agent_email: null, subject: 'Hello',
			body_text: null, body_html: null, campaign_id: null, campaign_name: null, interested: false });
		assert.deepEqual(custom_fields.map(f => [f.field_name, f.field_value]), [['Mood', 'good']]);
		assert.deepEqual((await get(`${path}/${id}`)).json, got.json);
		// v1 has no structure, and looks at none
		assert.deepEqual((await get(`${path}/${id}?structure=FLAT`)).json.custom_fields, path === V2 ? { Mood: 'good' } : custom_fields);
		fails(await get(`${path}/${id}`, other), 401, 'E-mail does not belong to this client.', [{ parameter: 'id', code: 'other_client' }]);
		fails(await call('DELETE', `${path}/${id}`, other), 401, 'E-mail does not belong to this client.', [{ parameter: 'id', code: 'other_client' }]);
		const gone = await call('DELETE', `${path}/${id}`);
		assert.deepEqual([gone.status, gone.text], [204, '']);
		fails(await get(`${path}/${id}`), 404, 'E-mail not found.', [{ parameter: 'id', code: 'not_found' }]);
	}
});

test('whose it can be', async () => {
	const contact = await newContact();
	const theirs = await newContact(other);
	for (const path of [V2, V1]) {
		const create = members => call('POST', path, client, { email_type: 'sent', origin: 'api', ...members });
		fails(await create({}), 404, 'Contact not found.', [{ pointer: '/contact_id', code: 'required' }]);
		fails(await create({ contact_email: theirs.email }), 404, 'Contact not found.', [{ pointer: '/contact_email', code: 'not_found' }]);
		fails(await create({ contact_id: theirs.id }), 401, 'Contact does not belong to this client.', [{ pointer: '/contact_id', code: 'other_client' }]);
		fails(await create({ contact_id: contact.id, contact_email: 'someone@else.com' }), 400, 'Invalid request.', [{ pointer: '/contact_email', code: 'key_conflict' }]);
		fails(await create({ contact_id: contact.id, email_type: '' }), 400, 'Invalid request.', [{ pointer: '/email_type', code: 'required' }]);
	}
	assert.equal(sql(`SELECT count(*) FROM revyops.email WHERE contact_id IN (${contact.id}, ${theirs.id})`), '0');
});

test('forms, with their texts for what is no text, and lists as lists', async () => {
	const contact = await newContact();
	const form = `email_type=replied&origin=api&contact_id=${contact.id}&interested=true&email_timestamp=2026-11-25&campaign_id=77&body_text=one%0D%0Atwo&subject=&custom_fields=${encodeURIComponent('[{"field_name": "a", "field_value": "1"}]')}`;
	const got = await request('POST', V1, [['X-API-Key', client.key], ['Content-Type', FORM_TYPE]], form);
	assert.equal(got.status, 201, got.text);
	const { contact_id, interested, email_timestamp, campaign_id, body_text, subject, custom_fields } = got.json;
	assert.deepEqual({ contact_id, interested, email_timestamp, campaign_id, body_text, subject, fields: custom_fields.map(f => f.field_value) },
		{ contact_id: contact.id, interested: true, email_timestamp: '2026-11-25T00:00:00.000000Z', campaign_id: '77', body_text: 'one\r\ntwo', subject: null, fields: ['1'] });
	const blank = await request('POST', V1, [['X-API-Key', client.key], ['Content-Type', FORM_TYPE]], `email_type=sent&origin=api&contact_id=&contact_email=${contact.email}&custom_fields=`);
	assert.deepEqual([blank.status, blank.json.contact_id, blank.json.custom_fields], [201, contact.id, []], blank.text);
	const said = await request('POST', `${V1}/set-interested`, [['X-API-Key', client.key], ['Content-Type', FORM_TYPE]], `email=${contact.email}&subject=&disposition=not+interested`);
	assert.deepEqual([said.status, said.json.found, said.json.email?.interested], [200, 1, false]);
});

test('lists: a bare array in v1, pages in v2, by each condition and by all', async () => {
	const who = newClient('emails lists');
	const contact = await newContact(who);
	const second = await newContact(who);
	const a = (await add({ contact_id: contact.id, subject: 'A & B', campaign_id: '7' }, V2, who)).json;
	const b = (await add({ contact_id: second.id, origin: 'lemlist', subject: 'B' }, V2, who)).json;
	for (const [query, expected] of [['', [a, b]], ['?campaign_id=7', [a]], [`?contact_email=${second.email.toUpperCase()}`, [b]], ['?origin=lemlist', [b]], ['?subject=A%20%26%20B', [a]], [`?contact_id=${second.id}`, [b]],
		[`?campaign_id=7&contact_email=${contact.email}&origin=api&subject=A+%26+B&contact_id=${contact.id}`, [a]], ['?campaign_id=8', []], ['?contact_email=nobody', []], ['?contact_id=999999999', []]]) {
		const bare = await get(`${V1}${query}`, who);
		assert.deepEqual([bare.status, bare.json], [200, expected], query);
		const page = await get(`${V2}${query}`, who);
		assert.deepEqual([page.status, page.json], [200, { next: null, count: expected.length, results: expected, page_size: 100, total_pages: expected.length ? 1 : 0, current_page: 1 }], query);
	}
	for (const path of [V1, V2])
		fails(await get(`${path}?contact_id=x`, who), 400, 'Invalid request.', [{ parameter: 'contact_id', code: 'invalid_number' }]);
	// what was meant as a condition
	for (const [query, parameter, nearest] of [['email=x', 'email', 'contact_email'], ['body_text=x', 'body_text'], ['contact_mail=x', 'contact_mail', 'contact_email'], ['email_type=sent', 'email_type']]) {
		const got = await get(`${V2}?${query}`, who);
		assert.deepEqual([got.status, got.json.errors[0].parameter, got.json.errors[0].code], [400, parameter, 'unknown_parameter'], got.text);
		if (nearest)
			assert.deepEqual(got.json.errors[0].nearest, [nearest]);
	}
	const ignored = await get(`${V2}?utm_source=x`, who);
	assert.deepEqual([ignored.status, ignored.headers['x-revyops-unknown-parameters'], ignored.headers['x-revyops-count']], [200, 'utm_source', 'exact']);
});

test('the thread of a contact, page by page, and where it went', async () => {
	const contact = await newContact();
	const made = [];
	for (const time of ['2026-03-01', null, '2026-01-01', '2026-03-01'])
		made.push((await add({ contact_id: contact.id, email_timestamp: time })).json);
	const path = `/public/v2/contacts/${contact.id}/emails`;
	const order = [made[2], made[0], made[3], made[1]];
	assert.deepEqual((await get(path)).json.results, order);
	assert.deepEqual(ids((await get(`${path}?page=2&page_size=3`)).json.results), [made[1].id]);
	const seen = [];
	for (let next = `${path}?page_size=1&structure=FLAT`; next;) {
		const page = (await get(next)).json;
		assert.deepEqual([page.count, page.total_pages, page.current_page], [4, 4, seen.length + 1]);
		seen.push(...ids(page.results));
		next = page.next;
		assert.ok(next === null || next.startsWith(`${path}?page_size=1&structure=FLAT&after=`), next);
	}
	assert.deepEqual(seen, ids(order));
	fails(await get(path, other), 401, 'Contact does not belong to this client.', [{ parameter: 'id', code: 'other_client' }]);
	fails(await get('/public/v2/contacts/999999999/emails'), 404, 'Contact not found.', [{ parameter: 'id', code: 'not_found' }]);
	fails(await get('/public/v2/contacts/99999999999999999999/emails'), 404, 'Contact not found.', [{ parameter: 'id', code: 'not_found' }]);
	const head = await call('HEAD', path);
	assert.deepEqual([head.status, head.text], [200, '']);

	const keep = await newContact();
	assert.equal((await call('POST', `/public/v2/contacts/${keep.id}/merge`, client, { other_id: contact.id })).status, 200);
	const moved = await get(path);
	fails(moved, 301, 'Contact was merged.', [{ parameter: 'id', code: 'merged', merged_into: keep.id }]);
	assert.equal(moved.headers.location, `/public/v2/contacts/${keep.id}/emails`);
	assert.deepEqual(ids((await get(moved.headers.location)).json.results), ids(order));
	assert.equal((await call('DELETE', `/public/v2/contacts/${keep.id}`)).status, 204);
	for (const { id } of order)
		assert.equal((await get(`${V2}/${id}`)).status, 404);
});

test('custom fields one by one', async () => {
	const { id } = (await add({ contact_id: (await newContact()).id })).json;
	for (const path of [V2, V1]) {
		const field = await call('POST', `${path}/${id}/custom-fields`, client, { field_name: path, field_value: '1' });
		assert.equal(field.status, 201, field.text);
		fails(await call('POST', `${path}/${id}/custom-fields`, client, { field_name: path, field_value: '2' }), 409, 'Custom field already exists.', [{ pointer: '/field_name', code: 'already_exists', existing_id: field.json.id }]);
		const changed = await call('PATCH', `${path}/${id}/custom-fields/${field.json.id}`, client, { field_value: '2' });
		assert.deepEqual([changed.status, changed.json.field_value ?? changed.headers.allow], path === V2 ? [200, '2'] : [405, 'DELETE']);
		assert.equal((await call('DELETE', `${path}/${id}/custom-fields/${field.json.id}`)).status, 204);
		fails(await call('DELETE', `${path}/${id}/custom-fields/${field.json.id}`), 404, 'Custom field not found.', [{ parameter: 'field_id', code: 'not_found' }]);
	}
	assert.deepEqual((await get(`${V2}/${id}?structure=FLAT`)).json.custom_fields, {});
});

test('set-interested', async () => {
	const contact = await newContact();
	const old = (await add({ contact_id: contact.id, subject: 'Offer', email_timestamp: '2026-01-01' })).json;
	const newest = (await add({ contact_id: contact.id, subject: 'Offer', email_timestamp: '2026-01-02' })).json;
	for (const path of [V2, V1]) {
		const say = body => call('POST', `${path}/set-interested`, client, body);
		const got = await say({ email: contact.email.toUpperCase(), subject: ' Offer', disposition: 'Interested' });
		assert.equal(got.status, 200, got.text);
		assert.deepEqual(got.json, { found: 1, email: { ...newest, interested: true, updated_time: got.json.email.updated_time } });
		assert.deepEqual((await say({ email: contact.email, subject: 'Other' })).json, { found: 0, email: null });
		assert.deepEqual((await say({ email: 'nobody@acme.com', subject: 'Offer', disposition: null })).json, { found: 0, email: null });
		fails(await say({}), 400, 'Invalid request.', [{ pointer: '/email', code: 'required' }, { pointer: '/subject', code: 'required' }]);
		fails(await say({ email: 1, subject: [], disposition: {} }), 400, 'Invalid request.', [{ pointer: '/email', code: 'not_a_string' }, { pointer: '/subject', code: 'not_a_string' }, { pointer: '/disposition', code: 'not_a_string' }]);
		fails(await say([]), 400, 'Invalid request.', [{ pointer: '', code: 'not_an_object' }]);
		fails(await say({ email: 'x', subject: 'x' }), 400, 'Invalid request.', [{ pointer: '/email', code: 'invalid_email' }]);
	}
	assert.equal((await get(`${V2}/${old.id}`)).json.interested, null);
});

test('many at once', async () => {
	const contact = await newContact();
	const theirs = await newContact(other);
	const item = { email_type: 'sent', origin: 'batch' };
	const got = await call('POST', `${V2}/batch?structure=FLAT`, client, { emails: [{ ...item, contact_id: contact.id, custom_fields: { a: '1' } }, item, { ...item, contact_id: theirs.id }, 'x', { ...item, contact_email: contact.email }] });
	assert.deepEqual([got.status, got.json.summary], [200, { total: 5, created: 2, failed: 3 }], got.text);
	assert.deepEqual(got.json.results.map(r => [r.status, r.email?.contact_id, r.errors?.[0].code]), [[201, contact.id, undefined], [404, undefined, 'required'], [401, undefined, 'other_client'], [400, undefined, 'not_an_object'], [201, contact.id, undefined]]);
	assert.deepEqual(ids((await get(`${V1}?origin=batch`)).json), got.json.results.filter(r => r.email).map(r => r.email.id));
	const atomic = await call('POST', `${V2}/batch`, client, { mode: 'atomic', emails: [{ ...item, contact_id: contact.id }, item] });
	fails(atomic, 404, 'Contact not found.', [{ index: 1, pointer: '/contact_id', code: 'required' }]);
	assert.equal((await get(`${V1}?origin=batch`)).json.length, 2);
});

test('bodies of nearly 1 MiB, and lists of such', async () => {
	const who = newClient('emails large');
	const contact = await newContact(who);
	const text = 'ä"\n'.repeat(100 * 1024);	// 4 octets, 6 in JSON
	for (let i = 0; i < 12; i++)
		assert.equal((await add({ contact_id: contact.id, body_text: `${i}${text}` }, V2, who)).json.body_text, `${i}${text}`);
	sql(`UPDATE revyops.email SET body_html = repeat('x', 1024 * 1024) WHERE client_id = ${who.id}`);
	// pages end where they have 8 MiB, and lead on
	for (const path of [V2, `/public/v2/contacts/${contact.id}/emails`]) {
		const seen = [];
		let pages = 0;
		for (let next = path; next; pages++) {
			const page = (await get(next, who)).json;
			seen.push(...ids(page.results));
			next = page.next;
		}
		assert.deepEqual([seen.length, new Set(seen).size, pages], [12, 12, 2]);
	}
	const large = await request('POST', V2, [['X-API-Key', who.key], ['Content-Type', JSON_TYPE]], JSON.stringify({ email_type: 'sent', origin: 'api', contact_id: contact.id, body_text: 'x'.repeat(1024 * 1024) }));
	assert.equal(large.status, 413);
});
