import { afterAll, describe, expect, test } from 'vitest';
import { createReferenceExecutor } from '../../runtime/reference';
import { createWasmExecutor } from '../../runtime/wasm';
import type { OptimizerChoice, Task } from '../../spec/own-model';
import { fixture, fixtureNames, gradientsOf, prepared, relativeError, trained } from './testing/kit';

const wasm = await createWasmExecutor();
afterAll(() => wasm.close());
const reference = createReferenceExecutor({ float32State: true });

const taskOf = (name: string): Task => (name.startsWith('mlp') ? 'regression' : 'classification');
/** What `tools/make-own-fixtures.py` trained with. */
const optimizers: readonly OptimizerChoice[] = [{ name: 'sgd', learningRate: 0.05 }, { name: 'adam', learningRate: 0.01 }];
// Both sides compute in float32, in different orders: 1e-5 of a gradient's length is some hundred roundings. Seen: up to 9e-6, where squeeze-and-excitation cancels.
const [gradientError, lossError] = [2e-5, 2e-6];

describe.each(fixtureNames)('%s', (name) => {
  const made = fixture(name);
  const task = taskOf(name);
  test('the first gradient of every trained initializer is that of PyTorch, under its name and in its shape', async () => {
    const { gradients, loss } = await gradientsOf(wasm, prepared(made, { task }));
    const expected = Object.entries(made.expected).flatMap(([key, value]) => (key.startsWith('gradient/') ? [[key.slice(9), value] as const] : []));
    expect(Object.keys(gradients).sort()).toEqual(expected.map(([tensor]) => tensor).sort());
    for (const [tensor, { shape, data }] of expected) {
      expect(gradients[tensor]!.shape).toEqual(shape);
      expect(relativeError(gradients[tensor]!.data, data), tensor).toBeLessThan(gradientError);
    }
    expect(relativeError([loss], [made.expected['losses/sgd']!.data[0]!])).toBeLessThan(lossError);
  });
  test.each(optimizers)('five steps of $name give the losses of PyTorch', async (optimizer) => {
    const { losses } = await trained(wasm, prepared(made, { task, optimizer }), 5, optimizer);
    const expected = Array.from(made.expected[`losses/${optimizer.name}`]!.data, Number);
    losses.forEach((loss, step) => expect(Math.abs(loss - expected[step]!) / Math.abs(expected[step]!), `step ${step}`).toBeLessThan(lossError));
  });
});
test.each(['mlp-13-folded', 'vit-17-folded', 'resnet-17-folded-training'])('the float64 reference trains %s to the same losses', async (name) => {
  const step = prepared(fixture(name), { task: taskOf(name) });
  const [fast, slow] = [await trained(wasm, step, 3), await trained(reference, step, 3)];
  fast.losses.forEach((loss, i) => expect(loss).toBeCloseTo(slow.losses[i]!, 5));
});
