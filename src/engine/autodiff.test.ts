import { expect, test } from 'vitest';
import { gradients } from './autodiff';
import { add, conv2d, exp, linear, mul, relu, sum } from './ops';
import { input, topological } from './value';

test('a gradient reaches every input, has its shape, and can be differentiated again', () => {
  const [x, w, b] = [input('x', [4, 3]), input('w', [3, 2]), input('b', [2])];
  const loss = sum(exp(relu(linear(x, w, b))));
  const first = gradients(loss, [x, w, b]);
  expect(first.map((g) => g.shape)).toEqual([[4, 3], [3, 2], [2]]);
  const second = gradients(sum(mul(first[1]!, first[1]!)), [w])[0]!;
  expect(second.shape).toEqual([3, 2]);
});
test('a value used twice gets the sum of both gradients', () => {
  const x = input('x', [3]);
  const [g] = gradients(sum(add(x, x)), [x]);
  expect(topological([g!]).some((v) => v.op.name === 'add')).toBe(true);
});
test('a convolution has gradients of the shapes of image and kernel', () => {
  const [x, w] = [input('x', [2, 3, 7, 6]), input('w', [4, 3, 3, 3])];
  const y = conv2d(x, w, { strides: [2, 2], pads: [1, 1, 1, 1] });
  expect(y.shape).toEqual([2, 4, 4, 3]);
  expect(gradients(sum(mul(y, y)), [x, w]).map((g) => g.shape)).toEqual([x.shape, w.shape]);
});
