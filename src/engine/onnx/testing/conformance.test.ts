import { expect, test } from 'vitest';
import { wasmLane } from '../../../runtime/ort';
import { createWasmExecutor } from '../../../runtime/wasm';
import { BUILDERS } from '../operators';
import { BLOCKS } from './blocks';
import { measure, modelsOf } from './conformance';
import { NODES } from './operators';

test('every operator that is read has a maker of random nodes (src/engine/onnx/testing/operators)', () => {
  const without = [...BUILDERS.keys()].filter((operator) => !NODES.has(operator));
  expect(without, 'operators without random nodes: add a row for each').toEqual([]);
  expect([...NODES.keys()].filter((operator) => !BUILDERS.has(operator)), 'nodes of operators that are not read').toEqual([]);
});
test.each([...NODES.keys()].filter((operator) => BUILDERS.has(operator)))('%s agrees with onnxruntime, its gradients with central differences, WASM with both', async (operator) => {
  const { ort } = await wasmLane();
  const { errors, notes } = await measure(operator, modelsOf(operator, 5, 2), ort, [await createWasmExecutor()]);
  expect(notes).toEqual([]);
  for (const error of [...Object.values(errors.reference!), ...Object.values(errors.wasm!)]) expect(error ?? 0, JSON.stringify(errors)).toBeLessThan(1e-4);
});
test.each([...BLOCKS.keys()])('%s: its gradients agree with central differences, on WASM with the reference', async (block) => {
  const { ort } = await wasmLane();
  const { errors, notes } = await measure(block, modelsOf(block, 5, 1), ort, [await createWasmExecutor()]);
  expect(notes).toEqual([]);
  for (const error of [...Object.values(errors.reference!), ...Object.values(errors.wasm!)]) expect(error, JSON.stringify(errors)).toBeLessThan(1e-4);
});
