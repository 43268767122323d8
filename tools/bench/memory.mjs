// Whether memory stays flat over a long training: Node with WASM, then a worker of Chromium with WASM and with WebGPU.
//   node tools/bench/memory.mjs [node] [wasm] [webgpu] [--steps 10000] [--gpu-steps 2000]
// Bytes after garbage collection. In Chromium: what `measureUserAgentSpecificMemory` says of page and worker together.
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openSource } from './source.mjs';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { steps: { type: 'string', default: '10000' }, 'gpu-steps': { type: 'string', default: '2000' } } });
const where = positionals.length > 0 ? positionals : ['node', 'wasm', 'webgpu'];
const source = await openSource();

/** A table of what was seen, and by how much the last row exceeds the one after the first tenth. */
function show(title, rows) {
  const columns = Object.keys(rows[0]).filter((name) => name !== 'step');
  console.log(`\n${title}\n| step | ${columns.join(' | ')} |\n|${'---|'.repeat(columns.length + 1)}`);
  for (const row of rows) console.log(`| ${row.step} | ${columns.map((name) => row[name].toLocaleString('en')).join(' | ')} |`);
  const from = rows[0];
  console.log(`From step ${from.step} to ${rows.at(-1).step}: ${columns.map((name) => `${name} ${from[name] === 0 ? rows.at(-1)[name] : `${(100 * (rows.at(-1)[name] / from[name] - 1)).toFixed(2)} %`}`).join(', ')}`);
}

async function inNode(steps) {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc');
  const { countHoldings, endure } = await source.load('/src/bench/endurance.ts');
  const holdings = countHoldings();
  const { createWasmExecutor } = await source.load('/src/runtime/wasm.ts');
  const rows = [];
  await endure(await createWasmExecutor(), steps, steps / 10, async (step) => {
    for (let i = 0; i < 3; i++) {
      collectGarbage();
      await new Promise((resolve) => setTimeout(resolve));
    }
    const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
    rows.push({ step, heap: heapUsed, arrays: arrayBuffers, 'WASM heap': holdings.wasmBytes(), 'whole process': rss });
  });
  show('Node, WASM', rows);
}

async function inChromium(provider, steps) {
  const page = await source.page();
  const rows = await page.evaluate(
    ([provider, steps]) =>
      new Promise((resolve, reject) => {
        const worker = new Worker('/src/bench/endurance-worker.ts', { type: 'module' });
        const rows = [];
        worker.onerror = (event) => reject(new Error(event.message));
        worker.onmessage = async ({ data }) => {
          if (data.problem) return reject(new Error(data.problem));
          if (data.done) return resolve(rows);
          const bytes = await Promise.resolve()
            .then(() => performance.measureUserAgentSpecificMemory())
            .then((memory) => ({ 'page and worker': memory.bytes }), () => ({})); // the headless shell does not tell
          rows.push({ step: data.step, ...bytes, 'WASM heap': data.wasmBytes, 'GPU buffers': data.gpuBuffers, 'GPU bytes': data.gpuBytes });
          worker.postMessage('go on');
        };
        worker.postMessage({ provider, steps, every: steps / 10 });
      }),
    [provider, steps],
  );
  await page.close();
  show(`Chromium, worker, ${provider === 'webgpu' ? `WebGPU on ${await source.gpu()}` : provider}`, rows);
}

if (where.includes('node')) await inNode(Number(values.steps));
if (where.includes('wasm')) await inChromium('wasm', Number(values.steps));
if (where.includes('webgpu')) await inChromium('webgpu', Number(values['gpu-steps']));
await source.close();
