// The API page in a browser: it shows the description, asks for nothing beyond this server, and
// a request sent from it is answered.
import assert from 'node:assert/strict';
import { accessSync } from 'node:fs';
import test, { after, before } from 'node:test';
import { chromium } from 'playwright-core';
import { newClient, post, request, sql, url } from './stack.mjs';

const executablePath = '/usr/bin/chromium';
let browser, page;
const asked = [], complaints = [];

before(async () => {
	accessSync(executablePath);
	browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
	page = await browser.newPage();
	page.on('request', r => asked.push(r.url()));
	page.on('console', m => m.type() === 'error' && complaints.push(m.text()));
	page.on('pageerror', e => complaints.push(String(e)));
	await page.goto(new URL('/docs/', url).href);
	await page.waitForSelector('.opblock');
});
after(() => browser?.close());

test('GET /docs leads to the page', async () => {
	for (const [path, location] of [['/docs', 'docs/'], ['/api/docs', 'docs/'], ['/docs/openapi.yaml', '../openapi.yaml']]) {
		const got = await request('GET', path, []);
		assert.deepEqual([got.status, got.headers.location], [301, location], path);
	}
});
test('the files are there to be read, as what they are', async () => {
	for (const path of ['/openapi.yaml', '/docs/', '/docs/docs.js', '/api/openapi.yaml', '/api/docs/docs.js'])
		for (const method of ['POST', 'PUT', 'DELETE']) {
			const got = await request(method, path, [], '');
			assert.deepEqual([got.status, got.headers.allow, got.text], [405, 'GET, HEAD', '{"detail": "Method not allowed."}'], `${method} ${path}`);
		}
	const types = [];
	for (const path of ['/openapi.yaml', '/api/openapi.yaml', '/docs/', '/docs/docs.js', '/docs/swagger-ui.css', '/docs/favicon-32x32.png'])
		types.push((await request('GET', path, [])).headers['content-type']);
	assert.deepEqual(types, ['application/yaml', 'application/yaml', 'text/html', 'text/javascript', 'text/css', 'image/png']);
	assert.equal((await request('GET', '/docs/none', [])).status, 404);
});
test('it lists every operation', async () => {
	assert.equal(await page.title(), 'RevyOps contact API');
	assert.equal(await page.locator('.opblock').count(), Number(sql(`SELECT count(*) FROM revyops_http.endpoints() WHERE path <> '/key-check'`)));
});
test('a request sent from it is answered', async () => {
	const client = newClient('docs');
	const contact = (await post(client, { email: 'docs@acme.com' })).json;
	await page.locator('.btn.authorize').click();
	await page.locator('input[aria-label="auth-apikey-value"], #api_key_value').first().fill(client.key);
	await page.locator('.modal-ux .btn.authorize').first().click();
	await page.locator('.modal-ux .btn-done').first().click();
	const operation = page.locator('.opblock', { has: page.locator('[data-path="/public/v2/contacts/{id}"]') }).and(page.locator('.opblock-get'));
	await operation.locator('.opblock-summary-control').click();
	await operation.locator('.try-out__btn').click();
	await operation.locator('input[placeholder="id"]').fill(String(contact.id));
	const [answer] = await Promise.all([page.waitForResponse(r => r.url().includes(`/public/v2/contacts/${contact.id}`)), operation.locator('.execute').click()]);
	assert.equal(answer.status(), 200);
	assert.equal((await answer.json()).email, 'docs@acme.com');
	await operation.locator('.live-responses-table .response-col_status', { hasText: '200' }).waitFor();
});
// The page by a path of its own: each call goes where it came from, for a client that has nothing.
async function open(prefix) {
	const behind = await browser.newPage();
	behind.on('pageerror', e => complaints.push(String(e)));
	await behind.goto(new URL(`${prefix}/docs`, url).href);
	await behind.waitForSelector('.opblock');
	return behind;
}
async function execute(behind, method, path, prefix) {
	await behind.locator('.btn.authorize').click();
	await behind.locator('.modal-ux').waitFor();
	const logout = behind.locator('.modal-ux .btn', { hasText: 'Logout' });
	if (await logout.count())
		await logout.first().click();
	await behind.locator('input[aria-label="auth-apikey-value"], #api_key_value').first().fill(newClient('examples').key);
	await behind.locator('.modal-ux .btn.authorize').first().click();
	await behind.locator('.modal-ux .btn-done').first().click();
	const operation = behind.locator('.opblock', { has: behind.locator(`[data-path="${path}"]`) }).and(behind.locator(`.opblock-${method}`));
	await operation.locator('.opblock-summary-control').click();
	await operation.locator('.try-out__btn').click();
	const [answer] = await Promise.all([behind.waitForResponse(r => new URL(r.url()).pathname === prefix + path), operation.locator('.execute').click()]);
	return [answer.status(), await answer.json()];
}
for (const prefix of ['', '/api'])
	test(`what it fills in by itself is answered${prefix && `, behind ${prefix}`}`, async () => {
		const behind = await open(prefix);
		const [listed, list] = await execute(behind, 'get', '/public/v2/contacts', prefix);
		assert.deepEqual([listed, list.results], [200, []]);
		const [created, contact] = await execute(behind, 'post', '/public/v2/contacts', prefix);
		assert.deepEqual([created, contact.email, contact.contact_custom_fields.map(f => f.field_value)], [201, 'jane@acme.com', ['Roofing']]);
		const [many, batch] = await execute(behind, 'post', '/public/v2/companies/batch', prefix);
		assert.deepEqual([many, batch.summary], [200, { total: 2, created: 2, failed: 0 }]);
		await behind.close();
	});
test('it says how to get its viewer where that is missing', async () => {
	assert.equal(await page.locator('#no-viewer').isVisible(), false);
	const without = await browser.newPage();
	const errors = [];
	without.on('pageerror', e => errors.push(String(e)));
	await without.route('**/swagger-ui*', route => route.fulfill({ status: 404 }));
	await without.goto(new URL('/docs/', url).href);
	assert.match(await without.locator('#no-viewer').innerText(), /^The viewer of this page is not installed: put swagger-ui-bundle\.js, .* where npm is installed\. The description itself is openapi\.yaml\.$/);
	assert.deepEqual([await without.locator('#no-viewer').isVisible(), errors], [true, []]);
	assert.equal(await without.locator('#no-viewer a').getAttribute('href'), '../openapi.yaml');
	await without.close();
});
test('nothing was asked of anybody else, and nothing complained', () => {
	assert.deepEqual(asked.filter(u => !u.startsWith('data:') && !u.startsWith('blob:') && new URL(u).host !== url.host), []);
	assert.deepEqual(complaints, []);
});
