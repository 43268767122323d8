// What it takes for the character model to predict a text better than counting does: its held-out loss by step, in nats a character.
//   node tools/bench/text.mjs FILE[.gz] [--width 96] [--blocks 3] [--heads 4] [--context 64] [--batch 32] [--steps 4000] [--rate 6e-3]
//     [--warmUp 200] [--decay 0.1] [--every 250] [--windows 400] [--seed 1] [--state FILE --seconds 180]
// The last tenth of the text is held out; every prediction that is judged has at least half of the context before it. WASM, one thread; time is
// the processor's. With --state a run is cut in pieces of so many seconds, and goes on where it ended.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { openSource } from './source.mjs';

const numbers = { width: 96, blocks: 3, heads: 4, context: 64, batch: 32, steps: 4000, rate: 6e-3, warmUp: 200, decay: 0.1, every: 250, windows: 400, seed: 1, seconds: Infinity };
const { values, positionals } = parseArgs({ allowPositionals: true, options: { state: { type: 'string' }, ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, { type: 'string', default: String(value) }])) } });
const { state: path, ...rest } = values;
const { seconds, ...run } = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, Number(value)]));
const bytes = readFileSync(positionals[0]);
const text = (positionals[0].endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');

const source = await openSource();
const { trainText } = await source.load('/src/bench/text.ts');
const { writeSafetensors, readSafetensors } = await source.load('/src/engine/safetensors.ts');
const { createWasmExecutor } = await source.load('/src/runtime/wasm.ts');
const from = path && existsSync(path) ? readSafetensors(new Uint8Array(readFileSync(path))).params : undefined;
const before = from && { step: from.step.data[0], spent: from.spent.data[0], state: Object.fromEntries(Object.entries(from).filter(([name]) => name !== 'step' && name !== 'spent')) };
if (!before) {
  const { nats } = (await source.load('/src/data/ngram.ts')).ngramBaselines(text);
  console.log(`${JSON.stringify(run)}\nn-grams on the held-out tenth: ${Object.entries(nats).map(([order, value]) => `order ${order} ${value.toFixed(4)}`).join(', ')}`);
}
const usage = process.cpuUsage();
const spent = () => { const { user, system } = process.cpuUsage(usage); return (user + system) / 1e6; };
const saved = await trainText(await createWasmExecutor(), text, run, {
  ...(before && { from: before }),
  look: ({ step, train, heldOut }) => console.log(`step ${step}: train ${train.toFixed(4)}, held out ${heldOut.toFixed(4)}, ${(spent() + (before?.spent ?? 0)).toFixed(0)} s`),
  enough: () => spent() > seconds,
});
const number = (value) => ({ dtype: 'float32', shape: [1], data: Float32Array.of(value) });
if (path) writeFileSync(path, writeSafetensors({ ...saved.state, step: number(saved.step), spent: number(spent() + (before?.spent ?? 0)) }));
await source.close();
