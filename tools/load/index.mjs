#!/usr/bin/env node
// The built page under load, in Chromium: how its frames and its memory hold up. docs/performance.md, "Load".
//   npm run load -- [--only steps,runs,arms,model,data] [--quick] [--dist DIR] [--json FILE] [--write]
// --quick: smaller sizes, to see that it works; --dist: a page that is built already (else it is built); --json: what was measured, beside what the file holds of scenarios that were not;
// --write: the tables, into docs/performance.md.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright';
import { openSource } from '../bench/source.mjs';
import { findChromium } from '../browser.mjs';
import { serve } from '../faults/server.mjs';
import { scenarios } from './scenarios.mjs';
import { showLoad } from './table.mjs';

const { values } = parseArgs({ options: { only: { type: 'string' }, quick: { type: 'boolean', default: false }, dist: { type: 'string' }, json: { type: 'string' }, write: { type: 'boolean', default: false } } });
const only = values.only?.split(',');
const unknown = only?.find((id) => !scenarios.some((scenario) => scenario.id === id));
if (unknown) throw new Error(`There is no scenario "${unknown}". There are: ${scenarios.map(({ id }) => id).join(', ')}.`);
const root = fileURLToPath(new URL('../..', import.meta.url));
const docs = `${root}/docs/performance.md`;

function built() {
  const dist = `${root}/node_modules/.load`;
  execFileSync('npx', ['--no-install', 'vite', 'build', '--outDir', dist, '--emptyOutDir', '--logLevel', 'error'], { cwd: root, stdio: 'inherit' });
  return dist;
}
/** Without flags of graphics: a page drawn by Chromium's software adapter of WebGPU would be drawn slowly. */
const launch = () => chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--no-first-run'] });
/** Measured before, and not measured anew. */
const earlier = values.json && existsSync(values.json) ? JSON.parse(readFileSync(values.json, 'utf8')).results : [];
const server = await serve(values.dist ?? built());
const source = await openSource();
const folder = mkdtempSync(join(tmpdir(), 'stipple-load-'));
const loadBefore = loadavg()[0];
const results = [];
let version;
try {
  for (const { id, title, run } of scenarios.filter((scenario) => !only || only.includes(scenario.id))) {
    const browser = await launch(); // each scenario a browser of its own: none remembers another's memory
    version = browser.version();
    try {
      results.push({ id, title, ...(await run({ browser, url: server.url, quick: values.quick, folder, load: source.load })) });
      console.log(`\n${showLoad(results.slice(-1))}`);
    } finally {
      await browser.close();
    }
  }
} finally {
  rmSync(folder, { recursive: true });
  server.close();
}
const machine = `Chromium ${version.split('.')[0]}, ${availableParallelism()} cores of ${cpus()[0].model.trim()}`;
const shared = loadBefore > availableParallelism() / 2 ? ` Other programs had the machine meanwhile (load ${loadBefore.toFixed(1)} at the start): what the clock tells, frames too, is an upper bound.` : '';
const all = scenarios.flatMap(({ id }) => results.find((one) => one.id === id) ?? earlier.find((one) => one.id === id) ?? []);
const text = `${showLoad(all)}\n\nMeasured by \`npm run load${values.quick ? ' -- --quick' : ''}\` in ${machine}.${shared}`;
if (values.json) writeFileSync(values.json, JSON.stringify({ machine, loadBefore, results: all }, undefined, 1));
if (values.write) {
  const place = /<!-- load -->[\s\S]*<!-- \/load -->/;
  const before = readFileSync(docs, 'utf8');
  if (!place.test(before)) throw new Error(`${docs} has no place for the tables: it needs the lines <!-- load --> and <!-- /load -->.`);
  writeFileSync(docs, before.replace(place, () => `<!-- load -->\n${text}\n<!-- /load -->`));
}
process.exit(); // Vite's server may linger
