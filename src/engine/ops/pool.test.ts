import { expect, test } from 'vitest';
import { Random } from '../../base/random';
import { tensor, type Shape } from '../../base/tensor';
import { gradients } from '../autodiff';
import { evaluate } from '../evaluate';
import { toOnnx } from '../onnx/writer';
import { constant, input, topological, type Value } from '../value';
import { averagePool, conv2d, maxPool, relu, sum } from '.';

const numbers = (value: Value): number[] => [...evaluate([value], new Map())[0]!.data];
const normal = (shape: Shape): Value => constant(tensor(Random.seed(2).fillNormal(new Float32Array(shape.reduce((a, b) => a * b, 1))), shape));

test('ties of a maximum share its gradient equally, in windows that tile the image and in windows that overlap', () => {
  const x = constant(tensor([5, 5, 1, 2, 0, 5, 2, 2], [1, 1, 2, 4]));
  const at = (strides: [number, number]): number[] => numbers(gradients(sum(maxPool(x, { kernel: [2, 2], strides })), [x])[0]!);
  const third = Math.fround(1 / 3);
  // Windows 5 5 0 5 and 1 2 2 2.
  at([2, 2]).forEach((v, i) => expect(v).toBeCloseTo([third, third, 0, third, 0, third, third, third][i]!, 6));
  // Between them 5 1 5 2.
  at([1, 1]).forEach((v, i) => expect(v).toBeCloseTo([third, third + 0.5, 0, third, 0, third + 0.5, third, third][i]!, 6));
});
test('a ReLU before a maximum is applied after it, with the same numbers', () => {
  const x = normal([2, 3, 6, 6]);
  const y = maxPool(relu(x), { kernel: [2, 2], strides: [2, 2] });
  expect(y.op.name).toBe('relu');
  expect(numbers(y)).toEqual(numbers(maxPool(x, { kernel: [2, 2], strides: [2, 2] })).map((v) => Math.max(v, 0)));
});
test('padding counts in a mean where it is asked to, and nowhere else', () => {
  const x = constant(tensor([2, 4, 6, 8], [1, 1, 2, 2]));
  const means = (countPads: boolean): number[] => numbers(averagePool(x, { kernel: [2, 2], pads: [1, 1, 0, 0], strides: [2, 2], countPads }));
  expect(means(true)).toEqual([0.5]);
  expect(means(false)).toEqual([2]);
});
test('where every channel has a kernel of its own, no gradient is a batch of thin products', () => {
  const [x, w] = [input('x', [2, 8, 6, 6]), input('w', [8, 1, 3, 3])];
  const y = conv2d(x, w, { pads: [1, 1, 1, 1], groups: 8 });
  const [dx, dw] = gradients(sum(y), [x, w]) as [Value, Value];
  const types = toOnnx({ name: 'depthwise', state: {}, constants: {}, feeds: { x, w }, outputs: { dx, dw } }).graph.nodes.map((n) => n.opType);
  expect(types).not.toContain('MatMul');
  expect(types).not.toContain('ConvTranspose');
  expect(topological([dx]).map((v) => v.op.name)).toContain('convInput');
});
