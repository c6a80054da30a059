// http/openapi.yaml against the running server and its table of endpoints: every path, method and status
// that it names is called here, every answer validated, and nothing is served that it does not name.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test, { after } from 'node:test';
import { createConfig, lint } from '@redocly/openapi-core';
import Ajv from 'ajv/dist/2020.js';
import yaml from 'js-yaml';
import { JSON_TYPE, lostPosition, newClient, post, request, sql, takeRights } from './stack.mjs';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const source = (await request('GET', '/openapi.yaml', [])).text;
const api = yaml.load(source);
const follow = node => node.$ref ? node.$ref.slice(2).split('/').reduce((n, k) => n[k], api) : node;

const ajv = new Ajv({ strict: false, allErrors: true, formats: {
	'date-time': s => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(s) && !Number.isNaN(Date.parse(s)),
	uri: s => URL.canParse(s), 'uri-reference': true, int64: true, 'json-pointer': /^(\/[^/]*)*$/ } });
ajv.addSchema(api, 'api');
const validators = new Map();
const validator = pointer => {
	if (!validators.has(pointer))
		validators.set(pointer, ajv.compile({ $ref: `api#${pointer}` }));
	return validators.get(pointer);
};
const escape = s => encodeURIComponent(s.replaceAll('~', '~0').replaceAll('/', '~1'));

// ---- what the calls work on
const client = newClient('openapi');
const other = newClient('openapi other');
const quiet = newClient('openapi without changes');
sql(`SELECT revyops_set_client_setting(id, 'changes', 'on') FROM revyops.client WHERE id IN (${client.id}, ${other.id})`);
const master = { key: sql(`SELECT revyops_create_api_key(${client.id}, 'master', NULL, 'master')`) };
const created = async (who, path, body) => {
	const got = await post(who, body, { path });
	assert.equal(got.status, 201, got.text);
	return got.json;
};
let serial = 0;
const kinds = {
	contacts: { path: '/public/v2/contacts', body: () => ({ email: `o${++serial}@acme.com`, contact_custom_fields_input: [{ field_name: 'a', field_value: '1' }, { field_name: 'b', field_value: '2' }] }),
		key: row => ({ email: row.email }), fields: row => row.contact_custom_fields },
	companies: { path: '/public/v2/companies', body: () => ({ domain: `o${++serial}.com`, company_custom_fields: [{ field_name: 'a', field_value: '1' }, { field_name: 'b', field_value: '2' }] }),
		key: row => ({ domain: row.domain }), fields: row => row.company_custom_fields },
	// of a contact that both clients have
	emails: { path: '/public/v2/emails', body: () => ({ email_type: 'sent', origin: `origin-${++serial}-of-openapi`, contact_email: 'mail@acme.com', custom_fields: [{ field_name: 'a', field_value: '1' }, { field_name: 'b', field_value: '2' }] }),
		key: row => ({ origin: row.origin }), fields: row => row.custom_fields },
};
for (const who of [client, other])
	await created(who, kinds.contacts.path, { email: 'mail@acme.com' });
for (const kind of Object.values(kinds)) {
	kind.taken = await created(client, kind.path, kind.body());
	kind.theirs = await created(other, kind.path, kind.body());
}
await created(client, '/public/v2/contacts', { linkedin_url: 'in/openapi', company_id: kinds.companies.taken.id });

// of events and campaigns: an event of somebody new, in a campaign of its own unless it says which
const event = more => ({ kind: 'sent', contact_email: `o${++serial}@acme.com`, at: '2026-03-01T00:00:00Z', campaign_id: `c${serial}`, ...more });
const firstCampaign = async (who, campaign_id) => {
	await created(who, '/public/v2/events', event({ campaign_id }));
	return (await request('GET', '/public/v2/campaigns', [['X-API-Key', who.key]])).json.results[0];
};
const campaigns = { path: '/public/v2/events', body: event, key: ({ campaign_id }) => ({ campaign_id }), fields: () => [{}], taken: await firstCampaign(client, 'shared'), theirs: await firstCampaign(other, 'theirs') };
async function activity(path, method, status) {
	const body = event();
	if (path.endsWith('/events') && status === '200')
		await created(client, path, body);
	if (path.endsWith('/contacts'))
		await created(client, campaigns.path, event({ campaign_id: 'shared' }));
	return { kind: campaigns, name: 'campaigns', ids: { id: campaigns.taken.id }, query: '', type: JSON_TYPE, who: client,
		body: method === 'post' ? JSON.stringify(path.endsWith('/batch') ? { events: [body] } : body) : undefined };
}
// an event of the contact with this id, in place of one that succeeds
const ofContact = (path, contact_id) => {
	const one = { kind: 'sent', contact_id, at: '2026-03-01T00:00:00Z' };
	return JSON.stringify(path.endsWith('/batch') ? { mode: 'atomic', events: [one] } : one);
};

// ---- what is served: all but what a front asks for itself
const endpoints = JSON.parse(sql(`SELECT json_agg(e) FROM revyops_http.endpoints() AS e WHERE path <> '/key-check'`));

// ---- how each status is brought about
const isFile = path => path.endsWith('/import');
const CSV = { contacts: () => `email\no${++serial}@acme.com\n`, companies: () => `domain\no${++serial}.com\n` };
const importOne = async (who, name) => (await post(who, CSV[name](), { path: `/public/v2/${name}/import`, type: 'text/csv' })).json.job;
const LARGE = path => Buffer.alloc((/\/(batch|import)$|-webhook\//.test(path) ? 16 : 1) * 1024 * 1024 + 1, 0x20);
// ---- the do-not-contact list
const listed = async () => {
	const email = `o${++serial}@gone.com`;
	await created(client, '/public/v2/do-not-contact', { email });
	return email;
};
async function success_of_list(path, method, status) {
	const email = `o${++serial}@gone.com`;
	const body = path.endsWith('/import') ? `Email\n${email}\n` : path.endsWith('/batch') ? { entries: [{ email }, { email: 'x' }] } : path.endsWith('/check') ? { addresses: [await listed(), 'x', 'y@z.com'] } :
		path.endsWith('/remove') ? { address: await listed(), reason: 'manual', note: 'x', force: true } : { email: status === '200' ? await listed() : email };
	return { name: 'do_not_contact', ids: {}, query: '', who: client, body: method !== 'post' ? undefined : isFile(path) ? body : JSON.stringify(body), type: isFile(path) ? 'text/csv' : JSON_TYPE,
		kind: { path: '/public/v2/do-not-contact', body: () => ({ email: `o${++serial}@gone.com` }), key: row => ({ address: row.email }), taken: { email: method === 'get' ? await listed() : email } } };
}
// A delivery of a sending platform, to a webhook that looks for a header.
const agency = sql(`SELECT revyops_create_agency('openapi')`);
function delivery(path) {
	const global = path.includes('global');
	const token = sql(`SELECT ${global ? `revyops_create_agency_webhook(${agency}` : `revyops_create_webhook(${client.id}`}, 'neutral', 'x')`).split('/').pop();
	sql(`SELECT revyops_set_webhook_secret(max(id), 'header', 's', 'x-secret') FROM revyops.webhook`);
	return { name: 'webhooks', ids: { platform: 'neutral', token }, query: '', who: { key: 'nobody' }, type: 'text/plain', headers: [['X-Secret', 's']],
		body: JSON.stringify({ kind: 'sent', contact_email: `o${++serial}@acme.com`, at: '2026-03-02T09:15:04Z' }) };
}
// A call of an operation that succeeds: path, query and body, on rows of its own.
async function success(path, method, status) {
	if (path.includes('-webhook/'))
		return delivery(path);
	if (path.includes('/do-not-contact'))
		return success_of_list(path, method, status);
	if (/\/(events|campaigns)/.test(path))
		return activity(path, method, status);
	const name = ['contacts', 'companies', 'emails'].find(n => path.includes(`/${n}`));
	const kind = kinds[name];
	const job = path.includes('/imports/') ? await importOne(client, name) : undefined;
	const row = path.includes('{id}') && !job ? await created(client, kind.path, kind.body()) : undefined;
	for (let i = 0; path.endsWith('{id}/emails') && i < 2; i++)
		await created(client, '/public/v2/emails', { email_type: 'sent', origin: 'thread', contact_id: row.id });
	const found = method === 'put' && status === '200' ? kind.key(await created(client, kind.path, kind.body())) : {};
	const field = row && kind.fields(row)[0];
	const body = path.endsWith('/search') ? { filters: [{ custom_field: 'a', operator: 'exists' }, { any: [{ member: 'id', operator: 'gt', value: 1 }] }], sort: { member: 'updated_time' } } :
		path.endsWith('/merge') ? { other_id: (await created(client, kind.path, kind.body())).id } :
		path.endsWith('/batch') ? { [name]: [kind.body()] } :
		path.endsWith('/set-interested') ? { email: 'mail@acme.com', subject: '' } :
		path.endsWith('/custom-fields') ? { field_name: 'c', field_value: '3' } :
		path.endsWith('{field_id}') ? { field_value: '3' } : ['post', 'put'].includes(method) ? { ...kind.body(), ...found } : { [name === 'contacts' ? 'contact_status' : 'company_status']: 'new' };
	return { kind, name, ids: { id: job ?? row?.id, field_id: field?.id }, query: path.endsWith('/lookup-by-custom-field') ? 'field_name=a&field_value=1' : '',
		body: ['post', 'put', 'patch'].includes(method) ? isFile(path) ? CSV[name]() : JSON.stringify(body) : undefined, type: isFile(path) ? 'text/csv' : JSON_TYPE, who: path.includes('-master-list') ? master : client };
}
// a body of one item, or what it is as a batch
const one = (path, call, item) => path.endsWith('/batch') ? { mode: 'atomic', [call.name]: [item] } : item;
const twist = {
	301: async call => {
		const { id } = await created(client, call.kind.path, call.kind.body());
		const got = await post(client, { other_id: call.ids.id }, { path: `${call.kind.path}/${id}/merge` });
		assert.equal(got.status, 200, got.text);
	},
	400: (call, path, method) => {
		if (path.includes('/do-not-contact') && method === 'get')
			call.query = 'reason=x';
		else if (path.endsWith('/do-not-contact/import'))
			call.query = 'reason=x';
		else
		if (isFile(path))
			call.query = method === 'post' ? 'mode=x' : `${Object.keys(call.kind.body())[0]}=x`;
		else if (path.endsWith('/report'))
			call.query = 'outcome=x';
		else if (path.endsWith('/changes'))
			call.query = 'limit=0';
		else if (path.endsWith('/status-history') || path.includes('/campaigns'))
			call.query = 'page=0';
		else if (call.body !== undefined)
			call.body = '{';
		else
			call.query = path.startsWith('/public/v2') ? 'structure=x' : path.endsWith('/lookup-by-custom-field') ? '' : `${{ contacts: 'email', companies: 'name', emails: 'subject' }[call.name]}=%ff`;
	},
	401: (call, path) => {
		if (path.includes('-webhook/'))
			call.headers = [];
		else
		if (path.includes('{id}'))
			call.ids.id = call.kind.theirs.id;
		else if (path.includes('/events'))
			call.body = ofContact(path, kinds.contacts.theirs.id);
		else
			call.body = JSON.stringify(one(path, call, call.name === 'emails' ? { ...call.kind.body(), contact_email: null, contact_id: kinds.contacts.theirs.id } : { email: 'x@acme.com', company_id: kinds.companies.theirs.id }));
	},
	403: call => {
		call.who = { key: 'nope' };
	},
	404: (call, path) => {
		if (path.includes('-webhook/'))
			call.ids.token = '0'.repeat(64);
		else
		if (path.endsWith('/remove'))
			call.body = JSON.stringify({ address: 'nobody@gone.com', reason: 'manual', note: 'x' });
		else
		if (path.includes('{id}'))
			call.ids[path.includes('{field_id}') ? 'field_id' : 'id'] = 999999999;
		else if (path.includes('/events'))
			call.body = ofContact(path, 999999999);
		else
			call.body = JSON.stringify(one(path, call, call.name === 'emails' ? { ...call.kind.body(), contact_email: 'nobody@acme.com' } : { email: 'x@acme.com', company_id: 'nobody.com' }));
	},
	409: async (call, path, method) => {
		if (path.endsWith('/remove')) {
			await created(client, '/public/v2/do-not-contact', { email: `o${++serial}@gone.com`, reason: 'complaint' });
			call.body = JSON.stringify({ address: `o${serial}@gone.com`, reason: 'complaint', note: 'x' });
			return;
		}
		if (path.endsWith('/changes')) {
			call.who = quiet;
			return;
		}
		// two contacts, to upsert
		const key = { ...call.kind.key(call.kind.taken), ...(method === 'put' ? { linkedin_url: 'in/openapi' } : {}) };
		call.body = JSON.stringify(path.endsWith('/batch') ? { mode: 'atomic', [call.name]: [key] } : path.includes('custom-fields') ? { field_name: path.endsWith('{field_id}') ? 'b' : 'a', field_value: 'x' } : key);
	},
	410: async (call, path) => {
		if (!path.endsWith('/changes')) {
			call.headers = [['X-Revyops-Position', lostPosition(client.key)]];
			return;
		}
		call.query = `after=${(await request('GET', '/public/v2/changes?after=now', [['X-API-Key', client.key]])).json.cursor}`;
		sql(`SELECT revyops_set_client_setting(${client.id}, 'changes', 'off')`);
		sql(`SELECT revyops_set_client_setting(${client.id}, 'changes', 'on')`);
	},
	413: (call, path) => {
		call.body = LARGE(path);
	},
	415: (call, path) => {
		if (path.includes('-webhook/'))
			call.headers.push(['Content-Encoding', 'gzip']);
		call.type = 'text/plain';
	},
	422: async (call, path, method) => {
		if (method === 'put') {
			const contact = { email: await listed() };
			sql(`SELECT revyops_set_client_setting(${client.id}, 'on_do_not_contact', 'error')`);
			call.body = JSON.stringify(path.endsWith('/batch') ? { mode: 'atomic', contacts: [contact] } : contact);
			return () => sql(`SELECT revyops_set_client_setting(${client.id}, 'on_do_not_contact', 'mark')`);
		}
		call.headers = [['Idempotency-Key', `key ${++serial}`]];
		await answer(path, method, call);
		call.body = isFile(path) ? `${call.body}more\n` : JSON.stringify({ ...JSON.parse(call.body), more: 1 });
	},
	503: () => takeRights(),
};

// A write is told a position, if it asks; nothing else is. So all calls ask, but for those of what does not take the header.
const takesPosition = (path, method) => [...(api.paths[path].parameters ?? []), ...(api.paths[path][method].parameters ?? [])].some(p => p.$ref?.endsWith('/position'));
const reads = (path, method) => endpoints.find(e => e.path === path && e.method === method.toUpperCase()).reads_only;
function checkPosition(path, method, got, response) {
	const position = got.headers['x-revyops-position'];
	const described = follow(response).headers?.['X-Revyops-Position'];
	if (!takesPosition(path, method) || reads(path, method))
		assert.equal(position, undefined);
	else if (got.status < 300 || position !== undefined)
		assert.match(position, new RegExp(follow(described).schema.pattern));
}

const called = new Set();
async function answer(path, method, call) {
	const url = path.replace(/\{(\w+)\}/g, (_, n) => call.ids[n]);
	const got = await request(method.toUpperCase(), call.query ? `${url}?${call.query}` : url, [['X-API-Key', call.who.key], ...(call.body === undefined ? [] : [['Content-Type', call.type]]),
		...(takesPosition(path, method) ? [['X-Revyops-Position', 'new']] : []), ...(call.headers ?? [])], call.body);
	const { responses } = api.paths[path][method];
	const response = responses[got.status];
	assert.ok(response, `${got.status} is not in the description: ${got.text}`);
	if (!follow(response).content)
		assert.equal(got.text, '');
	else if (follow(response).content['text/csv'])
		assert.match(got.headers['content-type'], /^text\/csv; charset=utf-8$/);
	else {
		const at = response.$ref ? response.$ref.slice(1) : `/paths/${escape(path)}/${method}/responses/${got.status}`;
		const validate = validator(`${at}/content/application~1json/schema`);
		assert.ok(validate(got.json), `${ajv.errorsText(validate.errors)}\n${got.text}`);
	}
	assert.equal(got.headers['content-disposition'] !== undefined, follow(response).headers?.['Content-Disposition'] !== undefined);
	const place = () => got.status === 301 ? path.replace('{id}', got.json.errors[0].merged_into) : `${path}/${got.json.id}`;
	assert.equal(got.headers.location, follow(response).headers?.Location ? place() : undefined);
	checkPosition(path, method, got, response);
	assert.equal(got.headers['cache-control'], 'no-store');
	assert.equal(got.headers['retry-after'], follow(response).headers?.['Retry-After'] ? '1' : undefined);
	return got;
}

test('the description is the file, and OpenAPI 3.1 that a linter has nothing to say of', async () => {
	const file = new URL('../../http/openapi.yaml', import.meta.url);
	assert.equal(source, readFileSync(file, 'utf8'));
	// 405 stands for all operations at the top, so /ready needs no 4xx of its own; {id} is digits, so "imports" is none
	const config = await createConfig({ extends: ['recommended-strict'], rules: { 'operation-4xx-response': 'off', 'no-ambiguous-paths': 'off', 'no-invalid-schema-examples': 'error', 'no-invalid-parameter-examples': 'error', 'no-invalid-media-type-examples': 'error' } });
	const problems = await lint({ ref: file.pathname, config });
	assert.deepEqual(problems.map(p => `${p.location[0].pointer}: ${p.message}`), []);
	assert.match(api.openapi, /^3\.1\./);
});

test('each body and parameter has an example', () => {
	const without = Object.entries(api.components.requestBodies).filter(([, body]) => !follow(Object.values(body.content)[0].schema).examples?.length).map(([name]) => name);
	assert.deepEqual(without, []);
	// a cursor is of one server and client, and the rest say what they are unless they are given
	assert.deepEqual(Object.entries(api.components.parameters).filter(([, p]) => p.example === undefined && p.schema.example === undefined && p.schema.default === undefined).map(([name]) => name), ['after']);
});

for (const [path, item] of Object.entries(api.paths))
	for (const method of METHODS.filter(m => item[m])) {
		for (const status of Object.keys(item[method].responses))
			test(`${method.toUpperCase()} ${path}: ${status}`, async () => {
				const call = await success(path, method, status);
				const undo = Number(status) >= 300 ? await twist[status](call, path, method) : undefined;
				try {
					assert.equal((await answer(path, method, call)).status, Number(status));
				} finally {
					undo?.();
				}
				called.add(`${method} ${path} ${status}`);
			});
		if ((item[method].parameters ?? []).some(p => p.$ref?.endsWith('/after')))
			test(`${method.toUpperCase()} ${path}: next`, async () => {
				const call = await success(path, method);
				await created(client, call.kind.path, call.kind.body());	// one more than a page
				call.query += `${call.query ? '&' : ''}page_size=1`;
				const first = (await answer(path, method, call)).json;
				assert.ok(first.next.startsWith(`${path.replace('{id}', call.ids.id)}?${call.query}&after=`), first.next);
				call.query = first.next.slice(first.next.indexOf('?') + 1);
				assert.match(new URLSearchParams(call.query).get('after'), new RegExp(api.components.parameters.after.schema.pattern));
				assert.equal((await answer(path, method, call)).json.current_page, 2);
			});
		if ((item[method].parameters ?? []).some(p => p.$ref?.endsWith('/structure')))
			test(`${method.toUpperCase()} ${path}: FLAT`, async () => {
				const call = await success(path, method);
				call.query += `${call.query ? '&' : ''}structure=FLAT`;
				assert.ok((await answer(path, method, call)).status < 300);
			});
	}

const takesKey = item => item.post?.parameters?.some(p => p.$ref?.endsWith('/idempotency_key'));
for (const [path] of Object.entries(api.paths).filter(([, item]) => takesKey(item)))
	test(`POST ${path}: replayed`, async () => {
		const call = { ...await success(path, 'post'), headers: [['Idempotency-Key', `key ${++serial}`]] };
		const first = await answer(path, 'post', call);
		const again = await answer(path, 'post', call);
		assert.deepEqual([again.text, again.headers.location], [first.text, first.headers.location]);
		assert.equal(again.headers['idempotent-replayed'], follow(follow(api.paths[path].post.responses[again.status]).headers['Idempotent-Replayed']).schema.const);
	});

// what follows from an endpoint: methods and paths, the types of its body, and the statuses and parameters that not all have
test('whatever is served is described, and nothing else', () => {
	const described = Object.entries(api.paths).flatMap(([path, item]) => METHODS.filter(m => item[m]).map(m => ({
		endpoint: `${m.toUpperCase()} ${path}`,
		bodyTypes: item[m].requestBody ? Object.keys(follow(item[m].requestBody).content) : [],
		statuses: ['410', '413', '415', '422'].filter(s => s in item[m].responses),
		parameters: [...(item.parameters ?? []), ...(item[m].parameters ?? [])].map(p => p.$ref?.split('/').pop()).filter(p => ['prefer', 'idempotency_key', 'position'].includes(p)).sort(),
		ids: (item.parameters ?? []).concat(item[m].parameters ?? []).map(follow).filter(p => p.in === 'path').map(p => p.name).sort(),
		told: [...new Set(Object.entries(item[m].responses).filter(([status]) => status < 300).map(([, r]) => 'X-Revyops-Position' in (r.headers ?? {})))],
		master: item[m].tags.includes('master lists'),
	})));
	// who asks by X-Revyops-Position: whoever has a key
	const asks = e => e.path.startsWith('/public/') && !e.path.includes('-webhook/');
	const served = endpoints.map(e => ({
		endpoint: `${e.method} ${e.path}`,
		bodyTypes: e.body_types,
		statuses: [...(e.reads_only && asks(e) ? ['410'] : []), ...(e.body_types.length ? ['413', '415'] : []), ...(e.once || /^PUT .*\/contacts/.test(`${e.method} ${e.path}`) ? ['422'] : [])],
		parameters: [...(e.once ? ['idempotency_key'] : []), ...((e.body_types.length && !e.path.includes('-webhook/')) || (e.method === 'GET' && e.path.startsWith('/public/') && (!e.path.includes('{') || /\{id\}\/(emails|contacts|status-history)$/.test(e.path))) ? ['prefer'] : [])].concat(asks(e) ? ['position'] : []).sort(),
		ids: [...e.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort(),
		told: [!e.reads_only && asks(e)],
		master: e.master,
	}));
	const sorted = list => list.sort((a, b) => a.endpoint < b.endpoint ? -1 : 1);
	assert.deepEqual(sorted(served), sorted(described));
	// what a front goes by
	for (const { method, path, body_types, body_max, reads_only, key_first, may_share, asks_key } of endpoints) {
		const hook = path.includes('-webhook/');
		const batch = path.endsWith('/batch') || (isFile(path) && method === 'POST');
		const reads = method === 'GET' || /\/(search|check)$/.test(path);
		assert.equal(asks_key, !hook && path !== '/ready', path);
		assert.equal(may_share, !reads && method !== 'DELETE' && !batch && !hook && !/\/(merge|events)$/.test(path), `${method} ${path}`);
		assert.deepEqual({ path, reads_only, key_first, body_max }, { path, reads_only: reads, key_first: batch, body_max: body_types.length === 0 ? 0 : (batch || hook ? 16 : 1) * 1024 * 1024 });
	}
});

test('any other method is 405, and told which there are', async () => {
	for (const [path, item] of Object.entries(api.paths)) {
		const allow = METHODS.filter(m => item[m]).map(m => m === 'get' ? 'GET, HEAD' : m.toUpperCase()).join(', ');
		for (const method of [...METHODS, 'head', 'options'].filter(m => !item[m === 'head' ? 'get' : m])) {
			const got = await request(method.toUpperCase(), path.replace('{platform}', 'neutral').replace(/\{\w+\}/g, '1'), [['X-API-Key', client.key]]);
			assert.deepEqual([got.status, got.headers.allow, got.text], [405, allow, method === 'head' ? '' : '{"detail": "Method not allowed."}'], `${method} ${path}`);
		}
	}
});

test('whatever does not say that it needs no key is 403 without one', async () => {
	const open = [];
	for (const [path, item] of Object.entries(api.paths))
		for (const method of METHODS.filter(m => item[m])) {
			const got = await request(method.toUpperCase(), path.replace('{platform}', 'neutral').replace(/\{\w+\}/g, '1'), []);
			if (item[method].security !== undefined)
				open.push([method, path, item[method].security, got.status]);
			else
				assert.deepEqual([got.status, got.json?.errors?.[0].code], [403, 'missing_credentials'], `${method} ${path}`);
		}
	assert.deepEqual(open, [['post', '/public/{platform}-webhook/{token}', [], 404], ['post', '/public/global-{platform}-webhook/{token}', [], 404], ['get', '/ready', [], 200]]);
});

test('HEAD is GET without its body', async () => {
	const heads = ({ status, headers: { date, 'content-length': length, 'transfer-encoding': coding, ...headers } }) => ({ status, headers });
	for (const [path, item] of Object.entries(api.paths).filter(([, item]) => item.get))
		for (const [status, what] of [[200, await success(path, 'get')], [item.get.security ? 200 : 403, { ...await success(path, 'get'), who: { key: 'nope' } }]]) {
			const target = path.replace(/\{(\w+)\}/g, (_, n) => what.ids[n]) + (what.query ? `?${what.query}` : '');
			const get = await request('GET', target, [['X-API-Key', what.who.key]]);
			const head = await request('HEAD', target, [['X-API-Key', what.who.key]]);
			assert.equal(get.status, status, `${target} ${get.text}`);
			assert.deepEqual([heads(head), head.text], [heads(get), ''], target);
		}
});

for (const [path, item] of Object.entries(api.paths))
	for (const method of METHODS.filter(m => item[m]?.requestBody && !path.endsWith('/search') && !isFile(path) && !path.includes('-webhook/')))
		test(`${method.toUpperCase()} ${path}: Prefer, and a member that nobody knows`, async () => {
			assert.ok(item[method].parameters.some(p => p.$ref === '#/components/parameters/prefer'));
			for (const status of Object.keys(item[method].responses).filter(s => s < 300)) {
				const call = await success(path, method, status);
				const got = await answer(path, method, { ...call, body: JSON.stringify({ ...JSON.parse(call.body), colour: 1 }), headers: [['Prefer', 'handling=lenient']] });
				assert.deepEqual([got.status, got.headers['preference-applied'], got.headers['x-revyops-unknown-members']], [Number(status), 'handling=lenient', 'colour']);
				const described = item[method].responses[status].headers;
				assert.ok(described['Preference-Applied'] && described['X-Revyops-Unknown-Members']);
			}
		});

// the other client's key, on whatever has an id or lists something
test('no endpoint shows another client\'s rows, or changes them', async () => {
	for (const [path, item] of Object.entries(api.paths).filter(([path]) => path.startsWith('/public/') && !isFile(path) && !path.endsWith('/changes')))	// whose cursors changes.test.mjs tries
		for (const method of METHODS.filter(m => item[m] && (path.includes('{id}') || m === 'get'))) {
			const call = { ...await success(path, method), who: other };
			const kind = call.kind;
			if (path.includes('{id}') && !path.includes('/imports/'))
				call.ids = { id: kind.taken.id, field_id: kind.fields(kind.taken)[0].id };
			for (const query of [call.query, ...(path.includes('{id}') || path.includes('lookup') ? [] : Object.entries(kind.key(kind.taken)).map(([k, v]) => `${call.query}&${k}=${v}`))]) {
				const got = await answer(path, method, { ...call, query });
				if (path.includes('-master-list'))
					assert.equal(got.status, 403, path);
				else if (path.includes('{id}'))
					assert.ok([401, 404].includes(got.status), `${method} ${path}: ${got.text}`);
				else
					for (const row of got.json.results ?? got.json)
						assert.equal(sql(`SELECT client_id FROM revyops.${call.name.replace('ies', 'y').replace(/s$/, '')} WHERE id = ${row.id}`), String(other.id));
				assert.ok(!got.text.includes(Object.values(kind.key(kind.taken))[0]), `${method} ${path}: ${got.text}`);
			}
			// its own row with the other's field
			if (path.includes('{field_id}'))
				assert.equal((await answer(path, method, { ...call, ids: { id: kind.theirs.id, field_id: call.ids.field_id } })).status, 404);
		}
	for (const kind of Object.values(kinds)) {
		const got = await request('GET', `${kind.path}/${kind.taken.id}`, [['X-API-Key', client.key]]);
		assert.deepEqual(kind.key(got.json), kind.key(kind.taken));
		assert.deepEqual(kind.fields(got.json), kind.fields(kind.taken));
	}
});

test('the validators can say no', () => {
	const page = validator('/components/schemas/ContactPage');
	const envelope = { next: null, count: 0, total_pages: 0, current_page: 1, page_size: 100, results: [] };
	const { next, ...without } = envelope;
	assert.ok(page(envelope) && page({ ...envelope, next: '/x' }) && !page({}) && !page(without) && !page({ ...envelope, next: 1 }) && !page({ ...envelope, more: 1 }));
	assert.ok(!validator('/components/schemas/Contact')({ ...kinds.contacts.taken, linkedin_url: null, company_id: null, client_id: '1' }));
	assert.ok(!validator('/components/schemas/Error')({ detail: 'x', errors: [] }));
});

after(() => {
	const named = Object.entries(api.paths).flatMap(([path, item]) => METHODS.filter(m => item[m]).flatMap(m => Object.keys(item[m].responses).map(s => `${m} ${path} ${s}`)));
	assert.deepEqual(named.filter(n => !called.has(n)), []);
});
