// `npm run bench -- peers`: the same training step in this project, tf.js, jax-js and native onnxruntime.
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { build, preview } from 'vite';
import { openBench } from './chromium.mjs';
import { installPeers, versionOf } from './install.mjs';
import { cpuLanes, gpuLanes, measure } from './lanes.mjs';
import { showCpu, showGpu } from './report.mjs';

const site = fileURLToPath(new URL('site/', import.meta.url));
const settings = { root: site, configFile: `${site}vite.config.ts`, logLevel: 'error', build: { outDir: fileURLToPath(new URL('../../node_modules/.bench', import.meta.url)), emptyOutDir: true } };

/** Measures and prints; returns the Markdown. */
export async function measurePeers({ quick, only, lane, json }) {
  installPeers();
  await build(settings);
  const server = await preview({ ...settings, preview: { port: 4390, strictPort: false } });
  const { browser, page, machine } = await openBench(server.resolvedUrls.local[0]);
  try {
    const titles = await page.evaluate(() => window.bench.titles());
    const ids = Object.keys(titles).filter((id) => !only || only.includes(id));
    if (ids.length === 0) throw new Error(`No workload is called ${only}. There are: ${Object.keys(titles).join(', ')}.`);
    const cpu = { rounds: quick ? 5 : 15, roundMs: quick ? 250 : 350, warmMs: quick ? 2000 : 3000, losses: 5, openMs: 180_000, timed: true };
    const gpu = { ...cpu, openMs: 300_000, warmMs: quick ? 1000 : 2000, losses: machine.webgpu.software ? 3 : 5, timed: !machine.webgpu.software };
    const load = loadavg()[0];
    const threads = Math.min(16, availableParallelism());
    const results = [];
    const facts = { machine, threads, processor: cpus()[0]?.model ?? 'unknown', load, quick, chromium: browser.version(), versions: Object.fromEntries(['@tensorflow/tfjs-core', '@jax-js/jax', 'onnxruntime-node'].map((name) => [name, versionOf(name)])) };
    const failures = [];
    const take = async (group, names, options) => {
      for (const id of ids) {
        const lanes = await measure(page, id, names, options).catch((error) => void failures.push(`${group}: ${error.message}`));
        if (!lanes) continue;
        results.push({ group, id, title: titles[id], lanes });
        if (json) writeFileSync(json, JSON.stringify({ facts, results, failures }, undefined, 1)); // as it goes: what is measured is not lost with what fails
        console.log(`${group}: ${id}: ${lanes.map((l) => `${l.key} ${l.problem ?? (l.medianMs ? `${l.medianMs.toFixed(2)} ms` : `${l.dispatches} dispatches`)}`).join('; ')}`);
      }
    };
    if (lane !== 'webgpu') await take('one thread', cpuLanes(1), cpu);
    if (lane !== 'webgpu' && !quick && threads > 1) await take(`${threads} threads`, cpuLanes(threads), cpu);
    if (lane !== 'wasm') await take('webgpu', gpuLanes(machine.webgpu.software), gpu);
    for (const failure of failures) console.error(failure);
    if (results.length === 0) throw new Error('Nothing could be measured.');
    return [showCpu(results, facts), showGpu(results, facts)].filter(Boolean).join('\n\n');
  } finally {
    await browser.close();
    await server.close();
  }
}
