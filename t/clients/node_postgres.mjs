// node-postgres: what it makes of answers, errors and notices.
import pg from 'pg';
import { contact, done, errorOf, faultyCalls, known, same } from './lib/tap.mjs';

const client = new pg.Client();
await client.connect();
const query = async (statement, ...parameters) => (await client.query(statement, parameters)).rows;
const create = async body => (await query('SELECT revyops_create_contact($1) AS contact', body))[0].contact;
const orders = () => query('SELECT email, item FROM orders JOIN revyops.contact ON id = contact_id');

const field = { id: 'ID', updated_time: 'TIME', field_name: 'Industry', field_value: 'SaaS' };
same(known(await create({ email: 'Jane@acme.com', contact_custom_fields_input: [{ field_name: 'Industry', field_value: 'SaaS' }] })),
	contact({ email: 'jane@acme.com', contact_custom_fields: [field] }), 'a create gives an object');

for (const [sqlstate, message, detail, call, body] of faultyCalls()) {
	const e = await errorOf(query(`SELECT ${call.replace('BODY', '$1::jsonb')}`, body));
	same([e.constructor, e.code, e.message, JSON.parse(e.detail), e.hint, e.constraint],
		[pg.DatabaseError, sqlstate, message, JSON.parse(detail), undefined, undefined], `${sqlstate}: ${message}`);
}

async function order(email) {
	await query('BEGIN');
	try {
		await query("INSERT INTO orders VALUES ($1, 'book')", (await create({ email })).id);
		await create({ email: 'taken@acme.com' });
		await query('COMMIT');
	} catch (e) {
		await query('ROLLBACK');
		throw e;
	}
}
const e = await errorOf(order('both@acme.com'));
same([e.code, await query("SELECT id FROM revyops.contact WHERE email = 'both@acme.com'"), await orders()], ['PT409', [], []], 'a contact and an own row roll back together');

// an array as a parameter is one of PostgreSQL's, so a list of contacts goes as text
const rows = await query('SELECT * FROM revyops_create_contacts($1)', JSON.stringify([{ email: 'ann@acme.com' }, { email: 'ANN@acme.com' }]));
const taken = { pointer: '/email', code: 'already_exists', message: 'This value is already taken.', existing_id: rows[0].contact.id, duplicate_of: 1 };
same(known(rows), [{ ordinal: 1, status: 201, contact: contact({ email: 'ann@acme.com' }), errors: null }, { ordinal: 2, status: 409, contact: null, errors: [taken] }],
	'a batch gives a row for each');

const notices = [];
client.on('notice', n => notices.push([n.severity, n.code, n.message, n.detail, n.hint]));
await create({ email: 'notice@acme.com', e_mail: 'x' });
same(notices, [['NOTICE', '00000', 'unknown members were ignored', 'Ignored: "e_mail".', 'Perhaps you meant "email".']], 'a notice names unknown members');
await client.end();
done();
