// The table of columns: one a line, what it becomes, and its values in the first rows.

const MEMBERS = [
	['email', 'E-mail'], ['linkedin_url', 'LinkedIn profile'], ['first_name', 'First name'], ['last_name', 'Last name'],
	['company_id', 'Company (domain)'], ['company_name', 'Company name'], ['contact_status', 'Status'], ['origin', 'Origin'],
];
const names = new Map(MEMBERS);
// In a select: "m" and a member, "f" and a custom field, "-" for what is left out.
const optionOf = value => value === null ? '-' : names.has(value) ? `m${value}` : `f${value}`;
const valueOf = option => option === '-' ? null : option.slice(1);
const CELL_MAX = 200;

const element = (name, properties = {}, ...children) => {
	const made = Object.assign(document.createElement(name), properties);
	made.append(...children);
	return made;
};

function select(header, value) {
	const fields = [...new Set([header, ...(typeof value === 'string' && !names.has(value) ? [value] : [])])];
	const made = element('select', { ariaLabel: `“${header}” becomes` },
		element('optgroup', { label: 'Contact' }, ...MEMBERS.map(([member, name]) => element('option', { value: `m${member}`, textContent: name }))),
		element('optgroup', { label: 'Otherwise' }, ...fields.map(f => element('option', { value: `f${f}`, textContent: f === header ? 'Custom field' : `Custom field “${f}”` })),
			element('option', { value: '-', textContent: 'Leave out' })));
	made.value = optionOf(value);
	return made;
}

// Shows columns: their names in order, the mapping (name to member, custom field or null), up to ten rows of
// values. changed is called with (name, value) once somebody has chosen something else.
export class Columns {
	constructor(changed) {
		this.changed = changed;
		this.head = document.getElementById('columns-head');
		this.body = document.getElementById('columns-body');
		this.note = document.getElementById('columns-note');
		this.more = document.getElementById('more');
		this.more.addEventListener('click', () => this.showEmpty(this.more.ariaExpanded !== 'true'));
	}

	show({ columns, mapping, preview }) {
		this.empty = [];
		this.head.replaceChildren(element('th', { scope: 'col', textContent: 'Column' }), element('th', { scope: 'col', textContent: 'Becomes' }),
			...preview.map((_, i) => element('th', { scope: 'col', textContent: `Row ${i + 1}` })));
		this.body.replaceChildren(...columns.map((header, i) => this.row(header, mapping[header] === undefined ? header : mapping[header], preview.map(r => r[i] ?? ''))));
		this.showEmpty(false);
		this.tell();
	}

	row(header, value, cells) {
		const made = element('tr', {}, element('th', { scope: 'row', textContent: header }));
		const choice = select(header, value);
		const mark = () => {
			made.className = choice.value[0] === 'm' ? 'member' : choice.value === '-' ? 'out' : '';
		};
		choice.addEventListener('change', () => {
			mark();
			this.tell();
			this.changed(header, valueOf(choice.value));
		});
		mark();
		made.append(element('td', { className: 'becomes' }, choice),
			...cells.map(c => element('td', { className: 'cell', textContent: c.length > CELL_MAX ? `${c.slice(0, CELL_MAX)}…` : c, title: c.length > 24 ? c.slice(0, 2000) : '' })));
		if (cells.length > 0 && cells.every(c => c.trim() === '') && made.className !== 'member')
			this.empty.push(made);
		return made;
	}

	// Columns without a value in these rows are many in some exports, and nobody's concern at first.
	showEmpty(all) {
		const few = this.empty.length < 4;
		for (const row of this.empty)
			row.hidden = !all && !few;
		this.more.hidden = few;
		this.more.ariaExpanded = String(all);
		this.more.textContent = all ? 'Show fewer' : `Show ${this.empty.length} more columns, which are empty in these rows`;
	}

	// What they become, in numbers.
	tell() {
		const chosen = [...this.body.querySelectorAll('select')].map(s => s.value[0]);
		const count = kind => chosen.filter(c => c === kind).length;
		const [members, fields, out] = [count('m'), count('f'), count('-')];
		this.note.textContent = [`${members} of ${chosen.length} columns are known`, fields > 0 && `${fields} become${fields === 1 ? 's a custom field' : ' custom fields'}`, out > 0 && `${out} ${out === 1 ? 'is' : 'are'} left out`].filter(Boolean).join(', ') + '.';
	}
}
