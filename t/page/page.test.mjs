// The page /import in a browser: real clicks, drops and keys on three exports, and what goes wrong. Nothing is asked of
// anybody else, the key stays in its input, and nothing complains.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, afterEach, before } from 'node:test';
import { newClient, PATIENCE, sql, url } from '../http/stack.mjs';

const { chromium } = createRequire(new URL('../http/', import.meta.url))('playwright-core');
const file = name => new URL(`../files/${name}.csv`, import.meta.url).pathname;
const MIB = 1024 * 1024;

let browser;
const asked = [], complaints = [], keys = [], pages = [], bases = [url.host];

before(async () => {
	browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
});
after(() => browser?.close());
afterEach(async () => {
	for (const page of pages.splice(0))
		await leave(page);
});

// A page of its own, whose every step is watched.
async function open({ base = url, path = '/import/', width = 1000, height = 800, ...how } = {}) {
	const context = await browser.newContext({ viewport: { width, height }, acceptDownloads: true, ...how });
	context.setDefaultTimeout(10000 * PATIENCE);
	const page = await context.newPage();
	page.on('request', r => asked.push(r.url()));
	// an answer that is an error is told on the page; the browser's own line about it is none
	page.on('console', m => ['error', 'warning'].includes(m.type()) && !/^Failed to load resource/.test(m.text()) && complaints.push(m.text()));
	page.on('pageerror', e => complaints.push(String(e)));
	await page.addInitScript(() => {
		window.violations = [];
		document.addEventListener('securitypolicyviolation', e => window.violations.push(`${e.violatedDirective} ${e.blockedURI}`));
	});
	await page.goto(new URL(path, base).href);
	pages.push(page);
	return page;
}

// What a page has left in the browser.
async function leave(page) {
	const left = await page.evaluate(async () => ({
		violations: window.violations, storages: [localStorage.length, sessionStorage.length], cookie: document.cookie, history: JSON.stringify(history.state),
		databases: (await indexedDB.databases?.() ?? []).length, caches: 'caches' in window ? (await caches.keys()).length : 0, workers: (await navigator.serviceWorker?.getRegistrations() ?? []).length,
		markup: document.documentElement.outerHTML,
	}));
	const { markup, ...nothing } = left;
	assert.deepEqual(nothing, { violations: [], storages: [0, 0], cookie: '', history: 'null', databases: 0, caches: 0, workers: 0 });
	assert.ok(!keys.some(k => markup.includes(k)), 'a key is in the page\'s markup');
	assert.deepEqual(await page.context().cookies(), []);
	await page.context().close();
}

function client(name) {
	const made = newClient(name);
	keys.push(made.key);
	return made;
}
const emails = who => sql(`SELECT coalesce(string_agg(email, ' ' ORDER BY email), '') FROM revyops.contact WHERE client_id = ${who.id}`);
const contacts = who => Number(sql(`SELECT count(*) FROM revyops.contact WHERE client_id = ${who.id}`));

async function typeKey(page, key) {
	await page.locator('#key').click();
	await page.keyboard.type(key);
}
async function choose(page, ...files) {
	const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.locator('#drop').click()]);
	await chooser.setFiles(...files);
}
const checked = page => page.locator('#check').waitFor();
const row = (page, header) => page.locator('#columns-body tr', { has: page.getByRole('rowheader', { name: header, exact: true }) });
const becomes = (page, header) => row(page, header).locator('select').evaluate(s => s.selectedOptions[0].textContent);
const counts = async (page, id) => Object.fromEntries(await page.locator(`#${id} div`).evaluateAll(all => all.map(d => [d.querySelector('dt').textContent, Number(d.querySelector('dd').textContent)])));
async function isSum(page, id, rows) {
	const said = await counts(page, id);
	assert.equal(said.rows, rows);
	assert.equal(said.new + (said.updated ?? 0) + said['there already'] + said.rejected, rows, JSON.stringify(said));
	return said;
}
const focused = page => page.evaluate(() => document.activeElement?.id);

test('HubSpot, by clicks: what each column becomes is seen, changed, checked and imported; the rejects are a file', async () => {
	const who = client('page hubspot');
	const page = await open();
	assert.equal(await page.title(), 'Import contacts');
	await typeKey(page, who.key);
	await choose(page, file('hubspot'));
	await checked(page);
	assert.equal(await focused(page), 'columns-title');
	assert.match(await page.locator('#file-note').innerText(), /^784 octets · 3 rows · UTF-8 · commas/);
	assert.deepEqual([await becomes(page, 'Email'), await becomes(page, 'First Name'), await becomes(page, 'LinkedIn URL'), await becomes(page, 'Record ID')], ['E-mail', 'First name', 'LinkedIn profile', 'Custom field']);
	assert.deepEqual(await row(page, 'Record ID').locator('td.cell').allInnerTexts(), ['901', '902', '903']);
	assert.equal(contacts(who), 0);
	const before = await isSum(page, 'check-counts', 3);

	// columns without a value are folded away
	const more = page.getByRole('button', { name: /^Show \d+ more columns/ });
	assert.equal(await row(page, 'Original Source').isVisible(), false);
	await more.click();
	assert.equal(await row(page, 'Original Source').isVisible(), true);

	await row(page, 'Phone Number').locator('select').selectOption({ label: 'Leave out' });
	assert.match(await page.locator('#columns-note').innerText(), /1 is left out/);
	assert.equal(await page.locator('#check-stale').isVisible(), true);
	await page.getByRole('button', { name: 'Check again' }).click();
	await page.locator('#check-stale').waitFor({ state: 'hidden' });
	assert.equal(await focused(page), 'check-title');
	assert.equal(await becomes(page, 'Phone Number'), 'Leave out');
	assert.deepEqual(await counts(page, 'check-counts'), before);

	await page.getByRole('button', { name: 'Import 3 rows' }).click();
	await page.locator('#result').waitFor();
	assert.equal(await focused(page), 'result-title');
	const said = await isSum(page, 'result-counts', 3);
	assert.equal(said.new, contacts(who));
	assert.equal(emails(who), 'jane@hub.example joe@hub.example');
	assert.match(await page.locator('#result-sentence').innerText(), /^2 new contacts from hubspot\.csv\.$/);
	assert.equal(sql(`SELECT count(*) FROM revyops.import_job WHERE client_id = ${who.id}`), '3');
	assert.match(await page.locator('#result-faults').innerText(), /^line 4\n.*email.* is required/s);
	const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download rejected rows' }).click()]);
	assert.match(download.suggestedFilename(), /^import-\d+-rejected\.csv$/);
	assert.match(readFileSync(await download.path(), 'utf8'), /^(Record ID|Email),.*import_line,import_outcome,import_faults\r\n.*rejected/s);

	await page.getByRole('button', { name: 'Import another file' }).click();
	assert.equal(await focused(page), 'file');
	assert.equal(await page.locator('#key').inputValue(), who.key);
	await choose(page, file('hubspot'));
	await checked(page);
	assert.match(await page.locator('#check-sentence').innerText(), /^0 of 3 rows would come in as new contacts, 2 are there already\.$/);
});

test('Excel, dropped: Windows-1252 and semicolons are found out; a drop beside the frame counts, too', async () => {
	const who = client('page excel');
	const page = await open({ path: '/api/import' });	// behind a prefix, the API is found there as well
	await typeKey(page, who.key);
	const octets = [...readFileSync(file('excel_de'))];
	const dropped = await page.evaluateHandle(o => {
		const data = new DataTransfer();
		data.items.add(new File([new Uint8Array(o)], 'Kontakte März.csv', { type: 'text/csv' }));
		return data;
	}, octets);
	await page.locator('#drop').dispatchEvent('dragover', { dataTransfer: dropped });
	assert.equal(await page.locator('#drop.over').count(), 1);
	await page.locator('h1').dispatchEvent('drop', { dataTransfer: dropped });
	await checked(page);
	assert.equal(await page.locator('#drop.over').count(), 0);
	assert.match(await page.locator('#drop').innerText(), /^Kontakte März\.csv\s+117 octets · 1 row · Windows-1252 · semicolons/);
	assert.deepEqual([await becomes(page, 'Vorname'), await becomes(page, 'E-Mail'), await becomes(page, 'Umsatz')], ['First name', 'E-mail', 'Custom field']);
	assert.deepEqual(await row(page, 'Vorname').locator('td.cell').allInnerTexts(), ['Jürgen']);
	await page.getByRole('button', { name: 'Import 1 row', exact: true }).click();
	await page.locator('#result').waitFor();
	assert.equal(await page.locator('#result-sentence').innerText(), '1 new contact from Kontakte März.csv. Nothing was rejected.');
	assert.equal(await page.locator('#get-rejected').isVisible(), false);
	assert.equal(emails(who), 'juergen@acme.example');
});

test('Apollo, by the keyboard alone', async () => {
	const who = client('page apollo');
	const page = await open();
	const tabTo = async id => {
		for (let i = 0; await focused(page) !== id; i++) {
			assert.ok(i < 60, `no way to ${id} by Tab`);
			await page.keyboard.press('Tab');
			// where one is can be seen, and is not under the bar
			const seen = await page.evaluate(() => {
				const { activeElement: e } = document;
				if (e === document.body)
					return true;
				const shown = e.id === 'file' ? e.parentElement : e;
				const { top, bottom } = e.getBoundingClientRect();
				const bar = document.getElementById('go');
				return getComputedStyle(shown).outlineStyle !== 'none' && (bar.hidden || bar.contains(e) || e.id === 'key' || e.id === 'file' || e.classList.contains('scroller') || (top >= 0 && bottom <= bar.getBoundingClientRect().top + 1));
			});
			assert.ok(seen, `the focus can't be seen on ${await page.evaluate(() => document.activeElement.outerHTML.slice(0, 200))}`);
		}
	};
	await tabTo('key');
	await page.keyboard.type(who.key);
	await page.keyboard.press('Tab');
	assert.equal(await focused(page), 'file');
	const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Space')]);
	await chooser.setFiles(file('apollo'));
	await checked(page);
	const rows = Number(sql(`SELECT rows_seen FROM revyops.import_job WHERE client_id = ${who.id}`));
	// a column, by its letters: "l" is "LinkedIn profile", and "leave out" behind it
	await page.locator('#columns-title').press('Tab');
	while (await page.evaluate(() => document.activeElement.closest('tr')?.firstChild.textContent) !== 'Keywords')
		await page.keyboard.press('Tab');
	await page.keyboard.type('leave');
	assert.equal(await becomes(page, 'Keywords'), 'Leave out');
	await page.keyboard.press('Tab');
	for (let i = 0; i < 60 && !await page.evaluate(() => document.activeElement.name === 'mode'); i++)
		await page.keyboard.press('Tab');
	await page.keyboard.press('ArrowDown');
	assert.equal(await page.locator('input[name=mode]:checked').getAttribute('value'), 'upsert');
	await tabTo('run');
	await page.keyboard.press('Enter');
	await page.locator('#result').waitFor();
	const said = await isSum(page, 'result-counts', rows);
	assert.equal(said.new, contacts(who));
	assert.match(emails(who), /jane\.doe@acme\.example/);
	assert.equal(sql(`SELECT count(*) FROM revyops.contact, jsonb_path_query(to_jsonb(contact), '$.**.field_name') n WHERE client_id = ${who.id} AND n = '"Keywords"'`), '0');
	await page.keyboard.press('Tab');
	assert.equal(await focused(page), 'another');
	await page.keyboard.press('Enter');
	assert.equal(await focused(page), 'file');
});

test('without a key it is asked for; a wrong one is told, and mended in place', async () => {
	const who = client('page key');
	const page = await open();
	await choose(page, file('excel_de'));
	await page.getByText('Type your API key to go on.').waitFor();
	assert.equal(await focused(page), 'key');
	await page.keyboard.type('nope');
	await page.keyboard.press('Enter');
	await page.getByRole('alert').getByText('This API key is not known here').waitFor();
	assert.deepEqual([await focused(page), await page.locator('#key').getAttribute('aria-invalid'), await page.locator('#check').isVisible()], ['key', 'true', false]);
	await page.locator('#key').fill('');
	await page.keyboard.type(who.key);
	await page.keyboard.press('Enter');
	await checked(page);
	assert.deepEqual([await page.locator('#problem').isVisible(), await page.locator('#key').getAttribute('aria-invalid')], [false, null]);
});

test('a workbook and a file that is too large are refused in words', async () => {
	const who = client('page refused');
	const page = await open();
	await typeKey(page, who.key);
	await choose(page, { name: 'people.xlsx', mimeType: 'application/zip', buffer: Buffer.from('PK\x03\x04\x14\x00\x06\x00\x08\x00xl/workbook.xml', 'latin1') });
	await page.getByRole('alert').getByText('This file can’t be imported as it is.').waitFor();
	assert.equal(await page.locator('#problem li').count(), 1);
	assert.equal(await focused(page), 'problem');
	const before = asked.length;
	const directory = mkdtempSync(join(tmpdir(), 'revyops-page-'));
	try {
		writeFileSync(join(directory, 'all.csv'), Buffer.alloc(16 * MIB + 1, 'jane@acme.com\n'));
		await choose(page, join(directory, 'all.csv'));
		await page.getByRole('alert').getByText('This file is larger than 16 MiB').waitFor();
	} finally {
		rmSync(directory, { recursive: true });
	}
	assert.equal(asked.length, before);
	await choose(page, file('excel_de'));
	await checked(page);
	assert.equal(await page.locator('#problem').isVisible(), false);
});

test('a file in which nobody is told apart shows its columns, and one can be chosen', async () => {
	const who = client('page no key');
	const page = await open();
	let answers = 0;
	// once as the server has it, whatever this one finds out about such a name
	await page.route('**/contacts/import', route => answers++ > 0 ? route.continue() :
		route.fulfill({ status: 400, json: { detail: 'Invalid request.', errors: [{ pointer: '', code: 'no_key_column', message: 'No column has an e-mail address or a LinkedIn profile.', nearest: ['Contact point'] }] } }));
	await typeKey(page, who.key);
	await choose(page, { name: 'x.csv', mimeType: 'text/csv', buffer: Buffer.from('"Who, by name";Contact point\n"Ann ""A"" Lee";ann@acme.com\n') });
	await page.getByRole('alert').getByText('Did you mean “Contact point”?').waitFor();
	assert.deepEqual(await page.locator('#columns-body th').allInnerTexts(), ['Who, by name', 'Contact point']);
	assert.deepEqual(await row(page, 'Who, by name').locator('td.cell').allInnerTexts(), ['Ann "A" Lee']);
	assert.equal(await page.locator('#run').isVisible(), false);
	await row(page, 'Contact point').locator('select').selectOption({ label: 'E-mail' });
	await page.getByRole('button', { name: 'Check again' }).click();
	await page.locator('#run').waitFor();
	assert.deepEqual([await page.locator('#problem').isVisible(), await becomes(page, 'Contact point')], [false, 'E-mail']);
	await page.locator('#run').click();
	await page.locator('#result').waitFor();
	assert.equal(emails(who), 'ann@acme.com');
});

// A line that breaks: while it is broken, answers to imports arrive here and go no further. A browser may send the same
// again by itself. names are those under which imports were asked for.
async function breaking() {
	const line = { names: [], broken: true };
	const server = http.createServer((request, response) => {
		const name = request.headers['idempotency-key'];
		if (name !== undefined)
			line.names.push(name);
		const lost = name !== undefined && line.broken;
		request.pipe(http.request({ host: url.hostname, port: url.port, method: request.method, path: request.url, headers: request.headers }, answer => {
			if (lost)
				answer.resume().on('end', () => request.socket.destroy());
			else
				answer.pipe(response.writeHead(answer.statusCode, answer.rawHeaders));
		}));
	}).listen(0, url.hostname);
	await once(server, 'listening');
	after(() => server.close());
	return Object.assign(line, { base: new URL(`http://${url.hostname}:${server.address().port}`) });
}

test('an answer that is lost: the same again, and nobody comes in twice', async () => {
	const who = client('page lost');
	const line = await breaking();
	bases.push(line.base.host);
	const page = await open({ base: line.base });
	await typeKey(page, who.key);
	await choose(page, file('excel_de'));
	await checked(page);
	await page.locator('#run').click();
	await page.getByRole('alert').getByText('could not be reached').waitFor();
	assert.deepEqual([contacts(who), await page.locator('#running').isVisible(), await page.locator('#go').isVisible()], [1, false, true]);
	line.broken = false;
	await page.getByRole('button', { name: 'Try again' }).click();
	await page.locator('#result').waitFor();
	assert.equal(await page.locator('#result-sentence').innerText(), '1 new contact from excel_de.csv. Nothing was rejected.');
	assert.match(line.names[0], /^[0-9a-f]{32}$/);
	assert.deepEqual([new Set(line.names).size, line.names.length > 1, contacts(who)], [1, true, 1]);
});

test('while it runs a bar tells how far it is', async () => {
	const who = client('page running');
	const page = await open();
	await typeKey(page, who.key);
	await choose(page, file('hubspot'));
	await checked(page);
	const psql = spawn('psql', ['-XAtq'], { stdio: ['pipe', 'pipe', 'inherit'] });
	psql.stdin.write('BEGIN; LOCK TABLE revyops.contact IN SHARE MODE; SELECT 1;\n');
	await once(psql.stdout, 'data');
	try {
		await page.locator('#run').click();
		await page.getByText(/^\d+ rows? (is|are) in$/).waitFor();
		assert.equal(await page.locator('h2:visible').innerText(), 'Importing hubspot.csv');
		assert.ok(await page.getByRole('progressbar', { name: 'Importing hubspot.csv' }).evaluate(bar => bar.value <= bar.max));
		assert.deepEqual([await page.locator('#go').isVisible(), await page.locator('#file').isDisabled()], [false, true]);
	} finally {
		psql.stdin.end('ROLLBACK;\n');
		await once(psql, 'exit');
	}
	await page.locator('#result').waitFor();
	assert.deepEqual([await page.locator('#running').isVisible(), contacts(who)], [false, 2]);
});

// The contrast of a text on what is behind it (WCAG 2: 4.5 at least).
const contrast = (page, selector) => page.locator(selector).first().evaluate(e => {
	const numbers = color => color.match(/[\d.]+/g).map(Number);
	const behind = node => node === null ? [255, 255, 255] : (numbers(getComputedStyle(node).backgroundColor)[3] ?? 1) === 0 ? behind(node.parentElement) : numbers(getComputedStyle(node).backgroundColor);
	const light = c => c.slice(0, 3).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
	const [a, b] = [light(numbers(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
	return (a + 0.05) / (b + 0.05);
});
for (const colorScheme of ['light', 'dark'])
	test(`${colorScheme}, and 400 pixels wide: it can be read, and nothing sticks out`, async () => {
		const who = client('page look');
		const page = await open({ width: 400, colorScheme });
		await typeKey(page, who.key);
		await choose(page, file('hubspot'));
		await checked(page);
		assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 400);
		for (const selector of ['.lead', '#key-note', '#columns-note', 'tr.member select', 'tr:not(.member):not([hidden]) select', 'td.cell', '#run', '#again', '#more', '.counts dt', '.faults .where'])
			assert.ok(await contrast(page, selector) >= 4.5, `${selector}: ${await contrast(page, selector)}`);
		const ground = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g).map(Number));
		assert.ok(colorScheme === 'dark' ? ground.every(v => v < 50) : ground.every(v => v > 200));
		// whatever is typed or clicked has a name
		assert.deepEqual(await page.locator('input, select, button').evaluateAll(all => all.filter(e => !(e.ariaLabel || e.textContent.trim() && e.tagName === 'BUTTON' || e.labels?.length || e.hidden)).map(e => e.outerHTML)), []);
	});

test('nothing was asked of anybody else, no address has a key, and nothing complained', () => {
	assert.deepEqual(asked.filter(u => !u.startsWith('blob:') && !bases.includes(new URL(u).host)), []);
	assert.deepEqual(asked.filter(u => keys.some(k => u.includes(k) || u.includes(k.slice(-64)))), []);
	assert.deepEqual(complaints, []);
});
