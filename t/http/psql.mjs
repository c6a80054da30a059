// A psql for each database that stays from statement to statement: its start takes longer than most of what it is asked,
// and the tests ask some 1,500 times. What a text leaves in its session is discarded; variables of \gset stay.
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, fstatSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// What it says when its session is as it was made, and when it is through.
const READY = '-- ready --', END = '-- the end --';
const CLEAN = `SET client_min_messages = error; ROLLBACK; DISCARD ALL;\n\\echo ${READY}`;
// A statement that never ends would keep this program from ending the test: it waits as well.
const OPTIONS = `${process.env.PGOPTIONS ?? ''} -c statement_timeout=${120 * Number(process.env.REVYOPS_PATIENCE ?? 1)}s`;

const running = new Map();
const directory = mkdtempSync(join(tmpdir(), 'psql-'));
process.on('exit', () => rmSync(directory, { recursive: true }));

// Waiting is done by the reads and writes of pipes by name, which block; the ends of spawn's own don't. psql ends when this
// program does, for nobody writes to its pipe any more.
function start(database) {
	const paths = ['input', 'output'].map(name => join(directory, name));
	execFileSync('mkfifo', paths);
	const [[input, theirInput], [theirOutput, output]] = paths.map(path => {
		const both = openSync(path, constants.O_RDWR);	// or the first to open an end would wait for the other
		const ends = [openSync(path, constants.O_WRONLY), openSync(path, constants.O_RDONLY)];
		closeSync(both);
		return ends;
	});
	const errors = openSync(join(directory, 'errors'), 'w+');
	const psql = spawn('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', database], { stdio: [theirInput, theirOutput, errors], env: { ...process.env, PGOPTIONS: OPTIONS } });
	psql.on('error', () => {});	// seen as the end of its output
	psql.unref();
	for (const theirs of [theirInput, theirOutput])
		closeSync(theirs);
	for (const path of [...paths, join(directory, 'errors')])
		rmSync(path);
	const session = { input, output, errors };
	running.set(database, session);
	return session;
}

function end(database) {
	for (const fd of Object.values(running.get(database)))
		closeSync(fd);
	running.delete(database);
}

function say(session, line) {
	try {
		writeSync(session.input, `${line}\n`);
	} catch (error) {
		if (error.code !== 'EPIPE')
			throw error;
	}
}

// What psql says until it has said the mark; undefined if it ended before.
function heard(session, mark) {
	const chunk = Buffer.alloc(1 << 16);
	let octets = Buffer.alloc(0);
	while (!octets.subarray(-100).toString().endsWith(`${mark}\n`)) {
		const length = readSync(session.output, chunk);
		if (length === 0)
			return undefined;
		octets = Buffer.concat([octets, chunk.subarray(0, length)]);
	}
	return octets.toString('utf8', 0, octets.length - mark.length - 1);
}

// A session as it was made: the one that is there, unless it has ended meanwhile.
function clean(database) {
	for (let tries = 0; tries < 2; tries++) {
		const session = running.get(database) ?? start(database);
		say(session, CLEAN);
		if (heard(session, READY) !== undefined)
			return session;
		end(database);
	}
	throw new Error(`no session with ${database}`);
}

// What the statements return, a line a row. An error is thrown, and ends the session. psql reads them from a file, or what
// ends in the middle of a statement would go on with the next text.
export function sql(statements, database = process.env.PGDATABASE) {
	const session = clean(database);
	const before = fstatSync(session.errors).size;
	const file = join(directory, 'statements');
	writeFileSync(file, statements);
	say(session, `\\i ${file}\n\\echo\n\\echo ${END}`);
	const rows = heard(session, END);
	if (rows !== undefined)
		return rows.trimEnd();
	const said = Buffer.alloc(fstatSync(session.errors).size - before);
	readSync(session.errors, said, 0, said.length, before);
	end(database);
	throw new Error(`psql: ${said}`);
}
