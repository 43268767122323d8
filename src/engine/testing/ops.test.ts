import { describe, expect, test } from 'vitest';
import { Random } from '../../base/random';
import { constant, registeredOps, topological } from '../value';
import '../ops';
import { cases, derivative, withoutTrueGradient } from './cases';
import { expectGradient } from './expect-gradient';

const seeds = Array.from({ length: 8 }, (_, i) => i);
const caseOf = (op: string, i: number) => cases[op]!(Random.seed(i).fork(op));
const differentiable = Object.keys(cases).filter((op) => registeredOps().get(op)!.gradient !== 'none' && !withoutTrueGradient.has(op));

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
