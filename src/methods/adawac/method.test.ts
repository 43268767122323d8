import { afterAll, expect, test } from 'vitest';
import { Random } from '../../base/random';
import { floats, int32, tensor, type Params } from '../../base/tensor';
import { drawView, viewOf } from '../../data/augment-labelled';
import { defineProgram } from '../../engine/program';
import { testLab } from '../../lab/testing';
import { createWasmExecutor } from '../../runtime/wasm';
import { diceLoss } from '../../nn/segmenter';
import { readKnobs } from '../../spec/knobs';
import { card } from './card';
import { diceOf, labelWeights } from './judge';
import { method } from './method';
import { above, largestLogit, mirrorStep, trainerOf, type Arm } from './step';
import { batches, cells, cellsBack, openTask, selection, side, viewed, type Knobs } from './task';

const wasm = await createWasmExecutor();
afterAll(() => wasm.close());
const knobs = (more: Partial<Record<keyof Knobs, unknown>> = {}): Knobs => readKnobs(card.knobs, { ...card.quick, ...more });

/** Weights of a batch by the product form of the released code, in float64: the row's first entry times e^(eta (l - rho)), then the row over its sum. */
const byProduct = (beta: readonly [number, number], eta: number, l: number, rho: number): number => {
  const first = beta[0] * Math.exp(eta * (l - rho));
  return first / (first + beta[1]);
};

test('the mirror step is the product form of the released code, row by row, and leaves other rows bit for bit', async () => {
  const rng = Random.seed(3);
  const [n, b, eta] = [9, 4, 2];
  const rows = Uint32Array.of(7, 0, 3, 5);
  const logits = tensor(rng.fillNormal(new Float32Array(n)), [n, 1]);
  const [labels, consistency] = [tensor([1.4, 0.1, 10, 0.2]), tensor([0.3, 0.9, 0, 12])];
  const program = defineProgram({ name: 'mirror', feeds: { logits: { shape: [n, 1] }, select: { shape: [b, n] }, labels: { shape: [b] }, consistency: { shape: [b] } } }, ({ feeds: f }) => ({
    outputs: { ...mirrorStep(f.logits!, f.select!, eta, f.labels!, f.consistency!) },
  }));
  const session = await wasm.load(program, {});
  const out = await session.run({ logits, select: selection(rows, n), labels, consistency });
  await session.release();
  const [before, after] = [labelWeights(logits), labelWeights(out.table!)];
  rows.forEach((row, k) => {
    const expected = byProduct([before[row]!, 1 - before[row]!], eta, floats(labels)[k]!, floats(consistency)[k]!);
    expect(after[row]).toBeCloseTo(expected, 5);
  });
  // e^(2 * 10) and more: at the limit, and not beyond it.
  expect(floats(out.table!)[3]).toBeCloseTo(Math.min(largestLogit, floats(logits)[3]! + 20), 4);
  expect(floats(out.table!)[5]).toBeCloseTo(-largestLogit, 4);
  for (const row of [1, 2, 4, 6, 8]) expect(Object.is(floats(out.table!)[row], floats(logits)[row])).toBe(true);
});

/** A few steps of an arm, and the params after each. */
async function trained(arm: Arm, k: Knobs, seed = 5): Promise<Params[]> {
  const kit = testLab(wasm, { seed, arms: [arm] });
  const task = openTask(kit.lab, k);
  const { train, filled, start } = task;
  const seen: Params[] = [];
  const order = batches(kit.lab.rng.fork('order'), train.slices.length, k.batch);
  const trainer = trainerOf(kit.lab, arm, task, k);
  await kit.lab.train({
    trainer, arm, steps: k.steps, hyper: () => ({ learningRate: 0.01 }),
    from: { ...start, ...(trainer.spec.buffers && Object.fromEntries(Object.entries(trainer.spec.buffers).map(([name, shape]) => [name, tensor(new Float32Array(shape[0]!), shape)]))) },
    next: (step) => {
      const rows = order(step);
      const views = [1, 2].map((v) => viewed(train, rows, kit.lab.rng.fork('view', v, step), k.views));
      const all = { images1: views[0]!.images, labels1: views[0]!.labels, back1: views[0]!.back, images2: views[1]!.images, labels2: views[1]!.labels, back2: views[1]!.back, select: selection(rows, train.slices.length), filled: tensor(Array.from(rows, (row) => filled[row]!)) };
      return Object.fromEntries(Object.keys(trainer.spec.batch).map((name) => [name, all[name as keyof typeof all]]));
    },
    watch: { every: 1, call: async ({ params }) => void seen.push(await params()) },
  });
  await kit.close();
  return seen;
}
test('without ascent it is the arm of fixed halves, step for step', async () => {
  const [weighted, halves] = [await trained('adawac', knobs({ eta: 0 })), await trained('acr', knobs({ eta: 0 }))];
  weighted.forEach((params, step) => {
    for (const [name, value] of Object.entries(halves[step]!)) floats(value).forEach((v, i) => expect(floats(params[name]!)[i]).toBeCloseTo(v, 5));
    expect(floats(params.logits!).every((v) => v === 0)).toBe(true);
  });
});
test('without consistency the weight of the labels never falls', async () => {
  const tables = (await trained('adawac', knobs({ lambda: 0 }))).map((params) => floats(params.logits!));
  tables.slice(1).forEach((table, step) => table.forEach((v, i) => expect(v).toBeGreaterThanOrEqual(tables[step]![i]!)));
  expect(tables.at(-1)!.some((v) => v > 0)).toBe(true);
});
test('a slice comes at most once in a batch and once in an epoch, and brings its own index', () => {
  const [count, size] = [11, 4];
  const order = batches(Random.seed(1), count, size);
  for (let epoch = 0; epoch < 3; epoch++) {
    const rows = [0, 1].flatMap((k) => [...order(2 * epoch + k)]);
    expect(new Set(rows).size).toBe(2 * size);
  }
  const chosen = floats(selection(order(1), count));
  order(1).forEach((row, k) => expect(chosen.subarray(k * count, (k + 1) * count).indexOf(1)).toBe(row));
});
test('features turned back lie where the slice has them', () => {
  const numbers = Int32Array.from({ length: cells * cells }, (_, i) => i);
  for (let i = 0; i < 24; i++) {
    const view = drawView(Random.seed(8).fork(i));
    const seen = viewOf({ image: new Float32Array(cells * cells), label: numbers }, view).label;
    const back = cellsBack(view);
    const middle = [27, 28, 35, 36]; // round the centre no turn within 20 degrees moves a cell by more than half its side
    for (const cell of view.kind === 'square' ? numbers : middle) expect(seen[back[cell]!]).toBe(cell);
  }
});
test('the part of a batch above a quantile is counted by hand', async () => {
  const losses = [0.5, 0.1, 0.9, 0.3, 0.7, 0.2, 0.8, 0.4, 0.6, 0, 1.1, 1];
  const program = defineProgram({ name: 'above', feeds: { x: { shape: [12] } } }, ({ feeds }) => ({ outputs: { out: above(feeds.x!, 0.42) } }));
  const session = await wasm.load(program, {});
  const { out } = await session.run({ x: tensor(losses) });
  await session.release();
  const kept = losses.toSorted((a, b) => b - a).slice(0, 7); // round(0.58 * 12)
  expect([...floats(out!)]).toEqual(losses.map((v) => Number(kept.includes(v))));
});
test('slices that are left out do not count in Dice', async () => {
  const rng = Random.seed(2);
  const logits = rng.fillNormal(new Float32Array(3 * 2 * 16));
  const labels = Int32Array.from({ length: 48 }, () => rng.int(2));
  const dice = async (n: number, keep?: readonly number[]): Promise<number> => {
    const program = defineProgram({ name: 'dice', feeds: { z: { shape: [n, 2, 4, 4] }, y: { shape: [n, 4, 4], dtype: 'int32' }, ...(keep && { keep: { shape: [n] } }) } }, ({ feeds }) => ({ outputs: { out: diceLoss(feeds.z!, feeds.y!, feeds.keep) } }));
    const session = await wasm.load(program, {});
    const { out } = await session.run({ z: tensor(logits.slice(0, n * 32), [n, 2, 4, 4]), y: int32(labels.slice(0, n * 16), [n, 4, 4]), ...(keep && { keep: tensor(keep) }) });
    await session.release();
    return floats(out!)[0]!;
  };
  expect(await dice(3, [1, 1, 0])).toBeCloseTo(await dice(2), 6);
  expect(await dice(3)).not.toBeCloseTo(await dice(2), 3);
});
test('Dice of a volume is that of its organ over all its slices', () => {
  const slice = (volume: number, organ: number) => ({ sparse: false, missing: false, volume, slice: 0, organ, fraction: 0 });
  const truth = { slices: [slice(0, 1), slice(0, 1), slice(1, 2)], trueLabel: int32([1, 1, 0, 0, 1, 0, 0, 0, 2, 2, 0, 0], [3, 2, 2]) };
  const said = [1, 0, 0, 2, 1, 1, 0, 0, 1, 1, 0, 0];
  expect(diceOf(said, truth)).toBeCloseTo((4 / 6 + 0) / 2, 12);
});
test('what an oracle weighs by, and what is dropped, is whether the given map is empty', () => {
  const kit = testLab(wasm, { seed: 4 });
  const { train, filled, test: sets } = openTask(kit.lab, knobs({ unlabelled: 1 }));
  train.slices.forEach(({ sparse }, i) => expect(filled[i]).toBe(Number(!sparse)));
  expect(sets.dense.slices.every((s) => !s.sparse)).toBe(true);
  expect(sets.sparse.slices.every((s) => s.sparse && !s.missing)).toBe(true);
  expect(train.x.shape).toEqual([train.slices.length, 1, side, side]);
});
test.each([['adam', 'adawac'], ['sgd', 'trim-empty']] as const)('a whole run with %s, turned back, with trimming and consistency: %s', async (optimizer, arm) => {
  const kit = testLab(wasm, { arms: [arm] });
  await method.run(kit.lab, knobs({ optimizer, align: true, consistentTrim: true, steps: 6, views: 'square', subset: 'sparse' }));
  await kit.close();
  expect(kit.outcomes.every(({ value }) => Number.isFinite(value))).toBe(true);
  expect(kit.lights.every(({ holds }) => holds)).toBe(true);
});
