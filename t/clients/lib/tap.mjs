// What the programs in JavaScript and TypeScript share: TAP, whole answers compared, and what a contact's answer is like.
import { readFileSync } from 'node:fs';
import { inspect, isDeepStrictEqual } from 'node:util';

let count = 0, failures = 0;

/** A test: passes if both are equal.
 * @param {unknown} got @param {unknown} expected @param {string} name */
export function same(got, expected, name) {
	count++;
	if (isDeepStrictEqual(got, expected))
		return console.log(`ok ${count} - ${name}`);
	failures++;
	const shown = (/** @type {unknown} */ value) => inspect(value, { depth: null, breakLength: Infinity, compact: true });
	console.log(`not ok ${count} - ${name}\n#      got: ${shown(got)}\n# expected: ${shown(expected)}`);
}

/** The plan, and the program's end. */
export function done() {
	console.log(`1..${count}`);
	process.exitCode = failures === 0 ? 0 : 1;
}

/** What a promise fails with.
 * @param {Promise<unknown>} promise @returns {Promise<any>} */
export const errorOf = promise => promise.then(() => { throw new Error('there was no error'); }, e => e);

/** An answer with names in place of what no test can know, where that is as it should be.
 * @param {any} answer @returns {any} */
export const known = answer => JSON.parse(JSON.stringify(answer), (name, value) =>
	name === 'id' && Number.isInteger(value) && value > 0 ? 'ID'
		: name === 'updated_time' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(value) ? 'TIME' : value);

/** The answer of a create, as known() shows it.
 * @param {Record<string, unknown>} members */
export const contact = members => ({ id: 'ID', updated_time: 'TIME', first_name: '', last_name: '', origin: '', contact_status: '',
	contact_custom_fields: [], previous_status: null, status_changed_at: null, last_reply_received: null,
	first_campaign_email_sent: null, last_campaign_email_sent: null, ...members });

/** Calls that end with an error: SQLSTATE, message, DETAIL, the call with BODY for its parameter, the body. */
export const faultyCalls = () => readFileSync(String(process.env.REVYOPS_ERRORS), 'utf8').trimEnd().split('\n').map(line => line.split('\t'));
