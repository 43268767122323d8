// The table of what became of hostile input: on the console, and in docs/security.md.
import { readFile, writeFile } from 'node:fs/promises';

const [begin, end] = ['<!-- fuzz -->', '<!-- /fuzz -->'];
const doc = new URL('../../docs/security.md', import.meta.url);
const heads = ['parser', 'what it reads', 'cases', 'refused with a clear message', 'read', 'failed', 'slowest (ms)', 'lines reached', 'functions reached'];
const percent = (share) => (Number.isNaN(share) ? '–' : `${Math.floor(100 * share)} %`);
const cells = ({ id, says, cases, refused, read, failed, slowestMs, lines, functions }) => [id, says, cases.toLocaleString('en'), refused.toLocaleString('en'), read.toLocaleString('en'), failed, slowestMs.toLocaleString('en'), percent(lines), percent(functions)].map(String);

export function showTable(rows) {
  const all = [heads, ...rows.map(cells)].map((row) => row.filter((_, i) => i !== 1));
  const widths = all[0].map((_, i) => Math.max(...all.map((row) => row[i].length)));
  return all.map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ')).join('\n');
}
/** Rows of other parsers stay; those of parsers that are no more go. */
export async function writeTable(rows, known, seed) {
  const page = await readFile(doc, 'utf8');
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/security.md has no place for the table, which stands between ${begin} and ${end}.`);
  const before = new Map([...page.slice(from, to).matchAll(/^\| `([\w-]+)` \|.*$/gm)].map(([line, id]) => [id, line]));
  const now = new Map(rows.map((row) => [row.id, `| ${cells(row).map((cell, i) => (i === 0 ? `\`${cell}\`` : cell)).join(' | ')} |`]));
  const lines = known.flatMap(({ id }) => now.get(id) ?? before.get(id) ?? []);
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
  const made = `Made by \`npm run fuzz -- --write\`, seed ${seed}, Stipple ${version}, Node ${process.versions.node}.`;
  await writeFile(doc, `${page.slice(0, from)}${begin}\n${made}\n\n| ${heads.join(' | ')} |\n|---|---|${heads.slice(2).map(() => '---:|').join('')}\n${lines.join('\n')}\n${page.slice(to)}`);
}
