// What one training step of each workload costs: nodes, milliseconds of processor time on WASM (Node, one thread) and, with --webgpu, dispatches in
// Chromium. `node tools/step-cost.mjs [--webgpu] [--steps N] [ID ...]`
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';
import { launchOnGpu } from './gpu.mjs';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { webgpu: { type: 'boolean', default: false }, steps: { type: 'string', default: '30' } } });
const root = fileURLToPath(new URL('..', import.meta.url));
const server = await createServer({ root, logLevel: 'error', server: { port: 4471, hmr: false, watch: null } });
const { workloads } = await server.ssrLoadModule('/src/bench/workloads.ts');
const { nodesOf, wasmMs } = await server.ssrLoadModule('/src/bench/costs.ts');

/** A function that counts a workload's dispatches in a browser, and how to close it. */
async function openBrowser() {
  await server.listen();
  const url = server.resolvedUrls.local[0];
  const browser = await launchOnGpu([]);
  const page = await browser.newPage();
  await page.route(`${url}blank`, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
  await page.goto(`${url}blank`);
  return { dispatches: (id) => page.evaluate(async (i) => (await import('/src/bench/costs.ts')).dispatchesOf(i), id), close: () => browser.close() };
}

/** Time of this process on a processor: other programs lengthen the wall's, not this. */
const processorMs = () => Object.values(process.cpuUsage()).reduce((a, b) => a + b) / 1000;

const browser = values.webgpu ? await openBrowser() : undefined;
for (const id of positionals.length > 0 ? positionals : Object.keys(workloads)) {
  const { total, byType } = nodesOf(id);
  const ms = await wasmMs(id, Number(values.steps), processorMs);
  const dispatches = browser ? `${await browser.dispatches(id)} dispatches, ` : '';
  console.log(`${id}: ${total} nodes, ${dispatches}${ms.toFixed(2)} ms on WASM`);
  const show = (types) => types.map(([type, count]) => `${type} ${count}`).join(', ');
  console.log(`  ${show(byType)}`);
  if (browser) console.log(`  as written for WebGPU: ${show(nodesOf(id, 'webgpu').byType)}`);
}
await browser?.close();
await server.close();
process.exit(0); // the WASM lane's workers would keep Node alive
