// Reads mutants for tools/fuzz and tells it of each. `list` tells of all parsers; `keep ID SEED NUMBER` keeps a mutant without reading it;
// `read ID FIRST END SEED save?` reads; `count` with the same reads, and tells at the end which code was reached.
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';
import { beginReached } from './reached.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const [what, id, ...rest] = process.argv.slice(2);
const tell = (message) => new Promise((resolve) => process.send(message, resolve));
const counts = what === 'count' ? await beginReached(root) : undefined; // before any of our code is compiled
const server = await createServer({ root, logLevel: 'error', appType: 'custom', server: { middlewareMode: true, hmr: false, watch: null, ws: false }, optimizeDeps: { noDiscovery: true } });
if (what === 'list') {
  const { parsers } = await server.ssrLoadModule('/src/testing/parsers.ts');
  await tell(parsers.map(({ id: name, says, code }) => ({ id: name, says, code })));
} else if (what === 'keep') {
  const { keepMutant } = await server.ssrLoadModule('/src/testing/fuzz.ts');
  await tell(await keepMutant(id, ...rest.map(Number)));
} else {
  const [first, end, seed] = rest.map(Number);
  const { fuzz } = await server.ssrLoadModule('/src/testing/fuzz.ts');
  const { parserRow } = await server.ssrLoadModule('/src/testing/parsers.ts');
  await fuzz(id, first, end, seed, rest[3] === 'save', tell);
  if (counts) await tell({ reached: await counts.take(parserRow(id).code) });
}
process.exit(0);
