// The page /import: a key and a file in, the check, the import, what came of it. The key is in the input and
// nowhere else; nothing is stored, and no address has it.
import { FILE_MAX, Problem, importFile, newName, report, running } from './api.js';
import { Columns } from './columns.js';
import { peek } from './peek.js';
import * as words from './words.js';

const at = id => document.getElementById(id);
const POLL_EVERY = 600;			// milliseconds
const WORK = ['columns', 'options', 'check', 'go'];	// between the file and the import

let file = null;				// that was chosen
let changes = new Map();		// columns that somebody has given another meaning
let busy = false;
let attempt = null;				// the import's name, until what it is to do changes
let checked = null;				// the result of the last check
let last = null;				// and of the last import

const element = (name, properties, ...children) => {
	const made = Object.assign(document.createElement(name), properties);
	made.append(...children);
	return made;
};
const show = (id, visible) => {
	at(id).hidden = !visible;
};
const say = text => {
	at('status').textContent = text;
};
const chosen = name => document.querySelector(`input[name=${name}]:checked`).value;
const key = () => at('key').value.trim();

// ---------------------------------------------------------------- what is shown

function clearProblem() {
	show('problem', false);
	at('key').removeAttribute('aria-invalid');
}

// Tells what is wrong, and offers the same again where that can help.
function tellProblem(problem, again) {
	if (!(problem instanceof Problem))
		throw problem;
	const { headline, details } = words.problem(problem);
	at('problem').replaceChildren(element('strong', { textContent: headline }),
		...(details.length > 0 ? [element('ul', {}, ...details.map(d => element('li', { textContent: d })))] : []));
	if (problem.again && again)
		at('problem').append(element('button', { type: 'button', textContent: 'Try again', onclick: again }));
	show('problem', true);
	say('');
	if (problem.status === 403) {
		at('key').setAttribute('aria-invalid', 'true');
		at('key').focus();
	} else
		at('problem').focus();
	at('problem').scrollIntoView({ block: 'nearest' });
}

function showCounts(id, result) {
	at(id).replaceChildren(...words.counts(result).map(([label, n]) =>
		element('div', { className: n > 0 ? '' : 'zero' }, element('dt', { textContent: label }), element('dd', { textContent: words.count(n) }))));
}

function showFaults(id, result) {
	const rejects = result.rejects ?? [];
	at(id).replaceChildren();
	if (rejects.length === 0)
		return;
	at(id).append(element('ul', { className: 'faults' }, ...rejects.map(reject => element('li', {}, element('span', { className: 'where', textContent: `line ${words.count(reject.line)}` }),
		element('span', {}, ...reject.errors.flatMap((error, i) => {
			const [where, message] = words.fault(error);
			return [...(i > 0 ? [element('br', {})] : []), ...(where ? [element('span', { className: 'member', textContent: where }), ' '] : []), message];
		}))))));
	if (result.failed > rejects.length)
		at(id).append(element('p', { className: 'note', textContent: `and ${words.many(result.failed - rejects.length, 'more row', 'more rows')}` }));
}

// What was checked is no longer what would be imported.
function outdate() {
	attempt = null;
	const shown = !at('check').hidden;
	show('check-stale', shown && !at('run').hidden);
	at('check').classList.toggle('was-stale', shown);
}

function setBusy(is) {
	busy = is;
	for (const control of document.querySelectorAll('button, select, input'))
		control.disabled = is;
}

// ---------------------------------------------------------------- what is done

const columns = new Columns((header, value) => {
	changes.set(header, value);
	outdate();
});

const options = mode => ({
	mode, on_fault: chosen('on_fault'), blanks: chosen('blanks'), origin: at('origin').value.trim(), encoding: at('encoding').value,
	delimiter: at('delimiter').value, columns: changes.size > 0 ? JSON.stringify(Object.fromEntries(changes)) : '',
});

// Refused for want of a column that tells people apart: whoever looks at the columns may know it.
async function offerColumns(problem) {
	if (!problem.errors.some(e => e.code === 'no_key_column'))
		return;
	const seen = await peek(file, at('delimiter').value);
	if (!seen)
		return;
	columns.show({ ...seen, mapping: Object.fromEntries(changes) });
	for (const id of WORK)
		show(id, true);
	at('check-sentence').textContent = 'Choose the column that has the e-mail address or the LinkedIn profile, then check again.';
	at('check-counts').replaceChildren();
	at('check-faults').replaceChildren();
	for (const id of ['run', 'check-rejected', 'check-changed', 'check-stale'])
		show(id, false);
	at('check').classList.remove('was-stale');
}

// Has the file looked at; focus goes to what a person would read next.
async function check(next = 'columns-title') {
	if (busy || !file)
		return;
	clearProblem();
	if (key() === '') {
		say('Type your API key to go on.');
		at('key').focus();
		return;
	}
	if (file.size > FILE_MAX) {
		tellProblem(new Problem(413));
		return;
	}
	setBusy(true);
	say('Looking at the file …');
	try {
		const result = await importFile(key(), file, options('check'));
		setBusy(false);
		say('');
		at('file-note').textContent = `${words.size(file.size)} · ${words.format(result)}. Choose another file.`;
		columns.show({ columns: result.columns, mapping: result.mapping, preview: result.preview ?? [] });
		at('check-sentence').textContent = words.sentences.check(result, chosen('mode'));
		showCounts('check-counts', result);
		showFaults('check-faults', result);
		show('check-rejected', result.failed > 0);
		show('check-changed', result.notes > 0);
		checked = result;
		for (const id of WORK)
			show(id, true);
		at('run').hidden = false;
		at('run').textContent = result.rows === 0 ? 'Import' : `Import ${words.many(result.rows, 'row', 'rows')}`;
		show('check-stale', false);
		at('check').classList.remove('was-stale');
		at(next).focus();
		say(`Checked. ${at('check-sentence').textContent}`);
	} catch (problem) {
		setBusy(false);
		if (problem instanceof Problem)
			await offerColumns(problem);
		tellProblem(problem, () => check(next));
	}
}

// Shows how far the import is that runs, until its answer is there.
function watch(sentKey, octets) {
	let ended = false;
	let most = 0;
	const look = async () => {
		try {
			const all = await running(sentKey);
			const ours = all.find(r => r.octets_total === octets) ?? (all.length === 1 ? all[0] : undefined);
			if (ours && !ended && ours.octets_total > 0) {
				most = Math.max(most, Math.min(100, 100 * ours.octets / ours.octets_total));
				at('bar').value = most;
				at('running-text').textContent = `${words.many(ours.rows, 'row is', 'rows are')} in`;
			}
		} catch {
			// it is only for looking at
		}
		if (!ended)
			setTimeout(look, POLL_EVERY);
	};
	setTimeout(look, POLL_EVERY);
	return () => {
		ended = true;
	};
}

async function run() {
	if (busy || !file)
		return;
	clearProblem();
	attempt ??= newName();
	const usedKey = key();
	const wanted = options(chosen('mode'));
	setBusy(true);
	for (const id of WORK)
		show(id, false);
	show('begin', false);
	show('running', true);
	say('');
	at('running-title').textContent = `Importing ${file.name}`;
	at('bar').value = 0;
	at('running-text').textContent = 'Sending the file';
	at('running-title').focus();
	let end = () => {};
	const sent = part => {
		at('bar').value = 100 * part;
		if (part === 1) {
			at('running-text').textContent = 'Reading it';
			at('bar').removeAttribute('value');
			end();
			end = watch(usedKey, file.size);
		}
	};
	try {
		last = await importFile(usedKey, file, wanted, { sent, idempotencyKey: attempt });
		attempt = null;
		setBusy(false);
		at('result-sentence').textContent = words.sentences.result(last, file.name);
		showCounts('result-counts', last);
		showFaults('result-faults', last);
		show('get-rejected', last.failed > 0);
		show('get-changed', last.notes > 0);
		show('result', true);
		at('result-title').focus();
		say('');
	} catch (problem) {
		setBusy(false);
		for (const id of ['begin', ...WORK])
			show(id, true);
		tellProblem(problem, run);
	} finally {
		end();
		show('running', false);
	}
}

async function download(job, only) {
	clearProblem();
	try {
		const link = element('a', { href: URL.createObjectURL(await report(key(), job, only)), download: `import-${job}-${only}.csv` });
		link.click();
		setTimeout(() => URL.revokeObjectURL(link.href), 60000);
		say('The file has your own columns, and three more: the line, what became of it, and why.');
	} catch (problem) {
		tellProblem(problem, () => download(job, only));
	}
}

// ---------------------------------------------------------------- what is clicked, typed and dropped

function choose(chosenFile) {
	if (!chosenFile || busy)
		return;
	file = chosenFile;
	changes = new Map();
	attempt = null;
	at('drop').classList.add('has-file');
	at('file-name').textContent = file.name;
	at('file-note').textContent = `${words.size(file.size)}. Choose another file.`;
	for (const id of [...WORK, 'result'])
		show(id, false);
	check();
}

function another() {
	file = null;
	last = null;
	changes = new Map();
	at('file').value = '';
	at('drop').classList.remove('has-file');
	at('file-name').textContent = 'Drop a CSV file here, or choose one';
	at('file-note').textContent = 'Up to 16 MiB';
	clearProblem();
	say('');
	show('result', false);
	show('begin', true);
	at('file').focus();
}

at('file').addEventListener('change', () => choose(at('file').files[0]));
at('key').addEventListener('change', () => file && at('check').hidden && check());
at('key').addEventListener('keydown', e => e.key === 'Enter' && at('key').blur());
at('run').addEventListener('click', run);
at('again').addEventListener('click', () => check('check-title'));
at('another').addEventListener('click', another);
for (const only of ['rejected', 'changed']) {
	at(`check-${only}`).addEventListener('click', () => download(checked.job, only));
	at(`get-${only}`).addEventListener('click', () => download(last.job, only));
}
at('options').addEventListener('change', outdate);

// A file that misses the frame would be opened in place of the page.
for (const type of ['dragover', 'dragenter', 'dragleave', 'drop'])
	document.addEventListener(type, e => {
		e.preventDefault();
		at('drop').classList.toggle('over', type !== 'drop' && type !== 'dragleave');
		if (type === 'drop' && !at('begin').hidden)
			choose(e.dataTransfer.files[0]);
	});
