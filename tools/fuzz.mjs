#!/usr/bin/env node
// Hostile ONNX files: mutants of sound ones, each read in a process that is watched, so that a hang, a crash and a lack of memory are
// seen too. `npm run fuzz -- [--count 10000] [--from 0] [--seed 1] [--save]`; --save keeps every failure, made as small as possible,
// in src/engine/onnx/testing/regressions. With --readers the same for every reader of data (src/data/files), --count mutants a reader.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { count: { type: 'string', default: '10000' }, from: { type: 'string', default: '0' }, seed: { type: 'string', default: '1' }, save: { type: 'boolean', default: false }, readers: { type: 'boolean', default: false } } });
const READERS = 9; // in src/data/files; the child says if they are another number
const [count, from] = [values.count, values.from].map((text) => Number(text) * (values.readers ? READERS : 1));
const seed = Number(values.seed);
const SILENCE_MS = values.readers ? 30_000 : 8000; // of the child, after which its mutant counts as a hang; sets of files may take 4 s of its own time
const child = fileURLToPath(new URL('./fuzz-child.mjs', import.meta.url));
const totals = { cases: 0, refused: 0, read: 0, compared: 0, failed: 0, slowestMs: 0 };
const kinds = new Map();
const byReader = new Map();

/** Reads mutants from `start` on, until all are done or one ends the process; resolves with the number to go on from. */
function watchFrom(start) {
  return new Promise((resolve) => {
    const process = fork(child, [String(start), String(from + count), String(seed), values.save ? 'save' : '', values.readers ? String(READERS) : ''], { execArgv: ['--max-old-space-size=1500'], stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
    let [at, mutant, timer, why] = [start, '', undefined, ''];
    process.stderr.on('data', (text) => (why ||= /heap out of memory/.test(String(text)) ? 'Memory ran out.' : ''));
    const wait = (ms) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        why = `No end after ${ms / 1000} s.`;
        process.kill('SIGKILL');
      }, ms);
    };
    wait(60_000); // the project's code is compiled first
    process.on('message', (message) => {
      wait(SILENCE_MS);
      if (message.begun === undefined) return note(message);
      [at, mutant] = [message.begun, message.name];
    });
    process.on('exit', (code) => {
      clearTimeout(timer);
      if (code === 0) return resolve(from + count);
      note({ number: at, name: mutant, kind: 'failed', what: why || `The process ended with code ${code}.`, message: '', ms: 0 });
      resolve(at + 1);
    });
  });
}
function note({ number, name, kind, what, message, ms, compared }) {
  totals.cases++;
  totals[kind]++;
  if (values.readers) {
    const reader = name.split(',')[0];
    const counts = byReader.get(reader) ?? { refused: 0, read: 0, failed: 0 };
    counts[kind]++;
    byReader.set(reader, counts);
  }
  totals.compared += compared ? 1 : 0;
  totals.slowestMs = Math.max(totals.slowestMs, Math.round(ms));
  if (kind !== 'failed') return;
  const key = `${what} ${message.replace(/\d+/g, '#').slice(0, 160)}`;
  const known = kinds.get(key) ?? 0;
  kinds.set(key, known + 1);
  if (known < 2) console.log(`seed ${seed}, mutant ${number} (${name}): ${what}\n    ${message.slice(0, 700)}`);
}

const began = Date.now();
for (let next = from; next < from + count; ) next = await watchFrom(next);
for (const [kind, times] of kinds) if (times > 2) console.log(`${times} times: ${kind}`);
for (const [reader, { refused, read, failed }] of byReader) console.log(`${reader}: ${refused} refused with a clear message, ${read} read, ${failed} failed`);
console.log(`${totals.cases} mutants: ${totals.refused} refused with a clear message, ${totals.read} read${values.readers ? '' : ` (${totals.compared} of them compared with onnxruntime)`}, ${totals.failed} failed; the slowest took ${totals.slowestMs} ms; ${Math.round((Date.now() - began) / 1000)} s.`);
process.exit(totals.failed > 0 ? 1 : 0);
