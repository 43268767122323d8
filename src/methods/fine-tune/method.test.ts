import { readFile } from 'node:fs/promises';
import { afterAll, expect, test } from 'vitest';
import { floats } from '../../base/tensor';
import { writeNpz } from '../../data/files/npz';
import { testLab } from '../../lab/testing';
import { createWasmExecutor } from '../../runtime/wasm';
import { readKnobs, type KnobValues } from '../../spec/knobs';
import type { FileBytes } from '../../spec/messages';
import { card } from './card';
import { firstOfEach, openTask } from './data';
import { method } from './method';

const wasm = await createWasmExecutor();
afterAll(() => wasm.close());
const asset = async (path: string): Promise<Uint8Array> => new Uint8Array(await readFile(path.startsWith('models/') ? path : `public/${path}`));
const knobs = (more: KnobValues = {}) => readKnobs(card.knobs, { ...card.quick, ...more });

/** An IDX pair: `count` pictures of `side` px in `classes` classes, each brighter than the class before, no two alike. */
function idxPair(count: number, side: number, classes: number, name = 'train'): FileBytes[] {
  const head = (...numbers: number[]): number[] => numbers.flatMap((n) => [n >>> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255]);
  const pixels = Uint8Array.from({ length: count * side * side }, (_, i) => {
    const n = Math.floor(i / (side * side));
    return i % (side * side) === 0 ? n % 256 : i % (side * side) === 1 ? Math.floor(n / 256) : Math.round((250 * ((n % classes) + 1)) / classes);
  });
  return [
    { name: `${name}-images-idx3-ubyte`, bytes: Uint8Array.from([0, 0, 8, 3, ...head(count, side, side), ...pixels]) },
    { name: `${name}-labels-idx1-ubyte`, bytes: Uint8Array.from([0, 0, 8, 1, ...head(count), ...Array.from({ length: count }, (_, n) => n % classes)]) },
  ];
}
const open = (files: readonly FileBytes[], more: KnobValues = {}) => openTask(testLab(wasm, { asset, files }).lab, knobs(more));

test('dropped pictures take the place of the built-in ones, divided without a double', async () => {
  const { train, validation, test: tests, shared } = await open(idxPair(200, 20, 4));
  expect([train, validation, tests].map(({ y }) => y.shape[0])).toEqual([140, 20, 40]);
  expect(shared).toBe(0);
  const given = await open([...idxPair(200, 20, 4), ...idxPair(60, 20, 4, 't10k')]);
  // The first 60 pictures of both files are the same: they stay in the test set alone.
  expect([given.train.y.shape[0]! + given.validation.y.shape[0]!, given.test.y.shape[0], given.shared]).toEqual([140, 60, 0]);
});
test('pictures of 28 x 28 are taken as they are, others resized, with their brightness', async () => {
  const pair = (side: number) => open(idxPair(60, side, 3));
  const [same, small] = [await pair(28), await pair(14)];
  for (const { train } of [same, small]) {
    expect(train.x.shape.slice(1)).toEqual([1, 28, 28]);
    train.y.data.forEach((label: number, i: number) => expect(floats(train.x)[i * 784 + 400]).toBeCloseTo(Math.round((250 * (label + 1)) / 3) / 255, 6));
  }
});
test('what makes no pictures with labels is refused with what was expected', async () => {
  const arrays = writeNpz({ x: { dtype: 'float32', shape: [4, 2], data: new Float32Array(8) }, y: { dtype: 'int32', shape: [4], data: Int32Array.of(0, 1, 0, 1) } });
  await expect(open([{ name: 'data.npz', bytes: arrays }])).rejects.toThrow('Pictures with labels were expected');
  await expect(open(idxPair(60, 8, 1))).rejects.toThrow('one class alone');
});
test('the first of each class come in turn', () => {
  const set = { x: { dtype: 'float32' as const, shape: [5, 1], data: Float32Array.of(0, 1, 2, 3, 4) }, y: { dtype: 'int32' as const, shape: [5], data: Int32Array.of(1, 1, 0, 1, 0) }, classes: ['a', 'b'] };
  expect([...floats(firstOfEach(set, 4).x)]).toEqual([2, 0, 4, 1]);
});
test('the layer comes first, then everything: the curve has every step once, and the encoder begins to move only then', async () => {
  const kit = testLab(wasm, { asset, arms: ['layer-first', 'layer'] });
  await method.run(kit.lab, knobs({ layerShare: 0.5 }));
  await kit.close();
  const steps = kit.points.filter(({ arm, metric }) => arm === 'layer-first' && metric === 'train/loss').map(({ step }) => step);
  expect(steps).toEqual(Array.from({ length: 20 }, (_, i) => i));
  const movedBy = (arm: string): number => kit.outcomes.find((o) => o.arm === arm && o.metric === 'encoder/moved')!.value;
  expect(movedBy('layer')).toBe(0);
  expect(movedBy('layer-first')).toBeGreaterThan(0);
});
