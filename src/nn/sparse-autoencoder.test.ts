import { expect, test } from 'vitest';
import { Random } from '../base/random';
import { floats, tensor, type Params } from '../base/tensor';
import { gradients } from '../engine/autodiff';
import { evaluate, toReference } from '../engine/evaluate';
import { defineProgram } from '../engine/program';
import { initialOf, stepFeeds, trainingProgram } from '../lab/training';
import { createWasmExecutor } from '../runtime/wasm';
import { constant, input, type Value } from '../engine/value';
import { adam } from './optimizers';
import { deadFeatures, dictionary, fromFeatures, initSparseAutoencoder, reviveFeatures, sparseFeatures, sparseLoss } from './sparse-autoencoder';

const rng = Random.seed(12);
const [width, features] = [6, 12];
const params = initSparseAutoencoder(rng.fork('init'), width, features);
const views = (p: Params): Record<string, Value> => Object.fromEntries(Object.entries(p).map(([name, value]) => [name, constant(value)]));
const run = (value: Value): number[] => [...evaluate([value], new Map())[0]!.data];
/** Rows made of two of six planted directions each. */
const planted = Array.from({ length: 6 }, (_, k) => rng.fork('direction', k).fillNormal(new Float32Array(width)));
const rows = (n: number, name: string): Float32Array => {
  const out = new Float32Array(n * width);
  for (let i = 0; i < n; i++) {
    const own = rng.fork(name, i);
    for (const k of [own.int(3), 3 + own.int(3)]) for (let d = 0; d < width; d++) out[i * width + d]! += planted[k]![d]! * 2;
  }
  return out;
};

test('features are at least 0, rows of the dictionary have length 1, and the loss is what it says', () => {
  const x = tensor(rows(5, 'test'), [5, width]);
  const p = views(params);
  const { loss, reconstruction, active } = sparseLoss(p, constant(x), 0.3);
  const f = run(sparseFeatures(p, constant(x)));
  const back = run(fromFeatures(p, sparseFeatures(p, constant(x))));
  expect(Math.min(...f)).toBeGreaterThanOrEqual(0);
  const unit = run(dictionary(p));
  for (let j = 0; j < features; j++) expect(unit.slice(j * width, (j + 1) * width).reduce((t, v) => t + v * v, 0)).toBeCloseTo(1, 6);
  const error = back.reduce((t, v, i) => t + (v - x.data[i]!) ** 2, 0) / 5;
  expect(run(reconstruction)[0]).toBeCloseTo(error, 6);
  expect(run(loss)[0]).toBeCloseTo(error + (0.3 * f.reduce((a, b) => a + b)) / 5, 6);
  expect(run(active)[0]).toBeCloseTo(f.filter((v) => v > 0).length / 5, 9);
});
test('a gradient reaches every param', () => {
  const p = Object.fromEntries(Object.entries(params).map(([name, { shape }]) => [name, input(name, shape)]));
  const names = Object.keys(params);
  const found = evaluate(gradients(sparseLoss(p, constant(tensor(rows(30, 'many'), [30, width])), 0.1).loss, names.map((name) => p[name]!)), new Map(names.map((name) => [name, toReference(params[name]!)])));
  expect(names.filter((_, i) => found[i]!.data.every((g) => g === 0))).toEqual([]);
});
test('trained on sums of planted directions, it explains them with few features', async () => {
  const spec = { name: 'sae', params: Object.fromEntries(Object.entries(params).map(([name, { shape }]) => [name, shape])), batch: { x: { shape: [64, width] } }, loss: ({ params: p, batch }: { params: Readonly<Record<string, Value>>; batch: Readonly<Record<string, Value>> }) => ({ loss: sparseLoss(p, batch.x!, 0.05).loss, metrics: { error: sparseLoss(p, batch.x!, 0.05).reconstruction, active: sparseLoss(p, batch.x!, 0.05).active } }), optimizer: adam() };
  const compiled = trainingProgram(spec);
  const executor = await createWasmExecutor();
  const session = await executor.load(compiled.program, initialOf(compiled, params));
  let out: Record<string, number> = {};
  const first: number[] = [];
  for (let step = 0; step < 400; step++) {
    const found = await session.run(stepFeeds(spec, step, { learningRate: 1e-2 }, { x: tensor(rows(64, `step ${step}`), [64, width]) }));
    out = Object.fromEntries(Object.entries(found).map(([name, t]) => [name, floats(t)[0]!]));
    first.push(out.error!);
  }
  await executor.close();
  expect(out.error).toBeLessThan(0.05 * first[0]!);
  expect(out.active).toBeLessThan(4.5); // two directions a row; the twelve features started with about six at work
});
test('dead features are found, and begin again towards rows that were rebuilt badly', () => {
  const f = tensor([0, 1, 0, 0, 2, 0], [2, 3]);
  expect(deadFeatures(f)).toEqual([0, 2]);
  const x = tensor(rows(4, 'bad'), [4, width]);
  const errors = [0, 0, 5, 0]; // all of it on the third row
  const revived = reviveFeatures(params, [2, 7], x, errors, rng.fork('revive'));
  const row = [...floats(x).slice(12, 18)];
  const norm = Math.sqrt(row.reduce((t, v) => t + v * v, 0));
  expect([...floats(revived['decoder.weight']!).slice(2 * width, 3 * width)].map((v) => v.toFixed(5))).toEqual(row.map((v) => (v / norm).toFixed(5)));
  expect(floats(revived['decoder.weight']!).slice(0, width)).toEqual(floats(params['decoder.weight']!).slice(0, width));
  const before = run(sparseFeatures(views(revived), constant(x)));
  expect(before[2 * features + 2]).toBeGreaterThan(0);
  expect(defineProgram({ name: 'again' }, () => ({ outputs: { f: sparseFeatures(views(revived), constant(x)) } })).outputs.f!.shape).toEqual([4, features]);
});
