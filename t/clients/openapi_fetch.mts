// openapi-typescript and openapi-fetch: a client whose types come from http/openapi.yaml. That tsc takes this program is half of the test.
import createClient from 'openapi-fetch';
import type { components, paths } from 'revyops-api';
import { contact, done, known, same } from './lib/tap.mjs';

type Contact = components['schemas']['Contact'];
type Fault = components['schemas']['Fault'];

const baseUrl = String(process.env.REVYOPS_URL);
const api = createClient<paths>({ baseUrl, headers: { 'X-API-Key': String(process.env.REVYOPS_KEY) } });
const CONTACTS = '/public/v2/contacts';
const taken = (id: number | undefined): Fault => ({ pointer: '/email', code: 'already_exists', message: 'This value is already taken.', existing_id: id });

// ---- create, custom fields in both structures
const field = { id: 'ID', updated_time: 'TIME', field_name: 'Industry', field_value: 'SaaS' };
const created = await api.POST(CONTACTS, { body: { email: 'Jane@acme.com', contact_custom_fields_input: [{ field_name: 'Industry', field_value: 'SaaS' }, { field_name: 'Staff', field_value: 12 }] } });
const id: number | undefined = created.data?.id;
same([created.response.status, created.response.headers.get('Location')?.replace(baseUrl, ''), known(created.data)],
	[201, `${CONTACTS}/${id}`, contact({ email: 'jane@acme.com', contact_custom_fields: [field, { ...field, field_name: 'Staff', field_value: '12' }] })], 'create');
const flat = await api.GET('/public/v2/contacts/{id}', { params: { path: { id: id ?? 0 }, query: { structure: 'FLAT' } } });
const fields = flat.data?.contact_custom_fields;
same([flat.response.status, flat.data?.email, Array.isArray(fields) ? undefined : fields?.Industry, fields], [200, 'jane@acme.com', 'SaaS', { Industry: 'SaaS', Staff: '12' }], 'get, FLAT');
const added = await api.POST('/public/v2/contacts/{id}/custom-fields', { params: { path: { id: id ?? 0 } }, body: { field_name: 'City', field_value: 'Rome' } });
const city: string | undefined = added.data?.field_value;
same([added.response.status, city, known(added.data)], [200, 'Rome', { ...field, field_name: 'City', field_value: 'Rome' }], 'a custom field more');

// ---- errors
const twice = await api.POST(CONTACTS, { body: { email: 'JANE@acme.com' } });
const existing: number | undefined = twice.error?.errors?.[0]?.existing_id;
same([twice.response.status, twice.data, twice.error, existing], [409, undefined, { detail: 'Contact already exists.', errors: [taken(id)] }, id], '409, its faults typed');
const wrong = await api.POST(CONTACTS, { body: { email: 'jane' } });
same([wrong.response.status, wrong.error], [400, { detail: 'Invalid request.', errors: [{ pointer: '/email', code: 'invalid_email', message: 'Expected an e-mail address such as name@example.com.' }] }], '400');
// openapi-fetch's types let more members through than the description has
const unknown = await api.POST(CONTACTS, { body: { email: 'strict@acme.com', e_mail: 'x' }, params: { header: { Prefer: 'handling=strict' } } });
same([unknown.response.status, unknown.error?.errors?.map(f => [f.pointer, f.code, f.nearest])], [400, [['/e_mail', 'unknown_member', ['email']]]], 'an unknown member is refused if asked to');

// ---- a batch
const batch = await api.POST('/public/v2/contacts/batch', { body: { contacts: [{ email: 'ann@acme.com' }, { email: 'ANN@acme.com' }], mode: 'partial' } });
const [ann, again] = batch.data?.results ?? [];
same([batch.response.status, batch.data?.summary, known(ann), again], [200, { total: 2, created: 1, failed: 1 },
	{ index: 0, status: 201, contact: contact({ email: 'ann@acme.com' }) }, { index: 1, status: 409, errors: [{ ...taken(ann?.contact?.id), duplicate_of: 0 }] }], 'a batch');

// ---- pages: by number, and by the cursor of next
async function byNumber(): Promise<Contact[]> {
	const all: Contact[] = [];
	for (let page = 1, last = 1; page <= last; page++) {
		const { data } = await api.GET(CONTACTS, { params: { query: { page, page_size: 2 } } });
		all.push(...data?.results ?? []);
		last = data?.total_pages ?? 0;
	}
	return all;
}
async function byCursor(): Promise<Contact[]> {
	const all: Contact[] = [];
	let after: string | undefined;
	do {
		const { data } = await api.GET(CONTACTS, { params: { query: { page_size: 2, after } } });
		all.push(...data?.results ?? []);
		after = data?.next ? new URL(data.next, baseUrl).searchParams.get('after') ?? undefined : undefined;
	} while (after !== undefined);
	return all;
}
const everybody = await byNumber();
same(everybody.map(c => c.email), ['taken@acme.com', 'jane@acme.com', 'ann@acme.com'], 'pages by number');
same(await byCursor(), everybody, 'pages by cursor have the same');
same(known(everybody[2]), contact({ email: 'ann@acme.com', linkedin_url: null, company_id: null }), 'a contact of a list');
done();
