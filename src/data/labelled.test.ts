import { expect, test } from 'vitest';
import { InputError } from '../base/errors';
import { Random } from '../base/random';
import { int32, tensor } from '../base/tensor';
import { batchOf, countOf, oneHot, splitOff, take, type Labelled } from './labelled';

/** n examples of two numbers each, i and -i, of class i mod 3. */
const split = (n: number): Labelled => ({
  x: tensor(Float32Array.from({ length: 2 * n }, (_, at) => (at % 2 === 0 ? at / 2 : -(at - 1) / 2)), [n, 2]),
  y: int32(Int32Array.from({ length: n }, (_, i) => i % 3)),
  classes: ['a', 'b', 'c'],
});
const firsts = ({ x }: Labelled): number[] => Array.from({ length: x.data.length / 2 }, (_, i) => x.data[2 * i]!);

test('take gives the examples asked for, in that order, with their labels', () => {
  const taken = take(split(9), [7, 0, 7]);
  expect(firsts(taken)).toEqual([7, 0, 7]);
  expect([...taken.y.data]).toEqual([1, 0, 1]);
  expect(taken.x.shape).toEqual([3, 2]);
  expect(() => take(split(9), [9])).toThrow('expected indices from 0 to 8, but 9 came');
});
test('splitOff takes the same share of every class, loses nothing and keeps the order', () => {
  const { part, rest } = splitOff(split(30), Random.seed(1), 0.2);
  expect([countOf(part), countOf(rest)]).toEqual([6, 24]);
  expect([0, 1, 2].map((label) => part.y.data.filter((y: number) => y === label).length)).toEqual([2, 2, 2]);
  expect([...firsts(part), ...firsts(rest)].sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, i) => i));
  expect(firsts(part)).toEqual([...firsts(part)].sort((a, b) => a - b));
  expect(splitOff(split(30), Random.seed(1), 0.2).part).toEqual(part);
  expect(() => splitOff(split(30), Random.seed(1), 1.5)).toThrow(InputError);
});
test('a batch wraps round at the end of the order', () => expect(firsts(batchOf(split(5), [4, 3, 2, 1, 0], 3, 4))).toEqual([1, 0, 4, 3]));
test('one-hot has its 1 in the column of the label', () => expect([...oneHot([2, 0], 3)]).toEqual([0, 0, 1, 1, 0, 0]));
