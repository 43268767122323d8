import { expect, test } from 'vitest';
import { MismatchError, RuntimeProblem } from '../base/errors';
import { tensor } from '../base/tensor';
import { createReferenceExecutor } from './reference';
import { counting, dtypes, mlp } from './test-programs';

test('state is carried, outputs come in the order of the steps, and run leaves the others waiting', async () => {
  const { program, initial, feeds } = counting();
  const session = await createReferenceExecutor().load(program, initial);
  await session.step(feeds(1));
  await session.step(feeds(2));
  const { before } = await session.run(feeds(3));
  expect([...before!.data]).toEqual([8, 8, 12]);
  expect((await session.drain()).map(({ total }) => total!.data[0])).toEqual([13, 28]);
  expect(await session.drain()).toEqual([]);
  expect([...(await session.read('s')).data]).toEqual([19, 16, 24]);
});
test('int32 and bool keep their dtypes', async () => {
  const { program, initial, feeds } = dtypes();
  const session = await createReferenceExecutor().load(program, initial);
  const { same, positive } = await session.run(feeds(1));
  expect(same).toEqual(feeds(1).i);
  expect(positive!.data).toBeInstanceOf(Uint8Array);
  expect(await session.read('kept')).toEqual(feeds(1).m);
  expect(await session.read('n')).toEqual(initial.n);
});
test('float32State rounds what is carried, and only that', async () => {
  const { program, initial, feeds } = mlp();
  const losses = async (float32State: boolean): Promise<number> => {
    const session = await createReferenceExecutor({ float32State }).load(program, initial);
    for (let i = 0; i < 5; i++) await session.step(feeds(i));
    return (await session.drain()).at(-1)!.loss!.data[0]!;
  };
  expect(await losses(true)).toBeCloseTo(await losses(false), 5);
});
test('a wrong tensor is refused by name', async () => {
  const { program, initial, feeds } = counting();
  const executor = createReferenceExecutor();
  await expect(executor.load(program, { s: initial.s! })).rejects.toThrow('"k" should be float32[3], but nothing came');
  const session = await executor.load(program, initial);
  await expect(session.step({ x: tensor([1, 2]) })).rejects.toThrow('"x" should be float32[3], but float32[2] came');
  await expect(session.step({ ...feeds(0), z: tensor([1]) })).rejects.toThrow('no input "z". It has s, k, x');
  await expect(session.write('x', tensor([1, 2, 3]))).rejects.toBeInstanceOf(MismatchError);
  await expect(session.read('nothing')).rejects.toBeInstanceOf(MismatchError);
  await executor.close();
  await expect(session.run(feeds(0))).rejects.toBeInstanceOf(RuntimeProblem);
});
