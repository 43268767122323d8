import { expect, test } from 'vitest';
import { Random } from '../../base/random';
import { isSmall, spectrumOf } from './spectrum';

test('a change of rank one has one singular value, the product of its vectors\' lengths', () => {
  const [u, v] = [[1, 2, 2], [3, 4]];
  const { values, stableRank, effectiveRank } = spectrumOf(Float32Array.from(u.flatMap((x) => v.map((y) => x * y))), [3, 2]);
  expect([...values]).toEqual([expect.closeTo(15, 6), expect.closeTo(0, 6)]);
  expect([stableRank, effectiveRank]).toEqual([expect.closeTo(1, 6), expect.closeTo(1, 5)]);
});
test('an identity of n has every rank n; nothing has rank 0', () => {
  const identity = Float32Array.from({ length: 36 }, (_, i) => Number(i % 7 === 0));
  expect(spectrumOf(identity, [6, 6])).toEqual({ values: new Float64Array(6).fill(1), stableRank: expect.closeTo(6, 10), effectiveRank: expect.closeTo(6, 10) });
  expect(spectrumOf(new Float32Array(6), [2, 3])).toEqual({ values: new Float64Array(2), stableRank: 0, effectiveRank: 0 });
});
test('squares of singular values add up to the squares of all entries', () => {
  const data = Random.seed(4).fillNormal(new Float32Array(20 * 9));
  const { values } = spectrumOf(data, [20, 9]);
  expect(values.length).toBe(9);
  expect(values.reduce((sum, s) => sum + s * s, 0)).toBeCloseTo(data.reduce((sum, x) => sum + x * x, 0), 8);
});
test('large matrices are not asked for', () => expect([isSmall(512, 512), isSmall(64, 100_000), isSmall(2048, 2048)]).toEqual([true, false, false]));
