import { expect, test } from 'vitest';
import { Random } from '../base/random';
import { tensor, type Params } from '../base/tensor';
import { readAsset } from '../cli/files';
import { memoryBlobs } from '../keep/blobs';
import { forgetCheckpoint, keepCheckpoint } from '../keep/checkpoints';
import type { ModelRef } from '../spec/diff';
import { RunControl } from './control';
import { answers, type LibraryHost } from './library';

const host: LibraryHost = { asset: readAsset, executor: () => Promise.reject(new Error('nothing is run here')), blobs: memoryBlobs(), control: new RunControl() };
const kept = async (name: string, params: Params): Promise<ModelRef> => ({ from: 'kept', id: (await keepCheckpoint(host.blobs, { name, source: { from: 'file', file: name, form: 'npz' }, params }, 1)).id });
const shipped = (id: string): ModelRef => ({ from: 'shipped', id });
const noise = (name: string, size: number): Float32Array => Random.seed(5).fork(name).fillNormal(new Float32Array(size));

test('a shipped model and itself are identical, tensor by tensor and node by node', async () => {
  const { matched, onlyA, onlyB, reshaped, total, graph } = await answers.diff({ a: shipped('cnn'), b: shipped('cnn') }, host);
  expect(matched.length).toBeGreaterThan(3);
  expect(matched.every(({ identical, relativeL2 }) => identical && relativeL2 === 0)).toBe(true);
  expect([onlyA, onlyB, reshaped, total.cosine]).toEqual([[], [], [], 1]);
  expect(graph).toMatchObject({ added: [], removed: [], changed: [], facts: [] });
});
test('models of one architecture and other weights differ in numbers alone; of another, in names and nodes too', async () => {
  const alike = await answers.diff({ a: shipped('cnn-noise-0'), b: shipped('cnn-noise-50') }, host);
  expect([alike.total.identical, alike.graph?.added, alike.graph?.removed]).toEqual([false, [], []]);
  const other = await answers.diff({ a: shipped('cnn'), b: shipped('resnet') }, host);
  expect(other.onlyA.length + other.reshaped.length).toBeGreaterThan(0);
  expect(other.graph!.added.length).toBeGreaterThan(0);
});
test('what is in one alone, and shapes that disagree, are named', async () => {
  const a = await kept('a', { both: tensor([1, 2]), shape: tensor([1, 2, 3, 4], [2, 2]), mine: tensor([1]) });
  const b = await kept('b', { shape: tensor([1, 2, 3, 4], [4]), yours: tensor([1, 2], [1, 2]), both: tensor([1, 3]) });
  const found = await answers.diff({ a, b }, host);
  expect([found.matched.map(({ name }) => name), found.onlyA, found.onlyB, found.reshaped]).toEqual([['both'], [{ name: 'mine', shape: [1] }], [{ name: 'yours', shape: [1, 2] }], [{ name: 'shape', a: [2, 2], b: [4] }]]);
  expect([found.total.maxChange, found.graph]).toEqual([1, undefined]);
  await expect(answers.diffTensor({ a, b, tensor: 'shape' }, host)).rejects.toThrow('not in both models with the same shape');
});
test('a change of rank one, looked at closely: one singular value, and a map with every entry of a small matrix', async () => {
  const w = noise('w', 6 * 8);
  const [u, v] = [noise('u', 6), noise('v', 8)];
  const a = await kept('before', { w: tensor(w, [6, 2, 4]) });
  const b = await kept('after', { w: tensor(w.map((x, i) => x + u[Math.floor(i / 8)]! * v[i % 8]!), [6, 2, 4]) });
  const { view, block, heat, values, changes, spectra } = await answers.diffTensor({ a, b, tensor: 'w' }, host);
  expect([view, block, heat.values.length]).toEqual([[6, 8], [1, 1], 48]);
  expect(values.a.reduce((sum, c) => sum + c, 0)).toBe(48);
  expect(changes!.counts.reduce((sum, c) => sum + c, 0)).toBe(48);
  const norm = (x: Float32Array): number => Math.sqrt(x.reduce((sum, y) => sum + y * y, 0));
  expect(spectra!.change.values[0]).toBeCloseTo(norm(u) * norm(v), 5);
  expect(spectra!.change.values[1]).toBeLessThan(1e-5);
  expect([spectra!.change.stableRank, spectra!.a.stableRank > 1.5]).toEqual([expect.closeTo(1, 5), true]);
});
test('vectors, numbers that are not finite and large matrices have no spectrum, and it is said why', async () => {
  const params = (x: number): Params => ({ b: tensor([1, x]), bad: tensor([x, NaN], [2, 1]), large: tensor(new Float32Array(1000 * 1000).fill(x), [1000, 1000]) });
  const [a, b] = [await kept('one', params(1)), await kept('two', params(2))];
  const why = async (name: string) => (await answers.diffTensor({ a, b, tensor: name }, host)).noSpectra;
  expect([await why('b'), await why('bad'), await why('large')]).toEqual(['vector', 'not finite', 'large']);
  expect((await answers.diffTensor({ a, b, tensor: 'large' }, host)).block).toEqual([11, 7]);
});
test('masks of three seeds overlap by pairs as chance has it; of changes from what they share, as they were planted', async () => {
  const size = [60, 50];
  const base = noise('base', 3000);
  const moved = (name: string, where: (i: number) => boolean) => kept(name, { w: tensor(base.map((x, i) => (where(i) ? x + 1 : x)), size), bias: tensor([1]) });
  const from = await kept('from', { w: tensor(base, size), bias: tensor([0]) });
  const models = [await moved('x', (i) => i < 600), await moved('y', (i) => i >= 300 && i < 900), await moved('z', (i) => i >= 2400)];
  const planted = await answers.overlap({ models, rule: { keep: 'nonzero', share: 1, of: 'tensor' }, base: from }, host);
  expect(planted.tensors).toEqual([{ name: 'w', shape: size }]);
  expect(planted.pairs.map(({ a, b, iou }) => [a, b, iou])).toEqual([[0, 1, 1 / 3], [0, 2, 0], [1, 2, 0]]);
  expect(planted.pairs[0]!.chance).toBeCloseTo(120 / 1080, 12);
  const seeds = [1, 2].map((seed) => kept(`seed ${seed}`, { w: tensor(noise(`seed ${seed}`, 3000), size) }));
  const { density, pairs: [pair] } = await answers.overlap({ models: await Promise.all(seeds), rule: { keep: 'top', share: 0.2, of: 'model' } }, host);
  expect(density).toEqual([0.2, 0.2]);
  expect(Math.abs(pair!.iou - pair!.chance)).toBeLessThan(0.03);
});
test('what is not here, and questions out of bounds, are refused in words', async () => {
  const gone = await kept('gone', { w: tensor([1]) });
  await forgetCheckpoint(host.blobs, gone.id);
  await expect(answers.diff({ a: gone, b: shipped('cnn') }, host)).rejects.toThrow('not here any more');
  await expect(answers.diff({ a: shipped('nothing'), b: shipped('cnn') }, host)).rejects.toThrow('no shipped model "nothing"');
  await expect(answers.diff({ a: { from: 'shipped', id: '../cnn' }, b: shipped('cnn') }, host)).rejects.toThrow('no such model');
  await expect(answers.overlap({ models: [shipped('cnn')], rule: { keep: 'top', share: 0.2, of: 'tensor' } }, host)).rejects.toThrow('from two to 8');
  await expect(answers.overlap({ models: [shipped('cnn'), shipped('cnn')], rule: { keep: 'top', share: NaN, of: 'tensor' } }, host)).rejects.toThrow('share');
  await expect(answers.overlap({ models: [shipped('cnn'), shipped('lm')], rule: { keep: 'top', share: 0.2, of: 'tensor' } }, host)).rejects.toThrow('no tensor of two axes');
});
