import { expect, test } from 'vitest';
import { Random } from '../base/random';
import { int32, tensor, type Params } from '../base/tensor';
import { constant } from '../engine/value';
import { lmLogits, tokenCrossEntropy } from './lm';
import { scope } from './layers';
import { countParams, expectTrainable, outputsOf, randomImages } from './testing';
import { encodePictures, initVlm, patchCount, vlmLogits, vlmLogitsAt, vlmStates, type VlmInputs, type VlmShape } from './vlm';

const shape: VlmShape = { vocabulary: 11, context: 6, width: 16, blocks: 2, heads: 2, mlpRatio: 2, head: 'own', side: 8, channels: [8, 16], unknown: 4 };
const params: Params = Object.fromEntries(Object.entries(initVlm(Random.seed(1), shape)).map(([name, p]) => [name, tensor(Float32Array.from(p.data, (x, i) => x + 0.2 * Math.sin(3 * i + name.length)), p.shape)]));
const pictures = randomImages(2, [2, 3, 8, 8]);
const ids = [1, 7, 8, 9, 1, 9, 6, 5];
const inputsOf = (hasPicture: number[], { unknown, tokens = ids, seed = 2 }: { unknown?: number[]; tokens?: number[]; seed?: number } = {}): VlmInputs => ({
  pictures: constant(seed === 2 ? pictures : randomImages(seed, [2, 3, 8, 8])),
  hasPicture: constant(tensor(hasPicture)),
  ...(unknown && { unknown: constant(tensor(unknown)) }),
  tokens: constant(int32(tokens, [2, 4])),
});
const logits = (inputs: VlmInputs): number[][] => {
  const { data } = outputsOf(params, (p) => ({ z: vlmLogits(p, inputs, shape) })).z;
  return [0, 1].map((i) => [...data.subarray(i * 44, (i + 1) * 44)]);
};

test('without a picture a row is read as by the language model alone, bit for bit whatever the picture holds', () => {
  const [first, second] = logits(inputsOf([0, 0]));
  const alone = outputsOf(params, (p) => ({ z: lmLogits(scope(p, 'lm'), constant(int32(ids, [2, 4])), { ...shape, sees: 'left' }) })).z.data;
  [...first!, ...second!].forEach((z, i) => expect(z).toBeCloseTo(alone[i]!, 9));
  expect(logits(inputsOf([0, 1], { seed: 3 }))[0]).toEqual(first);
});
test('a picture changes its own row alone; with one, it matters what it shows', () => {
  const both = logits(inputsOf([1, 1]));
  const one = logits(inputsOf([1, 0]));
  expect(one[0]).toEqual(both[0]);
  expect(one[1]).not.toEqual(both[1]);
  expect(logits(inputsOf([1, 1], { seed: 3 }))[0]).not.toEqual(both[0]);
});
test('<unk> for a picture is one token before the text: neither a picture nor nothing', () => {
  const unknown = logits(inputsOf([0, 0], { unknown: [1, 0] }));
  const none = logits(inputsOf([0, 0]));
  expect(unknown[0]).not.toEqual(none[0]);
  expect(unknown[1]).toEqual(none[1]);
  expect(logits(inputsOf([0, 0], { unknown: [1, 0], seed: 3 }))).toEqual(unknown);
  expect(logits(inputsOf([1, 1], { unknown: [0, 0] }))).toEqual(logits(inputsOf([1, 1])));
});
test('the text is read from left to right, after the whole picture', () => {
  const [before] = logits(inputsOf([1, 1]));
  const [after] = logits(inputsOf([1, 1], { tokens: [1, 7, 8, 10, 1, 9, 6, 5] }));
  expect(after!.slice(0, 33)).toEqual(before!.slice(0, 33));
  expect(after!.slice(33)).not.toEqual(before!.slice(33));
});
test('logits at a place are those of all places, picked', () => {
  const inputs = inputsOf([1, 0]);
  const { at, all } = outputsOf(params, (p) => ({ at: vlmLogitsAt(p, inputs, constant(int32([3, 1])), shape), all: vlmLogits(p, inputs, shape) }));
  expect([...at.data]).toEqual([...all.data.subarray(33, 44), ...all.data.subarray(44 + 11, 44 + 22)]);
});
test('states have patches before text, and a head of its own reads the text', () => {
  const { patches, projected, embedded, state, text, z } = outputsOf(params, (p) => {
    const made = vlmStates(p, inputsOf([1, 1]), shape);
    return { patches: made.patches, projected: made.projected, embedded: made.embedded, state: made.states[2]!, text: made.text, z: made.logits };
  });
  expect([patches, projected, embedded, state, text].map((v) => v.shape)).toEqual([[2, 4, 16], [2, 4, 16], [2, 8, 16], [2, 8, 16], [2, 4, 16]]);
  const head = params['lm.head.weight']!.data;
  expect(z.data[3]).toBeCloseTo(Array.from({ length: 16 }, (_, i) => text.data[i]! * head[i * 11 + 3]!).reduce((a, b) => a + b), 9);
  expect(patchCount(shape)).toBe(4);
  expect(countParams(params)).toBe(3 * 8 * 9 + 16 + 8 * 16 * 9 + 32 + 32 + (16 * 32 + 32) + (32 * 16 + 16) + 4 * 16 + 11 * 16 * 2 + 6 * 16 + 2 * (64 + 16 * 48 + 48 + 16 * 16 + 16 + 16 * 32 + 32 + 32 * 16 + 16) + 32);
});
test('a gradient reaches every param, as central differences have it', () => {
  const [inputs, next] = [inputsOf([1, 0], { unknown: [0, 1] }), constant(int32([7, 8, 9, 2, 9, 6, 5, 2], [2, 4]))];
  expectTrainable(params, (p) => tokenCrossEntropy(vlmLogits(p, inputs, shape), next), { unreached: [] });
});
test('patches lie row by row, and pictures that cannot be halved are refused', () => {
  const half = Float32Array.from(pictures.data, (x, i) => (Math.floor(i / 8) % 8 < 4 ? x : 0));
  const { whole, upper } = outputsOf(params, (p) => ({ whole: encodePictures(p, constant(pictures), shape), upper: encodePictures({ ...p }, constant(tensor(half, [2, 3, 8, 8])), shape) }));
  const difference = Array.from({ length: 4 }, (_, patch) => [...whole.data.subarray(patch * 16, patch * 16 + 16)].reduce((sum, x, i) => sum + Math.abs(x - upper.data[patch * 16 + i]!), 0));
  expect(difference[2]! + difference[3]!).toBeGreaterThan(difference[0]! + difference[1]!); // the lower half changed most; normalisation carries some of it up
  expect(() => initVlm(Random.seed(1), { ...shape, side: 6 })).toThrow(/side 6/);
});
