import { expect, test } from 'vitest';
import { floats, type Tensor } from '../base/tensor';
import type { Outputs } from '../engine/executor';
import { createWasmExecutor } from '../runtime/wasm';
import { smallWorkload } from './small';
import { ingredients, perTensor, unrolled } from './variants';
import { stepOf, type Step } from './workloads';

const small = smallWorkload();
async function runs({ program, initial, feeds }: Step, count: number): Promise<{ outputs: Outputs[]; read: (name: string) => Promise<Tensor> }> {
  const session = await (await createWasmExecutor()).load(program, initial);
  const outputs: Outputs[] = [];
  for (let i = 0; i < count; i++) outputs.push(await session.run(feeds(i)));
  return { outputs, read: (name) => session.read(name) };
}
const losses = (outputs: readonly Outputs[]): number[] => outputs.flatMap(({ loss }) => [...floats(loss!)]);

test('every arrangement of a step trains as the plain one does', async () => {
  const plain = await runs(stepOf(small), 4);
  const theta = floats(await plain.read('theta'));

  const twoByTwo = await runs(unrolled(stepOf(small), 2), 2);
  expect(losses(twoByTwo.outputs)).toEqual(losses(plain.outputs));
  expect(floats(await twoByTwo.read('theta'))).toEqual(theta);

  const apart = await runs(perTensor(small), 4);
  expect(losses(apart.outputs)).toEqual(losses(plain.outputs));
  expect(floats(await apart.read('theta.layer0.weight'))).toEqual(theta.subarray(0, 16 * 16));

  const three = await runs(ingredients(stepOf(small), small, 3, { exactly: true }), 4);
  expect(losses(three.outputs)).toEqual(losses(plain.outputs).flatMap((loss) => [loss, loss, loss]));
});
