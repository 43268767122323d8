import { expect, test } from 'vitest';
import { Random } from '../base/random';
import { floats, int32, tensor, type Tensor } from '../base/tensor';
import { evaluate } from '../engine/evaluate';
import { mul } from '../engine/ops';
import { constant, filled, input } from '../engine/value';
import { crossEntropy } from './losses';
import { imagesOf, patchesOf, pixelShuffle, sinCosPositions } from './patches';
import { countParams, expectTrainable, outputsOf, randomImages } from './testing';
import { initVit, initVitHead, vit, vitLayerOf, vitLogits, type VitShape } from './vit';

const shape: VitShape = { side: 8, channels: 2, patch: 4, width: 8, blocks: 2, heads: 2, classes: 3 };
const images = constant(randomImages(1, [2, 2, 8, 8]));
const valuesOf = (t: Tensor): number[] => [...floats(t)];

test.each([[shape], [{ ...shape, classToken: true, mlpRatio: 2 }]])('%j: shapes, number of params, and a gradient in each', (given) => {
  const params = initVit(Random.seed(1), given);
  const [tokens, rows, ratio] = [4, given.classToken ? 5 : 4, given.mlpRatio ?? 4];
  // patch (32 x 8 + 8), class, positions, blocks (norms 2 x 16, qkv 8 x 24 + 24, out 8 x 8 + 8, MLP), norm, head
  const block = 32 + (8 * 24 + 24) + 72 + (8 * 8 * ratio + 8 * ratio) + (8 * 8 * ratio + 8);
  expect(countParams(params)).toBe(264 + (given.classToken ? 8 : 0) + 8 * rows + 2 * block + 16 + 27);
  const out = vit(Object.fromEntries(Object.entries(params).map(([name, p]) => [name, constant(p)])), images, given);
  expect(out.states.map((s) => s.shape)).toEqual([[2, rows, 8], [2, rows, 8], [2, rows, 8]]);
  expect(out.attention.map((a) => a.shape)).toEqual([[2, 2, rows, rows], [2, 2, rows, rows]]);
  expect([out.tokens.shape, out.feature.shape, out.logits.shape]).toEqual([[2, tokens, 8], [2, 8], [2, 3]]);
  expectTrainable(params, (p) => crossEntropy(vitLogits(p, images, given), constant(int32([2, 0]))));
});
test('attention sums to 1 over what is looked at; scores may be replaced, and biased away', () => {
  const params = initVit(Random.seed(1), shape);
  const { attention, flat, blind } = outputsOf(params, (p) => ({
    attention: vit(p, images, shape).attention[1]!,
    flat: vit(p, images, shape, { scores: (s) => mul(s, 0) }).attention[1]!,
    blind: vit(p, images, shape, { bias: constant(tensor([0, 0, 0, -1e9])) }).attention[1]!,
  }));
  for (let row = 0; row < 16; row++) expect(attention.data.subarray(4 * row, 4 * row + 4).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  for (const weight of flat.data) expect(weight).toBeCloseTo(1 / 4, 12);
  blind.data.forEach((weight, i) => i % 4 === 3 && expect(weight).toBe(0));
});
test('without a class token the order of the patches is told by positions alone', () => {
  const params = { ...initVit(Random.seed(1), shape), 'position.weight': tensor(new Float32Array(32), [4, 8]) };
  const swapped = randomImages(1, [2, 2, 8, 8]);
  const x = floats(swapped);
  for (let row = 0; row < 32; row++) x.set([...x.subarray(8 * row + 4, 8 * row + 8), ...x.subarray(8 * row, 8 * row + 4)], 8 * row); // left and right halves change places
  const { plain, moved } = outputsOf(params, (p) => ({ plain: vitLogits(p, images, shape), moved: vitLogits(p, constant(swapped), shape) }));
  plain.data.forEach((logit, i) => expect(moved.data[i]).toBeCloseTo(logit, 10));
});
test('images become patches and images again, by channels, rows and columns', () => {
  const data = tensor(Float32Array.from({ length: 2 * 16 }, (_, i) => i), [1, 2, 4, 4]);
  const form = { side: 4, channels: 2, patch: 2 };
  const [patches, back] = evaluate([patchesOf(constant(data), form), imagesOf(patchesOf(constant(data), form), form)], new Map());
  expect([...patches!.data.subarray(8, 16)]).toEqual([2, 3, 6, 7, 18, 19, 22, 23]); // the upper right one
  expect([...back!.data]).toEqual(valuesOf(data));
  expect(() => patchesOf(filled([1, 1, 5, 5], 0), { side: 5, channels: 1, patch: 2 })).toThrow('cannot be cut');
});
test('pixelShuffle reads channels as ONNX and PyTorch do (DepthToSpace, CRD)', () => {
  const x = input('x', [1, 8, 1, 2]);
  const [y] = evaluate([pixelShuffle(x, 2)], new Map([['x', { shape: x.shape, data: Float64Array.from({ length: 16 }, (_, i) => i) }]]));
  // y[c, 2 h + i, 2 w + j] = x[4 c + 2 i + j, h, w]
  expect([...y!.data]).toEqual([0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15]);
  expect(() => pixelShuffle(x, 3)).toThrow('no multiple of 3 x 3');
});
test('fixed positions: sines and cosines of the column, then of the row', () => {
  const table = floats(sinCosPositions(3, 8));
  const [column, row] = [2, 1]; // token 5
  const expected = [column, row].flatMap((place) => [Math.sin(place), Math.sin(place / 100), Math.cos(place), Math.cos(place / 100)]);
  expected.forEach((value, i) => expect(table[5 * 8 + i]).toBeCloseTo(value, 6));
});
test('layers of params are counted from the patches to the head; a head is drawn alone as with the rest', () => {
  const params = initVit(Random.seed(1), { ...shape, classToken: true });
  const layers = Object.keys(params).map((name) => [name, vitLayerOf(name, shape)] as const);
  expect(new Set(layers.map(([, layer]) => layer))).toEqual(new Set([0, 1, 2, 3]));
  expect(Object.fromEntries(layers)).toMatchObject({ 'patch.weight': 0, 'class.weight': 0, 'position.weight': 0, 'block0.up.bias': 1, 'block1.norm2.weight': 2, 'norm.weight': 3, 'head.bias': 3 });
  expect(initVitHead(Random.seed(1), shape)['head.weight']).toEqual(params['head.weight']);
});
