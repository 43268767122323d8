import { expect, test } from 'vitest';
import { tensor } from '../base/tensor';
import { evaluate, toReference } from '../engine/evaluate';
import { input } from '../engine/value';
import { adam, sgd, type Hyper, type Optimizer } from './optimizers';

const start = [0.5, -2, 3];
/** The gradient of sum(theta^4) / 4 at theta. */
const gradientAt = (theta: readonly number[]): number[] => theta.map((t) => t ** 3);

/** Ten steps by the graph, in float64. */
function byGraph(optimizer: Optimizer, hyper: Hyper): number[] {
  const slots = Object.fromEntries(Object.entries(optimizer.slots(3)).map(([name, shape]) => [name, input(name, shape)]));
  const [theta, gradient] = [input('theta', [3]), input('gradient', [3])];
  const scalars = Object.fromEntries(Object.keys(optimizer.scalars(0, hyper)).map((name) => [name, input(`step.${name}`, [])]));
  const next = optimizer.update({ theta, gradient, slots, scalars });
  const names = ['theta', ...Object.keys(slots)];
  const held = new Map(names.map((name) => [name, toReference(tensor(name === 'theta' ? start : [0, 0, 0]))]));
  for (let step = 0; step < 10; step++) {
    const now = [...held.get('theta')!.data];
    const feeds = new Map([...held, ['gradient', { shape: [3], data: Float64Array.from(gradientAt(now)) }], ...Object.entries(optimizer.scalars(step, hyper)).map(([name, value]) => [`step.${name}`, { shape: [], data: Float64Array.of(value) }] as const)]);
    evaluate([next.theta, ...Object.keys(slots).map((name) => next.slots[name]!)], feeds).forEach((value, i) => held.set(names[i]!, value));
  }
  return [...held.get('theta')!.data];
}
// By the algorithms that PyTorch's documentation prints (torch.optim.SGD, Adam, AdamW), number by number.
function sgdByHand(rate: number, momentum: number, decay: number): number[] {
  const theta = [...start];
  const u = [0, 0, 0];
  for (let step = 0; step < 10; step++)
    gradientAt(theta).forEach((g, i) => {
      u[i] = momentum * u[i]! + g + decay * theta[i]!;
      theta[i] = theta[i]! - rate * u[i]!;
    });
  return theta;
}
function adamByHand(rate: number, decay: number, decoupled: boolean): number[] {
  const theta = [...start];
  const [m, v] = [[0, 0, 0], [0, 0, 0]];
  for (let t = 1; t <= 10; t++)
    gradientAt(theta).forEach((plain, i) => {
      const g = decoupled ? plain : plain + decay * theta[i]!;
      if (decoupled) theta[i] = theta[i]! - rate * decay * theta[i]!;
      m[i] = 0.9 * m[i]! + 0.1 * g;
      v[i] = 0.999 * v[i]! + 0.001 * g * g;
      theta[i] = theta[i]! - (rate * (m[i]! / (1 - 0.9 ** t))) / (Math.sqrt(v[i]! / (1 - 0.999 ** t)) + 1e-8);
    });
  return theta;
}
test.each<[string, Optimizer, Hyper, number[]]>([
  ['plain', sgd(), { learningRate: 0.01 }, sgdByHand(0.01, 0, 0)],
  ['SGD with momentum', sgd({ momentum: 0.9 }), { learningRate: 0.005 }, sgdByHand(0.005, 0.9, 0)],
  ['SGD with momentum and coupled decay', sgd({ momentum: 0.9, l2: true }), { learningRate: 0.005, l2: 0.3 }, sgdByHand(0.005, 0.9, 0.3)],
  ['Adam', adam(), { learningRate: 0.1 }, adamByHand(0.1, 0, false)],
  ['Adam with coupled decay', adam({ l2: true }), { learningRate: 0.1, l2: 0.3 }, adamByHand(0.1, 0.3, false)],
  ['AdamW', adam(), { learningRate: 0.1, weightDecay: 0.3 }, adamByHand(0.1, 0.3, true)],
])('%s takes the steps that PyTorch documents', (_, optimizer, hyper, expected) =>
  byGraph(optimizer, hyper).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6)));
