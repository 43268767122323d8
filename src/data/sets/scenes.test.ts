import { expect, test } from 'vitest';
import { InputError } from '../../base/errors';
import { Fingerprint } from '../../base/hash';
import { Random } from '../../base/random';
import { floats } from '../../base/tensor';
import { augmentScenes, classesOf, className, classPrompts, colours, makeSceneClasses, makeScenes, maxCaptionTokens, shapes, textures, tokenize, tokenizeAll, tokens, vocabulary } from './scenes';

const size = 3 * 32 * 32;
const options = { seed: 7, split: 'train', style: 'original' } as const;
const many = makeScenes({ ...options, count: 600 });
const pictureOf = (x: Float32Array, i: number): number[] => [...x.subarray(i * size, (i + 1) * size)];
/** Share of pixels that are far from the corner's colour in some channel: the object's. */
function areaOf(x: Float32Array, i: number): number {
  let covered = 0;
  for (let p = 0; p < 1024; p++) if ([0, 1, 2].some((c) => Math.abs(x[i * size + c * 1024 + p]! - x[i * size + c * 1024]!) > 0.5)) covered++;
  return covered / 1024;
}

test('pictures are [n, 3, 32, 32], within [-1, 1], and use most of that range', () => {
  for (const style of ['original', 'shifted'] as const) {
    const { x } = makeScenes({ ...options, style, strength: 1, count: 40 });
    expect(x.shape).toEqual([40, 3, 32, 32]);
    const data = floats(x);
    expect(data.every((v) => v >= -1 && v <= 1)).toBe(true);
    expect(data.reduce((a, b) => Math.max(a, b), -1)).toBeGreaterThan(0.9);
    expect(data.reduce((a, b) => Math.min(a, b), 1)).toBeLessThan(-0.7);
  }
});
test('there are 8 shapes, 8 colours and 4 textures, and random scenes use all of them about equally', () => {
  expect([shapes.length, colours.length, textures.length]).toEqual([8, 8, 4]);
  for (const [values, kinds] of [[many.shape, 8], [many.colour, 8], [many.texture, 4]] as const) {
    const counts = new Array<number>(kinds).fill(0);
    values.forEach((v) => counts[v]!++);
    counts.forEach((n) => expect(Math.abs(n - 600 / kinds)).toBeLessThan(5 * Math.sqrt(600 / kinds))); // five standard deviations
  }
});
test('example i does not depend on how many are made, nor on its neighbours', () => {
  const few = makeScenes({ ...options, count: 5 });
  expect(pictureOf(floats(few.x), 4)).toEqual(pictureOf(floats(many.x), 4));
  expect(few.captions).toEqual(many.captions.slice(0, 5));
  const other = makeScenes({ ...options, split: 'test', count: 5 });
  expect(pictureOf(floats(other.x), 4)).not.toEqual(pictureOf(floats(many.x), 4));
});
test('shifted at strength 0 is original, bit for bit, and the same objects are drawn at every strength', () => {
  const original = makeScenes({ ...options, count: 6 });
  const zero = makeScenes({ ...options, style: 'shifted', strength: 0, count: 6 });
  expect([...floats(zero.x)]).toEqual([...floats(original.x)]);
  const full = makeScenes({ ...options, style: 'shifted', strength: 1, count: 6 });
  expect(full.captions).toEqual(original.captions);
  const distance = (strength: number): number => {
    const x = floats(makeScenes({ ...options, style: 'shifted', strength, count: 6 }).x);
    return x.reduce((sum, v, i) => sum + (v - floats(original.x)[i]!) ** 2, 0);
  };
  expect(distance(0.3)).toBeGreaterThan(0);
  expect(distance(0.6)).toBeGreaterThan(distance(0.3));
  expect(distance(1)).toBeGreaterThan(distance(0.6));
});
test('original backgrounds are dark, shifted ones light', () => {
  const corner = (style: 'original' | 'shifted'): number => {
    const x = floats(makeScenes({ ...options, style, strength: 1, count: 100 }).x);
    let sum = 0;
    for (let i = 0; i < 300; i++) sum += x[i * 1024]! / 300;
    return sum;
  };
  expect(corner('original')).toBeLessThan(-0.6);
  expect(corner('shifted')).toBeGreaterThan(0);
});
test('plain objects take the area that geometry says', () => {
  const classes = shapes.map((_, shape) => ({ shape, texture: 0 }));
  const { x, y } = makeSceneClasses({ ...options, classes, perClass: 30 });
  const areas = new Array<number>(8).fill(0);
  (y.data as Int32Array).forEach((label, i) => (areas[label]! += areaOf(floats(x), i) / 30));
  const square = 169.33 / 1024; // mean squared radius, uniform in [12, 14]
  const near = (name: string, wanted: number): void => expect(Math.abs(areas[shapes.indexOf(name)]! / (wanted * square) - 1)).toBeLessThan(0.12);
  near('circle', Math.PI * 0.92);
  near('square', (2 * 0.84) ** 2);
  near('triangle', 1.75 * 1.02);
  near('diamond', 2 * 0.72 * 1.05);
  near('cross', 2 * (2 * 0.96) * (2 * 0.34) - (2 * 0.34) ** 2);
  near('ring', Math.PI * (1 - 0.27));
});
test('only a plain object is of one colour inside', () => {
  /** How much a pixel differs from the one below it, in the middle of a square. */
  const tones = (texture: number): number => {
    const { x } = makeSceneClasses({ ...options, classes: [{ shape: 1, texture }], perClass: 20 });
    let change = 0;
    for (let i = 0; i < 20; i++) for (let row = 12; row < 20; row++) for (let column = 12; column < 20; column++) for (let c = 0; c < 3; c++) {
      const at = i * size + (c * 32 + row) * 32 + column;
      change += Math.abs(floats(x)[at]! - floats(x)[at + 32]!) / (20 * 64 * 3);
    }
    return change;
  };
  expect(tones(0)).toBeLessThan(0.001);
  for (let texture = 1; texture < 4; texture++) expect(tones(texture)).toBeGreaterThan(0.1);
});

test('base and new classes share no pair, and no shape or texture of a new class is unknown to the base', () => {
  const { base, new: fresh } = classesOf({ base: 12, new: 8 });
  expect([base.length, fresh.length]).toEqual([12, 8]);
  expect(new Set([...base, ...fresh].map(className)).size).toBe(20);
  for (const key of ['shape', 'texture'] as const) fresh.forEach((c) => expect(base.some((b) => b[key] === c[key])).toBe(true));
  expect(new Set(classesOf({ base: 24, new: 8 }).base.concat(classesOf({ base: 24, new: 8 }).new).map(className)).size).toBe(32);
  expect(() => classesOf({ base: 30, new: 3 })).toThrow(/at most 32/);
  expect(() => classesOf({ base: 4, new: 3 })).toThrow(/At least 8/);
});
test('a classification set is balanced, in turns, and more shots keep the first ones', () => {
  const { base } = classesOf({ base: 12, new: 8 });
  const small = makeSceneClasses({ ...options, classes: base, perClass: 2 });
  const large = makeSceneClasses({ ...options, classes: base, perClass: 4 });
  expect([large.x.shape, large.y.shape]).toEqual([[48, 3, 32, 32], [48]]);
  expect([...large.y.data]).toEqual(Array.from({ length: 48 }, (_, i) => i % 12));
  expect([...floats(large.x)].slice(0, 24 * size)).toEqual([...floats(small.x)]);
  const alone = makeSceneClasses({ ...options, classes: [base[5]!], perClass: 2 });
  expect(pictureOf(floats(alone.x), 1)).toEqual(pictureOf(floats(small.x), 17)); // number 1 of class 5, whatever stands beside it
});
test('scenes can be kept to some classes', () => {
  const { base } = classesOf({ base: 12, new: 8 });
  const { shape, texture } = makeScenes({ ...options, count: 60, classes: base });
  shape.forEach((s, i) => expect(base.some((c) => c.shape === s && c.texture === texture[i])).toBe(true));
});

test('a caption names the shape always, the texture or the colour or both, and never a wrong one', () => {
  let both = 0;
  many.captions.forEach((text, i) => {
    const words = text.split(' ');
    expect(words.at(-1)).toBe(shapes[many.shape[i]!]);
    const texture = words.filter((w) => textures.includes(w));
    const colour = words.filter((w) => colours.includes(w));
    expect(texture.length + colour.length).toBeGreaterThan(0);
    texture.forEach((w) => expect(w).toBe(textures[many.texture[i]!]));
    colour.forEach((w) => expect(w).toBe(colours[many.colour[i]!]));
    if (texture.length + colour.length === 2) both++;
  });
  expect(both / 600).toBeGreaterThan(0.4);
  expect(both / 600).toBeLessThan(0.6);
  expect(new Set(many.captions.map((text) => text.split(' ').slice(0, 2).join(' '))).size).toBeGreaterThan(4);
  expect(many.captions.some((text) => / a orange|an [^o]* orange/.test(text))).toBe(false);
});
test('every caption and prompt fits in maxCaptionTokens tokens, and some need them all', () => {
  const lengths = many.captions.map((text) => tokenize(text, maxCaptionTokens).findIndex((t) => t === tokens.end) + 1);
  expect(lengths.every((n) => n >= 5 && n <= maxCaptionTokens)).toBe(true);
  expect(Math.max(...lengths)).toBe(maxCaptionTokens);
  const { base } = classesOf({ base: 12, new: 8 });
  expect(classPrompts(base)[0]).toBe('a photo of a plain circle');
  expect(tokenizeAll(classPrompts(base), maxCaptionTokens).shape).toEqual([12, maxCaptionTokens]);
});
test('tokens stand for words one to one, between start and end, and padding follows', () => {
  expect(new Set(vocabulary).size).toBe(vocabulary.length);
  const text = 'an image of a dotted purple ring';
  const got = tokenize(text, 12);
  expect([...got].map((t) => vocabulary[t])).toEqual(['<start>', ...text.split(' '), '<end>', '<pad>', '<pad>', '<pad>']);
});
test('unknown words, special tokens as words and long texts are refused', () => {
  expect(() => tokenize('a photo of a dog', 9)).toThrow(/"dog" came. Known words: a, an, photo/);
  expect(() => tokenize('<pad> circle', 9)).toThrow(InputError);
  expect(() => tokenize('a photo of a plain red circle', 8)).toThrow(/At most 6 words/);
});

test('augmentation keeps shape and range, leaves its input, and depends on stream and place alone', () => {
  const { x } = makeScenes({ ...options, count: 8 });
  const before = [...floats(x)];
  const got = augmentScenes(x, Random.seed(1).fork('step', 3));
  expect(got.shape).toEqual(x.shape);
  expect([...floats(x)]).toEqual(before);
  expect(floats(got).every((v) => v >= -1 && v <= 1)).toBe(true);
  expect([...floats(augmentScenes(x, Random.seed(1).fork('step', 3)))]).toEqual([...floats(got)]);
  expect([...floats(augmentScenes(x, Random.seed(1).fork('step', 4)))]).not.toEqual([...floats(got)]);
});
test('a crop of the whole side is the picture or its mirror image', () => {
  const { x } = makeScenes({ ...options, count: 8 });
  const got = floats(augmentScenes(x, Random.seed(2), 1));
  const mirrored = Array.from({ length: 8 }, (_, i) => {
    const was = pictureOf(floats(x), i);
    const flipped = was.map((_v, p) => was[p - (p % 32) + 31 - (p % 32)]!);
    const is = pictureOf(got, i);
    const gap = (other: number[]): number => is.reduce((worst, v, p) => Math.max(worst, Math.abs(v - other[p]!)), 0);
    expect(Math.min(gap(was), gap(flipped))).toBeLessThan(1e-6);
    return gap(flipped) < gap(was);
  });
  expect(new Set(mirrored).size).toBe(2);
});
test('pictures have fixed bits', () => {
  const hex = (style: 'original' | 'shifted'): string => new Fingerprint().addFloats(floats(makeScenes({ ...options, style, count: 32 }).x)).hex();
  expect([hex('original'), hex('shifted')]).toMatchInlineSnapshot(`
    [
      "c891955be62405e8",
      "47c55c8eb0c19e9b",
    ]
  `);
});
test('impossible strengths and counts are refused', () => {
  expect(() => makeScenes({ ...options, style: 'shifted', strength: 1.5, count: 1 })).toThrow(/from 0 to 1 was expected, but 1.5/);
  expect(() => makeScenes({ ...options, count: 0 })).toThrow(InputError);
  expect(() => makeSceneClasses({ ...options, classes: [], perClass: 0.5 })).toThrow(InputError);
});
