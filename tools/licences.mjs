// Every package that is installed, with its licence: those that end up in the page, and those that build and test it. Fails for a licence that is not on the list.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const allowed = ['MIT', 'MIT-0', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0', 'CC0-1.0', 'CC-BY-4.0', 'Python-2.0', 'Unlicense', 'MPL-2.0'];
const root = new URL('../', import.meta.url);
const lock = JSON.parse(await readFile(new URL('package-lock.json', root), 'utf8'));
const direct = JSON.parse(await readFile(new URL('package.json', root), 'utf8'));

/** What a package says of itself, where it is installed; else what the lock file says. */
async function licenceOf(path, { license }) {
  try {
    const own = JSON.parse(await readFile(new URL(`${path}/package.json`, root), 'utf8'));
    return own.license?.type ?? own.license ?? license ?? own.licenses?.map((l) => l.type).join(' OR ') ?? 'unknown';
  } catch {
    return license ?? 'unknown'; // an optional package of another system
  }
}
export const isAllowed = (licence) => licence.replace(/[()]/g, '').split(/ OR /).some((one) => one.split(/ AND /).every((part) => allowed.includes(part.trim())));
/** Every package of the lock file, by name: { name, version, licence, use }. */
export async function packages() {
  const rows = [];
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (path === '') continue;
    const name = path.replace(/^.*node_modules\//, '');
    const use = direct.dependencies[name] ? 'direct' : direct.devDependencies[name] ? 'direct, development' : entry.dev ? 'development' : '';
    rows.push({ name, version: entry.version, licence: await licenceOf(path, entry), use });
  }
  return rows.sort((a, b) => (a.name < b.name ? -1 : 1));
}
function show(rows) {
  const width = (of) => Math.max(...rows.map((row) => row[of].length));
  for (const row of rows) console.log(`${row.name.padEnd(width('name'))}  ${row.version.padEnd(12)}  ${row.licence.padEnd(width('licence'))}  ${row.use}`);
  const count = new Map();
  for (const { licence } of rows) count.set(licence, (count.get(licence) ?? 0) + 1);
  console.log(`\n${rows.length} packages: ${[...count].sort((a, b) => b[1] - a[1]).map(([licence, n]) => `${n} ${licence}`).join(', ')}.`);
}
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rows = await packages();
  show(rows);
  const refused = rows.filter(({ licence }) => !isAllowed(licence));
  if (refused.length > 0) {
    console.error(`Not on the list of licences in this file: ${refused.map(({ name, licence }) => `${name} (${licence})`).join(', ')}.`);
    process.exit(1);
  }
}
