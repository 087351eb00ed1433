/**
 * Makes src/protocol.ts from protocol.schema.json (`xcord schema > webui/protocol.schema.json`).
 * With --check it writes nothing and fails if the committed file is not what it would make.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { compile } from 'json-schema-to-typescript';

const schema = JSON.parse(await readFile(new URL('protocol.schema.json', import.meta.url), 'utf8'));
const target = new URL('src/protocol.ts', import.meta.url);

/** msgspec's docstrings keep their indent, and its tuples are draft 2020-12, which the compiler does not know. */
function adapt(node) {
  if (Array.isArray(node)) return node.map(adapt);
  if (node === null || typeof node !== 'object') return node;
  const adapted = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, adapt(value)]));
  if (typeof adapted.description === 'string') {
    adapted.description = adapted.description.replace(/\n[ ]+/g, '\n').replaceAll('``', '`');
  }
  if (adapted.type === 'object' && !adapted.properties) adapted.additionalProperties ??= true;
  if (adapted.prefixItems) {
    adapted.items = adapted.prefixItems;
    adapted.additionalItems = false;
    delete adapted.prefixItems;
  }
  return adapted;
}

const made = await compile(adapt(schema), 'Protocol', {
  bannerComment: '/* Made by `npm run protocol` from protocol.schema.json; do not edit. */',
  additionalProperties: false,
  maxItems: -1,
  style: { singleQuote: true, printWidth: 110 },
});

if (!process.argv.includes('--check')) {
  await writeFile(target, made);
} else if ((await readFile(target, 'utf8')) !== made) {
  console.error('src/protocol.ts is not what protocol.schema.json says. Run: npm run protocol');
  process.exit(1);
}
