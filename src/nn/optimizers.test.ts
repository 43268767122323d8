import { expect, test } from 'vitest';
import { sizeOf, tensor } from '../base/tensor';
import { evaluate, toReference } from '../engine/evaluate';
import { input } from '../engine/value';
import { layoutOf, type Layout } from '../engine/layout';
import { allOf, factorsOf, layerwise, noDecayOnVectors, type Groups } from './groups';
import { adam, perGroup, sgd, type Hyper, type Optimizer } from './optimizers';

const start = [0.5, -2, 3];
/** The gradient of sum(theta^4) / 4 at theta. */
const gradientAt = (theta: readonly number[]): number[] => theta.map((t) => t ** 3);

/** Ten steps by the graph, in float64. */
function byGraph(optimizer: Optimizer, hyper: Hyper, layout?: Layout): number[] {
  const slotShapes = optimizer.slots(3, layout);
  const slots = Object.fromEntries(Object.entries(slotShapes).map(([name, shape]) => [name, input(name, shape)]));
  const [theta, gradient] = [input('theta', [3]), input('gradient', [3])];
  const scalars = Object.fromEntries(Object.keys(optimizer.scalars(0, hyper)).map((name) => [name, input(`step.${name}`, [])]));
  const next = optimizer.update({ theta, gradient, slots, scalars, ...(layout && { layout }) });
  const names = ['theta', ...Object.keys(slots)];
  const held = new Map(names.map((name) => [name, toReference(tensor(name === 'theta' ? start : new Array<number>(sizeOf(slotShapes[name]!)).fill(0)))]));
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
/** As PyTorch documents it: b <- momentum b + g, then g <- g + momentum b. The first step's b is g. */
function nesterovByHand(rate: number, momentum: number, decay: number): number[] {
  const theta = [...start];
  const b = [0, 0, 0];
  for (let step = 0; step < 10; step++)
    gradientAt(theta).forEach((plain, i) => {
      const g = plain + decay * theta[i]!;
      b[i] = momentum * b[i]! + g;
      theta[i] = theta[i]! - rate * (g + momentum * b[i]!);
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
  ['SGD with Nesterov momentum', sgd({ momentum: 0.9, nesterov: true }), { learningRate: 0.005 }, nesterovByHand(0.005, 0.9, 0)],
  ['SGD with Nesterov momentum and coupled decay', sgd({ momentum: 0.9, nesterov: true, l2: true }), { learningRate: 0.005, l2: 0.3 }, nesterovByHand(0.005, 0.9, 0.3)],
  ['Adam', adam(), { learningRate: 0.1 }, adamByHand(0.1, 0, false)],
  ['Adam with coupled decay', adam({ l2: true }), { learningRate: 0.1, l2: 0.3 }, adamByHand(0.1, 0.3, false)],
  ['AdamW', adam(), { learningRate: 0.1, weightDecay: 0.3 }, adamByHand(0.1, 0.3, true)],
])('%s takes the steps that PyTorch documents', (_, optimizer, hyper, expected) =>
  byGraph(optimizer, hyper).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6)));

test('Nesterov momentum needs a momentum', () => expect(() => sgd({ nesterov: true })).toThrow('with a momentum of 0'));

/** Three params of one number each, so that each group is a training of its own: the gradient of theta_i^4 / 4 knows nothing of the others. */
const three = layoutOf({ 'a.weight': [1, 1], 'b.weight': [1, 1], 'c.weight': [1, 1] });
const groups: Groups = (name) => (name === 'a.weight' ? {} : name === 'b.weight' ? { rate: 0.25 } : { decay: 0, rate: 2 });
test.each<[string, (groups?: Groups) => Optimizer, Hyper]>([
  ['AdamW', (g) => adam({ ...(g && { groups: g }) }), { learningRate: 0.1, weightDecay: 0.3 }],
  ['Adam with coupled decay', (g) => adam({ l2: true, ...(g && { groups: g }) }), { learningRate: 0.1, l2: 0.3 }],
  ['SGD with Nesterov momentum', (g) => sgd({ momentum: 0.9, nesterov: true, ...(g && { groups: g }) }), { learningRate: 0.004, weightDecay: 0.3 }],
  ['SGD with coupled decay', (g) => sgd({ l2: true, ...(g && { groups: g }) }), { learningRate: 0.004, l2: 0.3 }],
])('%s with groups trains each as alone, with its own rate and decay', (_, make, hyper) => {
  const { weightDecay, l2 } = hyper;
  const alone = (rate: number, decay: number): number[] => byGraph(make(), { learningRate: rate * hyper.learningRate, ...(weightDecay !== undefined && { weightDecay: decay * weightDecay }), ...(l2 !== undefined && { l2: decay * l2 }) });
  const together = byGraph(make(groups), hyper, three);
  [alone(1, 1)[0]!, alone(0.25, 1)[1]!, alone(2, 0)[2]!].forEach((expected, i) => expect(together[i]).toBeCloseTo(expected, 6));
});
test('groups that change nothing leave the steps as they are, and a rate of 0 leaves the param', () => {
  const hyper = { learningRate: 0.1, weightDecay: 0.3 };
  byGraph(adam({ groups: () => ({}) }), hyper, three).forEach((value, i) => expect(value).toBeCloseTo(byGraph(adam(), hyper)[i]!, 9));
  expect(byGraph(adam({ groups: (name) => ({ rate: name === 'b.weight' ? 0 : 1 }) }), hyper, three)[1]).toBe(start[1]);
});
test('groups without a layout, and factors that are none, are refused by name', () => {
  expect(() => byGraph(adam({ groups }), { learningRate: 0.1 })).toThrow('needs the layout');
  expect(() => factorsOf(() => ({ rate: -1 }), three)).toThrow('-1 came for a.weight');
});
test('factors: none on vectors, a power a layer, and products', () => {
  const groupOf = allOf(noDecayOnVectors, layerwise({ decay: 0.5, layers: 4, layerOf: (name) => Number(name[0]) }));
  expect(groupOf('0.weight', [3, 3])).toEqual({ rate: 0.125, decay: 1 });
  expect(groupOf('3.bias', [3])).toEqual({ rate: 1, decay: 0 });
  expect(() => groupOf('4.weight', [3, 3])).toThrow('a layer from 0 to 3');
  expect(factorsOf(() => ({ rate: 1 }), three)).toEqual({});
});

/** The groups lie interleaved in theta: a and c step by Adam, b by SGD with momentum. */
const outerOrInner = (name: string): string => (name === 'b.weight' ? 'inner' : 'outer');
test('each group steps as it would alone, by an optimiser and at a rate of its own', () => {
  const both = perGroup({ outer: adam(), inner: sgd({ momentum: 0.9 }) }, outerOrInner);
  const stepped = byGraph(both, { learningRate: 0.1, groups: { inner: { learningRate: 0.005 } } }, three);
  [adamByHand(0.1, 0, true), sgdByHand(0.005, 0.9, 0), adamByHand(0.1, 0, true)].forEach((alone, i) => expect(stepped[i]).toBeCloseTo(alone[i]!, 6));
});
test('a group clips its own norm', () => {
  const stepped = byGraph(perGroup({ outer: sgd(), inner: sgd({ clipNorm: 1 }) }, outerOrInner), { learningRate: 0.01 }, three);
  expect(stepped[1]).toBeCloseTo(start[1]! + 10 * 0.01, 6); // its gradient, longer than 1 throughout, has length 1
  expect(stepped[2]).toBeCloseTo(sgdByHand(0.01, 0, 0)[2]!, 6);
});
test('a param of no group is named', () => expect(() => byGraph(perGroup({ outer: sgd() }, outerOrInner), { learningRate: 1 }, three)).toThrow('b.weight'));
