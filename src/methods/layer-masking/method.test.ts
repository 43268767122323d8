import { readFile } from 'node:fs/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { Random } from '../../base/random';
import { floats, tensor, type Tensor } from '../../base/tensor';
import { defineProgram } from '../../engine/program';
import type { Value } from '../../engine/value';
import { testLab } from '../../lab/testing';
import { createWasmExecutor } from '../../runtime/wasm';
import { readKnobs } from '../../spec/knobs';
import type { Images } from '../../spec/picture';
import { card } from './card';
import { edgeSmoothed, ownMean, painted } from './fills';
import { method } from './method';
import { blockNumbers, without } from './masks';
import { neighbourPadded } from './network';
import { readAs } from './read';
import { area, openTask } from './task';

const wasm = await createWasmExecutor();
afterAll(() => wasm.close());
const asset = async (path: string): Promise<Uint8Array> => new Uint8Array(await readFile(path));
const { lab, close } = testLab(wasm, { asset });
afterAll(close);
const knobs = readKnobs(card.knobs, card.quick!);
const task = await openTask(lab, knobs);
const rng = Random.seed(5).fork('masks');

/** Runs a function of images [1, 3, h, w] and a mask [1, 1, h, w]. */
async function computed(images: Tensor, mask: Float32Array, of: (images: Value, mask: Value) => Value): Promise<Float32Array> {
  const [h, w] = images.shape.slice(2) as [number, number];
  const program = defineProgram({ name: 'computed', feeds: { images: { shape: images.shape }, mask: { shape: [1, 1, h, w] } } }, ({ feeds }) => ({ outputs: { out: of(feeds.images, feeds.mask) } }));
  const session = await wasm.load(program, {});
  const { out } = await session.run({ images, mask: tensor(mask, [1, 1, h, w]) });
  await session.release();
  return floats(out!);
}
const side = 32;
const inside = (r: number, c: number): boolean => r >= 0 && c >= 0 && r < side && c < side;
const neighbours = (p: number, reach: number): number[] => {
  const [row, column] = [Math.floor(p / side), p % side];
  const out: number[] = [];
  for (let r = row - reach; r <= row + reach; r++) for (let c = column - reach; c <= column + reach; c++) out.push(inside(r, c) ? r * side + c : -1);
  return out;
};
/** One channel, filled from its border, cell by cell in float64. */
function filledByHand(x: ArrayLike<number>, mask: ArrayLike<number>, passes: number): number[] {
  let values = Array.from({ length: area }, (_, p) => x[p]! * mask[p]!);
  let known = Array.from({ length: area }, (_, p) => mask[p]! > 0);
  for (let pass = 0; pass < passes; pass++) {
    const sources = values.map((_, p) => neighbours(p, 1).filter((q) => q >= 0 && known[q]));
    const next = values.map((v, p) => (known[p] || sources[p]!.length === 0 ? v : sources[p]!.reduce((sum, q) => sum + values[q]!, 0) / sources[p]!.length));
    known = known.map((k, p) => k || sources[p]!.length > 0);
    values = next;
  }
  return values;
}
const picture = tensor(floats(task.x).slice(0, 3 * area), [1, 3, side, side]);
const channel = (x: Float32Array, c: number): Float32Array => x.subarray(c * area, (c + 1) * area);
const speckled = Float32Array.from({ length: area }, () => Number(rng.bernoulli(0.3)));
const holed = without(blockNumbers(8), [5, 6, 10]);
const apart = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a).reduce((most, v, i) => Math.max(most, Math.abs(v - b[i]!)), 0);

describe('neighbour padding', () => {
  test.each([0, 1, 2, 3, 7])('after %i passes is what filling cell by cell gives', async (passes) => {
    for (const mask of [holed, speckled]) {
      const found = await computed(picture, mask, (x, m) => neighbourPadded(x, m, passes));
      // The 1e-5 below the line takes at most that share of a value, at each pass.
      for (const c of [0, 1, 2]) expect(apart(channel(found, c), filledByHand(channel(floats(picture), c), mask, passes))).toBeLessThan((passes + 1) * 1.1e-5);
    }
  });
  test('known pixels keep their bits', async () => {
    const found = await computed(picture, holed, (x, m) => neighbourPadded(x, m, 4));
    expect(found.every((v, at) => holed[at % area] === 0 || Object.is(v, floats(picture)[at]))).toBe(true);
  });
});

describe('the masked network', () => {
  const p = task.params;
  const reading = (arm: string, mask: Float32Array, of: (r: ReturnType<typeof readAs>) => Value, images = picture) => {
    const program = defineProgram({ name: arm, constants: Object.fromEntries(Object.entries(p).map(([name, { shape }]) => [name, { shape }])), feeds: { images: { shape: [1, 3, side, side] }, mask: { shape: [1, 1, side, side] } } },
      ({ constants, feeds }) => ({ outputs: { out: of(readAs(arm, constants, feeds.images, feeds.mask, task.grey, knobs)) } }));
    return wasm.load(program, p).then(async (session) => {
      const { out } = await session.run({ images, mask: tensor(mask, [1, 1, side, side]) });
      await session.release();
      return floats(out!);
    });
  };
  /** Stem, normalisation and ReLU at each cell in float64, of an input that is already padded; `share`: what the sum is divided by. */
  function stemByHand(x: readonly (readonly number[])[], mask: ArrayLike<number>, share: (p: number) => number): number[] {
    const at = (name: string, i: number): number => floats(p[`stem.norm.${name}`]!)[i]!;
    const weight = floats(p['stem.weight']!);
    return Array.from({ length: p['stem.weight']!.shape[0]! }, (_, o) => Array.from({ length: area }, (_v, cell) => {
      const around = neighbours(cell, 1);
      if (!around.some((q) => q >= 0 && mask[q]! > 0)) return 0;
      const sum = [0, 1, 2].reduce((s, c) => s + around.reduce((t, q, k) => t + (q < 0 ? 0 : x[c]![q]! * weight[(o * 3 + c) * 9 + k]!), 0), 0);
      return Math.max(0, ((sum / share(cell) - at('running_mean', o)) / Math.sqrt(at('running_var', o) + 1e-5)) * at('weight', o) + at('bias', o));
    })).flat();
  }
  test('its stem, padded three times, is what a loop over cells gives, with zeros where the kernel sees nothing kept', async () => {
    const padded = [0, 1, 2].map((c) => filledByHand(channel(floats(picture), c), holed, 3));
    expect(apart(await reading('layer-masking', holed, (r) => r.stages[0]!.x), stemByHand(padded, holed, () => 1))).toBeLessThan(1e-3);
  });
  test('partial convolution divides by the kept share of the window', async () => {
    const cut = [0, 1, 2].map((c) => filledByHand(channel(floats(picture), c), speckled, 0));
    const share = (cell: number): number => neighbours(cell, 1).filter((q) => q >= 0 && speckled[q]! > 0).length / 9;
    expect(apart(await reading('partial', speckled, (r) => r.stages[0]!.x), stemByHand(cut, speckled, share))).toBeLessThan(1e-3);
  });
  test('the hole shrinks in the stem alone; in a block it is the skip\'s, subsampled where the stride is two', async () => {
    const mask = without(blockNumbers(8), [5]); // rows and columns 8 to 15
    const holes = await Promise.all([0, 1, 2, 3].map(async (i) => (await reading('layer-masking', mask, (r) => r.stages[i]!.m)).filter((v) => v === 0).length));
    // 9 to 14 stay hidden behind a 3 x 3 kernel; of these 10, 12, 14 are even; of 5, 6, 7 only 6 is.
    expect(holes).toEqual([36, 36, 9, 1]);
  });
  test('of a picture with nothing kept it says what the bias of its head says', async () => {
    for (const arm of ['layer-masking', 'unpadded', 'pad-first', 'partial']) expect([...(await reading(arm, new Float32Array(area), (r) => r.logits))]).toEqual([...floats(p['head.bias']!)]);
  });
  test('activations are exactly zero wherever the mask is, at every layer', async () => {
    for (const i of [0, 1, 2, 3]) {
      const [x, m] = [await reading('layer-masking', holed, (r) => r.stages[i]!.x), await reading('layer-masking', holed, (r) => r.stages[i]!.m)];
      expect(m.some((v) => v === 0)).toBe(true);
      expect(x.every((v, at) => m[at % m.length] !== 0 || v === 0)).toBe(true);
    }
  });
  test('a painted picture leaves activity in the hole, layer masking none', async () => {
    const inHole = (x: Float32Array): number => x.filter((_, at) => holed[at % area] === 0).reduce((a, b) => a + b, 0);
    expect(inHole(await reading('greyout', holed, (r) => r.stages[0]!.x))).toBeGreaterThan(0);
  });
});

describe('paint', () => {
  const x = floats(picture);
  test('one colour covers the hole and nothing else', async () => {
    const found = await computed(picture, holed, (images, m) => painted(images, m, [0.25, -0.5, 1]));
    expect(found.every((v, at) => v === (holed[at % area] ? x[at] : [0.25, -0.5, 1][Math.floor(at / area)]))).toBe(true);
  });
  test('the picture\'s own mean is that of all its pixels', async () => {
    const found = await computed(picture, holed, ownMean);
    const hole = holed.indexOf(0);
    for (const c of [0, 1, 2]) expect(found[c * area + hole]).toBeCloseTo(channel(x, c).reduce((a, b) => a + b, 0) / area, 5);
  });
  test('edge smoothing puts into the hole a Gaussian mean of what was painted, pixel by pixel', async () => {
    const found = await computed(picture, holed, (images, m) => edgeSmoothed(images, m, [0, 0, 0]));
    const grey = Float32Array.from(x, (v, at) => v * holed[at % area]!);
    const wanted = Float64Array.from(grey, (v, at) => {
      const [c, cell] = [Math.floor(at / area), at % area];
      if (holed[cell]) return v;
      const around = neighbours(cell, 2).map((q, k) => ({ q, w: Math.exp(-((Math.floor(k / 5) - 2) ** 2 + ((k % 5) - 2) ** 2) / 2) })).filter(({ q }) => q >= 0);
      return around.reduce((sum, { q, w }) => sum + w * grey[c * area + q]!, 0) / around.reduce((sum, { w }) => sum + w, 0);
    });
    expect(apart(found, wanted)).toBeLessThan(1e-5);
  });
});

test('a mask of one\'s own is answered with maps, paddings and what is said', async () => {
  const { pictures } = await method.asks!.draw!(lab, knobs, { image: 3, blocks: '0-2 5', silhouette: true, arm: 'partial', passes: '1', parts: 4 }, undefined);
  expect(Object.keys(pictures!)).toEqual(['strip', 'padded', 'says']);
  expect(pictures!.strip).toMatchObject({ kind: 'images', images: { length: 10 } });
  expect(pictures!.padded).toMatchObject({ kind: 'images', images: { length: 8 } });
});
test('a dropped picture takes the place of the test pictures, in its own colours', async () => {
  const file = { name: 'grey.png', bytes: await asset('src/data/files/testing/fixtures/grey.png') };
  const kit = testLab(wasm, { asset, files: [file] });
  const { pictures } = await method.asks!.draw!(kit.lab, knobs, { image: 7, blocks: '', silhouette: false, arm: 'layer-masking', passes: 'k', parts: 4 }, undefined);
  await kit.close();
  const input = (pictures!.strip as Images).images[0]!;
  const pixels = Array.from({ length: input.width * input.height }, (_, p) => [...input.data.subarray(3 * p, 3 * p + 3)]);
  expect(pixels.every(([r, g, b]) => r === g && g === b)).toBe(true);
  expect(new Set(pixels.map(([r]) => r)).size).toBeGreaterThan(1);
});
