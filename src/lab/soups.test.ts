import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../base/random';
import { floats, tensor, type Params } from '../base/tensor';
import { average, sameBits, weightedSum } from './combine';
import { greedySoup, LearnedSoup, softmaxOf, sortedOrder, throughSoftmax } from './soups';

const model = (seed: number): Params => {
  const rng = Random.seed(seed);
  return { w: tensor(rng.fork('w').fillNormal(new Float32Array(4)), [2, 2]), b: tensor(rng.fork('b').fillNormal(new Float32Array(3))) };
};
/** A made-up accuracy: any function of the weights will do, with ties. */
const accuracyOf = (p: Params): number => Math.round(10 / (1 + Math.abs(floats(p.w!)[0]! - 0.3) + Math.abs(floats(p.b!)[1]!))) / 10;

test('greedy in sorted order is never worse on validation than its best ingredient, by either rule', () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 1e6 }), { minLength: 1, maxLength: 9 }), fc.constantFrom('better' as const, 'not-worse' as const), async (seeds, accept) => {
      const models = seeds.map(model);
      const alone = models.map(accuracyOf);
      const soup = await greedySoup(models, alone, sortedOrder(alone), accept, async (p) => accuracyOf(p));
      expect(soup.accuracy).toBeGreaterThanOrEqual(Math.max(...alone));
      expect(accuracyOf(soup.params)).toBe(soup.accuracy);
      const plain = average(soup.members.map((i) => models[i]!));
      for (const name of ['w', 'b']) floats(plain[name]!).forEach((v, i) => expect(floats(soup.params[name]!)[i]).toBeCloseTo(v, 5));
    }),
  ));
test('a tie does not earn a place under ">", and does under ">="; a refused ingredient is not tried again', async () => {
  const models = [model(1), model(1), model(1)];
  const tried: number[] = [];
  const strict = await greedySoup(models, [0.5, 0.5, 0.5], [0, 1, 2], 'better', async () => 0.5, ({ ingredient }) => tried.push(ingredient));
  expect(strict.members).toEqual([0]);
  expect(tried).toEqual([0, 1, 2]);
  const loose = await greedySoup(models, [0.5, 0.5, 0.5], [0, 1, 2], 'not-worse', async () => 0.5);
  expect(loose.members).toEqual([0, 1, 2]);
  expect(sameBits(loose.params, models[0]!)).toBe(true);
});
test('the learned soup starts as the uniform soup, bit for bit, whatever the number of ingredients', () =>
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 16 }), fc.constantFrom('tensor' as const, 'model' as const), (k, by) => {
      const models = Array.from({ length: k }, (_, i) => model(i));
      const soup = new LearnedSoup(models, by);
      expect(sameBits(soup.params(), average(models))).toBe(true);
      for (const row of Object.values(soup.result().alpha)) for (const a of row) expect(a).toBeCloseTo(1 / k, 12);
    }),
  ));
test.each(['tensor', 'model'] as const)('the gradient of the raw coefficients, by %s, agrees with central differences', (by) => {
  const models = [model(1), model(2), model(3)];
  const target = model(9);
  // L(theta) = 1/2 |theta - target|^2, in float64 and apart from the class under test.
  const loss = (r: Readonly<Record<string, readonly number[]>>): number =>
    ['w', 'b'].reduce((total, name) => {
      const alpha = softmaxOf(r[name]!);
      return total + floats(target[name]!).reduce((t, y, at) => t + 0.5 * (alpha.reduce((x, a, i) => x + a * floats(models[i]![name]!)[at]!, 0) - y) ** 2, 0);
    }, 0);
  const soup = new LearnedSoup(models, by);
  const gradient = soup.gradient(weightedSum([soup.params(), target], [1, -1]));
  const start = { w: [1 / 3, 1 / 3, 1 / 3], b: [1 / 3, 1 / 3, 1 / 3] };
  const moved = (names: readonly string[], i: number, h: number) => Object.fromEntries(Object.entries(start).map(([name, r]) => [name, names.includes(name) ? r.map((v, j) => (j === i ? v + h : v)) : r]));
  const groups = by === 'model' ? [['w', 'b']] : [['w'], ['b']];
  groups.forEach((names, g) => {
    for (let i = 0; i < 3; i++) expect(gradient[g]![i]).toBeCloseTo((loss(moved(names, i, 1e-5)) - loss(moved(names, i, -1e-5))) / 2e-5, 4);
  });
});
test('learning descends: mixing weights find the one model that is the target', () => {
  const models = [model(1), model(2), model(3)];
  const soup = new LearnedSoup(models, 'tensor');
  for (let step = 0; step < 400; step++) soup.update(weightedSum([soup.params(), models[1]!], [1, -1]), 0);
  for (const row of Object.values(soup.result().alpha)) expect(row[1]).toBeGreaterThan(0.8);
});
test('the softmax Jacobian maps any gradient to one that sums to zero', () => {
  const d = throughSoftmax(softmaxOf([0.1, 2, -1]), [3, -1, 0.5]);
  expect(d.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 12);
});
