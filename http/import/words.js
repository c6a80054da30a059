// What the page says: counts, faults and problems as sentences.

const number = new Intl.NumberFormat('en');
export const count = n => number.format(n ?? 0);
export const many = (n, one, more) => `${count(n)} ${n === 1 ? one : more}`;

const DELIMITERS = { ',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'bars' };
// The server's names and ours; any other is shown as it came.
const ENCODINGS = { UTF8: 'UTF-8', WIN1252: 'Windows-1252', WIN1250: 'Windows-1250', WIN1251: 'Windows-1251', WIN1254: 'Windows-1254', WIN1257: 'Windows-1257', LATIN1: 'ISO 8859-1', UTF16LE: 'UTF-16', UTF16BE: 'UTF-16' };
const UNITS = [[1024 * 1024, 'MiB'], [1024, 'KiB']];

export function size(octets) {
	const unit = UNITS.find(([least]) => octets >= least);
	return unit ? `${(octets / unit[0]).toFixed(octets / unit[0] < 10 ? 1 : 0)} ${unit[1]}` : many(octets, 'octet', 'octets');
}

// How a file was read.
export const format = result => [many(result.rows, 'row', 'rows'), ENCODINGS[result.encoding] ?? result.encoding, DELIMITERS[result.delimiter],
	result.header_line > 1 && `header in line ${count(result.header_line)}`].filter(Boolean).join(' · ');

export const sentences = {
	check: (r, mode) => r.rows === 0 ? 'There are no rows in this file.' :
		`${count(r.created + r.updated)} of ${many(r.rows, 'row', 'rows')} would come in as ${r.created + r.updated === 1 ? 'a new contact' : 'new contacts'}${r.duplicates > 0 ? `, ${count(r.duplicates)} ${r.duplicates === 1 ? 'is' : 'are'} there already${mode === 'upsert' ? ' and would be updated' : ''}` : ''}.`,
	result: (r, name) => r.rows === 0 ? `There were no rows in ${name}.` :
		r.created + r.updated === 0 ? (r.failed === 0 ? `Everyone in ${name} was there already.` : `Nobody in ${name} came in.`) :
			[r.created > 0 && `${many(r.created, 'new contact', 'new contacts')}`, r.updated > 0 && `${count(r.updated)} updated`].filter(Boolean).join(', ') + ` from ${name}` + (r.failed === 0 ? '. Nothing was rejected.' : '.'),
};

// [label, number] for each that a person looks for.
export const counts = r => [['rows', r.rows], ['new', r.created], ...(r.updated > 0 ? [['updated', r.updated]] : []), ['there already', r.duplicates], ['rejected', r.failed], ['values changed or left out', r.notes]];

// Where a fault is: a member, a custom field, a parameter.
const place = error => error.pointer ? error.pointer.split('/').slice(1).map(p => p.replaceAll('~1', '/').replaceAll('~0', '~')).filter(p => !/^\d+$/.test(p)).join(' › ') : error.parameter ?? '';
export const fault = error => [place(error), error.message];

const BY_STATUS = {
	0: 'The server could not be reached. If it had begun, the import may have come in: trying again does no harm.',
	403: 'This API key is not known here, or it has expired. Nothing was read.',
	413: 'This file is larger than 16 MiB, which is the most that a page can send. Split it, or import it with psql, which takes files of any size.',
	503: 'The server is busy, or the import took too long. Nothing was written.',
};

// A problem as a headline and its details, a line each.
export function problem(p) {
	const headline = BY_STATUS[p.status] ?? (p.status >= 500 ? 'Something went wrong on the server. Nothing was written.' : 'This file can’t be imported as it is.');
	const details = BY_STATUS[p.status] ? [] : p.errors.map(e => {
		const [where, message] = fault(e);
		const near = e.nearest?.length > 0 ? ` Did you mean ${e.nearest.map(n => `“${n}”`).join(' or ')}?` : '';
		return `${where && where !== 'file' ? `${where}: ` : ''}${message}${near}`;
	});
	return { headline, details: details.length > 0 || BY_STATUS[p.status] ? details : [p.message].filter(Boolean) };
}
