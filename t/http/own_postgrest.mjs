// A PostgREST that exposes the API's schema, by http/own-postgrest.*: in a database of its own, on a unix socket.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PATIENCE, sql } from './stack.mjs';

const inTree = name => new URL(`../../${name}`, import.meta.url).pathname;
const DATABASE = 'revyops_direct';

// What script/server starts, if the one that was fetched is another user's; undefined without any.
export const binary = [process.env.POSTGREST, join(process.env.PGHOST, '../bin/postgrest')].find(file => {
	try {
		accessSync(file, constants.X_OK);
		return true;
	} catch {
		return false;
	}
});

// An answer as it is, of the one whose socket is in the directory.
function call(socketPath, path, headers, body, method = 'POST') {
	return new Promise((resolve, reject) => {
		const req = http.request({ socketPath, method, path, headers: { Host: 'x', ...headers } }, res => {
			const chunks = [];
			res.on('data', c => chunks.push(c));
			res.on('end', () => {
				const text = Buffer.concat(chunks).toString();
				resolve({ status: res.statusCode, reason: res.statusMessage, headers: res.headers, text, json: text === '' ? undefined : JSON.parse(text) });
			});
		});
		req.on('error', reject);
		req.end(body);
	});
}

function createDatabase() {
	sql(`DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`);
	sql('DROP ROLE IF EXISTS authenticator; DROP ROLE IF EXISTS web_anon');
	sql(`CREATE DATABASE ${DATABASE}`);
	execFileSync('psql', ['-Xq', '-d', DATABASE], { input: execFileSync(inTree('script/patient'), [inTree('http/own-postgrest.sql')]) });
	const key = sql("SELECT api.revyops_create_api_key(api.revyops_create_client('One'), 'x')", DATABASE);
	const other = sql("SELECT api.revyops_create_api_key(api.revyops_create_client('Two'), 'x')", DATABASE);
	sql(`SET revyops.api_key = '${key}'; SELECT api.revyops_create_company('{"domain": "acme.com"}')`, DATABASE);
	const theirs = Number(sql(`SET revyops.api_key = '${other}'; SELECT api.revyops_create_company('{"domain": "other.com"}')->'id'`, DATABASE));
	return { key, theirs };
}

// Its socket; the key of a client with the company acme.com; theirs, the id of another client's company; and what
// asks the database and the program, and stops it.
export async function startPostgrest() {
	assert.ok(binary, 'POSTGREST names no program');
	const directory = mkdtempSync(join(tmpdir(), 'revyops-direct-'));
	const socket = join(directory, 'postgrest.sock');
	const { key, theirs } = createDatabase();
	writeFileSync(join(directory, 'postgrest.conf'), readFileSync(inTree('http/own-postgrest.conf')));
	const program = spawn(binary, ['postgrest.conf'], { cwd: directory, env: { ...process.env, PGDATABASE: DATABASE, PGUSER: undefined }, stdio: ['ignore', 'ignore', 'pipe'] });
	const kill = () => program.kill();
	process.on('exit', kill);		// also after an error that nobody caught
	let log = '';
	program.stderr.on('data', d => log += d);
	// ready is what answers a call without a key with 403
	for (let i = 0; ; i++) {
		const answer = await call(socket, '/rpc/revyops_create_contact', { 'Content-Type': 'application/json' }, '{"contact": {}}').catch(() => null);
		if (answer?.status === 403)
			break;
		assert.ok(i < 400 * PATIENCE && program.exitCode === null, `PostgREST did not come up\n${log}`);
		await new Promise(resolve => setTimeout(resolve, 25));
	}
	return {
		socket, key, theirs,
		call: (...request) => call(socket, ...request),
		sql: statement => sql(statement, DATABASE),
		async stop() {
			process.off('exit', kill);
			if (program.exitCode === null) {
				kill();
				await new Promise(resolve => program.on('exit', resolve));
			}
			sql(`DROP DATABASE ${DATABASE} WITH (FORCE)`);
			sql('DROP ROLE authenticator; DROP ROLE web_anon');
			rmSync(directory, { recursive: true });
		},
	};
}
