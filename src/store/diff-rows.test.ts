import { expect, test } from 'vitest';
import type { TensorDiff } from '../spec/diff';
import { diffCsv, diffRows } from './diff-rows';

const row = (name: string, relativeL2: number, cosine: number, changed: number): TensorDiff => ({ name, shape: [2, 5], numbers: 10, identical: changed === 0, changed, relativeL2, maxChange: 1, cosine, sparsity: [0, 0.5], signFlips: 1, notFinite: 0 });
const rows = [row('b.weight', 0.5, 0.9, 3), row('a,1', Infinity, NaN, 10), row('c.bias', 0, 1, 0)];
const names = (order: Partial<Parameters<typeof diffRows>[1]>) => diffRows(rows, { descending: false, find: '', differing: false, ...order }).map(({ name }) => name);

test('rows stand in the model\'s order, or by any column either way, with what is no number last', () => {
  expect(names({})).toEqual(['b.weight', 'a,1', 'c.bias']);
  expect(names({ by: 'relativeL2', descending: true })).toEqual(['a,1', 'b.weight', 'c.bias']);
  expect(names({ by: 'cosine', descending: true })).toEqual(['c.bias', 'b.weight', 'a,1']);
  expect(names({ by: 'cosine' })).toEqual(['b.weight', 'c.bias', 'a,1']);
  expect(names({ by: 'name' })).toEqual(['a,1', 'b.weight', 'c.bias']);
});
test('they are found by a part of their name, and those that are alike can be left out', () => {
  expect(names({ find: 'WEIGHT' })).toEqual(['b.weight']);
  expect(names({ differing: true })).toEqual(['b.weight', 'a,1']);
});
test('the file has every figure, names quoted where they have to be', () => {
  expect(diffCsv(rows).split('\n').slice(1, 3)).toEqual(['b.weight,2 x 5,10,false,0.5,1,0.9,0.3,0,0.5,0.1,0', '"a,1",2 x 5,10,false,Infinity,1,NaN,1,0,0.5,0.1,0']);
});
