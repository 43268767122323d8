import { expect, test } from 'vitest';
import { Fingerprint, sha256 } from './hash';
import * as ours from './math';
import { philox, Random } from './random';
import { broadcastShapes, stridesOf } from './tensor';

test('elementary functions agree with the engine’s to a few units in the last place', () => {
  const close = (a: number, b: number): void => expect(Math.abs(a - b)).toBeLessThanOrEqual(4e-16 * Math.max(1, Math.abs(b)));
  for (let x = -40; x <= 40; x += 0.137) {
    close(ours.sin(x), Math.sin(x));
    close(ours.cos(x), Math.cos(x));
    close(ours.exp(x) / Math.exp(x), 1);
    close(ours.tanh(x), Math.tanh(x));
    if (x > 0) close(ours.log(x), Math.log(x));
  }
  expect(Math.abs(ours.sin(123456.7) - Math.sin(123456.7))).toBeLessThan(1e-11);
  expect([ours.exp(0), ours.log(1), ours.exp(-1000), ours.exp(1000), ours.log(0), ours.pow(0, 2)]).toEqual([1, 0, 0, Infinity, -Infinity, 0]);
  // Table values (Abramowitz and Stegun, table 7.1).
  for (const [x, y] of [[0.5, 0.5204998778], [1, 0.8427007929], [2, 0.995322265], [3, 0.9999779095]] as const) expect(ours.erf(x)).toBeCloseTo(y, 9);
});
test('Philox gives the published known answers', () => {
  // Random123's kat_vectors, philox4x32 with 10 rounds.
  const out = new Uint32Array(4);
  philox(0, 0, 0, 0, 0, 0, out);
  expect([...out]).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
  philox(0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, out);
  expect([...out]).toEqual([0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]);
  philox(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, out);
  expect([...out]).toEqual([0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]);
});
test('a stream depends on its name alone, not on what was drawn from its parent or its siblings', () => {
  const a = Random.seed(7).fork('data', 3);
  const parent = Random.seed(7);
  parent.normal();
  parent.fork('other').uniform();
  const b = parent.fork('data', 3);
  expect(Array.from({ length: 9 }, () => b.word())).toEqual(Array.from({ length: 9 }, () => a.word()));
  expect(Random.seed(7).fork('data', 4).word()).not.toBe(Random.seed(7).fork('data', 3).word());
});
test('uniform and normal numbers have the moments that they should', () => {
  const rng = Random.seed(1);
  const n = 20000;
  const u = rng.fork('u').fillUniform(new Float32Array(n));
  const z = rng.fork('z').fillNormal(new Float32Array(n));
  const mean = (x: Float32Array, f = (v: number) => v): number => x.reduce((s, v) => s + f(v), 0) / n;
  expect(Math.abs(mean(u) - 0.5)).toBeLessThan(0.01);
  expect(Math.abs(mean(u, (v) => v * v) - 1 / 3)).toBeLessThan(0.01);
  expect(Math.abs(mean(z))).toBeLessThan(0.03);
  expect(Math.abs(mean(z, (v) => v * v) - 1)).toBeLessThan(0.04);
  expect(Math.abs(mean(z, (v) => v ** 4) - 3)).toBeLessThan(0.25);
  expect(u.every((v) => v > 0 && v < 1)).toBe(true);
});
test('a permutation holds every index once', () => {
  expect([...Random.seed(2).permutation(100)].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
});
test('shapes broadcast as NumPy’s do', () => {
  expect(broadcastShapes('t', [3, 1, 4], [2, 1])).toEqual([3, 2, 4]);
  expect(() => broadcastShapes('t', [3], [2])).toThrow(/do not broadcast/);
  expect(stridesOf([2, 3, 4])).toEqual([12, 4, 1]);
});
test('a fingerprint tells one changed bit, and -0 from 0', () => {
  const of = (x: number[]): string => new Fingerprint().addFloats(Float32Array.from(x)).hex();
  expect(of([1, 2, 3])).toBe(of([1, 2, 3]));
  expect(of([0])).not.toBe(of([-0]));
  expect(of([1, 2])).not.toBe(of([2, 1]));
  expect(of([1, 2, 3])).toMatch(/^[0-9a-f]{16}$/);
});
test('SHA-256 gives the published answer', async () => {
  expect(await sha256(new TextEncoder().encode('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
