#!/usr/bin/env node
// Faults, injected at random moments into real runs of the real page in Chromium: what is survived, and whether the bits are those of a run that nothing happened to. docs/reliability.md.
//   npm run faults -- [--count 50] [--seed 1] [--only hang,reload] [--provider wasm|webgpu] [--jobs 1] [--from 0] [--gpu-count N] [--gpu-steps 40] [--dist DIR] [--json FILE] [--write]
// --dist: a page that is built already (else it is built); --json: every injection, written as it goes, and taken up from there; --write: the table, into docs/reliability.md. CHROMIUM_PATH names the browser, STIPPLE_GPU=real has it use this machine's GPU (with --gpu-steps 4000, say: a run should last some seconds).
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright';
import { findChromium } from '../browser.mjs';
import { gpuFlags } from '../gpu.mjs';
import { faults } from './faults.mjs';
import { inject, undisturbed, usualGpuSteps } from './inject.mjs';
import { serve } from './server.mjs';
import { table } from './table.mjs';

const text = (value) => ({ type: 'string', default: value });
const { values } = parseArgs({ options: { count: text('50'), 'gpu-count': { type: 'string' }, 'gpu-steps': text(`${usualGpuSteps}`), seed: text('1'), only: { type: 'string' }, provider: { type: 'string' }, jobs: text('1'), from: text('0'), dist: { type: 'string' }, json: { type: 'string' }, write: { type: 'boolean', default: false } } });
const [count, seed, jobs, from] = [values.count, values.seed, values.jobs, values.from].map(Number);
const only = values.only?.split(',');
const unknown = only?.find((id) => !faults.some((fault) => fault.id === id));
if (unknown) throw new Error(`There is no fault "${unknown}". There are: ${faults.map(({ id }) => id).join(', ')}.`);
const root = fileURLToPath(new URL('../..', import.meta.url));
const docs = `${root}/docs/reliability.md`;

function built() {
  const dist = `${root}/node_modules/.faults`;
  execFileSync('npx', ['--no-install', 'vite', 'build', '--outDir', dist, '--emptyOutDir', '--logLevel', 'error'], { cwd: root, stdio: 'inherit' });
  return dist;
}
const dist = values.dist ?? built();
const records = values.json && existsSync(values.json) ? JSON.parse(readFileSync(values.json, 'utf8')).records : [];
const isDone = (task) => records.some((record) => record.fault === task.fault.id && record.provider === task.provider && record.seed === seed && record.number === task.number);
const countOn = (provider) => (provider === 'webgpu' && values['gpu-count'] !== undefined ? Number(values['gpu-count']) : count);
// Number by number, so that whatever is cut off has tried every fault.
const tasks = Array.from({ length: Math.max(count, countOn('webgpu')) }, (_, i) => from + i)
  .flatMap((number) => faults.filter(({ id }) => !only || only.includes(id)).flatMap((fault) => fault.providers.filter((p) => (!values.provider || p === values.provider) && number - from < countOn(p)).map((provider) => ({ fault, provider, number }))))
  .filter((task) => !isDone(task));

/** Runs on WASM get a browser without a GPU: composing pages in software would take half the machine. */
const launch = (provider) => chromium.launch({ executablePath: findChromium(), args: [...gpuFlags(provider === 'webgpu' ? 'software' : 'none'), '--no-first-run', '--disable-background-networking', '--disable-component-update'] });
function write(browserVersion) {
  const made = { command: `npm run faults -- ${process.argv.slice(2).join(' ')}`.trim(), browser: browserVersion, cores: cpus().length, seed, records };
  if (values.json) writeFileSync(values.json, JSON.stringify(made, undefined, 1));
  if (!values.write) return;
  const shown = made.command.replace(`--json ${values.json}`, '--json FILE').replace(`--dist ${values.dist}`, '--dist DIR');
  const section = `<!-- faults -->\n${table(faults, records)}\n\nMeasured by \`${shown}\` in Chromium ${browserVersion} on ${made.cores} cores, ${records.length} injections.\n<!-- /faults -->`;
  writeFileSync(docs, readFileSync(docs, 'utf8').replace(/<!-- faults -->[\s\S]*<!-- \/faults -->/, () => section));
}
async function lane() {
  const server = await serve(dist);
  const browsers = {};
  for (let task = tasks.shift(); task; task = tasks.shift()) {
    if (!browsers[task.provider]?.isConnected()) browsers[task.provider] = await launch(task.provider);
    const browser = browsers[task.provider];
    const record = await inject(browser, server, task.fault, task.provider, { seed, number: task.number, known });
    records.push(record);
    const { fault, provider, number, survived, how, why, recoveryMs, bits, ended, tookMs } = record;
    console.log(`${fault} ${provider} ${number}: ${survived ? `survived, ${how}; ${ended}; ${(recoveryMs / 1000).toFixed(1)} s${bits === undefined ? '' : bits ? ', bits equal' : ', BITS DIFFER'}` : `NOT SURVIVED: ${why}`} (${(tookMs / 1000).toFixed(0)} s)`);
    write(version);
  }
  await Promise.all(Object.values(browsers).map((browser) => browser.close()));
  server.close();
}

const first = await launch('wasm');
const version = first.version();
const server = await serve(dist);
const known = await undisturbed(first, server, { gpuSteps: Number(values['gpu-steps']) });
await first.close();
server.close();
await Promise.all(Array.from({ length: Math.min(jobs, Math.max(1, tasks.length)) }, lane));
write(version);
console.log(table(faults, records));
process.exit(records.every(({ survived, bits }) => survived && bits !== false) ? 0 : 1);
