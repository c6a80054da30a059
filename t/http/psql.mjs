// A psql for each database that stays from statement to statement: its start takes longer than most of what it is asked,
// and the tests ask some 1,500 times.
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, fstatSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// What it says when it is through.
const END = '-- the statements have ended --';
// The next ones find a session as it was made.
const CLEAN = 'SET client_min_messages = error; ROLLBACK; DISCARD ALL;';

const running = new Map();

// Waiting is done by the reads and writes of pipes by name, which block; the ends of spawn's own don't. psql ends when this
// program does, for nobody writes to its pipe any more.
function start(database) {
	const directory = mkdtempSync(join(tmpdir(), 'psql-'));
	const pipes = ['input', 'output'].map(name => join(directory, name));
	execFileSync('mkfifo', pipes);
	const [[input, theirInput], [theirOutput, output]] = pipes.map(path => {
		const both = openSync(path, constants.O_RDWR);	// or the first to open an end would wait for the other
		const ends = [openSync(path, constants.O_WRONLY), openSync(path, constants.O_RDONLY)];
		closeSync(both);
		return ends;
	});
	const errors = openSync(join(directory, 'errors'), 'w+');
	spawn('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', database], { stdio: [theirInput, theirOutput, errors] }).unref();
	closeSync(theirInput);
	closeSync(theirOutput);
	rmSync(directory, { recursive: true });
	return { input, output, errors };
}

// What psql was told of errors and notices, so far.
function said({ errors }) {
	const octets = Buffer.alloc(fstatSync(errors).size);
	return octets.toString('utf8', 0, readSync(errors, octets, 0, octets.length, 0));
}

// What the statements return, a line a row. An error is thrown, and ends the session.
export function sql(statements, database = process.env.PGDATABASE) {
	if (!running.has(database))
		running.set(database, start(database));
	const session = running.get(database);
	const chunk = Buffer.alloc(1 << 16);
	let octets = Buffer.alloc(0);
	writeSync(session.input, `${statements}\n;\n\\echo\n\\echo ${END}\n${CLEAN}\n`);
	while (!octets.subarray(-100).toString().endsWith(`\n${END}\n`)) {
		const length = readSync(session.output, chunk);
		if (length === 0) {
			running.delete(database);
			throw new Error(`psql: ${said(session)}`);
		}
		octets = Buffer.concat([octets, chunk.subarray(0, length)]);
	}
	return octets.toString('utf8', 0, octets.length - END.length - 2).trimEnd();
}
