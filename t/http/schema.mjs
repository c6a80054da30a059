// ContactPostResponseV2, taken from the API's page, as a validator.
import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import yaml from 'js-yaml';

const page = readFileSync(new URL('../vectors/create-contact.md', import.meta.url), 'utf8');
const api = yaml.load(page.match(/^````yaml[^\n]*\n(.*?)^````/ms)[1]);

// OpenAPI 3.0's "nullable" is JSON Schema's type "null".
function translate(schema) {
	if (typeof schema !== 'object' || schema === null)
		return schema;
	if (Array.isArray(schema))
		return schema.map(translate);
	const { nullable, readOnly, writeOnly, ...rest } = schema;
	const out = Object.fromEntries(Object.entries(rest).map(([k, v]) => [k, translate(v)]));
	if (nullable)
		out.type = [out.type, 'null'];
	return out;
}

export const ajv = new Ajv({ allErrors: true, formats: { 'date-time': s => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(s) && !Number.isNaN(Date.parse(s)) } });
export const schemas = translate(api.components.schemas);
ajv.addVocabulary(['components']);
export const validate = ajv.compile({ components: { schemas }, $ref: '#/components/schemas/ContactPostResponseV2' });
