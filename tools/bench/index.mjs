// `npm run bench`: what the page costs, and this project's training steps against other libraries'.
//   npm run bench -- [page] [audit] [peers] [profile] [--quick] [--workload ID,ID] [--lane wasm|webgpu] [--gpu auto|real|software|FLAGS] [--json FILE] [--write]
// `page` and `peers` by default; `audit` holds the page against bars of speed, access and good practice; `profile` tells where a step's time goes. `--write` puts their tables into README.md and docs/performance.md.
// `--gpu` says which adapter the browser takes (tools/gpu.mjs): the machine's GPU where it has one, else Chromium's software adapter.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { measureAudit } from './audit.mjs';
import { measurePage } from './page.mjs';
import { measurePeers } from './peers.mjs';
import { measureProfile } from './profile.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean' }, workload: { type: 'string' }, lane: { type: 'string' }, gpu: { type: 'string' }, json: { type: 'string' }, write: { type: 'boolean' } },
});
if (values.gpu) process.env.STIPPLE_GPU = values.gpu;
const choice = { quick: values.quick ?? false, only: values.workload?.split(','), lane: values.lane, json: values.json };
const parts = {
  page: { file: 'README.md', marker: 'bench', measure: measurePage },
  audit: { file: 'docs/performance.md', marker: 'audit', measure: measureAudit },
  peers: { file: 'docs/performance.md', marker: 'peers', measure: () => measurePeers(choice) },
  profile: { file: 'docs/performance.md', marker: 'profile', measure: () => measureProfile(choice) },
};
/** Puts text between `<!-- marker -->` and `<!-- /marker -->`. */
function write(file, marker, text) {
  const before = readFileSync(file, 'utf8');
  const place = new RegExp(`<!-- ${marker} -->[\\s\\S]*<!-- /${marker} -->`);
  if (!place.test(before)) throw new Error(`${file} has no place for the table: it needs the lines <!-- ${marker} --> and <!-- /${marker} -->.`);
  writeFileSync(file, before.replace(place, () => `<!-- ${marker} -->\n${text}\n<!-- /${marker} -->`));
}

const asked = positionals.length > 0 ? positionals : ['page', 'peers'];
const unknown = asked.find((name) => !(name in parts));
if (unknown || (values.lane && !['wasm', 'webgpu'].includes(values.lane))) {
  console.error(`Unknown ${unknown ? `part "${unknown}": there are ${Object.keys(parts).join(', ')}` : `lane "${values.lane}": there are wasm and webgpu`}.`);
  process.exit(1);
}
for (const name of asked) {
  const { file, marker, measure } = parts[name];
  const text = await measure();
  console.log(`\n${text}\n`);
  if (values.write) write(file, marker, text);
}
process.exit(); // a compiler of Vite's may linger
