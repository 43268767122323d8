import { expect, test } from 'vitest';
import { makeVolumes, organs, sliceOf, sparseSlices, type VolumeSpec } from './segmentation';

const spec: VolumeSpec = { seed: 4, split: 'train', side: 32, channels: 1, slices: 12, sparseShare: 0.42, unlabelled: 0.5, classCount: 3, contrast: 2, noise: 0.05 };

test('sparse slices lie at both ends, 42 % of them, and hold at most 3 % foreground; dense ones 10 to 40 %', () => {
  expect(sparseSlices(12, 0.42)).toEqual([true, true, false, false, false, false, false, false, false, true, true, true]);
  for (const side of [16, 32, 48])
    for (let volume = 0; volume < 10; volume++)
      for (let slice = 0; slice < 12; slice++) {
        const { sparse, trueLabel, fraction } = sliceOf({ ...spec, side }, volume, slice);
        const share = trueLabel.filter((v) => v > 0).length / trueLabel.length;
        expect(fraction).toBeCloseTo(share, 12);
        expect(share).toBeGreaterThan(sparse ? 0 : 0.1);
        expect(share).toBeLessThanOrEqual(sparse ? 0.03 : 0.4);
      }
});
test('the object grows and then shrinks', () => {
  const fractions = Array.from({ length: 12 }, (_, s) => sliceOf(spec, 1, s).fraction);
  const top = fractions.indexOf(Math.max(...fractions));
  for (let s = 1; s < 12; s++) expect(s <= top ? fractions[s]! >= fractions[s - 1]! : fractions[s]! <= fractions[s - 1]!).toBe(true);
  expect(top).toBeGreaterThan(2);
  expect(top).toBeLessThan(10);
});
test('labels are missing from sparse slices alone, at the rate q, and never from the true map', () => {
  const { slices, label, trueLabel } = makeVolumes({ ...spec, side: 16, volumes: 60 });
  const sparse = slices.filter((s) => s.sparse);
  expect(Math.abs(sparse.filter((s) => s.missing).length / sparse.length - 0.5)).toBeLessThan(0.1);
  slices.forEach((s, i) => {
    const [given, truth] = [label, trueLabel].map((t) => t.data.subarray(i * 256, (i + 1) * 256));
    expect(truth!.some((v: number) => v > 0)).toBe(true);
    expect(given).toEqual(s.missing ? new Int32Array(256) : truth);
    if (s.missing) expect(s.sparse).toBe(true);
  });
  expect(makeVolumes({ ...spec, side: 16, unlabelled: 0, volumes: 3 }).slices.some((s) => s.missing)).toBe(false);
  expect(makeVolumes({ ...spec, side: 16, unlabelled: 1, volumes: 3 }).slices.every((s) => s.missing === s.sparse)).toBe(true);
});
test('the object has its class, and stands out from what surrounds it', () => {
  for (let volume = 0; volume < 6; volume++) {
    const { trueLabel, image, organ } = sliceOf({ ...spec, contrast: 4 }, volume, 6);
    expect(organ).toBe(1 + (volume % 3));
    expect([...new Set(trueLabel)].sort()).toEqual([0, organ]);
    const mean = (inside: boolean): number => { const v = [...image].filter((_, i) => trueLabel[i]! > 0 === inside); return v.reduce((a, b) => a + b) / v.length; };
    expect(Math.abs(mean(true) - mean(false))).toBeGreaterThan(0.15);
  }
});
test('every kind of object is one piece (corners join), and fills its bounding circle as its shape does', () => {
  const filled: Record<string, number> = {};
  organs.forEach((name, k) => {
    const { trueLabel } = sliceOf({ ...spec, side: 96, classCount: 5, slices: 8 }, k, 2);
    const inside = [...trueLabel.keys()].filter((i) => trueLabel[i]! > 0);
    const queue = [inside[0]!];
    const reached = new Set(queue);
    for (let at = queue.pop(); at !== undefined; at = queue.pop()) for (const next of [at - 1, at + 1, at - 97, at - 96, at - 95, at + 95, at + 96, at + 97]) if (trueLabel[next]! > 0 && !reached.has(next)) { reached.add(next); queue.push(next); }
    expect(reached.size, name).toBe(inside.length);
    const [cx, cy] = [inside.reduce((s, i) => s + (i % 96), 0) / inside.length, inside.reduce((s, i) => s + Math.floor(i / 96), 0) / inside.length];
    const r = Math.max(...inside.map((i) => Math.hypot((i % 96) - cx, Math.floor(i / 96) - cy)));
    filled[name] = inside.length / (Math.PI * r * r);
  });
  // Areas over that of the circle through the farthest corner: disc 1, square 2/pi, equilateral triangle 0.41.
  expect(filled.disc).toBeGreaterThan(0.93);
  expect(Math.abs(filled.square! - 2 / Math.PI)).toBeLessThan(0.05);
  expect(Math.abs(filled.triangle! - (3 * Math.sqrt(3)) / (4 * Math.PI))).toBeLessThan(0.05);
  // Five-pointed, notches at 0.45: 5 * 0.45 * sin 36 / pi = 0.42; a cross with arms a third as wide as long: 20/36 of its square's... (5/9 * 4) / (pi * 10/9).
  expect(Math.abs(filled.star! - (5 * 0.45 * Math.sin(Math.PI / 5)) / Math.PI)).toBeLessThan(0.06);
  expect(Math.abs(filled.cross! - (20 / 9) / ((Math.PI * 10) / 9))).toBeLessThan(0.06);
});
test('sparse and dense sets hold just those slices', () => {
  expect(makeVolumes({ ...spec, side: 16, volumes: 4, only: 'sparse' }).slices.every((s) => s.sparse)).toBe(true);
  const dense = makeVolumes({ ...spec, side: 16, volumes: 4, only: 'dense' });
  expect(dense.slices.every((s) => !s.sparse)).toBe(true);
  expect(dense.x.shape).toEqual([28, 1, 16, 16]);
  expect(() => makeVolumes({ ...spec, sparseShare: 0, volumes: 1, only: 'sparse' })).toThrow(/none is sparse/);
});
