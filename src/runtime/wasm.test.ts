import { afterAll, beforeAll, expect, test } from 'vitest';
import { RuntimeProblem } from '../base/errors';
import { Fingerprint } from '../base/hash';
import { tensor, type Tensor } from '../base/tensor';
import type { Executor, Outputs } from '../engine/executor';
import { createReferenceExecutor } from './reference';
import { counting, dtypes, kernels, mlp, type TestProgram } from './test-programs';
import { createWasmExecutor } from './wasm';

let wasm: Awaited<ReturnType<typeof createWasmExecutor>>;
beforeAll(async () => {
  wasm = await createWasmExecutor();
});
afterAll(() => wasm.close());

async function outputsOf(executor: Executor, { program, initial, feeds }: TestProgram, steps: number): Promise<readonly Outputs[]> {
  const session = await executor.load(program, initial);
  for (let i = 0; i < steps; i++) await session.step(feeds(i));
  const outputs = await session.drain();
  await session.release();
  return outputs;
}
/** Largest error, relative to the largest number of the tensor. */
function distance(a: Tensor, b: Tensor): number {
  expect([a.dtype, a.shape]).toEqual([b.dtype, b.shape]);
  const want = [...b.data];
  const scale = want.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-6);
  return [...a.data].reduce((worst, x, i) => Math.max(worst, Math.abs(x - want[i]!) / scale), 0);
}

test.each([['counting', counting(), 4, 0], ['dtypes', dtypes(), 3, 1e-6], ['mlp', mlp(), 10, 1e-5], ['kernels', kernels(), 1, 1e-4]] as const)('WASM agrees with the float64 reference: %s', async (_, test, steps, tolerance) => {
  const [got, want] = [await outputsOf(wasm, test, steps), await outputsOf(createReferenceExecutor(), test, steps)];
  expect(got.length).toBe(steps);
  want.forEach((step, i) => {
    for (const [name, value] of Object.entries(step)) expect(distance(got[i]![name]!, value), `${name} of step ${i}`).toBeLessThanOrEqual(tolerance);
  });
});
test('one thread is pinned, so that the bits are those of a page that is not cross-origin isolated', () => expect(wasm.threads).toBe(1));
test('callers that do not wait are served one at a time, in order', async () => {
  const { program, initial, feeds } = counting();
  const [a, b] = await Promise.all([wasm.load(program, initial), wasm.load(program, initial)]);
  await Promise.all([1, 2, 3].flatMap((i) => [a.step(feeds(i)), b.step(feeds(i))]));
  const totals = (outputs: readonly Outputs[]): number[] => outputs.map(({ total }) => total!.data[0]!);
  expect(totals(await a.drain())).toEqual([13, 28, 59]);
  expect(totals(await b.drain())).toEqual([13, 28, 59]);
});
test('run gives its own outputs and leaves those of earlier steps to drain', async () => {
  const { program, initial, feeds } = counting();
  const session = await wasm.load(program, initial);
  await session.step(feeds(1));
  expect([...(await session.run(feeds(2))).before!.data]).toEqual([3, 4, 6]);
  expect((await session.drain()).length).toBe(1);
});
test('what was given and what was got are copies: neither changes later', async () => {
  const { program, feeds } = counting();
  const s = tensor([1, 2, 3]);
  const session = await wasm.load(program, { s, k: tensor([1, 1, 1]) });
  s.data.fill(9);
  const before = await session.read('s');
  before.data.fill(8);
  expect([...(await session.run(feeds(0))).before!.data]).toEqual([1, 2, 3]);
  await session.write('s', tensor([5, 5, 5]));
  await session.write('k', tensor([2, 2, 2]));
  expect([...(await session.run(feeds(1))).before!.data]).toEqual([5, 5, 5]);
  expect([...(await session.read('s')).data]).toEqual([12, 10, 10]);
});
test('bool and int32 state is read back as it was written', async () => {
  const { program, initial, feeds } = dtypes();
  const session = await wasm.load(program, initial);
  await session.run(feeds(1));
  expect(await session.read('kept')).toEqual(feeds(1).m);
  expect(await session.read('n')).toEqual(initial.n);
});
test('a refused feed leaves the state as it was, and a released session says so', async () => {
  const { program, initial, feeds } = counting();
  const session = await wasm.load(program, initial);
  await expect(session.step({ x: tensor([1]) })).rejects.toThrow('"x" should be float32[3]');
  expect([...(await session.read('s')).data]).toEqual([1, 2, 3]);
  await session.release();
  await session.release();
  await expect(session.run(feeds(0))).rejects.toBeInstanceOf(RuntimeProblem);
});
test('two runs of one program give the same bits', async () => {
  const bits = async (): Promise<string> => {
    const { program, initial, feeds } = mlp();
    const session = await wasm.load(program, initial);
    for (let i = 0; i < 20; i++) await session.step(feeds(i));
    return new Fingerprint().addFloats((await session.read('theta')).data as Float32Array).hex();
  };
  expect(await bits()).toBe(await bits());
});
