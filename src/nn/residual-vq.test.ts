import { describe, expect, test } from 'vitest';
import { Random } from '../base/random';
import { int32, tensor, type Params, type Tensor } from '../base/tensor';
import { gradients } from '../engine/autodiff';
import { evaluate, toReference } from '../engine/evaluate';
import { constant, input, type Value } from '../engine/value';
import { contribution, decode, encode, enlargeMatrix, initCodebook, initTokenizer, mapsOfCodes, nearest, quantise, scaleStarts, shrinkMatrix, tokenCount, tokenizerConfig, tokenizerLoss, type TokenizerConfig } from './residual-vq';

const config: TokenizerConfig = { side: 8, channels: 2, scales: [1, 2, 4], codes: 6, codeWidth: 3, width: 8 };
const rng = Random.seed(9);
const params = initTokenizer(rng.fork('init'), config);
const codebook = initCodebook(rng.fork('codebook'), config);
const views = (p: Params): Record<string, Value> => Object.fromEntries(Object.entries(p).map(([name, value]) => [name, constant(value)]));
const run = (...values: Value[]): number[][] => evaluate(values, new Map()).map(({ data }) => [...data]);
const entries = constant(codebook['codebook.entries']!);
const images = tensor(rng.fork('images').fillUniform(new Float32Array(2 * 128), -1, 1), [2, 2, 8, 8]);
const f = tensor(rng.fork('map').fillNormal(new Float32Array(2 * 3 * 16)), [2, 3, 4, 4]);

describe('resizing', () => {
  test('shrinking takes means over areas: of 8 to 4 those of squares, of 8 to 3 with pixels shared; the sum over places is kept', () => {
    const m = shrinkMatrix(8, 4);
    for (let pixel = 0; pixel < 64; pixel++) for (let place = 0; place < 16; place++) {
      const inside = Math.floor(Math.floor(pixel / 8) / 2) === Math.floor(place / 4) && Math.floor((pixel % 8) / 2) === place % 4;
      expect(m[pixel * 16 + place]).toBe(inside ? 0.25 : 0);
    }
    const shared = shrinkMatrix(8, 3);
    for (let place = 0; place < 9; place++) expect(Array.from({ length: 64 }, (_, pixel) => shared[pixel * 9 + place]!).reduce((a, b) => a + b)).toBeCloseTo(1, 6);
    expect(shared[2 * 9]).toBeCloseTo((2 / 3 / (8 / 3)) * (1 / (8 / 3)), 6); // pixel 2 of the first row lies to two thirds in the first place
  });
  test('enlarging is bilinear: weights of a pixel sum to one, a flat map stays flat, 2 to 4 has weights 1, 3/4, 1/4', () => {
    const m = enlargeMatrix(2, 4);
    expect([0, 1, 2, 3].map((pixel) => m[pixel]! + m[32 + pixel]!)).toEqual([1, 0.75, 0.25, 0]); // along the first row
    const odd = enlargeMatrix(3, 8);
    for (let pixel = 0; pixel < 64; pixel++) expect(Array.from({ length: 9 }, (_, place) => odd[place * 64 + pixel]!).reduce((a, b) => a + b)).toBeCloseTo(1, 6);
  });
});

test('the default config has 85 tokens', () => {
  expect([tokenCount(tokenizerConfig.scales), scaleStarts(tokenizerConfig.scales)]).toEqual([85, [0, 1, 5, 21]]);
  expect([tokenCount([1, 2, 3, 4, 6, 8])]).toEqual([130]);
});
test('the nearest entry is that of brute force', () => {
  const rows = tensor(rng.fork('rows').fillNormal(new Float32Array(40 * 3)), [40, 3]);
  const [found] = run(nearest(constant(rows), entries));
  const e = codebook['codebook.entries']!.data;
  const distance = (row: number, code: number): number => [0, 1, 2].reduce((total, c) => total + (rows.data[3 * row + c]! - e[3 * code + c]!) ** 2, 0);
  found!.forEach((code, row) => expect(Array.from({ length: 6 }, (_, other) => distance(row, other)).every((d) => d >= distance(row, code) - 1e-9)).toBe(true));
});
test('what the scales add sums to the map, codes alone give the same maps, and each scale is chosen for what is still missing', () => {
  const { codes, map, maps, residuals } = quantise(views(params), entries, constant(f), config);
  expect([codes.shape, maps.length, residuals.shape]).toEqual([[2, 21], 3, [42, 3]]);
  const [found, whole] = run(codes, map);
  const given = constant(int32(Int32Array.from(found!), [2, 21]));
  const parts = config.scales.map((s, k) => {
    const own = found!.filter((_, i) => i % 21 >= scaleStarts(config.scales)[k]! && i % 21 < scaleStarts(config.scales)[k]! + s * s);
    return run(contribution(views(params), entries, constant(int32(Int32Array.from(own), [2, s * s])), k, config))[0]!;
  });
  whole!.forEach((v, i) => expect(v).toBeCloseTo(parts.reduce((total, part) => total + part[i]!, 0), 6));
  expect(run(mapsOfCodes(views(params), entries, given, config)[2]!)[0]).toEqual(whole);
  // The second scale, by hand: means over quarters of f - fhat_1.
  const first = run(maps[0]!)[0]!;
  const e = codebook['codebook.entries']!.data;
  for (const n of [0, 1]) for (let place = 0; place < 4; place++) {
    const rest = [0, 1, 2].map((c) => [0, 1, 4, 5].reduce((total, step) => {
      const at = ((n * 3 + c) * 4 + 2 * Math.floor(place / 2)) * 4 + 2 * (place % 2) + step;
      return total + (f.data[at]! - first[at]!) / 4;
    }, 0));
    const costs = Array.from({ length: 6 }, (_, code) => rest.reduce((total, r, c) => total + (r - e[3 * code + c]!) ** 2, 0));
    expect(costs.indexOf(Math.min(...costs))).toBe(found![n * 21 + 1 + place]);
  }
});
test('exchanged tokens change what later scales are chosen for, and no earlier code', () => {
  const at = new Float32Array(42);
  at[2] = 1; // the second token of scale 2, first picture
  const plain = quantise(views(params), entries, constant(f), config);
  const [before] = run(plain.codes);
  const other = (before![2]! + 1) % 6;
  const exchanged = quantise(views(params), entries, constant(f), config, { codes: constant(int32(new Int32Array(42).fill(other), [2, 21])), at: constant(tensor(at, [2, 21])) });
  const [after, mapAfter, mapBefore] = run(exchanged.codes, exchanged.maps[1]!, plain.maps[1]!);
  expect(after!.slice(0, 5)).toEqual(before!.slice(0, 5)); // still the nearest to what was missing then
  expect(after!.slice(21)).toEqual(before!.slice(21));
  expect(mapAfter!.slice(0, 48)).not.toEqual(mapBefore!.slice(0, 48));
});

describe('learning', () => {
  const spare = int32([0, 1, 2, 3, 4, 5]);
  const lossOf = (p: Record<string, Value>, given: Params = codebook, pictures: Tensor = images) => tokenizerLoss(p, views(given), constant(pictures), constant(spare), config);
  test('shapes: a map of half the side, pictures in [-1, 1], and the count of params by hand', () => {
    const map = encode(views(params), constant(images));
    expect(map.shape).toEqual([2, 3, 4, 4]);
    const pictures = decode(views(params), map);
    expect(pictures.shape).toEqual([2, 2, 8, 8]);
    expect(Math.max(...run(pictures)[0]!.map(Math.abs))).toBeLessThanOrEqual(1);
    const conv = (i: number, o: number): number => 9 * i * o + o;
    const res = 16 + 2 * conv(8, 8);
    expect(Object.values(params).reduce((n, { data }) => n + data.length, 0)).toBe(conv(8, 8) + res + conv(8, 3) + 3 * conv(3, 3) + conv(3, 8) + res + conv(8, 8));
  });
  test('a gradient reaches every param, straight through the choice of codes', () => {
    const p = Object.fromEntries(Object.entries(params).map(([name, { shape }]) => [name, input(name, shape)]));
    const names = Object.keys(params);
    const found = evaluate(gradients(lossOf(p).loss, names.map((name) => p[name]!)), new Map(names.map((name) => [name, toReference(params[name]!)])));
    expect(names.filter((_, i) => found[i]!.data.every((g) => Math.abs(g) < 1e-12))).toEqual([]);
  });
  test('an entry that rows choose moves to their mean; one that none chooses is put where a residual is', () => {
    const counted = { ...codebook, 'codebook.counts': tensor([50, 50, 50, 50, 50, 0.2]), 'codebook.entries': tensor(Float32Array.from(codebook['codebook.entries']!.data, (v, i) => (i < 15 ? v : 99)), [6, 3]) };
    const { residuals, chosen } = quantise(views(params), constant(counted['codebook.entries']), encode(views(params), constant(images)), config);
    const { buffers } = lossOf(views(params), counted);
    const [rows, codes, next, counts, sums] = run(residuals, chosen, buffers['codebook.entries']!, buffers['codebook.counts']!, buffers['codebook.sums']!);
    for (let code = 0; code < 5; code++) {
      const own = codes!.flatMap((c, row) => (c === code ? [row] : []));
      expect(counts![code]).toBeCloseTo(50 * 0.97 + 0.03 * own.length, 5);
      for (const c of [0, 1, 2]) {
        const sum = 0.97 * codebook['codebook.sums']!.data[3 * code + c]! + 0.03 * own.reduce((total, row) => total + rows![3 * row + c]!, 0);
        expect(sums![3 * code + c]).toBeCloseTo(sum, 5);
        expect(next![3 * code + c]).toBeCloseTo(sum / counts![code]!, 4);
      }
    }
    expect(next!.slice(15)).toEqual(rows!.slice(15, 18)); // spare place 5
    expect(counts![5]).toBe(1);
  });
});
