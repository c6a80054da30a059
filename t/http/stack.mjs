// A running stack to talk to: REVYOPS_URL and PGHOST … as in .run/env.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { join } from 'node:path';
import { sql } from './psql.mjs';

export { sql };

export const url = new URL(process.env.REVYOPS_URL);
// How many times as long the tests wait.
export const PATIENCE = Number(process.env.REVYOPS_PATIENCE ?? 1);
export const CONTACTS = '/public/v2/contacts';
export const COMPANIES = '/public/v2/companies';
export const CONTACTS_BATCH = `${CONTACTS}/batch`;
export const COMPANIES_BATCH = `${COMPANIES}/batch`;

// What is between nginx and PostgreSQL: gateway or postgrest.
export const FRONT = process.env.REVYOPS_FRONT ?? 'gateway';
// Where script/server has the configuration, the sockets and the programs.
export const RUN = process.env.REVYOPS_RUN ?? join(process.env.PGHOST, '..');

// Takes away what the front may carry out; returns what gives it back.
export function takeRights() {
	const [functions, role] = FRONT === 'gateway' ? [['handle', 'handle_read', 'handle_shared'].map(f => `revyops_http.${f}(text, text, text, text, bytea)`), 'revyops_gateway']
		: [['postgrest', 'postgrest_read'].map(f => `revyops_http.${f}(bytea)`), 'revyops_anon'];
	sql(`REVOKE EXECUTE ON FUNCTION ${functions.join()} FROM ${role}`);
	return () => sql(`GRANT EXECUTE ON FUNCTION ${functions.join()} TO ${role}`);
}

export async function withoutRights(body) {
	const giveBack = takeRights();
	try {
		await body();
	} finally {
		giveBack();
	}
}

// What X-Revyops-Position is on a server that was restored from a dump: under another secret, which nobody else sees.
export const lostPosition = key => sql(`BEGIN;
	UPDATE revyops.secret SET secret = sha256(uuid_send(gen_random_uuid())) WHERE name = 'changes';
	SELECT substring(headers FROM 'X-Revyops-Position: (\\S+)') FROM revyops_http.handle('DELETE', '/public/v2/contacts/999999999', NULL, E'X-API-Key: ${key}\\nX-Revyops-Position: new\\n', NULL);
	ROLLBACK`);

const quoted = text => `'${text.replaceAll("'", "''")}'`;

// A client of its own, so that no test sees another's contacts.
export function newClient(name) {
	const [id, key] = sql(`SELECT revyops_create_client(${quoted(name.slice(0, 200))}) AS id \\gset
		SELECT :id, revyops_create_api_key(:id, 'test');`).split('|');
	return { id: Number(id), key };
}

// Many at once.
export const newClients = count => sql(`SELECT id, revyops_create_api_key(id, 'test')
		FROM (SELECT revyops_create_client('one of many') AS id FROM generate_series(1, ${count})) AS c`)
	.split('\n').map(line => line.split('|')).map(([id, key]) => ({ id: Number(id), key }));

export const rows = client => sql(`SELECT (SELECT count(*) FROM revyops.contact WHERE client_id = ${client.id})
	|| ' contacts, ' || (SELECT count(*) FROM revyops.company WHERE client_id = ${client.id}) || ' companies'`);

// An answer as it is.  headers may hold a name several times: [[name, value], …]
export function exchange(method, path, headers, body, port = url.port) {
	return new Promise((resolve, reject) => {
		const req = http.request({ host: url.hostname, port, method, path, agent: false, setHost: true });
		for (const [name, value] of headers)
			req.setHeader(name, value);
		req.on('error', reject);
		req.on('response', res => {
			const chunks = [];
			res.on('data', c => chunks.push(c));
			res.on('end', () => {
				const octets = Buffer.concat(chunks);
				resolve({ status: res.statusCode, headers: res.headers, octets, text: octets.toString() });
			});
		});
		if (body !== undefined && !headers.some(([n]) => /^transfer-encoding$/i.test(n)))
			req.setHeader('Content-Length', Buffer.byteLength(body));
		req.end(body);
	});
}

export const request = (method, path, headers, body) =>
	exchange(method, path, headers, body).then(got => answer(got.status, got.headers, got.text));

// A link of the API begins with the address that it was asked at; tests compare what follows.
function withoutOrigin(link) {
	assert.ok(link.startsWith(`${url.origin}/`), link);
	return link.slice(url.origin.length);
}

function answer(status, headers, text) {
	let json;
	try {
		json = JSON.parse(text);
	} catch {
		// stays undefined
	}
	if (headers.location !== undefined && (json !== undefined || /^http/.test(headers.location)))
		headers.location = withoutOrigin(headers.location);
	if (typeof json?.next === 'string' && json.next.includes('/'))	// that of a search is a cursor
		json.next = withoutOrigin(json.next);
	return { status, headers, text, json };
}

export const JSON_TYPE = 'application/json';
export const FORM_TYPE = 'application/x-www-form-urlencoded';

export const post = (client, body, { path = CONTACTS, type = JSON_TYPE, headers = [] } = {}) =>
	request('POST', path, [...(client ? [['X-API-Key', client.key]] : []), ...(type === null ? [] : [['Content-Type', type]]), ...headers],
		typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));

// What an HTTP library would not send: the bytes as they are.
export function raw(bytes) {
	return new Promise((resolve, reject) => {
		const socket = net.connect(Number(url.port), url.hostname);
		const chunks = [];
		socket.on('data', c => chunks.push(c));
		socket.on('error', reject);
		socket.on('close', () => {
			const text = Buffer.concat(chunks).toString('latin1');
			const end = text.indexOf('\r\n\r\n');
			const [first, ...lines] = text.slice(0, end).split('\r\n');
			resolve(answer(Number(first.split(' ')[1]), Object.fromEntries(lines.map(l => [l.split(':')[0].toLowerCase(), l.slice(l.indexOf(':') + 1).trim()])),
				text.slice(end + 4)));
		});
		socket.write(bytes);
	});
}

// The first that comes back, and no more of it: of a request whose body stays away.
export const firstWords = bytes => new Promise((resolve, reject) => {
	const socket = net.connect(Number(url.port), url.hostname);
	socket.on('error', reject);
	socket.once('data', data => {
		socket.destroy();
		resolve(data.toString('latin1'));
	});
	socket.write(bytes);
});

// ---- forms: a list of [name, value]
export const urlencoded = fields => ({ type: FORM_TYPE, body: fields.map(f => f.map(encodeURIComponent).join('=')).join('&') });

export function multipart(fields, boundary = 'boundary') {
	const parts = fields.map(([n, v]) => `--${boundary}\r\nContent-Disposition: form-data; name="${n}"\r\n\r\n${v}\r\n`);
	return { type: `multipart/form-data; boundary=${boundary}`, body: `${parts.join('')}--${boundary}--\r\n` };
}

// ---- the vectors
export const vectors = file => readFileSync(new URL(`../vectors/${file}`, import.meta.url), 'utf8').split('\n').filter(l => l !== '')
	.map(l => l.replace(/\{(\d+) x (.)\}/gu, (_, n, c) => c.repeat(n)));

// The text of a member as it stands: parsing would bend 1e400 and long integers.
export function memberText(line, name) {
	const start = line.indexOf(`"${name}":`) + name.length + 3;
	for (let i = start, depth = 0, inString = false; i < line.length; i++) {
		const c = line[i];
		if (inString) {
			if (c === '\\') i++;
			else if (c === '"') inString = false;
		} else if (c === '"') inString = true;
		else if (c === '{' || c === '[') depth++;
		else if (depth > 0 && (c === '}' || c === ']')) depth--;
		else if (depth === 0 && (c === ',' || c === '}')) return line.slice(start, i);
	}
}
