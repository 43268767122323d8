import { afterAll, expect, test } from 'vitest';
import { MismatchError, Stopped } from '../base/errors';
import { Random } from '../base/random';
import { floats, tensor, type Params } from '../base/tensor';
import type { Executor } from '../engine/executor';
import { add, matmul, mul, sub } from '../engine/ops';
import { square } from '../engine/ops/compose';
import { mean } from '../engine/ops/reduce';
import { normalTensor } from '../nn/layers';
import { adam, sgd } from '../nn/optimizers';
import { createReferenceExecutor } from '../runtime/reference';
import { createWasmExecutor } from '../runtime/wasm';
import type { Lab, Trainer, TrainerSpec, TrainingRun } from './lab';
import { testLab, type TestLab } from './testing';
import { Diverged } from './training';

const wasm = await createWasmExecutor();
afterAll(() => wasm.close());
/** Says that it is the GPU, and counts the programs that it loads: what the lab does there is seen without one. */
function disguised(executor: Executor): { executor: Executor; loaded: string[] } {
  const loaded: string[] = [];
  const load: Executor['load'] = (program, initial) => {
    loaded.push(program.name);
    return executor.load(program, initial);
  };
  return { executor: { provider: 'webgpu', load, close: () => executor.close() }, loaded };
}

const spec: TrainerSpec = {
  name: 'line',
  params: { w: [3, 2] },
  frozen: { offset: [2] },
  batch: { x: { shape: [5, 3] } },
  loss: ({ params, frozen, batch }) => ({ loss: mean(square(sub(add(matmul(batch.x!, params.w!), frozen.offset!), mul(matmul(batch.x!, params.w!), 0.2)))) }),
  optimizer: adam({ clipNorm: 0.5 }),
};
const offset = (seed: number): Params => ({ offset: normalTensor(Random.seed(seed).fork('offset'), [2], 1) });
/** Runs that differ in everything: start, batches, learning rate, decay, and length. */
function runsOf(lab: Lab, trainer: Trainer, frozen: (run: number) => Params): TrainingRun[] {
  return [7, 12, 9].map((steps, run) => ({
    trainer,
    arm: 'line',
    from: { w: normalTensor(lab.rng.fork('from', run), [3, 2], 1) },
    frozen: frozen(run),
    steps,
    firstStep: 100 * run,
    hyper: (step) => ({ learningRate: 0.01 * (run + 1) * (1 + step), weightDecay: 0.01 * run }),
    next: (step) => ({ x: tensor(lab.rng.fork('batch', run, step).fillNormal(new Float32Array(15)), [5, 3]) }),
    watch: { every: 4, call: async ({ step, params }) => lab.report('watch', step, { w: floats((await params()).w!)[0]! }) },
  }));
}
interface Seen extends TestLab {
  readonly results: readonly Params[];
}
async function ingredientsOn(executor: Executor, frozen: (run: number) => Params): Promise<Seen> {
  const kit = testLab(executor);
  const results: Params[] = [];
  await kit.lab.ingredients(runsOf(kit.lab, kit.lab.trainer(spec), frozen), async (params, at) => {
    expect(at).toBe(results.length);
    results.push(params);
    kit.lab.report('done', at, { run: at });
  });
  return { ...kit, results };
}

const one = offset(0);
test.each([['shared', () => one], ['their own', offset]] as const)('one graph gives what one after another gives, and shows it in the same order; frozen params %s', async (_, frozen) => {
  const apart = await ingredientsOn(createReferenceExecutor(), frozen);
  const { executor, loaded } = disguised(createReferenceExecutor());
  const joint = await ingredientsOn(executor, frozen);
  expect(loaded).toEqual(['line-3-models']);
  expect(joint.results).toEqual(apart.results);
  expect(joint.points).toEqual(apart.points);
  expect(apart.points.filter((p) => p.metric === 'loss').map((p) => p.step)).toEqual([7, 12, 9].flatMap((steps, run) => Array.from({ length: steps }, (__, i) => 100 * run + i)));
});
test('on WASM it is training them one after another, bit for bit', async () => {
  const seen = await ingredientsOn(wasm, offset);
  const kit = testLab(wasm);
  const trainer = kit.lab.trainer(spec);
  for (const [at, run] of runsOf(kit.lab, trainer, offset).entries()) expect(seen.results[at]).toEqual(await kit.lab.train(run));
  await kit.close();
  await seen.close();
});
test('one of several that diverges ends the training, and is named with its last good params', async () => {
  const kit = testLab(disguised(createReferenceExecutor()).executor);
  const [a, b, c] = runsOf(kit.lab, kit.lab.trainer(spec), () => offset(0)) as [TrainingRun, TrainingRun, TrainingRun];
  const failed = await kit.lab.ingredients([a, { ...b, arm: 'wild', hyper: (step) => ({ learningRate: step < 3 ? 0.01 : NaN }) }, c], async () => undefined).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(Diverged);
  expect((failed as Diverged).arm).toBe('wild');
  expect([...floats((failed as Diverged).lastGood!.w!)].every(Number.isFinite)).toBe(true);
});
test('Stop ends all of them; runs of different trainers are refused; none is nothing to do', async () => {
  let left = 3;
  const control = { beforeStep: async () => { if (left-- === 0) throw new Stopped(); }, breathe: async () => undefined, pausePoint: async () => undefined };
  const kit = testLab(disguised(createReferenceExecutor()).executor, { control });
  const runs = runsOf(kit.lab, kit.lab.trainer(spec), () => offset(0));
  const nothing = async (): Promise<void> => undefined;
  await expect(kit.lab.ingredients(runs, nothing)).rejects.toThrow(Stopped);
  await expect(kit.lab.ingredients([runs[0]!, { ...runs[1]!, trainer: kit.lab.trainer(spec) }], nothing)).rejects.toThrow(MismatchError);
  await kit.lab.ingredients([], nothing);
});

test('groups, Nesterov momentum and the moving average are the same in one graph as alone', async () => {
  const grouped: TrainerSpec = {
    ...spec,
    params: { w: [3, 2], c: [2] },
    loss: ({ params, frozen, batch }) => ({ loss: mean(square(sub(add(matmul(batch.x!, params.w!), add(params.c!, frozen.offset!)), 1))) }),
    average: true,
    optimizer: sgd({ momentum: 0.9, nesterov: true, groups: (name) => (name === 'c' ? { rate: 0.5, decay: 0 } : {}) }),
  };
  const run = (kit: TestLab) => runsOf(kit.lab, kit.lab.trainer(grouped), () => offset(1)).map((r, i) => ({ ...r, from: { ...r.from, c: tensor([i, -i]) }, hyper: (step: number) => ({ ...r.hyper(step), averageDecay: 0.3 * i }) }));
  const [together, alone] = [testLab(disguised(createReferenceExecutor()).executor), testLab(createReferenceExecutor())];
  const joint: Params[] = [];
  await together.lab.ingredients(run(together), async (params) => void joint.push(params));
  const runs = run(alone);
  expect(joint).toHaveLength(3);
  for (const [i, r] of runs.entries()) {
    const single = await alone.lab.train(r);
    expect(Object.keys(joint[i]!)).toEqual(['w', 'c', 'average.w', 'average.c']);
    for (const [name, p] of Object.entries(single)) floats(joint[i]![name]!).forEach((v, k) => expect(v).toBeCloseTo(floats(p)[k]!, 5));
  }
});
