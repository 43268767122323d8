import fc from 'fast-check';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { ShapeError } from '../../base/errors';
import { Random } from '../../base/random';
import { floats, int32, tensor, type Params } from '../../base/tensor';
import { binaryMask } from '../../engine/ops/compose';
import { defineProgram } from '../../engine/program';
import { testLab } from '../../lab/testing';
import { initDual, type DualConfig } from '../../nn/dual';
import { createReferenceExecutor } from '../../runtime/reference';
import { createWasmExecutor } from '../../runtime/wasm';
import { readKnobs } from '../../spec/knobs';
import { initialScores, maskedNames } from './bench';
import { card } from './card';
import { accuracyOf, klOf, tipLogits } from './judge';
import { applyMask, countZeros, maskOf, packMask, unpackMask } from './mask';
import { method } from './method';
import { batchSize, dropGradient, keepProbability, maskTrainer, shapesOf } from './step';

// -- gradient dropout ----------------------------------------------------------------------------------------------------------

async function dropped(a: readonly number[], b: readonly number[], noise: readonly number[], lambda: number) {
  const shape = [a.length];
  const program = defineProgram({ name: 'dropout', feeds: { a: { shape }, b: { shape }, noise: { shape }, lambda: { shape: [] } } }, ({ feeds }) => ({
    outputs: { p: keepProbability(feeds.a, feeds.b), g: dropGradient(feeds.a, feeds.b, feeds.noise, feeds.lambda) },
  }));
  const session = await createReferenceExecutor().load(program, {});
  const out = await session.run({ a: tensor(a), b: tensor(b), noise: tensor(noise), lambda: tensor([lambda], []) });
  return { p: [...floats(out.p!)], g: [...floats(out.g!)] };
}

test('a gradient is kept for certain where the signs agree, else in proportion to its size', async () => {
  const a = [2, -3, 1, -1, 5, -0.5];
  const b = [1, -9, -3, 1, -5, 4];
  const { p } = await dropped(a, b, a.map(() => 0.5), 1);
  const oracle = a.map((x, i) => (Math.sign(x) === Math.sign(b[i]!) ? 1 : Math.abs(x) / (Math.abs(x) + Math.abs(b[i]!))));
  p.forEach((value, i) => expect(value).toBeCloseTo(oracle[i]!, 6));
});
test('where b is silent nothing is dropped, up to the 1e-8 of the formula', async () => {
  const { p } = await dropped([1, -1, 1e-3, 1e-8], [0, 0, 0, 0], [0.5, 0.5, 0.5, 0.5], 1);
  expect(p.slice(0, 3).every((value) => value > 0.99999)).toBe(true);
  expect(p[3]).toBeCloseTo(0.75, 6); // 1/2 (1 + 1e-8 / 2e-8): the trap of tiny gradients
});
test('lambda says how much of a dropped gradient is lost; lambda 0 loses none; P must be above U', async () => {
  const [a, b] = [[1, 1, 1, 1], [-1, -1, 1, -1]]; // P = 1/2, 1/2, 1, 1/2
  const noise = [0.4, 0.6, 0.999, 0.5];
  expect((await dropped(a, b, noise, 0)).g).toEqual([1, 1, 1, 1]);
  const full = (await dropped(a, b, noise, 1)).g;
  expect(full).toEqual([1, 0, 1, 0]);
  (await dropped(a, b, noise, 0.25)).g.forEach((g, i) => expect(g).toBeCloseTo([1, 0.75, 1, 0.75][i]!, 6));
});

// -- masks ---------------------------------------------------------------------------------------------------------------------

test('the threshold is strict: a score equal to it is removed, in the compiled step as on the host', async () => {
  const scores = { w: tensor([0.005, 0.0050001, 0.0049999, -1, 0.01, 0]) };
  const program = defineProgram({ name: 'mask', feeds: { m: { shape: [6] } } }, ({ feeds }) => ({ outputs: { mask: binaryMask(feeds.m, 0.005) } }));
  const executor = await createWasmExecutor();
  const session = await executor.load(program, {});
  const compiled = [...floats((await session.run({ m: scores.w })).mask!)];
  await executor.close();
  expect(compiled).toEqual([0, 1, 0, 0, 1, 0]);
  expect([...floats(maskOf(scores, 0.005).w!)]).toEqual(compiled);
});
test('a masked network holds each weight or 0, and its source is left as it was', () => {
  const weights: Params = { w: tensor([1.5, -2, 0.1, 3]), b: tensor([7]) };
  const before = structuredClone(weights);
  const masked = applyMask(weights, { w: tensor([1, 0, 0, 1]) });
  expect([...floats(masked.w!)].map(Math.abs)).toEqual([1.5, 0, 0, 3].map(Math.fround));
  expect(masked.b).toBe(weights.b);
  expect(weights).toEqual(before);
});
test('a mask survives packing, eight entries a byte', () =>
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 1, maxLength: 70 }), (entries) => {
      const bytes = packMask(tensor(entries));
      expect(bytes.length).toBe(Math.ceil(entries.length / 8));
      expect([...floats(unpackMask(bytes, [entries.length]))]).toEqual(entries);
    }),
  ));
test('what is no mask is not packed, and bytes of another size are not unpacked', () => {
  expect(() => packMask(tensor([1, 0.5]))).toThrow(ShapeError);
  expect(() => unpackMask(new Uint8Array(2), [17])).toThrow(ShapeError);
});
test('zeros are counted among all weights and among live ones', () => {
  expect(countZeros(tensor([1, 0, 0, 1]), Float32Array.of(1, 1, 0, 0))).toEqual({ size: 4, zeros: 2, live: 2, liveZeros: 1 });
});

// -- judging -------------------------------------------------------------------------------------------------------------------

test('KL of rows with themselves is 0, and that of two known distributions is what it is', () => {
  const p = { data: Float32Array.of(Math.log(0.5), Math.log(0.5)), width: 2 };
  const q = { data: Float32Array.of(Math.log(0.9), Math.log(0.1)), width: 2 };
  expect(klOf(p, p)).toBe(0);
  expect(klOf(p, q)).toBeCloseTo(0.5 * Math.log(0.5 / 0.9) + 0.5 * Math.log(0.5 / 0.1), 6);
});
test('an example in the cache speaks for its label with weight a', () => {
  const zero = { data: new Float32Array(2), width: 2 };
  const cache = { data: Float32Array.of(1, 0, 0, 1), width: 2 };
  const z = tipLogits(zero, { data: Float32Array.of(0, 1), width: 2 }, cache, Int32Array.of(1, 0), 2, 5.5);
  expect(z.data[0]).toBeCloseTo(2, 6);
  expect(z.data[1]).toBeCloseTo(2 * Math.exp(-5.5), 6);
  expect(accuracyOf(z, Int32Array.of(0))).toBe(1);
});

// -- the compiled step, on a network small enough for the plain executor ----------------------------------------------------------

const tiny: DualConfig = { image: { side: 8, channels: 3, patch: 4, width: 8, blocks: 1, heads: 2, mlpRatio: 2 }, text: { vocabulary: 5, context: 4, width: 8, blocks: 1, heads: 2, mlpRatio: 2 }, features: 4 };
const weights = Object.fromEntries(Object.entries(initDual(Random.seed(5), tiny)).filter(([name]) => !name.startsWith('text.')));
const masked = maskedNames(weights, 'patch+attention');
const texts = tensor([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0], [3, 4]);
const images = tensor(Random.seed(6).fillUniform(new Float32Array(batchSize * 192), -1, 1), [batchSize, 3, 8, 8]);
const labels = int32(Int32Array.from({ length: batchSize }, (_, i) => i % 3));

/** Scores after some steps, and the metrics of every step. */
async function tune(from: Params, { lambda = 1, steps = 12, learningRate = 1e-3, normWeight = 0 } = {}) {
  const { lab, close } = testLab(createReferenceExecutor({ float32State: true }));
  const size = Object.values(from).reduce((n, m) => n + m.data.length, 0);
  const seen: Readonly<Record<string, number>>[] = [];
  const frozen = { ...weights, texts };
  const trainer = lab.trainer(maskTrainer({ config: tiny, frozen: shapesOf(weights), masked, classes: 3, alpha: 0.005, normWeight, temperature: 1 }));
  const scores = await lab.train({
    trainer, arm: 'r-amt', from, frozen, steps,
    hyper: () => ({ learningRate }),
    next: (step) => ({ images, labels, noise: tensor(Random.seed(7).fork(step).fillUniform(new Float32Array(size))), lambda: tensor([lambda], []) }),
    chart: (_, metrics) => (seen.push(metrics), undefined),
  });
  await close();
  return { scores, seen };
}

test('only the patch embedding and the attention projections of the image tower have masks, q, k and v one together', () => {
  expect(masked).toEqual(['image.patch.weight', 'image.block0.attention.qkv.weight', 'image.block0.attention.out.weight']);
  expect(maskedNames(weights, 'patch+attention+mlp')).toHaveLength(5);
});
test('at step 0 the network is the zero-shot one: logits equal, KL 0; later it is not', async () => {
  const { seen } = await tune(initialScores(weights, masked));
  expect(seen[0]!.gap).toBe(0);
  expect(seen[0]!.kl).toBe(0);
  expect(seen.at(-1)!.gap).toBeGreaterThan(0);
});
test('masks stay 0 or 1, and no gradient is dropped where both agree', async () => {
  const { seen } = await tune(initialScores(weights, masked));
  for (const metrics of seen) expect([metrics.fractional, metrics.wronglyDropped]).toEqual([0, 0]);
  expect(Math.max(...seen.map((metrics) => metrics.dropped!))).toBeGreaterThan(0);
});
test('AMT drops nothing, whatever the draw', async () => {
  const { seen } = await tune(initialScores(weights, masked), { lambda: 0 });
  expect(seen.every((metrics) => metrics.dropped === 0)).toBe(true);
});
test('a weight that is off still hears its gradient, and can come back', async () => {
  const off = Object.fromEntries(Object.entries(initialScores(weights, masked)).map(([name, m]) => [name, name.includes('qkv') ? tensor(floats(m).map(() => 0.004), m.shape) : m]));
  const { scores } = await tune(off, { steps: 6 });
  const name = 'image.block0.attention.qkv.weight';
  const back = countZeros(maskOf(scores, 0.005)[name]!);
  expect(back.zeros).toBeLessThan(back.size);
  expect(back.zeros).toBeGreaterThan(0);
});
test('the norm penalty pulls every score that the task leaves alone', async () => {
  const flat = Object.fromEntries(Object.entries(weights).map(([name, w]) => [name, masked.includes(name) ? tensor(new Float32Array(w.data.length), w.shape) : w]));
  const size = masked.reduce((n, name) => n + weights[name]!.data.length, 0);
  const { lab, close } = testLab(createReferenceExecutor());
  const scores = await lab.train({
    trainer: lab.trainer(maskTrainer({ config: tiny, frozen: shapesOf(flat), masked, classes: 3, alpha: 0.005, normWeight: 1e-4, temperature: 1 })),
    arm: 'r-amt', from: initialScores(flat, masked), frozen: { ...flat, texts }, steps: 3,
    hyper: () => ({ learningRate: 1e-3 }),
    next: () => ({ images, labels, noise: tensor(new Float32Array(size).fill(0.5)), lambda: tensor([1], []) }),
  });
  await close();
  // dL/dM = 0 from the task (every weight is 0), so Adam takes three full steps of the penalty's sign.
  for (const m of Object.values(scores)) for (const score of floats(m)) expect(score).toBeCloseTo(0.007, 4);
});

// -- the whole method, short -----------------------------------------------------------------------------------------------------

test('a short run keeps every invariant, and its scores answer what another threshold would give', { timeout: 240_000 }, async () => {
  const executor = await createWasmExecutor();
  const knobs = readKnobs(method.card.knobs, { ...card.quick });
  const asset = async (path: string): Promise<Uint8Array> => new Uint8Array(await readFile(new URL(`../../../${path}`, import.meta.url)));
  const run = testLab(executor, { seed: 77, arms: ['zero-shot', 'r-amt'], asset });
  const kept = await method.run(run.lab, knobs);
  await run.close();
  for (const light of run.lights) expect(light, light.detail).toMatchObject({ holds: true });
  expect([...new Set(run.lights.map((light) => light.id))].sort()).toEqual(Object.keys(card.invariants).sort());
  const sparsity = run.outcomes.find((o) => o.arm === 'r-amt' && o.metric === 'sparsity')!.value;
  expect(sparsity).toBeGreaterThan(0);
  expect(sparsity).toBeLessThan(0.5);

  const later = testLab(executor, { seed: 77, asset });
  const { pictures } = await method.asks!.threshold!(later.lab, knobs, { alpha: 0.007 }, kept);
  expect(pictures?.threshold).toMatchObject({ kind: 'lines' });
  const strings = Array.from({ length: 5 }, () => expect.any(String) as unknown);
  expect(pictures?.figures).toMatchObject({ kind: 'table', rows: [[0.005, ...strings], [0.007, ...strings]] });
  await expect(method.asks!.threshold!(later.lab, knobs, { alpha: 0.007 }, { ...(kept as object), scores: undefined })).rejects.toThrow(/press Run/i);
  await later.close();
  await executor.close();
});
