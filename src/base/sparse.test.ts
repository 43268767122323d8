import { expect, test } from 'vitest';
import { Random } from './random';
import { differenceOf, largestOf, sparsely, sumOf, withAdded } from './sparse';

const rng = Random.seed(4);
const drawn = (n: number): Float32Array => rng.fillNormal(new Float32Array(n));

test('a sparse vector is the whole one where it is not 0, and small entries can be left out', () => {
  const vector = sparsely(Float32Array.of(0, 2, -1e-9, -3, 0), 1e-7);
  expect([...vector.indices]).toEqual([1, 3]);
  expect([...vector.values]).toEqual([2, -3]);
  expect([...sumOf(5, [{ vector }])]).toEqual([0, 2, 0, -3, 0]);
});
test('sums do not depend on the order, add where vectors meet, and can be taken back', () => {
  const [whole, a, b] = [drawn(50), sparsely(drawn(50).map((v, i) => (i % 3 === 0 ? v : 0))), sparsely(drawn(50).map((v, i) => (i % 2 === 0 ? v : 0)))];
  const both = withAdded(whole, [{ vector: a }, { vector: b }]);
  expect(withAdded(whole, [{ vector: b }, { vector: a }])).toEqual(both);
  expect(both[6]).toBeCloseTo(whole[6]! + a.values[2]! + b.values[3]!, 6);
  withAdded(both, [{ vector: a, scale: -1 }, { vector: b, scale: -1 }]).forEach((v, i) => expect(v).toBeCloseTo(whole[i]!, 6));
  expect(() => sumOf(49, [{ vector: a }])).toThrow('49');
});
test('the largest are those that a full sort puts first, and ties go to the earlier', () => {
  const sizes = drawn(200);
  const candidates = Uint32Array.from({ length: 100 }, (_, i) => 2 * i);
  const expected = [...candidates].map((i) => [Math.abs(sizes[i]!), i] as const).sort((x, y) => y[0] - x[0]).slice(0, 17).map(([, i]) => i).sort((x, y) => x - y);
  expect([...largestOf(sizes, candidates, 17)]).toEqual(expected);
  expect([...largestOf(Float32Array.of(1, 0, 0, 1, 0), Uint32Array.of(0, 1, 2, 3, 4), 3)]).toEqual([0, 1, 3]);
  expect(largestOf(sizes, candidates, 1000)).toEqual(candidates);
  expect([...differenceOf(Float32Array.of(3, 1), Float32Array.of(1, 1))]).toEqual([2, 0]);
});
