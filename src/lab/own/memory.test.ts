import { expect, test } from 'vitest';
import { Random } from '../../base/random';
import { tensor, type Tensor } from '../../base/tensor';
import { relu } from '../../engine/ops';
import { defineProgram } from '../../engine/program';
import { dense, initDense, prefixed, scope } from '../../nn/layers';
import { crossEntropy } from '../../nn/losses';
import { adam } from '../../nn/optimizers';
import type { TrainerSpec } from '../lab';
import { initialOf, stepFeeds, trainingProgram } from '../training';
import { checkMemory, estimateMemory, estimateProgram, showMemory } from './memory';
import { fixture, prepared } from './testing/kit';

/** A step of some size: 1 MiB of params, and activations of 8 MiB each. */
const [batch, width] = [4096, 512];
const spec: TrainerSpec = {
  name: 'wide',
  params: { 'a.weight': [width, width], 'a.bias': [width], 'b.weight': [width, 10], 'b.bias': [10] },
  batch: { x: { shape: [batch, width] }, y: { shape: [batch], dtype: 'int32' } },
  loss: ({ params, batch: at }) => ({ loss: crossEntropy(dense(scope(params, 'b'), relu(dense(scope(params, 'a'), at.x!))), at.y!) }),
  optimizer: adam(),
};

test('the heap of onnxruntime-web grows by between half and twice the estimate', async () => {
  // The heap is the one WebAssembly.Memory that onnxruntime-web makes: caught as it is made, so the runtime is loaded only then.
  const memories: WebAssembly.Memory[] = [];
  const Plain = WebAssembly.Memory;
  WebAssembly.Memory = class extends Plain {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor);
      memories.push(this);
    }
  };
  const { createWasmExecutor } = await import('../../runtime/wasm');
  const executor = await createWasmExecutor();
  const used = (): number => Math.max(...memories.map((m) => m.buffer.byteLength));
  const compiled = trainingProgram(spec);
  const from = { ...prefixed('a', initDense(Random.seed(1), width, width)), ...prefixed('b', initDense(Random.seed(2), width, 10)) };
  const feeds: Record<string, Tensor> = { x: tensor(new Float32Array(batch * width), [batch, width]), y: { dtype: 'int32', shape: [batch], data: new Int32Array(batch) } };
  const empty = await executor.load(defineProgram({ name: 'empty', feeds: { x: { shape: [1] } } }, (at) => ({ outputs: { y: relu(at.feeds.x) } })), {}); // makes the heap
  const before = used();
  const session = await executor.load(compiled.program, initialOf(compiled, from));
  for (let step = 0; step < 3; step++) await session.run(stepFeeds(spec, step, { learningRate: 0.01 }, feeds));
  const grown = used() - before;
  await empty.release();
  const { total } = estimateProgram(compiled.program, 'wasm');
  await executor.close();
  WebAssembly.Memory = Plain;
  expect(grown / total).toBeGreaterThan(0.5);
  expect(grown / total).toBeLessThan(2);
}, 60_000);

test('activations are the most that lives at one time; a reshape takes nothing', () => {
  const program = defineProgram({ name: 'chain', feeds: { x: { shape: [1000] } } }, ({ feeds }) => ({ outputs: { y: relu(relu(relu(feeds.x))) } }));
  // Each value ends where the next is made: two of 4000 bytes at a time.
  expect(estimateProgram(program, 'wasm')).toMatchObject({ activations: 8000, inputs: 4000, params: 0, gradients: 0, optimizer: 0 });
});
test('more examples take more activations, frozen tensors no gradients and no slots', () => {
  const made = fixture('vit-17-folded');
  const [one, all] = [prepared(made, { batch: 1 }), prepared(made, { batch: 4 })].map((step) => estimateMemory(step, 'wasm'));
  expect(all!.activations).toBeGreaterThan(one!.activations);
  const head = estimateMemory(prepared(made, { choice: { trained: 'head.*' }, optimizer: { name: 'adam', learningRate: 1 } }), 'wasm');
  expect([head.gradients, head.optimizer]).toEqual([4 * 52, 4 * 4 * 52]);
  expect(head.activations).toBeLessThan(all!.activations);
  expect(head.frozen).toBeGreaterThan(4 * 1900);
});
test('what WASM cannot address is refused in words', () => {
  const made = estimateMemory(prepared(fixture('mlp-13-folded'), { task: 'regression' }), 'wasm');
  expect(() => checkMemory(made)).not.toThrow();
  expect(() => checkMemory({ ...made, total: 5 * 2 ** 30 })).toThrow(/would take about 5120 MiB, and WASM can address 4096 MiB\. Take a smaller batch/);
  expect(showMemory({ ...made, total: 2 ** 21 })).toMatch(/^about 2\.0 MiB \(params/);
});
