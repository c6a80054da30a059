// create_contact.jsonl as items of batches: the verdict is the single create's.
import assert from 'node:assert/strict';
import test from 'node:test';
import { COMPANIES, CONTACTS_BATCH, JSON_TYPE, memberText, multipart, newClients, post, sql, urlencoded, vectors } from './stack.mjs';

const lines = vectors('create_contact.jsonl');
const cases = lines.map(line => ({ ...JSON.parse(line), text: memberText(line, 'body') }));
const list = texts => `[${texts.join(',')}]`;
const all = list(cases.map(v => v.text));
// What a form can say of an item part by part: there every value is a text.
const plain = cases.filter(({ body }) => body !== null && !Array.isArray(body) && Object.values(body).every(v => typeof v === 'string'));
const parts = plain.flatMap(({ body }, i) => Object.entries(body).map(([name, value]) => [`contacts[${i}]${name}`, value]));

// How many are sent in one batch, and how.
const together = {
	'all in one batch': { of: cases, type: JSON_TYPE, body: `{"contacts":${all}}` },
	'all in one urlencoded batch': { of: cases, ...urlencoded([['contacts', all]]) },
	'all in one multipart batch': { of: cases, ...multipart([['mode', 'partial'], ['contacts', all]]) },
	'part by part, urlencoded': { of: plain, ...urlencoded(parts) },
	'part by part, multipart': { of: plain, ...multipart(parts.map(([name, value]) => [name.replace(/\](.*)/, '].$1'), value])) },
};

const clients = newClients(3 * cases.length + Object.keys(together).length);
const { length: n } = cases;
await Promise.all(clients.map(c => post(c, { domain: 'acme.com' }, { path: COMPANIES })));
const send = (client, body, type = JSON_TYPE) => post(client, body, { path: CONTACTS_BATCH, type });

async function give(client, given) {
	if (given)
		assert.equal((await post(client, given)).status, 201);
}

// Everything is sent before the first assertion, so that the rows are counted by one query.
const single = [], alone = [], atomic = [], many = {};
for (const [i, v] of cases.entries()) {
	for (const client of [clients[i], clients[n + i], clients[2 * n + i]])
		await give(client, v.given);
	single.push(await post(clients[i], v.text));
	alone.push(await send(clients[n + i], `{"contacts":[${v.text}]}`));
	atomic.push(await send(clients[2 * n + i], `{"contacts":[${v.text}],"mode":"atomic"}`));
}
for (const [i, [name, { type, body }]] of Object.entries(together).entries()) {
	for (const v of cases)
		await give(clients[3 * n + i], v.given);
	many[name] = await send(clients[3 * n + i], body, type);
}
const counts = sql(`SELECT count(contact.id) FROM revyops.client LEFT JOIN revyops.contact ON client_id = client.id
	WHERE client.id BETWEEN ${clients[0].id} AND ${clients.at(-1).id} GROUP BY client.id ORDER BY client.id`).split('\n').map(Number);

// Ids and times differ from call to call, the rest may not.
const hide = value => Array.isArray(value) ? value.map(hide) : typeof value !== 'object' || value === null ? value
	: Object.fromEntries(Object.entries(value).map(([k, v]) => [k, ['id', 'company_id', 'existing_id', 'updated_time'].includes(k) ? typeof v : hide(v)]));
const verdict = (got, index) => ({ index, status: got.status, ...(got.status === 201 ? { contact: hide(got.json) } : { errors: hide(got.json.errors) }) });
const like = (got, members) => Object.fromEntries(Object.keys(members).filter(k => k in got).map(k => [k, got[k]]));

for (const [i, v] of cases.entries()) {
	test(`alone in a batch: ${v.name}`, () => {
		const created = v.status === 201 ? 1 : 0;
		assert.equal(alone[i].status, 200, alone[i].text);
		assert.deepEqual(Object.keys(alone[i].json), ['results', 'summary']);
		assert.deepEqual(alone[i].json.summary, { total: 1, created, failed: 1 - created });
		const [result] = alone[i].json.results;
		// the vector's own words, and the single create's answer to the letter
		assert.equal(result.status, v.status);
		if (created) {
			assert.deepEqual(like(result.contact, v.contact ?? {}), v.contact ?? {});
			assert.deepEqual((v.absent ?? []).filter(m => m in result.contact), []);
		} else if (v.errors)
			assert.deepEqual(result.errors.map((e, k) => like(e, v.errors[k] ?? { extra: 0, ...e })), v.errors);
		assert.deepEqual(alone[i].json.results.map(hide), [verdict(single[i], 0)]);
		assert.equal(counts[n + i], (v.given ? 1 : 0) + created);
	});

	test(`alone in an atomic batch: ${v.name}`, () => {
		const created = v.status === 201;
		assert.equal(atomic[i].status, created ? 200 : single[i].status, atomic[i].text);
		if (created)
			assert.deepEqual(hide(atomic[i].json), { results: [verdict(single[i], 0)], summary: { total: 1, created: 1, failed: 0 } });
		else
			assert.deepEqual(hide(atomic[i].json), { detail: single[i].json.detail, errors: hide(single[i].json.errors).map(e => ({ index: 0, ...e })) });
		assert.equal(counts[2 * n + i], (v.given ? 1 : 0) + (created ? 1 : 0));
	});
}

for (const [i, [name, { of }]] of Object.entries(together).entries())
	test(name, () => {
		const got = many[name];
		assert.equal(got.status, 200, got.text.slice(0, 300));
		const created = of.filter(v => v.status === 201).length;
		assert.deepEqual(got.json.results.map(hide), of.map((v, k) => verdict(single[cases.indexOf(v)], k)));
		assert.deepEqual(got.json.summary, { total: of.length, created, failed: of.length - created });
		assert.equal(counts[3 * n + i], cases.filter(v => v.given).length + created);
	});

test('a form says a good part of the vectors part by part', () => assert.ok(plain.length >= 9, `${plain.length}`));
