import fc from 'fast-check';
import { expect, test } from 'vitest';
import { choiceOf, cover } from './cover';
import type { TensorDescription, TensorUse } from './own-model';
import { resolveUses } from './pattern';

const tensor = (name: string, more: Partial<TensorDescription> = {}): TensorDescription => ({ name, dtype: 'float32', shape: [2], count: 2, role: 'weight', defaultUse: 'trained', ...more });
const tensors = [
  ...[1, 2].flatMap((i) => [tensor(`conv${i}.weight`), tensor(`conv${i}.bias`), tensor(`bn${i}.running_mean`, { role: 'statistic', defaultUse: 'frozen' })]),
  tensor('head.weight'), tensor('head.bias'), tensor('onnx::MatMul_12'), tensor('table', { blocked: 'no gradient', defaultUse: 'frozen' }), tensor('a,b'),
];
const names = tensors.map((t) => t.name);
const model = { tensors };
const asDefault = Object.fromEntries(tensors.map((t) => [t.name, t.defaultUse]));

test('a cover matches all that is wanted, and nothing forbidden, in few patterns', () => {
  expect(cover(['conv1.weight', 'conv1.bias'], () => false, names)).toBe('conv1.*');
  expect(cover(['conv1.bias', 'conv2.bias', 'head.bias'], () => false, names)).toBe('*.bias');
  expect(cover(names, () => false, names)).toBe('*');
  expect(cover(['conv1.weight'], () => false, names)).toBe('conv1.weight');
  expect(cover([], () => false, names)).toBe('');
});
test('the default choice is no pattern at all, and common choices are short', () => {
  expect(choiceOf(model, asDefault)).toEqual({});
  expect(choiceOf(model, { ...asDefault, ...Object.fromEntries(names.filter((n) => n !== 'head.weight' && n !== 'head.bias').map((n) => [n, 'frozen' as const])) })).toEqual({ trained: 'head.*' });
  expect(choiceOf(model, Object.fromEntries(names.map((n) => [n, 'frozen' as const])))).toEqual({ frozen: '*' });
  expect(choiceOf(model, { ...asDefault, 'conv1.weight': 'frozen' })).toEqual({ frozen: 'conv1.weight' });
  expect(choiceOf(model, { ...asDefault, 'conv1.weight': 'masked' })).toEqual({ masked: 'conv1.weight' });
});
test('whatever the choice, its patterns mean it again; a limit too small is admitted', () => {
  const use = fc.constantFrom<TensorUse>('trained', 'masked', 'frozen');
  const choices = fc.record(Object.fromEntries(tensors.map((t) => [t.name, t.blocked ? fc.constant<TensorUse>('frozen') : use])));
  fc.assert(
    fc.property(choices, (uses) => {
      const choice = choiceOf(model, uses);
      expect(choice).toBeDefined();
      expect(resolveUses(model, choice!).uses).toEqual(uses);
    }),
    { numRuns: 500 },
  );
  expect(choiceOf(model, { ...asDefault, 'conv1.weight': 'masked', 'head.bias': 'frozen' }, 5)).toBeUndefined();
});
