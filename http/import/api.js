// The API, as far as the page needs it. Who calls gives the key each time: nothing here keeps it.

const CONTACTS = new URL('../public/v2/contacts/', import.meta.url);
// What a request may have, with the form around the file.
export const FILE_MAX = 16 * 1024 * 1024 - 16 * 1024;

// What went wrong: a sentence, the single faults, and whether the same may be tried again.
export class Problem extends Error {
	constructor(status, body) {
		super(body?.detail ?? '');
		this.status = status;
		this.errors = Array.isArray(body?.errors) ? body.errors : [];
		this.again = status === 0 || status >= 500;
	}
}

function parse(text) {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

// Sends a file; options with an empty value are not said. sent is told how much is on its way, from 0 to 1.
export function importFile(key, file, options, { sent = () => {}, idempotencyKey } = {}) {
	const form = new FormData();
	for (const [name, value] of Object.entries(options))
		if (value !== '')
			form.append(name, value);
	form.append('file', file);
	return new Promise((resolve, reject) => {
		const request = new XMLHttpRequest();
		request.open('POST', new URL('import', CONTACTS));
		request.setRequestHeader('X-API-Key', key);
		if (idempotencyKey)
			request.setRequestHeader('Idempotency-Key', idempotencyKey);
		request.upload.addEventListener('progress', e => e.lengthComputable && sent(e.loaded / e.total));
		request.upload.addEventListener('load', () => sent(1));
		request.addEventListener('error', () => reject(new Problem(0)));
		request.addEventListener('load', () => {
			const body = parse(request.responseText);
			if (request.status === 200 && body !== undefined)
				resolve(body);
			else
				reject(new Problem(request.status, body));
		});
		request.send(form);
	});
}

// The client's imports that run now.
export async function running(key) {
	const answer = await fetch(new URL('import', CONTACTS), { headers: { 'X-API-Key': key }, cache: 'no-store' });
	return answer.ok ? (await answer.json()).running : [];
}

// The rows of an import that were rejected, or changed, as a file.
export async function report(key, job, only) {
	const answer = await fetch(new URL(`imports/${job}/report?outcome=${only}`, CONTACTS), { headers: { 'X-API-Key': key }, cache: 'no-store' });
	if (!answer.ok)
		throw new Problem(answer.status, parse(await answer.text()));
	return answer.blob();
}

// A name for a request, so that it may be sent again. randomUUID is for https only.
export const newName = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), b => b.toString(16).padStart(2, '0')).join('');
