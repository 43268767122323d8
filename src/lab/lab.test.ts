import { afterAll, expect, test } from 'vitest';
import { Stopped } from '../base/errors';
import { made } from '../base/noise';
import { Random } from '../base/random';
import { floats, int32, tensor, type Params } from '../base/tensor';
import { add, mean, mul, relu } from '../engine/ops';
import { dense, initDense, prefixed, scope } from '../nn/layers';
import { crossEntropy } from '../nn/losses';
import { adam, sgd } from '../nn/optimizers';
import { createReferenceExecutor } from '../runtime/reference';
import { createWasmExecutor } from '../runtime/wasm';
import { averageOf, Diverged, withoutAverage } from './training';
import type { Lab, TrainerSpec, TrainingRun } from './lab';
import { examplesPerStep } from './meter';
import { testLab } from './testing';

const wasm = await createWasmExecutor();
afterAll(() => wasm.close());

/** Two classes of points in the plane, told apart by the sign of x0 x1. */
const spec: TrainerSpec = {
  name: 'xor',
  params: { 'hidden.weight': [2, 16], 'hidden.bias': [16], 'out.weight': [16, 2], 'out.bias': [2] },
  batch: { x: { shape: [32, 2] }, y: { shape: [32], dtype: 'int32' } },
  loss: ({ params, batch }) => ({ loss: crossEntropy(dense(scope(params, 'out'), relu(dense(scope(params, 'hidden'), batch.x!))), batch.y!) }),
  optimizer: adam(),
};
const initial = (rng: Random): Params => ({ ...prefixed('hidden', initDense(rng.fork('h'), 2, 16)), ...prefixed('out', initDense(rng.fork('o'), 16, 2)) });
function runOf(lab: Lab, more: Partial<TrainingRun> = {}): TrainingRun {
  return {
    trainer: lab.trainer(spec),
    arm: 'mlp',
    from: initial(lab.rng.fork('init')),
    steps: 60,
    hyper: () => ({ learningRate: 0.02 }),
    next: (step) => {
      const x = lab.rng.fork('batch', step).fillUniform(new Float32Array(64), -1, 1);
      return { x: tensor(x, [32, 2]), y: int32(Int32Array.from({ length: 32 }, (_, i) => (x[2 * i]! * x[2 * i + 1]! > 0 ? 1 : 0))) };
    },
    ...more,
  };
}

test('a training lowers its loss, reports every step in order, and agrees with the float64 reference', async () => {
  const [fast, slow] = [testLab(wasm), testLab(createReferenceExecutor())];
  const [a] = [await fast.lab.train(runOf(fast.lab)), await slow.lab.train(runOf(slow.lab))];
  expect(fast.points.map((p) => p.step)).toEqual(Array.from({ length: 60 }, (_, i) => i));
  expect(fast.points.at(-1)!.value).toBeLessThan(0.7 * fast.points[0]!.value);
  fast.points.slice(0, 20).forEach((p, i) => expect(p.value).toBeCloseTo(slow.points[i]!.value, 4));
  expect(Object.keys(a)).toEqual(Object.keys(spec.params));
  await fast.close();
});
test('same seed, same bits; another run in between, on the same compiled step, changes nothing', async () => {
  const one = testLab(wasm);
  const first = await one.lab.train(runOf(one.lab));
  await one.lab.train(runOf(one.lab, { from: initial(Random.seed(99)) }));
  const again = await one.lab.train(runOf(one.lab));
  for (const name of Object.keys(first)) expect(floats(again[name]!)).toEqual(floats(first[name]!));
  await one.close();
});
test('trainings side by side give the bits that each gives alone', async () => {
  const kit = testLab(wasm);
  const other = { from: initial(Random.seed(5)), arm: 'other' };
  const trainer = kit.lab.trainer(spec);
  const [a, b] = await kit.lab.together([runOf(kit.lab, { trainer }), runOf(kit.lab, { trainer, ...other })]);
  const [c, d] = [await kit.lab.train(runOf(kit.lab)), await kit.lab.train(runOf(kit.lab, other))];
  for (const name of Object.keys(spec.params)) {
    expect(floats(a![name]!)).toEqual(floats(c[name]!));
    expect(floats(b![name]!)).toEqual(floats(d[name]!));
  }
  await kit.close();
});
test('a moving average follows its recurrence, starts as the params or as it is given, and leaves the training as it is', async () => {
  const kit = testLab(wasm);
  const trainer = kit.lab.trainer({ ...spec, average: true });
  const hyper = (step: number) => ({ learningRate: 0.02, averageDecay: step < 3 ? 0.5 : 0.8 });
  const seen: Params[] = [];
  const run = runOf(kit.lab, { trainer, steps: 8, hyper, watch: { every: 1, call: async ({ params }) => void seen.push(await params()) } });
  const trained = await kit.lab.train(run);
  const plain = await kit.lab.train(runOf(kit.lab, { steps: 8 }));
  expect(withoutAverage(trained)).toEqual(plain); // bit for bit
  const average = Object.fromEntries(Object.entries(run.from).map(([name, p]) => [name, [...floats(p)]]));
  seen.forEach((params, step) => {
    for (const [name, values] of Object.entries(average)) values.forEach((a, i) => (values[i] = hyper(step).averageDecay * a + (1 - hyper(step).averageDecay) * floats(params[name]!)[i]!));
  });
  for (const [name, values] of Object.entries(average)) floats(averageOf(trained)[name]!).forEach((a, i) => expect(a).toBeCloseTo(values[i]!, 5));
  // Four steps, and four more from there, with nothing but the average to carry on (plain SGD keeps no slots): the same bits as eight in a row.
  const plainly = kit.lab.trainer({ ...spec, average: true, optimizer: sgd() });
  const eight = await kit.lab.train({ ...run, trainer: plainly });
  const four = await kit.lab.train({ ...run, trainer: plainly, steps: 4 });
  expect(await kit.lab.train({ ...run, trainer: plainly, from: four, steps: 4, hyper: (step) => hyper(step + 4), next: (step) => run.next(step + 4) })).toEqual(eight);
  await kit.close();
});
test('the loss sees the average before the step, without gradient; a decay that is missing is asked for', async () => {
  const kit = testLab(createReferenceExecutor());
  // loss = sum (theta - average)^2: its gradient is 0 at the start, so nothing moves, ever
  const pulled: TrainerSpec = { name: 'pulled', params: { w: [3] }, batch: {}, average: true, loss: ({ params, average }) => ({ loss: mean(mul(add(params.w!, mul(average.w!, -1)), add(params.w!, mul(average.w!, -1)))) }), optimizer: sgd() };
  const run: TrainingRun = { trainer: kit.lab.trainer(pulled), arm: 'w', from: { w: tensor([1, 2, 3]), 'average.w': tensor([1, 2, 6]) }, steps: 1, hyper: () => ({ learningRate: 0.5, averageDecay: 1 }), next: () => ({}) };
  const { w, 'average.w': average } = await kit.lab.train(run);
  expect([...floats(w!)]).toEqual([1, 2, 4]); // 3 - 0.5 * 2 (3 - 6) / 3
  expect([...floats(average!)]).toEqual([1, 2, 6]); // a decay of 1 keeps it
  await expect(kit.lab.train({ ...run, hyper: () => ({ learningRate: 0.5 }) })).rejects.toThrow('expected `averageDecay`');
  await kit.close();
});
test('a buffer is carried from step to step, is given back with the params, and has no gradient', async () => {
  const kit = testLab(wasm);
  const trainer = kit.lab.trainer({
    ...spec,
    buffers: { 'x.mean': [2], untouched: [1] },
    loss: (at) => ({ ...spec.loss(at), buffers: { 'x.mean': add(mul(at.buffers['x.mean']!, 0.9), mul(mean(at.batch.x!, { axes: [0] }), 0.1)) } }),
  });
  const run = runOf(kit.lab, { trainer, steps: 5 });
  const trained = await kit.lab.train({ ...run, from: { ...run.from, 'x.mean': tensor([1, -1]), untouched: tensor([7]) } });
  const expected = [1, -1];
  for (let step = 0; step < 5; step++) {
    const x = floats(made(run.next(step).x!, [32, 2]));
    for (const i of [0, 1]) expected[i] = 0.9 * expected[i]! + (0.1 * x.filter((_, at) => at % 2 === i).reduce((total, v) => total + v, 0)) / 32;
  }
  floats(trained['x.mean']!).forEach((v, i) => expect(v).toBeCloseTo(expected[i]!, 5));
  expect(floats(trained.untouched!)).toEqual(Float32Array.of(7));
  const plain = await kit.lab.train(runOf(kit.lab, { steps: 5 }));
  for (const name of Object.keys(plain)) expect(floats(trained[name]!)).toEqual(floats(plain[name]!));
  await kit.close();
});
test('a training that diverges stops at its step, says the value and the learning rate, and keeps the last good params', async () => {
  const kit = testLab(wasm);
  const run = runOf(kit.lab, { trainer: kit.lab.trainer({ ...spec, optimizer: sgd() }), hyper: (step) => ({ learningRate: step < 5 ? 0.01 : 1e30 }) });
  const error = await kit.lab.train(run).then(() => undefined, (e: unknown) => e);
  expect(error).toBeInstanceOf(Diverged);
  const diverged = error as Diverged;
  expect(diverged.message).toMatch(/loss became (NaN|Infinity) at step \d+ \(it was [\d.e+]+\)\. Lower the learning rate, now 1e\+30/);
  for (const param of Object.values(diverged.lastGood!)) expect(floats(param).every(Number.isFinite)).toBe(true);
  expect(kit.points.length).toBeGreaterThan(4);
  await kit.close();
});
test('a number that leaves the finite ones is told of the very step in which it did, however late the metrics are read back', async () => {
  // One number of one batch: the loss of that step alone is not finite, and metrics come back in lots of 64.
  for (const at of [0, 1, 36, 62, 63]) {
    const kit = testLab(wasm);
    const plain = runOf(kit.lab, { steps: 64 });
    const run = { ...plain, next: (step: number) => (step === at ? { ...plain.next(step), x: tensor(new Float32Array(64).fill(Infinity), [32, 2]) } : plain.next(step)) };
    const error = (await kit.lab.train(run).then(() => undefined, (e: unknown) => e)) as Diverged;
    expect(error).toBeInstanceOf(Diverged);
    expect(error.message).toContain(`at step ${at + 1}`);
    expect(error.message).toMatch(at === 0 ? /first step, before anything was learned/ : /Lower the learning rate/);
    expect(kit.points.filter(({ metric }) => metric === 'loss').length).toBe(at);
    await kit.close();
  }
});
test('a loss that blows up while its numbers are still finite is a divergence too', async () => {
  const kit = testLab(wasm);
  const run = runOf(kit.lab, { trainer: kit.lab.trainer({ ...spec, optimizer: sgd() }), hyper: () => ({ learningRate: 3e3 }) });
  await expect(kit.lab.train(run)).rejects.toThrow(/loss grew to [\d.e+]+ at step \d+ \(it was [\d.e+]+\)\. Lower the learning rate, now 3000/);
  await kit.close();
});
test('Stop unwinds the training between two steps', async () => {
  let steps = 0;
  const pass = async (): Promise<void> => undefined;
  const control = { beforeStep: async () => { if (++steps > 7) throw new Stopped(); }, breathe: pass, pausePoint: pass };
  const kit = testLab(wasm, { control });
  await expect(kit.lab.train(runOf(kit.lab))).rejects.toThrow(Stopped);
  await kit.close();
});
test('points say what the arm had taken before them: its own steps\' time, without pauses, and the rows of its batches', async () => {
  const seen: { step: number; timeMs: number; examples: number }[] = [];
  const { lab, close } = testLab(wasm, { control: { beforeStep: async () => undefined, breathe: async () => undefined, pausePoint: () => new Promise((resolve) => setTimeout(resolve, 60)) }, point: (arm, step, spent) => arm === 'mlp' && seen.push({ step, ...spent }) });
  const watch = { every: 10, call: async ({ step }: { step: number }) => {
    await lab.worked(1, 'Looking'); // lets a pause through, which is nobody's time
    lab.report('mlp', step, { seen: 1 });
  } };
  const other = runOf(lab, { arm: 'other' });
  const began = performance.now();
  await lab.together([runOf(lab, { steps: 20, watch }), other]);
  const wall = performance.now() - began;
  expect(seen.filter(({ step, examples }) => examples === 32 * step).length).toBe(22);
  expect(seen.every(({ timeMs }, i) => timeMs >= 0 && (i === 0 || timeMs >= seen[i - 1]!.timeMs))).toBe(true);
  expect(seen.at(-1)!.timeMs).toBeGreaterThan(0);
  expect(seen.at(-1)!.timeMs, 'two pauses of 60 ms are not the arm\'s').toBeLessThan(wall - 120);
  const before = seen.length;
  await lab.train(runOf(lab, { steps: 1, firstStep: 20 }));
  expect(seen[before]!.examples, 'a second training goes on').toBe(20 * 32);
  await close();
});
test('rows of a batch are the leading size that most of its inputs share', () => {
  expect(examplesPerStep({ batch: { images: { shape: [8, 1, 4, 4] }, labels: { shape: [8], dtype: 'int32' }, noise: { shape: [900] }, level: { shape: [] } } })).toBe(8);
  expect(examplesPerStep({ batch: { level: { shape: [] } } })).toBeNaN();
});
