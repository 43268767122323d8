import { expect, test } from 'vitest';
import { mismatchOf } from './kitchen';

const a = { name: 'A', tensors: [{ name: 'w', shape: [2, 3] }, { name: 'b', shape: [3] }] };

test('checkpoints agree in names and shapes, whatever their order', () => {
  expect(mismatchOf([])).toBeUndefined();
  expect(mismatchOf([a, { name: 'B', tensors: a.tensors.toReversed() }])).toBeUndefined();
});
test('a checkpoint that differs is refused by the first tensors in which it does', () => {
  const b = { name: 'B', tensors: [{ name: 'w', shape: [2, 4] }, { name: 'c', shape: [] }, { name: 'd', shape: [1] }, { name: 'e', shape: [1] }] };
  expect(mismatchOf([a, a, b])).toBe('"B" and "A" are of different architectures: tensor w is [2, 4] in the first and [2, 3] in the second; tensor b [3] is missing in the first; tensor c [] is missing in the second; and 2 more. Only checkpoints that agree in all names and shapes can be merged.');
});
