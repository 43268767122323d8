import { describe, expect, test } from 'vitest';
import { Random } from '../../base/random';
import { int32, tensor } from '../../base/tensor';
import { gradients } from '../autodiff';
import { evaluate } from '../evaluate';
import { abs, maximum, minimum, relu, sign, stopGradient, sum, where, greater } from '../ops';
import * as ops from '../ops';
import { constant, registeredOps, topological, type Value } from '../value';
import { cases, derivative, withoutTrueGradient } from './cases';
import { expectGradient } from './expect-gradient';

const seeds = Array.from({ length: 8 }, (_, i) => i);
const caseOf = (op: string, i: number) => cases[op]!(Random.seed(i).fork(op));
const differentiable = Object.keys(cases).filter((op) => registeredOps().get(op)!.gradient !== 'none' && !withoutTrueGradient.has(op));
const numbers = (value: Value): number[] => [...evaluate([value], new Map())[0]!.data];

test('every op has cases, and every case applies its op', () => {
  expect(Object.keys(cases).sort()).toEqual([...registeredOps().keys()].sort());
  for (const op of Object.keys(cases))
    for (const i of seeds) {
      const { inputs, build } = caseOf(op, i);
      const y = build(Object.fromEntries(Object.entries(inputs).map(([name, t]) => [name, constant(t)])));
      expect(topological([y]).map((v) => v.op.name), op).toContain(op);
    }
});
describe('gradients agree with central differences', () => {
  test.each(differentiable)('%s', (op) => {
    for (const i of seeds) {
      const { inputs, build } = caseOf(op, i);
      expectGradient(build, inputs, { seed: i });
    }
  });
});
describe('gradients of gradients agree with central differences', () => {
  test.each(differentiable)('%s', (op) => {
    for (const i of seeds.slice(0, 3)) {
      const second = derivative(caseOf(op, i), Random.seed(i).fork(op, 'derivative'))!;
      expectGradient(second.build, second.inputs, { seed: i });
    }
  });
});
test('at a kink each gradient is the one that the op promises', () => {
  const [x, y] = [constant(tensor([0, -0, 1])), constant(tensor([0, 0, 1]))];
  const at = (value: Value, ...of: Value[]): number[][] => gradients(sum(value), of).map(numbers);
  expect(at(relu(x), x)).toEqual([[0, 0, 1]]);
  expect(at(abs(x), x).flat().map((v) => v + 0)).toEqual([0, 0, 1]);
  expect(numbers(sign(x)).map((v) => v + 0)).toEqual([0, 0, 1]);
  expect(at(maximum(x, y), x, y)).toEqual([[1, 1, 1], [0, 0, 0]]);
  expect(at(minimum(x, y), x, y)).toEqual([[1, 1, 1], [0, 0, 0]]);
});
test('stopGradient passes values and no gradient; where keeps what is not chosen out of its result', () => {
  const x = constant(tensor([1, -2]));
  expect(numbers(stopGradient(x))).toEqual([1, -2]);
  expect(numbers(gradients(sum(stopGradient(x)), [x])[0]!)).toEqual([0, 0]);
  expect(numbers(where(greater(x, 0), x, constant(tensor([Infinity, Infinity]))))).toEqual([1, Infinity]);
});
test.each(['gelu', 'softmax', 'logSoftmax', 'logSumExp'] as const)('%s refuses integers, for which no provider has it', (op) => {
  const integers = constant(int32([1, 2, 3]));
  expect(() => ops[op](integers)).toThrow(`${op}: expected float32, but int32 came`);
});
