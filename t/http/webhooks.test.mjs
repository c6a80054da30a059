// POST /public/{platform}-webhook/{token} and its twin for agencies: whole answers, hostile bodies, and what logs show.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { CONTACTS, FRONT, newClients, request, RUN, sql, url } from './stack.mjs';

const [client, other] = newClients(2);
const agency = sql("SELECT revyops_create_agency('webhooks')");
const MIB16 = 16 * 1024 * 1024;
const tokens = [];

// A webhook of its own: its path, its id, and its counters. The owner is a client, or the agency.
function newWebhook(platform, owner = client.id) {
	const [path, id] = sql(`SELECT ${owner === 'agency' ? `revyops_create_agency_webhook(${agency}` : `revyops_create_webhook(${owner}`}, '${platform}', 'test') AS path \\gset
		SELECT :'path', max(id) FROM revyops.webhook;`).split('|');
	tokens.push(path.split('/').pop());
	return { path, id };
}
const deliver = ({ path }, body, headers = [['Content-Type', 'application/json']]) =>
	request('POST', path, headers, typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
const taken = (processed, duplicates, ignored) => [200, { processed, duplicates, ignored, errors: [] }];
const told = ({ status, json }) => [status, json];
const unread = (...errors) => [400, { detail: 'Invalid request.', errors }];
const malformed = (line, column) => unread({ pointer: '', code: 'malformed_body', message: 'The body could not be read as its content type says.', line, column });
const tooMany = (limit, actual) => unread({ pointer: '', code: 'too_many', message: 'There are too many entries.', limit, actual });
const unknown = [404, { detail: 'Webhook not found.', errors: [{ parameter: 'token', code: 'not_found', message: 'There is none with this id, domain or address.' }] }];
const unsigned = place => [401, { detail: 'Invalid signature.', errors: [{ ...place, code: 'invalid_signature', message: 'The delivery does not show the secret that this webhook expects.' }] }];
let serial = 0;
const sent = more => ({ event_type: 'email_sent', timestamp: '2026-03-02T09:15:04.512Z', campaign_id: 'c-1', lead_email: `w${++serial}@acme.com`, ...more });
const contact = async ({ lead_email }, { key } = client) => (await request('GET', `${CONTACTS}?email=${lead_email}`, [['X-API-Key', key]])).json.results[0];

// ---------------------------------------------------------------- what is taken

const instantly = newWebhook('instantly');

test('a delivery is counted once, and makes a contact', async () => {
	const body = sent({ firstName: 'Ada' });
	const got = await deliver(instantly, body);
	assert.deepEqual(told(got), taken(1, 0, 0));
	assert.deepEqual([got.headers['content-type'], got.headers['cache-control']], ['application/json; charset=utf-8', 'no-store']);
	assert.deepEqual(told(await deliver(instantly, body)), taken(0, 1, 0));
	assert.deepEqual(told(await deliver({ path: `/api${instantly.path}` }, body)), taken(0, 1, 0));
	const { first_name, origin, first_campaign_email_sent } = await contact(body);
	assert.deepEqual([first_name, origin, first_campaign_email_sent], ['Ada', 'instantly', '2026-03-02T09:15:04.512000Z']);
});

test('an array is taken item by item, whatever its content type, and a key counts for nothing', async () => {
	const items = [sent(), { ...sent(), event_type: 'email_opened' }, 7, sent({ lead_email: 'nobody' }), sent()];
	assert.deepEqual(told(await deliver(instantly, items, [['Content-Type', 'text/plain'], ['X-API-Key', 'nobody']])), taken(2, 0, 3));
	assert.deepEqual(told(await deliver(instantly, items, [])), taken(0, 2, 3));
});

test('an agency\'s items go each to the client of its account', async () => {
	const global = newWebhook('instantly', 'agency');
	sql(`SELECT revyops_route_webhook_account(${agency}, 'instantly', 'w1', ${client.id}), revyops_route_webhook_account(${agency}, 'instantly', 'w2', ${other.id})`);
	const items = [sent({ workspace: 'w1' }), sent({ workspace: 'w2' }), sent({ workspace: 'w3', campaign_id: 'of nobody' })];
	assert.match(global.path, /^\/public\/global-instantly-webhook\/[0-9a-f]{64}$/);
	assert.deepEqual(told(await deliver(global, items)), taken(2, 0, 1));
	assert.deepEqual(told(await deliver({ path: `/api${global.path}` }, items)), taken(0, 2, 1));
	assert.deepEqual([(await contact(items[0])).email, await contact(items[1]), (await contact(items[1], other)).email], [items[0].lead_email, undefined, items[1].lead_email]);
});

// ---------------------------------------------------------------- what is not

test('404: a token that nobody has, of another platform, of a client at an agency\'s path, or revoked', async () => {
	const token = instantly.path.split('/').pop();
	for (const path of [`/public/instantly-webhook/${'0'.repeat(64)}`, `/public/smartlead-webhook/${token}`, `/public/global-instantly-webhook/${token}`, `/public/instantly-webhook/${client.id}`])
		assert.deepEqual(told(await deliver({ path }, sent())), unknown, path);
	const revoked = newWebhook('instantly');
	assert.deepEqual(told(await deliver(revoked, '[]')), taken(0, 0, 0));
	sql(`SELECT revyops_revoke_webhook(${revoked.id})`);
	assert.deepEqual(told(await deliver(revoked, sent())), unknown);
});

test('400: no JSON, or neither object nor array', async () => {
	assert.deepEqual(told(await deliver(instantly, 'event_type=email_sent')), malformed(1, 1));
	assert.deepEqual(told(await deliver(instantly, '')), malformed(1, 1));
	assert.deepEqual(told(await deliver(instantly, '"{}"')), unread({ pointer: '', code: 'not_an_object', message: 'Expected an object.' }));
});

test('405 of another method, 415 of a compressed body', async () => {
	const got = await request('GET', instantly.path, []);
	assert.deepEqual([...told(got), got.headers.allow], [405, { detail: 'Method not allowed.' }, 'POST']);
	const packed = await deliver(instantly, sent(), [['Content-Encoding', 'gzip']]);
	assert.deepEqual([packed.status, packed.json.detail], [415, 'Unsupported media type.']);
});

test('401: a secret that is expected in a header, whatever its name, and is not there', async () => {
	const webhook = newWebhook('instantly');
	sql(`SELECT revyops_set_webhook_secret(${webhook.id}, 'header', 'open sesame', 'X-Our-Secret')`);
	const body = sent();
	assert.deepEqual(told(await deliver(webhook, body)), unsigned({ parameter: 'X-Our-Secret' }));
	assert.deepEqual(told(await deliver(webhook, body, [['x-our-secret', 'open sesam']])), unsigned({ parameter: 'X-Our-Secret' }));
	assert.equal(await contact(body), undefined);
	assert.deepEqual(told(await deliver(webhook, body, [['x-our-secret', 'open sesame']])), taken(1, 0, 0));
	// beside as many headers as nginx takes, some of octets that are no text
	const many = Array.from({ length: 60 }, (_, i) => [`X-Many-${i}`, `\xff${'x'.repeat(300)}`]);
	assert.deepEqual(told(await deliver(webhook, body, [...many, ['X-Our-Secret', 'open sesame']])), taken(0, 1, 0));
});

test('401: a secret in the header Authorization, which is no key here', async () => {
	const webhook = newWebhook('instantly');
	sql(`SELECT revyops_set_webhook_secret(${webhook.id}, 'header', 'Bearer open  sesame', 'Authorization')`);
	const body = sent();
	assert.deepEqual(told(await deliver(webhook, body, [['Authorization', 'Bearer open sesame']])), unsigned({ parameter: 'Authorization' }));
	assert.deepEqual(told(await deliver(webhook, body, [['authorization', 'Bearer open  sesame']])), taken(1, 0, 0));
});

test('401: a secret of the body', async () => {
	const webhook = newWebhook('smartlead');
	sql(`SELECT revyops_set_webhook_secret(${webhook.id}, 'body', 'abcd')`);
	const body = { event_type: 'EMAIL_SENT', event_timestamp: '2026-03-02T09:15:04.512+00:00', to_email: 'smart@acme.com' };
	assert.deepEqual(told(await deliver(webhook, body)), unsigned({ pointer: '/secret_key' }));
	assert.deepEqual(told(await deliver(webhook, { ...body, secret_key: 'abcd' })), taken(1, 0, 0));
});

test('401: a signature of the octets as they came', async () => {
	const webhook = newWebhook('plusvibe');
	sql(`SELECT revyops_set_webhook_secret(${webhook.id}, 'hmac', 'abcd', 'X-Signature')`);
	const body = Buffer.from('{ "webhook_event": "EMAIL_SENT", "date": "2026-03-02T09:15:04Z",\n"lead_email": "plus@acme.com", "subject": "\xe4\xff" }', 'latin1');
	const signature = createHmac('sha256', 'abcd').update(body).digest('hex');
	assert.deepEqual(told(await deliver(webhook, Buffer.concat([body, Buffer.from(' ')]), [['X-Signature', signature]])), unsigned({ parameter: 'X-Signature' }));
	assert.deepEqual(told(await deliver(webhook, body, [['X-Signature', signature]])), taken(1, 0, 0));
});

test('401: HubSpot signs the address that it called, too', async () => {
	const webhook = newWebhook('hubspot');
	sql(`SELECT revyops_set_webhook_secret(${webhook.id}, 'hubspot', 'abcd')`);
	const body = '[]';
	const signed = (path, at) => [['X-HubSpot-Request-Timestamp', String(at)],
		['X-HubSpot-Signature-v3', createHmac('sha256', 'abcd').update(`POST${url.origin}${path}${body}${at}`).digest('base64')]];
	const path = `/api${webhook.path}?a=b%20c`;
	assert.deepEqual(told(await deliver({ path }, body, signed(path, Date.now()))), taken(0, 0, 0));
	assert.equal((await deliver({ path }, body, signed(webhook.path, Date.now()))).status, 401);
	assert.equal((await deliver({ path }, body, signed(path, Date.now() - 600_000))).status, 401);
});

// ---------------------------------------------------------------- hostile bodies, of 16 MiB where nothing else is said

// A text that fills a body up to 16 MiB: parts between a head and a tail.
const filled = (head, part, tail) => head + part.repeat(Math.floor((MIB16 - head.length - tail.length) / Buffer.byteLength(part))) + tail;
const item = { ...sent(), reply_text: undefined };
const openItem = JSON.stringify(item).slice(0, -1);

for (const [name, body, expected] of [
	['characters that PostgreSQL has not', filled(`${openItem}, "email_text": "`, '\\u0000', '"}'), taken(1, 0, 0)],
	['halves of characters', filled(`${openItem}, "email_text": "`, '\\ud800', '"}'), taken(0, 1, 0)],
	['octets that are no text', Buffer.concat([Buffer.from(`${openItem}, "email_text": "`), Buffer.alloc(15 * 1024 * 1024, 0xff), Buffer.from('"}')]), taken(0, 1, 0)],
	['NUL octets', Buffer.alloc(MIB16), malformed(1, 1)],
	['blanks', ' '.repeat(MIB16), undefined],
	['brackets', '['.repeat(MIB16), tooMany(400000, MIB16)],
	['65 brackets', '['.repeat(65) + ']'.repeat(65), unread({ pointer: '', code: 'too_deep', message: 'The body is nested too deeply.' })],
	['objects in one another', filled(`${openItem}, "x": `, '{"a":', ''), undefined],
	['a million items', `[${'0,'.repeat(999_999)}0]`, tooMany(400000, 999_999)],
	['as many items as commas may be', `[${'0,'.repeat(400_000)}0]`, tooMany(10000, 400_001)],
	['as many items as there is room for', filled('[0', ',0', ']'), undefined],
	['10,000 items with a long member', `[${Array.from({ length: 10_000 }, () => `{"event_type": "email_opened", "x": "${'x'.repeat(1600)}"}`).join()}]`, taken(0, 0, 10_000)],
	['10,000 times the same', `[${Array.from({ length: 10_000 }, () => JSON.stringify(item)).join()}]`, taken(0, 10_000, 0)],
	['a million members', `${openItem}, ${Array.from({ length: 1_000_000 }, (_, i) => `"x${i}":0`).join()}}`, undefined],
	['400,000 members', `{"event_type": "email_opened"${Array.from({ length: 400_000 }, (_, i) => `,"x${i}":0`).join('')}}`, taken(0, 0, 1)],
	['a member 400,000 times', `{"event_type": "email_opened"${',"lead_email":0'.repeat(400_000)}}`, taken(0, 0, 1)],
	['a number of 16 million digits', filled('[', '9', ']'), taken(0, 0, 1)],
	['a name of 16 MiB', filled(`${openItem}, "`, 'x', '": 1}'), taken(0, 1, 0)],
	['a kind of 16 MiB', filled('{"event_type": "', 'x', '"}'), taken(0, 0, 1)],
	['an address of 16 MiB', filled('{"event_type": "email_sent", "lead_email": "a@', 'x.', 'com"}'), taken(0, 0, 1)],
	['a time of 16 MiB', filled('{"event_type": "email_sent", "lead_email": "time@acme.com", "timestamp": "2', '0', '"}'), taken(1, 0, 0)],
])
	test(`a body of ${name}`, async () => {
		const got = await deliver(instantly, body);
		if (expected)
			assert.deepEqual(told(got), expected);
		else
			assert.equal(got.status, 400, got.text);
	});

test('413: an octet more', async () => {
	assert.deepEqual(told(await deliver(instantly, ' '.repeat(MIB16 + 1))), [413, { detail: 'Request body too large.' }]);
});

// ---------------------------------------------------------------- what logs show

after(() => {
	const logs = readdirSync(join(RUN, 'log'));
	assert.ok(['nginx.log', 'postgres.log', `${FRONT}.log`].every(name => logs.includes(name)), logs.join());
	for (const name of logs) {
		const log = readFileSync(join(RUN, 'log', name), 'utf8');
		assert.deepEqual(tokens.filter(token => log.includes(token)), [], name);
	}
});
