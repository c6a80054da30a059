// What must not happen, happens: a bug behind the function, a lost race.  The
// caller gets a plain 500, a 503 if he may try again, or a 409, and nothing is written.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { newClient, post, rows, sql } from './stack.mjs';

const client = newClient('failures');
// Constraints and triggers that only these contacts meet.
before(() => sql(`
	ALTER TABLE revyops.contact ADD CONSTRAINT test_boom CHECK (first_name <> 'BOOM');
	CREATE SCHEMA test_failures;
	CREATE FUNCTION test_failures.raise() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN RAISE 'secret %', NEW USING ERRCODE = NEW.last_name, DETAIL = 'secret detail'; END $$;
	CREATE TRIGGER test_now AFTER INSERT ON revyops.contact FOR EACH ROW WHEN (NEW.first_name = 'NOW') EXECUTE FUNCTION test_failures.raise();
	CREATE CONSTRAINT TRIGGER test_late AFTER INSERT ON revyops.contact DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.first_name = 'LATE') EXECUTE FUNCTION test_failures.raise();`));
after(() => sql('ALTER TABLE revyops.contact DROP CONSTRAINT test_boom; DROP TRIGGER test_now ON revyops.contact; DROP TRIGGER test_late ON revyops.contact; DROP SCHEMA test_failures CASCADE'));

for (const [name, body] of [
	['a check constraint', { first_name: 'BOOM' }],
	...['XX000', '23505', '23503', '22023', '42501', 'P0001', 'PT999', 'PT200', 'PT302', '53100', '54001'].flatMap(state => [
		[`${state} in the statement`, { first_name: 'NOW', last_name: state }],
		[`${state} in a deferred trigger`, { first_name: 'LATE', last_name: state }]])])
	test(`500: ${name}`, { timeout: 20_000 }, async () => {
		const got = await post(client, { email: 'boom@acme.com', ...body });
		assert.equal(got.status, 500, got.text);
		assert.deepEqual(got.json, { detail: 'Internal server error.' });
		assert.equal(got.headers.location, undefined);
		assert.equal(rows(client), '0 contacts, 0 companies');
	});

for (const state of ['40001', '40P01'])
	for (const when of ['NOW', 'LATE'])
		test(`503, with when to try again: ${state} ${when}`, { timeout: 20_000 }, async () => {
			const got = await post(client, { email: 'boom@acme.com', first_name: when, last_name: state });
			assert.equal(got.status, 503, got.text);
			assert.equal(got.headers['retry-after'], '1');
			assert.deepEqual(got.json, { detail: 'Service unavailable, try again.' });
			assert.equal(rows(client), '0 contacts, 0 companies');
		});

test('20 at once with one e-mail: one 201, 19 times 409', async () => {
	const racer = newClient('racer');
	const got = await Promise.all(Array.from({ length: 20 }, (_, i) => post(racer, { email: i % 2 ? 'race@acme.com' : 'RACE@acme.com' })));
	assert.deepEqual(got.map(g => g.status).sort(), [201, ...Array(19).fill(409)]);
	assert.equal(rows(racer), '1 contacts, 0 companies');
});

test('20 at once with crossed keys: only 201 and 409', async () => {
	const racer = newClient('racer');
	const got = await Promise.all(Array.from({ length: 20 }, (_, i) => post(racer, { email: `${i % 4}@acme.com`, linkedin_url: `in/${(i * 7 + (i >> 2)) % 4}` })));
	assert.deepEqual(got.map(g => g.status).filter(s => s !== 201 && s !== 409), []);
});
