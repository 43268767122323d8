// Reads mutants for tools/fuzz.mjs and tells it of each. Arguments: first number, the number after the last, seed, "save" or nothing.
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

const [first, end, seed, save] = process.argv.slice(2);
const server = await createServer({ root: fileURLToPath(new URL('..', import.meta.url)), logLevel: 'error', appType: 'custom', server: { middlewareMode: true, hmr: false, watch: null, ws: false }, optimizeDeps: { noDiscovery: true } });
const { fuzz } = await server.ssrLoadModule('/src/engine/onnx/testing/run.ts');
const tell = (message) => new Promise((resolve) => process.send(message, resolve));
await fuzz(Number(first), Number(end), Number(seed), save === 'save', tell);
process.exit(0);
