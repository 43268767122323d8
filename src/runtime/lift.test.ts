import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../base/random';
import { int32, type Tensor } from '../base/tensor';
import { liftProgram, stack, unstack } from '../engine/lift';
import type { Program } from '../engine/program';
import { differenceOf } from '../engine/testing/conformance';
import { liftings, type Lifting } from '../engine/testing/lifting';
import type { Executor } from '../engine/executor';
import type { TrainerSpec } from '../lab/lab';
import { initialOf, stepFeeds, trainingProgram } from '../lab/training';
import { crossEntropy } from '../nn/losses';
import { initMlp, mlp } from '../nn/mlp';
import { adam } from '../nn/optimizers';
import { createReferenceExecutor } from './reference';
import { normal } from './test-programs';
import { createWasmExecutor } from './wasm';

const k = 3;
/** The greatest difference between a model among k and the same model alone, by op. */
async function worstByOp(executor: Executor, { together, apart, feedsTogether, feedsApart }: Lifting): Promise<Record<string, number>> {
  const lifted = await (await executor.load(together, {})).run(feedsTogether);
  const alone = await (await executor.load(apart, {})).run(feedsApart);
  const worst: Record<string, number> = {};
  for (const [name, value] of Object.entries(lifted)) {
    const op = name.split('.')[0]!;
    for (let model = 0; model < k; model++) worst[op] = Math.max(worst[op] ?? 0, differenceOf(unstack(value, model), alone[`${name}.${model}`]!));
  }
  return worst;
}

let [wasm, reference]: [Executor | undefined, Executor] = [undefined, createReferenceExecutor()];
beforeAll(async () => void (wasm = await createWasmExecutor({ threads: 1 })));
afterAll(() => wasm?.close());

describe('k models at once are each what they are alone, whichever operands they share', () => {
  test.each(liftings(5, k, 4))('$family', async (lifting) => {
    for (const [op, worst] of Object.entries(await worstByOp(reference, lifting))) expect(worst, `${op}, reference`).toBe(0);
    for (const [op, worst] of Object.entries(await worstByOp(wasm!, lifting))) expect(worst, `${op}, WASM`).toBeLessThan(1e-6);
  });
});
describe('lifted exactly, they are so to the last bit on WASM', () => {
  test.each(liftings(6, k, 4, { exactly: true }))('$family', async (lifting) => {
    for (const [op, worst] of Object.entries(await worstByOp(wasm!, lifting))) expect(worst, op).toBe(0);
  });
});

/** Adam with clipping, by the global norm of each model's own gradient; learning rates and decays of their own. */
function training(): { program: Program; feeds: (step: number, model: number) => Readonly<Record<string, Tensor>>; initial: (model: number) => Readonly<Record<string, Tensor>> } {
  const spec: TrainerSpec = {
    name: 'lifted',
    params: { 'layer0.weight': [6, 5], 'layer0.bias': [5], 'layer1.weight': [5, 3], 'layer1.bias': [3] },
    batch: { x: { shape: [7, 6] }, y: { shape: [7], dtype: 'int32' } },
    loss: ({ params, batch }) => ({ loss: crossEntropy(mlp(params, batch.x!, 2), batch.y!) }),
    optimizer: adam({ clipNorm: 0.3 }),
  };
  const compiled = trainingProgram(spec);
  return {
    program: compiled.program,
    initial: (model) => initialOf(compiled, initMlp(Random.seed(model), [6, 5, 3])),
    feeds: (step, model) => stepFeeds(spec, step, { learningRate: 0.02 * (model + 1), weightDecay: 0.1 * model }, { x: normal(`x${step}`, [7, 6]), y: int32([0, 1, 2, 0, 1, 2, step % 3]) }),
  };
}
test('k trainings in one graph are those trainings, bit for bit where lifted exactly', async () => {
  const { program, initial, feeds } = training();
  const shared = ['x', 'y'];
  const models = Array.from({ length: k }, (_, model) => model);
  const stackOf = (of: (model: number) => Readonly<Record<string, Tensor>>): Record<string, Tensor> =>
    Object.fromEntries(Object.keys(of(0)).map((name) => [name, shared.includes(name) ? of(0)[name]! : stack(models.map((model) => of(model)[name]!))]));
  const exact = await wasm!.load(liftProgram(program, k, { shared, exactly: true }), stackOf(initial));
  const rounded = await wasm!.load(liftProgram(program, k, { shared }), stackOf(initial));
  const alone = await Promise.all(models.map((model) => wasm!.load(program, initial(model))));
  for (let step = 0; step < 12; step++) {
    const [a, b] = [await exact.run(stackOf((model) => feeds(step, model))), await rounded.run(stackOf((model) => feeds(step, model)))];
    for (const model of models) {
      const { loss } = await alone[model]!.run(feeds(step, model));
      expect(unstack(a.loss!, model)).toEqual(loss);
      expect(differenceOf(unstack(b.loss!, model), loss!)).toBeLessThan(1e-6);
    }
  }
  for (const name of Object.keys(program.state)) {
    const [a, b] = [await exact.read(name), await rounded.read(name)];
    for (const model of models) {
      const own = await alone[model]!.read(name);
      expect(unstack(a, model)).toEqual(own);
      expect(differenceOf(unstack(b, model), own)).toBeLessThan(1e-6);
    }
  }
});
test('no models, and a shared name that is no feed, are refused by name', () => {
  const { program } = training();
  expect(() => liftProgram(program, 0)).toThrow(/0 models were asked for/);
  expect(() => liftProgram(program, 2, { shared: ['theta'] })).toThrow(/"theta" is no constant and no feed of program lifted/);
});
