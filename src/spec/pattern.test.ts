import { expect, test } from 'vitest';
import type { TensorDescription } from './own-model';
import { matching, resolveUses } from './pattern';

const tensorOf = (name: string, more: Partial<TensorDescription> = {}): TensorDescription => ({ name, dtype: 'float32', shape: [2], count: 2, role: 'weight', defaultUse: 'trained', ...more });
const tensors = [
  tensorOf('fc1.weight'),
  tensorOf('fc1.bias', { role: 'bias' }),
  tensorOf('fc2.weight'),
  tensorOf('bn.running_mean', { role: 'statistic', defaultUse: 'frozen' }),
  tensorOf('onnx::MatMul_12'),
  tensorOf('scale', { shape: [], count: 1, role: 'scale', defaultUse: 'frozen' }),
  tensorOf('axes', { dtype: 'int64', role: 'constant', defaultUse: 'frozen', blocked: 'axes holds integers' }),
];
const usesOf = (choice: Parameters<typeof resolveUses>[1], options = {}) => {
  const { uses } = resolveUses({ tensors }, choice, options);
  return Object.entries(uses).flatMap(([name, use]) => (use === 'frozen' ? [] : [`${name}=${use}`]));
};

test.each([
  ['fc1.*', ['fc1.weight', 'fc1.bias']],
  ['*.weight', ['fc1.weight', 'fc2.weight']],
  ['fc?.weight', ['fc1.weight', 'fc2.weight']],
  ['weight', []],
  ['fc1xweight', []],
  ['onnx::MatMul_12', ['onnx::MatMul_12']],
])('the glob %s matches %j', (pattern, names) => expect(matching(pattern, tensors.map((t) => t.name))).toEqual(names));
test('what is no glob of any name is tried as a regular expression, only where that is asked for', () => {
  const names = tensors.map((t) => t.name);
  expect(matching('^fc[12]', names)).toEqual([]);
  expect(matching('^fc[12]', names, { regularExpressions: true })).toEqual(['fc1.weight', 'fc1.bias', 'fc2.weight']);
  expect(matching('fc(', names, { regularExpressions: true })).toEqual([]);
});
test('without a choice the defaults hold; a list of patterns replaces them', () => {
  expect(usesOf({})).toEqual(['fc1.weight=trained', 'fc1.bias=trained', 'fc2.weight=trained', 'onnx::MatMul_12=trained']);
  expect(usesOf({ trained: 'fc2.*, scale' })).toEqual(['fc2.weight=trained', 'scale=trained']);
});
test('masked goes over trained, frozen over both', () =>
  expect(usesOf({ masked: 'fc*', frozen: '*.bias' })).toEqual(['fc1.weight=masked', 'fc2.weight=masked', 'onnx::MatMul_12=trained']));
test('a wildcard leaves out statistics and what cannot be trained, and says so; a statistic named in full is trained', () => {
  const { uses, notes } = resolveUses({ tensors }, { trained: '*' });
  expect(uses).toMatchObject({ scale: 'trained', 'bn.running_mean': 'frozen', axes: 'frozen' });
  expect(notes).toEqual(['"*" also matches bn.running_mean, axes, which stay frozen.']);
  expect(usesOf({ trained: 'bn.running_mean' })).toEqual(['bn.running_mean=trained']);
});
test.each([
  [{ trained: 'nothing*' }, /matches no tensor\. The names are: fc1\.weight, /],
  [{ masked: 'axes' }, /nothing that can be masked: axes holds integers/],
  [{ trained: 'bn.*' }, /bn\.running_mean is a statistic: name it in full/],
])('%j is refused', (choice, says) => expect(() => resolveUses({ tensors }, choice)).toThrow(says));
test('a pattern that an expression would try for ever is judged at once, and globs mean what they meant', () => {
  const name = 'a'.repeat(400);
  const began = performance.now();
  expect(matching(`${'*a'.repeat(200)}b`, [name])).toEqual([]);
  expect(matching(`${'*a'.repeat(200)}*`, [name])).toEqual([name]);
  expect(performance.now() - began).toBeLessThan(1000);
  const names = ['', 'a', 'ab', 'a.b', 'b\na', '[a]', 'aab'];
  expect(['*', '?', 'a*', '*b', 'a?b', '**a**', '[*]', 'a.*', '*a*b*'].map((glob) => matching(glob, names))).toEqual([names, ['a'], ['a', 'ab', 'a.b', 'aab'], ['ab', 'a.b', 'aab'], ['a.b', 'aab'], ['a', 'ab', 'a.b', 'b\na', '[a]', 'aab'], ['[a]'], ['a.b'], ['ab', 'a.b', 'aab']]);
});
