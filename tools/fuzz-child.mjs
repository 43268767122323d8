// Reads mutants for tools/fuzz.mjs and tells it of each. Arguments: first number, the number after the last, seed, "save" or
// nothing, and for readers of data (src/data/files) how many of them there are.
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

const [first, end, seed, save, readers] = process.argv.slice(2);
const server = await createServer({ root: fileURLToPath(new URL('..', import.meta.url)), logLevel: 'error', appType: 'custom', server: { middlewareMode: true, hmr: false, watch: null, ws: false }, optimizeDeps: { noDiscovery: true } });
const tell = (message) => new Promise((resolve) => process.send(message, resolve));
if (readers) {
  const { fuzz, readerCount } = await server.ssrLoadModule('/src/data/files/testing/run.ts');
  if (readerCount !== Number(readers)) throw new Error(`There are ${readerCount} readers, but tools/fuzz.mjs says ${readers}.`);
  await fuzz(Number(first), Number(end), Number(seed), tell);
} else {
  const { fuzz } = await server.ssrLoadModule('/src/engine/onnx/testing/run.ts');
  await fuzz(Number(first), Number(end), Number(seed), save === 'save', tell);
}
process.exit(0);
