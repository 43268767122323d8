import { expect, test } from 'vitest';
import { Random } from '../../base/random';
import { floats } from '../../base/tensor';
import { testLab } from '../../lab/testing';
import { createReferenceExecutor } from '../../runtime/reference';
import { batcher, betaDraw } from './batcher';
import { batches, pixels } from './network';
import { pixelShifts } from './shifts';
import { openTask } from './task';

/** An IDX file of unsigned bytes. */
function idx(shape: readonly number[], value: (at: number) => number): Uint8Array {
  const head = 4 + 4 * shape.length;
  const bytes = new Uint8Array(head + shape.reduce((n, d) => n * d, 1));
  bytes.set([0, 0, 8, shape.length]);
  shape.forEach((d, i) => new DataView(bytes.buffer).setUint32(4 + 4 * i, d));
  for (let at = head; at < bytes.length; at++) bytes[at] = value(at - head);
  return bytes;
}
const pair = (name: string, n: number, classes: number) => [
  { name: `${name}-images`, bytes: idx([n, 28, 28], (at) => (Math.floor(at / pixels) * 7) % 256) },
  { name: `${name}-labels`, bytes: idx([n], (at) => at % classes) },
];
const open = (files: ReturnType<typeof pair>) => openTask(testLab(createReferenceExecutor(), { files, seed: 3 }).lab, 20);

test('a pair of files alone is divided: nothing is in two splits, and every count is as told beforehand', async () => {
  const opened = await open(pair('train', 1000, 10));
  const task = opened.rest();
  expect(task.train.labels.length + task.validation.labels.length + task.test.labels.length).toBe(1000);
  expect(task.validation.labels.length).toBeGreaterThanOrEqual(250); // 300 would leave too little of 800: at most a third
  expect(opened.counts).toEqual([task.validation, task.test, ...Object.values(task.shifts)].map((s) => s.labels.length));
  expect(Object.keys(task.shifts)).toEqual(['rotation', 'blur', 'noise', 'inverted']);
  expect(task.classNames).toHaveLength(10);
});
test('with a test pair all of the first is training and validation, and the test split is the file', async () => {
  const task = (await open([...pair('train', 1000, 10), ...pair('t10k', 120, 10)])).rest();
  expect(task.train.labels.length + task.validation.labels.length).toBe(1000);
  expect([...task.test.labels]).toEqual(Array.from({ length: 120 }, (_, i) => i % 10));
});
test('CIFAR takes the place of the drawn classes: grey, 28 x 28, its test batch the test split; other data are refused', async () => {
  const batch = (n: number) => Uint8Array.from(Array.from({ length: n }, (_, i) => [i % 10, ...new Array<number>(3072).fill((25 * i) % 256)]).flat());
  const task = (await open([{ name: 'data_batch_1.bin', bytes: batch(300) }, { name: 'test_batch.bin', bytes: batch(50) }])).rest();
  expect([task.train.labels.length + task.validation.labels.length, task.test.images.length, task.classNames[0]]).toEqual([300, 50 * pixels, 'airplane']);
  expect(task.test.images[pixels]).toBeCloseTo(25 / 255, 6);
  await expect(open([{ name: 'a.csv', bytes: new TextEncoder().encode('1,2\n3,4\n') }])).rejects.toThrow(/other data \(table\).*a folder for each class/);
});
test('too few images are refused, in words', async () => {
  await expect(open(pair('train', 60, 10))).rejects.toThrow(/at least 200 images.*60 of 10 came/);
});
test('shifts of pixels: inverted is its own inverse, blur keeps the mean, noise stays in [0, 1]', () => {
  const image = new Float32Array(pixels);
  for (let row = 10; row < 18; row++) image.fill(1, row * 28 + 10, row * 28 + 18);
  const sum = (x: Float32Array): number => x.reduce((a, b) => a + b, 0);
  expect(pixelShifts.inverted(pixelShifts.inverted(image))).toEqual(image);
  expect(sum(pixelShifts.blur(image))).toBeCloseTo(64, 2);
  expect(sum(pixelShifts.rotation(image, Random.seed(1)))).toBeGreaterThan(55);
  expect(pixelShifts.noise(image, Random.seed(1)).every((v) => v >= 0 && v <= 1)).toBe(true);
});
test('targets of a batch are distributions, mixed and smoothed or not; the batch of a step does not depend on those before', () => {
  const train = { images: Random.seed(1).fillUniform(new Float32Array(100 * pixels)), labels: Int32Array.from({ length: 100 }, (_, i) => i % 5) };
  const make = () => batcher(train, 5, { augmentation: 'strong', mixup: 0.3, smoothing: 0.1 }, Random.seed(2));
  const walked = make();
  for (let step = 0; step < 3; step++) walked(step);
  const batch = walked(3);
  expect(make()(3)).toEqual(batch);
  for (let i = 0; i < 64; i++) expect(floats(batch.targets!).subarray(5 * i, 5 * i + 5).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
  expect(Math.min(...floats(batch.targets!))).toBeGreaterThanOrEqual(0.0199);
});
test('an epoch shows every example once', () => {
  const pick = batches(96, 32, Random.seed(4));
  expect([0, 1, 2].flatMap((step) => [...pick(step)]).sort((a, b) => a - b)).toEqual(Array.from({ length: 96 }, (_, i) => i));
});
test('draws of Beta(a, a) have mean 1/2 and variance 1 / (4 (2a + 1))', () => {
  for (const a of [0.05, 0.3, 0.6]) {
    const draws = Array.from({ length: 4000 }, (_, i) => betaDraw(Random.seed(7).fork(a, i), a));
    const mean = draws.reduce((x, y) => x + y, 0) / draws.length;
    expect(mean).toBeCloseTo(0.5, 1);
    expect(draws.reduce((t, d) => t + (d - mean) ** 2, 0) / draws.length).toBeCloseTo(1 / (4 * (2 * a + 1)), 1);
  }
});
