import { readFile } from 'node:fs/promises';
import { afterAll, expect, test } from 'vitest';
import { Random } from '../../base/random';
import { dot, svd } from '../../base/svd';
import { floats, tensor, type Params } from '../../base/tensor';
import { readCheckpoint } from '../../engine/onnx/writer';
import { testLab } from '../../lab/testing';
import { createWasmExecutor } from '../../runtime/wasm';
import { readKnobs } from '../../spec/knobs';
import { card } from './card';
import { method } from './method';
import { chance, changeOf, cosines, effectiveRank, intrudersOf, ordinary, overlapOf, spectraOf, turned } from './spectrum';
import { specOf } from './step';
import { partOf, targets, withPart, type Knobs } from './task';

const wasm = await createWasmExecutor();
afterAll(() => wasm.close());
const asset = async (path: string): Promise<Uint8Array> => new Uint8Array(await readFile(path));
const knobs = (more: Partial<Record<keyof Knobs, unknown>> = {}): Knobs => readKnobs(card.knobs, { ...card.quick, ...more });
const base = readCheckpoint(await asset('models/lm-masked.onnx')).params;
const out = targets.filter(({ name }) => name.endsWith('.out'));
const side = 128;

/** The model with a strong direction put into the first of those matrices that lies evenly over all old output directions. */
function intruded(): { model: Params; u: Float64Array } {
  const { data } = partOf(base, out[0]!);
  const old = svd(data, side, side);
  const u = new Float64Array(side);
  old.left.forEach((v) => v.forEach((x, i) => (u[i]! += x / Math.sqrt(side))));
  const v = old.right[60]!;
  const strength = 3 * old.values[0]!;
  return { model: withPart(base, out[0]!, data.map((w, at) => w + strength * u[Math.floor(at / side)]! * v[at % side]!)), u };
}

test('a part is the columns of its target, turned so that rows are outputs, and goes back where it came from', () => {
  const value = targets.find(({ name }) => name === 'block1.v')!;
  const { data, outputs, inputs } = partOf(base, value);
  expect([outputs, inputs]).toEqual([side, side]);
  const whole = floats(base['block1.attention.qkv.weight']!);
  for (const [o, i] of [[0, 0], [5, 90], [127, 127]] as const) expect(data[o * inputs + i]).toBe(whole[i * 3 * side + 2 * side + o]);
  expect(floats(withPart(base, value, data)['block1.attention.qkv.weight']!)).toEqual(whole);
  const zeroed = floats(withPart(base, value, new Float64Array(data.length))['block1.attention.qkv.weight']!);
  zeroed.forEach((w, at) => expect(w).toBe(at % (3 * side) >= 2 * side ? 0 : whole[at]));
});
test('a matrix that has not changed resembles itself; one direction put into it is the only intruder, and the strongest', () => {
  const before = spectraOf(base, out.slice(0, 1));
  for (const s of ['output', 'input'] as const) cosines(before[0]!, before[0]!, { k: 10, side: s }).forEach((c) => expect(c).toBeCloseTo(1, 9));
  const { model, u } = intruded();
  const now = spectraOf(model, out.slice(0, 1));
  expect(Math.abs(dot(now[0]!.parts.left[0]!, u))).toBeGreaterThan(0.95);
  const found = cosines(now[0]!, before[0]!, { k: 10, side: 'output' });
  expect(intrudersOf(found, 0.5)).toEqual([0]);
  const overlap = overlapOf(now[0]!, before[0]!, 'output', 12);
  expect(Math.max(...Array.from({ length: 12 }, (_, row) => overlap[row * 12]!))).toBeLessThan(0.5);
});
test('turning directions is W + (λ - 1) sum of sigma u v^T, entry by entry', () => {
  const { model } = intruded();
  const spectra = spectraOf(model, out);
  const chosen = out.map((_, m) => (m === 0 ? [0, 3] : []));
  const half = partOf(turned(model, spectra, chosen, 0.5), out[0]!).data;
  const { data } = partOf(model, out[0]!);
  const { values, left, right } = spectra[0]!.parts;
  for (const [o, i] of [[3, 4], [100, 17]] as const) expect(half[o * side + i]).toBeCloseTo(data[o * side + i]! - 0.5 * [0, 3].reduce((sum, j) => sum + values[j]! * left[j]![o]! * right[j]![i]!, 0), 5);
  const gone = svd(partOf(turned(model, spectra, chosen, 0), out[0]!).data, side, side);
  expect(gone.values[0]!).toBeCloseTo(values[1]!, 4);
  expect(turned(model, spectra, chosen, 1)).toBe(model);
});
test('as many ordinary directions are taken, none of them an intruder', () => {
  expect(ordinary([0, 4], 10, 'top')).toEqual([1, 2]);
  expect(ordinary([0, 4], 10, 'nearest')).toEqual([1, 3]);
  expect(ordinary([0, 1, 2], 4, 'nearest')).toEqual([3]);
});
test('the effective rank of equal parts is their number; chance falls with the dimension as simulations say', () => {
  expect(effectiveRank({ values: Float64Array.of(2, 2, 2, 0) })).toBeCloseTo(3, 10);
  expect(effectiveRank({ values: new Float64Array(4) })).toBe(0);
  const rng = Random.seed(1);
  for (const [m, mean] of [[64, 0.33], [128, 0.25], [256, 0.19]] as const) expect(Math.abs(chance(rng.fork(m), m, m) - mean)).toBeLessThan(0.015);
  expect(chance(rng.fork('tall'), 512, 128)).toBeLessThan(chance(rng.fork('square'), 128, 128));
});
test('scales: alpha is twice the rank, fixed, or such that the scale is 2 r / sqrt(r)', () => {
  for (const rank of [1, 8]) {
    expect([specOf(rank, 'twice').alpha / rank, specOf(rank, 'eight').alpha]).toEqual([2, 8]);
    expect(specOf(rank, 'root').alpha / rank).toBeCloseTo((2 * rank) / Math.sqrt(rank), 12);
  }
});
test('with a learning rate next to nothing no direction turns', async () => {
  const kit = testLab(wasm, { asset, arms: ['full', 'rank-8'], seed: 2 });
  await method.run(kit.lab, knobs({ rateFull: 1e-6, rateHigh: 1e-6 }));
  await kit.close();
  for (const arm of ['full', 'rank-8']) {
    expect(kit.outcomes.find((o) => o.arm === arm && o.metric === 'cosine/least')!.value).toBeGreaterThan(0.99);
    expect(kit.outcomes.find((o) => o.arm === arm && o.metric === 'intruders')!.value).toBe(0);
  }
});
test('tasks one after another: every earlier task is tested with its own head, and updates add up to their ranks', async () => {
  const kit = testLab(wasm, { asset, arms: ['rank-1'], seed: 2 });
  await method.run(kit.lab, knobs({ mode: 'continual' }));
  await kit.close();
  expect(kit.outcomes.some((o) => o.metric === 'earlier/accuracy')).toBe(true);
  expect(kit.lights.filter((l) => !l.holds)).toEqual([]);
  const tasks = kit.pictures.get('tasks')!;
  expect(tasks.kind === 'tiles' && tasks.tiles[0]!.rows).toBe(4);
});
test('the change of a model is taken apart without the model', () => {
  const moved = { ...base, 'block0.attention.out.weight': tensor(floats(base['block0.attention.out.weight']!).map((w, at) => w + (at === 0 ? 0.5 : 0)), [side, side]) };
  const [first, second] = changeOf(moved, base, out);
  expect(first!.values[0]!).toBeCloseTo(0.5, 6);
  expect(first!.values[1]!).toBeLessThan(1e-6);
  expect(second!.values[0]!).toBe(0);
});
