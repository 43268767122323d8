import { expect, test } from 'vitest';
import { floats, sizeOf } from '../base/tensor';
import { createWasmExecutor } from '../runtime/wasm';
import { stepOf, workloads } from './workloads';

/** Chance: the loss of a uniform guess over the classes; for SIREN, the mean square of its target is below 1. */
const chance: Readonly<Record<string, number>> = { mlp: Math.log(10), cnn: Math.log(10), siren: 1, vit: Math.log(10), 'gpt-170k': Math.log(256), 'gpt-800k': Math.log(65) };

test.each(Object.keys(workloads))('%s starts near chance and its loss falls', async (id) => {
  const executor = await createWasmExecutor();
  const { program, initial, feeds } = stepOf(workloads[id]!());
  const session = await executor.load(program, initial);
  const losses: number[] = [];
  for (let i = 0; i < 6; i++) losses.push(floats((await session.run(feeds(0))).loss!)[0]!);
  await session.release();
  expect(losses.every(Number.isFinite)).toBe(true);
  expect(losses[0]! / chance[id]!).toBeLessThan(1.6);
  expect(losses[5]!).toBeLessThan(losses[0]!); // one batch, six times
});

test('the two GPTs have the sizes that their names say', () => {
  const count = (id: string): number => Object.values(workloads[id]!().initial()).reduce((n, { shape }) => n + sizeOf(shape), 0);
  expect(count('gpt-170k')).toBe(170_560);
  expect(count('gpt-800k')).toBe(809_856);
});
