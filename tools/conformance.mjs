#!/usr/bin/env node
// The conformance table, docs/conformance.md: every operator that is read, and blocks of networks, forward and gradients, on the
// reference, WASM and WebGPU (Chromium, on its software adapter where there is no GPU). `npm run conformance -- [--cases 20]
// [--gpu-cases 3] [--seed 1] [--only Conv,Gemm] [--no-gpu]`; --only prints the table and writes nothing.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build, createServer, preview } from 'vite';
import { launchOnGpu } from './gpu.mjs';

const { values } = parseArgs({ options: { cases: { type: 'string', default: '20' }, 'gpu-cases': { type: 'string', default: '3' }, seed: { type: 'string', default: '1' }, only: { type: 'string' }, 'no-gpu': { type: 'boolean', default: false } } });
const [cases, gpuCases, seed] = [values.cases, values['gpu-cases'], values.seed].map(Number);
const root = fileURLToPath(new URL('..', import.meta.url));
const server = await createServer({ root, logLevel: 'error', appType: 'custom', server: { middlewareMode: true, hmr: false, watch: null, ws: false }, optimizeDeps: { noDiscovery: true } });
const load = (path) => server.ssrLoadModule(path);
const { measure, modelsOf } = await load('/src/engine/onnx/testing/conformance.ts');
const { BUILDERS } = await load('/src/engine/onnx/operators/index.ts');
const { NODES } = await load('/src/engine/onnx/testing/operators/index.ts');
const { BLOCKS } = await load('/src/engine/onnx/testing/blocks.ts');
const { table } = await load('/src/engine/onnx/testing/table.ts');
const { wasmLane } = await load('/src/runtime/ort.ts');
const { createWasmExecutor } = await load('/src/runtime/wasm.ts');

const without = [...BUILDERS.keys()].filter((operator) => !NODES.has(operator));
if (without.length > 0) console.log(`Without random nodes, so not measured: ${without.join(', ')}. Add a row for each in src/engine/onnx/testing/operators.`);
const all = [...[...NODES.keys()].filter((operator) => BUILDERS.has(operator)).sort(), ...BLOCKS.keys()];
const subjects = values.only ? values.only.split(',') : all;

const figures = new Map();
{
  const wasm = await createWasmExecutor();
  const { ort } = await wasmLane();
  for (const subject of subjects) figures.set(subject, await measure(subject, modelsOf(subject, seed, cases), ort, [wasm]));
}
let adapter = 'not measured';
if (!values['no-gpu']) {
  const harness = fileURLToPath(new URL('../e2e/harness', import.meta.url));
  const config = { root: harness, configFile: `${harness}/vite.config.ts`, logLevel: 'error', build: { outDir: `${root}/node_modules/.conformance`, emptyOutDir: true } };
  await build(config);
  const site = await preview({ ...config, preview: { port: 4390, strictPort: false } });
  const browser = await launchOnGpu([]);
  const page = await browser.newPage();
  const run = (name, args) => page.evaluate(([n, a]) => window.runScenario(n, a), [name, args]);
  await page.goto(site.resolvedUrls.local[0]);
  await page.waitForFunction(() => 'runScenario' in window);
  const { webgpu } = await run('facts');
  adapter = webgpu.adapter ?? (webgpu.software ? 'software adapter' : 'GPU');
  for (let from = 0; from < subjects.length; from += 8) {
    const some = subjects.slice(from, from + 8);
    const measured = await run('operatorFigures', { subjects: some, seed, cases: gpuCases }).catch(async () => {
      // One of them ended the worker: each by itself.
      const single = [];
      for (const subject of some) single.push(...(await run('operatorFigures', { subjects: [subject], seed, cases: gpuCases }).catch((error) => [{ subject, errors: {}, notes: [`webgpu: ${error.message}`] }])));
      return single;
    });
    for (const { subject, errors, notes } of measured) {
      const known = figures.get(subject);
      figures.set(subject, { ...known, errors: { ...known.errors, ...(errors.webgpu && { webgpu: errors.webgpu }) }, notes: [...known.notes, ...notes] });
    }
    console.log(`WebGPU: ${Math.min(from + 8, subjects.length)} of ${subjects.length}`);
  }
  await browser.close();
  await site.close();
}
const text = table([...figures.values()], { cases, gpuCases, seed, adapter, blocks: [...BLOCKS.keys()] });
if (values.only) console.log(text);
else writeFileSync(`${root}/docs/conformance.md`, text);
await server.close();
const failed = [...figures.values()].filter((f) => f.notes.length > 0 || Object.values(f.errors).some((e) => Object.values(e).some((error) => error > 1e-3)));
for (const { subject, notes, errors } of failed) console.log(`${subject}: ${notes.join('; ').slice(0, 400) || JSON.stringify(errors)}`);
console.log(`${figures.size} measured, ${failed.length} with an error above 1e-3 or a failure.`);
process.exit(failed.length > 0 ? 1 : 0);
