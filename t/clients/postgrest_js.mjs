// @supabase/postgrest-js, with a PostgREST of one's own that exposes the API's schema (http/own-postgrest.md).
import { PostgrestClient } from '@supabase/postgrest-js';
import { once as event } from 'node:events';
import http from 'node:http';
import { binary, startPostgrest } from '../http/own_postgrest.mjs';
import { contact, done, known, same } from './lib/tap.mjs';

if (!binary) {
	console.log('1..0 # SKIP there is no PostgREST: POSTGREST names no program');
	process.exit();
}
const postgrest = await startPostgrest();
// the library speaks TCP
const front = http.createServer((req, res) => {
	const { method, url, headers } = req;
	req.pipe(http.request({ socketPath: postgrest.socket, method, path: url, headers }, answer => {
		res.writeHead(answer.statusCode, answer.statusMessage, answer.headers);
		answer.pipe(res);
	}));
}).listen(0, '127.0.0.1');
await event(front, 'listening');
const api = new PostgrestClient(`http://127.0.0.1:${front.address().port}`, { headers: { 'X-API-Key': postgrest.key } });
const show = ({ status, statusText, data, error }) => ({ status, statusText, data: known(data),
	error: error && { ...error, details: error.details && JSON.parse(error.details) } });
const works = data => ({ status: 200, statusText: 'OK', data, error: null });
const fails = (status, message, details) => ({ status, statusText: message, data: null, error: { code: `PT${status}`, details, hint: null, message } });

const created = await api.rpc('revyops_create_contact', { contact: { email: 'Jane@acme.com', contact_custom_fields_input: [{ field_name: 'Industry', field_value: 'SaaS' }] }, structure: 'FLAT' });
same(show(created), works(contact({ email: 'jane@acme.com', contact_custom_fields: { Industry: 'SaaS' } })), 'create');
const taken = { pointer: '/email', code: 'already_exists', message: 'This value is already taken.', existing_id: created.data.id };
same(show(await api.rpc('revyops_create_contact', { contact: { email: 'jane@acme.com' } })), fails(409, 'contact already exists', [taken]), '409 with details');
const thrown = await api.rpc('revyops_create_contact', { contact: { email: 'jane@acme.com' } }).throwOnError().then(() => undefined, e => e);
same([thrown.name, thrown.code, JSON.parse(thrown.details)], ['PostgrestError', 'PT409', [taken]], '409 thrown');
same(show(await api.rpc('revyops_upsert_contact', { contact: { email: 'jane@acme.com', first_name: 'Jane' }, structure: 'FLAT' })),
	works(contact({ email: 'jane@acme.com', first_name: 'Jane', contact_custom_fields: { Industry: 'SaaS' }, created: false })), 'upsert');

const once = email => api.rpc('revyops_create_contact', { contact: { email }, idempotency_key: 'once' });
await once('once@acme.com');
const faulty = [
	[400, 'invalid request', { pointer: '/email', code: 'invalid_email', message: 'Expected an e-mail address such as name@example.com.' }, api.rpc('revyops_create_contact', { contact: { email: 'jane' } })],
	[401, 'company does not belong to this client', { pointer: '/company_id', code: 'other_client', message: 'This belongs to another client.' },
		api.rpc('revyops_create_contact', { contact: { email: 'joe@acme.com', company_id: postgrest.theirs } })],
	[403, 'missing or invalid credentials', { parameter: 'X-API-Key', code: 'invalid_credentials', message: 'The API key or client is unknown, expired or revoked.' },
		api.rpc('revyops_create_contact', { contact: { email: 'joe@acme.com' } }).setHeader('X-API-Key', 'none')],
	[404, 'company not found', { pointer: '/company_id', code: 'not_found', message: 'There is none with this id, domain or address.' },
		api.rpc('revyops_create_contact', { contact: { email: 'joe@acme.com', company_id: 'nobody.com' } })],
	[422, 'idempotency key was used for another request', { parameter: 'idempotency_key', code: 'key_reused', message: 'This key was used for another request.' }, once('joe@acme.com')],
];
for (const [status, message, fault, call] of faulty)
	same(show(await call), fails(status, message, [fault]), `${status}: ${message}`);

const list = [{ email: 'ann@acme.com' }, { email: 'ANN@acme.com' }];
const would = { pointer: '/email', code: 'already_exists', message: 'This value is already taken.', duplicate_of: 1 };
same(show(await api.rpc('revyops_check_contacts', { contacts: list })), works([{ ordinal: 1, status: 201, errors: null }, { ordinal: 2, status: 409, errors: [would] }]), 'check');
const batch = await api.rpc('revyops_create_contacts', { contacts: list });
same(show(batch), works([{ ordinal: 1, status: 201, contact: contact({ email: 'ann@acme.com' }), errors: null },
	{ ordinal: 2, status: 409, contact: null, errors: [{ ...would, existing_id: batch.data[0].contact.id }] }]), 'batch');

const unknown = { pointer: '/e_mail', code: 'unknown_member', message: 'There is no such member.', nearest: ['email'] };
same(show(await api.rpc('revyops_create_contact', { contact: { email: 'strict@acme.com', e_mail: 'x' } }).setHeader('Prefer', 'handling=strict')), fails(400, 'invalid request', [unknown]), 'strict');
same(postgrest.sql("SELECT count(*) FROM revyops.contact WHERE email = 'strict@acme.com'"), '0', 'and nothing is created');
front.close();
front.closeAllConnections();
await postgrest.stop();
done();
