// The API page in a browser: it shows the description, asks for nothing beyond this server, and
// a request sent from it is answered.
import assert from 'node:assert/strict';
import { accessSync } from 'node:fs';
import test, { after, before } from 'node:test';
import { chromium } from 'playwright-core';
import { newClient, post, request, url } from './stack.mjs';

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
	const got = await request('GET', '/docs', []);
	assert.deepEqual([got.status, got.headers.location], [301, '/docs/']);
});
test('the files are there to be read, as what they are', async () => {
	for (const path of ['/openapi.yaml', '/docs/', '/docs/docs.js'])
		for (const method of ['POST', 'PUT', 'DELETE']) {
			const got = await request(method, path, [], '');
			assert.deepEqual([got.status, got.headers.allow, got.text], [405, 'GET, HEAD', '{"detail": "Method not allowed."}'], `${method} ${path}`);
		}
	const types = [];
	for (const path of ['/openapi.yaml', '/docs/openapi.yaml', '/docs/', '/docs/docs.js', '/docs/swagger-ui.css', '/docs/favicon-32x32.png'])
		types.push((await request('GET', path, [])).headers['content-type']);
	assert.deepEqual(types, ['application/yaml', 'application/yaml', 'text/html', 'text/javascript', 'text/css', 'image/png']);
	assert.equal((await request('GET', '/docs/none', [])).status, 404);
});
test('it lists every operation', async () => {
	assert.equal(await page.title(), 'RevyOps contact API');
	assert.equal(await page.locator('.opblock').count(), 44);
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
test('it says how to get its viewer where that is missing', async () => {
	assert.equal(await page.locator('#no-viewer').isVisible(), false);
	const without = await browser.newPage();
	const errors = [];
	without.on('pageerror', e => errors.push(String(e)));
	await without.route('**/swagger-ui*', route => route.fulfill({ status: 404 }));
	await without.goto(new URL('/docs/', url).href);
	assert.match(await without.locator('#no-viewer').innerText(), /^The viewer of this page is not installed: put swagger-ui-bundle\.js, .* where npm is installed\. The description itself is openapi\.yaml\.$/);
	assert.deepEqual([await without.locator('#no-viewer').isVisible(), errors], [true, []]);
	assert.equal(await without.locator('#no-viewer a').getAttribute('href'), '/openapi.yaml');
	await without.close();
});
test('nothing was asked of anybody else, and nothing complained', () => {
	assert.deepEqual(asked.filter(u => !u.startsWith('data:') && !u.startsWith('blob:') && new URL(u).host !== url.host), []);
	assert.deepEqual(complaints, []);
});
