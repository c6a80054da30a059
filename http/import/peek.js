// The first rows of a file, read here: for one in which the server found nobody, so that it is refused with
// no preview, and a person says which column has the address. The server's own reading counts; this is a guess.

const LOOK_AT = 64 * 1024;

function decode(octets) {
	const two = octets[0] << 8 | octets[1];
	if (two === 0xfffe || two === 0xfeff)
		return new TextDecoder(two === 0xfffe ? 'utf-16le' : 'utf-16be').decode(octets);
	try {
		// the last character may be cut in two
		return new TextDecoder('utf-8', { fatal: true }).decode(octets, { stream: true });
	} catch {
		return new TextDecoder('windows-1252').decode(octets);
	}
}

function records(text, delimiter, most) {
	const all = [];
	let fields = [], field = '', quoted = false;
	for (let i = 0; i < text.length && all.length < most; i++) {
		const c = text[i];
		if (quoted) {
			if (c !== '"')
				field += c;
			else if (text[i + 1] === '"')
				field += text[++i];
			else
				quoted = false;
		} else if (c === '"' && field === '')
			quoted = true;
		else if (c === delimiter || c === '\n') {
			fields.push(field.replace(/\r$/, ''));
			field = '';
			if (c === '\n') {
				all.push(fields);
				fields = [];
			}
		} else
			field += c;
	}
	if (all.length < most && (field !== '' || fields.length > 0))
		all.push([...fields, field.replace(/\r$/, '')]);
	return all.filter(row => row.some(f => f.trim() !== ''));
}

// The delimiter by which the first row has most values.
const mostOften = text => [',', ';', '\t', '|'].map(d => [records(text, d, 1)[0]?.length ?? 0, d]).sort((a, b) => b[0] - a[0])[0][1];

// { columns, preview } of a file, or undefined if it looks like no text.
export async function peek(file, delimiter = '') {
	const octets = new Uint8Array(await file.slice(0, LOOK_AT).arrayBuffer());
	const text = decode(octets);
	if (text.slice(0, 200).includes('\0') || text.startsWith('PK'))
		return undefined;
	const [header, ...preview] = records(text, delimiter || mostOften(text), 11);
	return header && { columns: header.map((h, i) => h.trim() || `column ${i + 1}`), preview };
}
