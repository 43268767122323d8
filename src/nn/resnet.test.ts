import { expect, test } from 'vitest';
import { Random } from '../base/random';
import { floats, int32, tensor, type Params } from '../base/tensor';
import { evaluate } from '../engine/evaluate';
import { constant, input } from '../engine/value';
import { testLab } from '../lab/testing';
import { createReferenceExecutor } from '../runtime/reference';
import { batchNorm, initStatistics } from './batch-norm';
import { crossEntropy } from './losses';
import { sgd } from './optimizers';
import { initResnet, initResnetBuffers, resnet, resnetShape, type ResnetShape } from './resnet';
import { countParams, expectTrainable, inputsFor, outputsOf, randomImages } from './testing';

const tiny: ResnetShape = { channels: 2, classes: 3, widths: [2, 4], strides: [1, 2], blocks: 1, norm: 2 };
const images = constant(randomImages(1, [3, 2, 6, 6]));
const labels = constant(int32([0, 2, 1]));

test.each([[tiny], [{ ...tiny, norm: 'batch' as const }]])('%j: shapes, number of params, and a gradient in each', (shape) => {
  const params = initResnet(Random.seed(1), shape);
  // stem 2x2x9 + 4; stage 0: two 2x2x9 + 8; stage 1: 4x2x9 + 4x4x9 + 16, skip 4x2 + 8; head 4x3 + 3
  expect(countParams(params)).toBe(40 + 80 + 72 + 144 + 16 + 8 + 8 + 15);
  const buffers = initResnetBuffers(shape);
  expect(countParams(buffers)).toBe(shape.norm === 'batch' ? 2 * (2 + 4 + 12) : 0);
  const all = { ...params, ...buffers };
  const out = resnet(inputsFor(all), inputsFor(buffers), images, shape, 'train');
  expect([...out.stages, out.feature, out.logits].map((v) => v.shape)).toEqual([[3, 2, 6, 6], [3, 2, 6, 6], [3, 4, 3, 3], [3, 4], [3, 3]]);
  expect(Object.keys(out.buffers)).toEqual(Object.keys(buffers));
  expectTrainable(params, (p) => crossEntropy(resnet(p, {}, images, { ...shape, norm: 2 }, 'train').logits, labels));
  if (shape.norm === 'batch') expectTrainable(params, (p) => crossEntropy(resnet(p, constantsFor(buffers), images, shape, 'train').logits, labels), { rtol: 1e-3 });
});
/** Buffers as constants, so that params alone are inputs. */
const constantsFor = (buffers: Params) => Object.fromEntries(Object.entries(buffers).map(([name, b]) => [name, constant(b)]));

test('the usual one holds as many params as counted by hand', () => {
  const stage = (from: number, to: number): number => 9 * from * to + 9 * to * to + 4 * to + (from === to ? 0 : from * to + 2 * to) + 18 * to * to + 4 * to;
  expect(countParams(initResnet(Random.seed(1), resnetShape(10)))).toBe(27 * 16 + 32 + stage(16, 16) + stage(16, 32) + stage(32, 64) + 650);
});
test('batch normalisation: moments of the batch, running ones as PyTorch documents, and the running ones in use', () => {
  const [x, p] = [input('x', [2, 1, 1, 3]), { weight: constant(tensor([2])), bias: constant(tensor([1])) }];
  const data = [1, 2, 3, 4, 5, 9]; // mean 4, biased variance 20 / 3, unbiased 8
  const statistics = { running_mean: constant(tensor([10])), running_var: constant(tensor([1])) };
  const train = batchNorm(p, statistics, x, 'train');
  const used = batchNorm(p, { running_mean: train.statistics.running_mean!, running_var: train.statistics.running_var! }, x, 'run');
  const [y, mean, variance, z] = evaluate([train.y, train.statistics.running_mean!, train.statistics.running_var!, used.y], new Map([['x', { shape: x.shape, data: Float64Array.from(data) }]]));
  expect(mean!.data[0]).toBeCloseTo(0.9 * 10 + 0.1 * 4, 6);
  expect(variance!.data[0]).toBeCloseTo(0.9 * 1 + 0.1 * 8, 6);
  data.forEach((v, i) => {
    expect(y!.data[i]).toBeCloseTo((2 * (v - 4)) / Math.sqrt(20 / 3 + 1e-5) + 1, 6);
    expect(z!.data[i]).toBeCloseTo((2 * (v - 9.4)) / Math.sqrt(1.7 + 1e-5) + 1, 5);
  });
  expect([...floats(initStatistics(2).running_var!)]).toEqual([1, 1]);
});
test('in use, the answer for one picture does not depend on the others', () => {
  const shape: ResnetShape = { ...tiny, norm: 'batch' };
  const all = { ...initResnet(Random.seed(1), shape), ...initResnetBuffers(shape) };
  const first = constant(tensor(floats(randomImages(1, [3, 2, 6, 6])).slice(0, 72), [1, 2, 6, 6]));
  const { many, one } = outputsOf(all, (p) => ({ many: resnet(p, p, images, shape, 'run').logits, one: resnet(p, p, first, shape, 'run').logits }));
  one.data.forEach((logit, i) => expect(many.data[i]).toBeCloseTo(logit, 12));
});

test('a training carries its statistics from step to step and gives them back', async () => {
  const shape: ResnetShape = { ...tiny, norm: 'batch' };
  const buffers = initResnetBuffers(shape);
  const from = { ...initResnet(Random.seed(1), shape), ...buffers };
  const shapes = (params: Params) => Object.fromEntries(Object.entries(params).map(([name, p]) => [name, p.shape]));
  const kit = testLab(createReferenceExecutor());
  const trainer = kit.lab.trainer({
    name: 'statistics', params: shapes(initResnet(Random.seed(1), shape)), buffers: shapes(buffers), batch: { images: { shape: [3, 2, 6, 6] } },
    loss: ({ params, buffers: held, batch }) => {
      const out = resnet(params, held, batch.images!, shape, 'train');
      return { loss: crossEntropy(out.logits, labels), buffers: out.buffers };
    },
    optimizer: sgd(),
  });
  // With a learning rate of 0 every batch gives the same moments m, so that after two steps running = 0.81 start + 0.19 m.
  const trained = await kit.lab.train({ trainer, arm: 'bn', from, steps: 2, hyper: () => ({ learningRate: 0 }), next: () => ({ images: randomImages(1, [3, 2, 6, 6]) }) });
  const once = outputsOf(from, (p) => ({ ...resnet(p, p, images, shape, 'train').buffers }));
  for (const [name, start] of Object.entries(buffers))
    floats(trained[name]!).forEach((v, i) => {
      const before = floats(start)[i]!;
      expect(v).toBeCloseTo(before + 1.9 * (once[name]!.data[i]! - before), 5);
    });
  expect(Object.keys(trained).filter((name) => name.includes('running'))).toEqual(Object.keys(buffers));
});
