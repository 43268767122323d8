#!/usr/bin/env node
// Hostile input: mutants of sound samples for every parser of what comes from outside (src/testing/parsers.ts), each read in a process that is watched, so that a hang, a
// crash and a lack of memory are seen too.
//   npm run fuzz -- [--count 10000] [--only links,onnx] [--from 0] [--seed 1] [--jobs N] [--save] [--unreached] [--write]
// --count cases a parser; --save keeps every kind of failure, as small as it gets, among the regressions of its parser; --unreached lists lines that no case has reached;
// --write puts the table into docs/security.md (rows of parsers that were not run stay).
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { joinReached, shareOf, unreached } from './reached.mjs';
import { showTable, writeTable } from './table.mjs';
import { askChild, watch } from './watch.mjs';

const text = (value) => ({ type: 'string', default: value });
const flag = { type: 'boolean', default: false };
const { values } = parseArgs({ options: { count: text('10000'), from: text('0'), seed: text('1'), only: text(''), jobs: text(String(availableParallelism())), save: flag, unreached: flag, write: flag } });
const [count, from, seed, jobs] = ['count', 'from', 'seed', 'jobs'].map((name) => Number(values[name]));
if (![count, from, seed, jobs].every(Number.isSafeInteger) || count < 1 || jobs < 1) throw new Error('--count, --from, --seed and --jobs are whole numbers.');
/** Cases that one process reads, so that several share a long parser's. */
const pieceLength = 5000;
/** Cases that are read once more to see which code they reach, samples first: counting takes twice the time. */
const reachedCases = Math.min(count, 500);

const known = await askChild('list');
const wanted = values.only === '' ? known : values.only.split(',').map((id) => known.find((row) => row.id === id) ?? id);
for (const row of wanted) if (typeof row === 'string') throw new Error(`There is no parser "${row}". There are: ${known.map(({ id }) => id).join(', ')}.`);

const results = new Map(wanted.map((row) => [row.id, { ...row, cases: 0, refused: 0, read: 0, compared: 0, failed: 0, slowestMs: 0, kinds: new Map(), reached: new Map(), left: 0, began: 0 }]));
const pieces = wanted.flatMap(({ id }) => [
  ...Array.from({ length: Math.ceil(count / pieceLength) }, (_, i) => ({ id, start: from + i * pieceLength, end: Math.min(from + count, from + (i + 1) * pieceLength), counting: false })),
  { id, start: 0, end: reachedCases, counting: true },
]);
for (const { id } of pieces) results.get(id).left++;

function note(result, { number, name, kind, what, message, ms, compared, kept }) {
  if (number >= 0) {
    result.cases++;
    result[kind]++;
  } else if (kind === 'failed') result.failed++; // a sound sample
  result.compared += compared ? 1 : 0;
  result.slowestMs = Math.max(result.slowestMs, Math.round(ms));
  if (kind !== 'failed') return;
  const key = `${what} ${message.replace(/\d+/g, '#').slice(0, 160)}`;
  const times = result.kinds.get(key) ?? 0;
  result.kinds.set(key, times + 1);
  if (times < 2) console.log(`${result.id}, seed ${seed}, mutant ${number} (${name}): ${what}\n    ${message.slice(0, 700)}${kept ? `\n    kept: ${kept}` : ''}`);
}
async function work() {
  for (let piece = pieces.shift(); piece; piece = pieces.shift()) {
    const result = results.get(piece.id);
    result.began ||= Date.now();
    for (let next = piece.start; next < piece.end; ) next = await watch({ ...piece, start: next, seed, save: values.save && !piece.counting }, (told) => piece.counting || note(result, told), (reached) => joinReached(result.reached, reached));
    if (--result.left > 0) continue;
    for (const [kind, times] of result.kinds) if (times > 2) console.log(`${result.id}: ${times} times: ${kind}`);
    console.log(`${result.id}: ${result.cases} cases, ${result.refused} refused with a clear message, ${result.read} read${result.compared > 0 ? ` (${result.compared} compared with another program)` : ''}, ${result.failed} failed; the slowest took ${result.slowestMs} ms; ${Math.round((Date.now() - result.began) / 1000)} s.`);
  }
}
await Promise.all(Array.from({ length: jobs }, work));
const rows = [...results.values()].map((result) => ({ ...result, ...shareOf(result.reached) }));
console.log(`\n${showTable(rows)}`);
if (values.unreached) for (const { id, reached } of rows) for (const line of unreached(reached)) console.log(`${id}: ${line}`);
if (values.write) await writeTable(rows, known, seed);
process.exit(rows.some(({ failed }) => failed > 0) ? 1 : 0);
