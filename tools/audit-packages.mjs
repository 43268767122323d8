#!/usr/bin/env node
// `npm run audit-packages`: whether what is installed is what was chosen, and is known to be sound. Three questions, a line each: is every package pinned by its SHA-512, is
// every licence on the list (tools/licences.mjs), and does the registry know of holes. Known holes that are high or critical fail, as do the first two; a registry
// that cannot be asked does not.
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { isAllowed, packages } from './licences.mjs';

/** Paths of a lock file that no SHA-512 pins. */
export const unpinned = (lock) => Object.entries(lock.packages).filter(([path, { integrity, link }]) => path !== '' && !link && !/^sha512-[\w+/]{86}==$/.test(integrity ?? '')).map(([path]) => path);
/** Known holes in `npm audit --json`'s report, worst first; undefined where it is none: the registry did not answer. */
export function holesIn(text) {
  let report;
  try {
    report = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof report?.vulnerabilities !== 'object' || report.vulnerabilities === null) return undefined;
  const order = ['critical', 'high', 'moderate', 'low', 'info'];
  return Object.values(report.vulnerabilities)
    .map(({ name, severity, range, via, fixAvailable }) => ({ name, severity, range, why: (via ?? []).map((one) => (typeof one === 'string' ? `through ${one}` : one.title)).join('; '), mended: Boolean(fixAvailable) }))
    .sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity) || (a.name < b.name ? -1 : 1));
}
export const isGrave = ({ severity }) => severity === 'critical' || severity === 'high';

async function main() {
  const root = fileURLToPath(new URL('../', import.meta.url));
  const lock = JSON.parse(await readFile(`${root}package-lock.json`, 'utf8'));
  const all = await packages();
  const loose = unpinned(lock);
  console.log(loose.length === 0 ? `Pinned: each of ${all.length} packages by its SHA-512.` : `Not pinned by a SHA-512: ${loose.join(', ')}. Install them anew, so that the lock file has their hashes.`);
  const refused = all.filter(({ licence }) => !isAllowed(licence));
  console.log(refused.length === 0 ? 'Licences: all are on the list.' : `Licences that are not on the list in tools/licences.mjs: ${refused.map(({ name, licence }) => `${name} (${licence})`).join(', ')}.`);
  const holes = holesIn(spawnSync('npm', ['audit', '--json'], { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 }).stdout);
  if (!holes) console.log('Known holes: the registry could not be asked.');
  else console.log(holes.length === 0 ? 'Known holes: none.' : `Known holes: ${holes.length}.`);
  for (const { name, severity, range, why, mended } of holes ?? []) console.log(`  ${severity}: ${name} ${range}: ${why}${mended ? ' (a newer version mends it)' : ''}`);
  process.exit(loose.length > 0 || refused.length > 0 || (holes ?? []).some(isGrave) ? 1 : 0);
}
if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
