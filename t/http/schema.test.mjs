// Every 201 validates against ContactPostResponseV2, taken from the API's page.
import assert from 'node:assert/strict';
import test from 'node:test';
import { ajv, schemas, validate } from './schema.mjs';
import { COMPANIES, CONTACTS, newClient, post } from './stack.mjs';

const client = newClient('schema');
await post(client, { domain: 'acme.com' }, { path: COMPANIES });
const bodies = {
	'e-mail alone': { email: 's1@acme.com' },
	'LinkedIn URL alone': { linkedin_url: 'in/s2' },
	'nulls': { email: 's3@acme.com', linkedin_url: null, company_id: null },
	'everything': { email: 's4@acme.com', linkedin_url: 'in/s4', first_name: 'Ann', last_name: 'Lee', company_id: 'acme.com', origin: 'clay', contact_status: 'Active',
		contact_custom_fields_input: [{ field_name: 'Industry', field_value: 'SaaS' }, { field_name: 'Score', field_value: 87 }, { field_name: 'x', field_value: '🙂'.repeat(2500) }] },
};

for (const [name, body] of Object.entries(bodies))
	test(`valid: ${name}`, async () => {
		const got = await post(client, body);
		assert.equal(got.status, 201, got.text);
		assert.ok(validate(got.json), ajv.errorsText(validate.errors));
		// nor anything that the schema does not know
		assert.deepEqual(Object.keys(got.json).filter(k => !(k in schemas.ContactPostResponseV2.properties)), []);
		for (const field of got.json.contact_custom_fields)
			assert.deepEqual(Object.keys(field).sort(), ['field_name', 'field_value', 'id', 'updated_time']);
	});

// FLAT is outside the schema: an object where that has the list.
test('FLAT is the same but for the custom fields', async () => {
	const got = await post(client, { ...bodies.everything, email: 's5@acme.com', linkedin_url: 'in/s5' }, { path: `${CONTACTS}?structure=FLAT` });
	assert.equal(got.status, 201, got.text);
	assert.deepEqual(Object.keys(got.json.contact_custom_fields).sort(), ['Industry', 'Score', 'x']);
	assert.ok(validate({ ...got.json, contact_custom_fields: [] }), ajv.errorsText(validate.errors));
});

test('the validator can say no', () => {
	assert.ok(!validate({}));
	assert.ok(!validate({ ...Object.fromEntries(schemas.ContactPostResponseV2.required.map(m => [m, null])), id: 1 }));
});
