import { expect, test } from 'vitest';
import { Random } from '../base/random';
import { floats, int32, tensor, type Params } from '../base/tensor';
import { gradients } from '../engine/autodiff';
import { defineProgram } from '../engine/program';
import { createReferenceExecutor } from '../runtime/reference';
import { cnnFeatures, cnnLogits, featureSize, initCnn, initHead, withHead } from './cnn';
import { crossEntropy } from './losses';

const shapesOf = (params: Params) => Object.fromEntries(Object.entries(params).map(([name, { shape }]) => [name, { shape }]));
const images = tensor(Random.seed(3).fillUniform(new Float32Array(2 * 784)), [2, 1, 28, 28]);

test('features have unit length, logits one column a class, and a gradient reaches every param', async () => {
  const params = initCnn(Random.seed(1), 5);
  const program = defineProgram({ name: 'cnn', constants: shapesOf(params), feeds: { images: { shape: [2, 1, 28, 28] }, labels: { shape: [2], dtype: 'int32' } } }, ({ constants, feeds }) => {
    const logits = cnnLogits(constants, feeds.images);
    const names = Object.keys(params);
    const grads = gradients(crossEntropy(logits, feeds.labels), names.map((name) => constants[name]!));
    return { outputs: { features: cnnFeatures(constants, feeds.images), logits, ...Object.fromEntries(names.map((name, i) => [`d.${name}`, grads[i]!])) } };
  });
  const session = await createReferenceExecutor().load(program, params);
  const out = await session.run({ images, labels: int32([1, 4]) });
  const features = floats(out.features!);
  for (const row of [0, 1]) expect(features.subarray(row * featureSize, (row + 1) * featureSize).reduce((n, v) => n + v * v, 0)).toBeCloseTo(1, 5);
  expect(out.logits!.shape).toEqual([2, 5]);
  for (const name of Object.keys(params)) expect(floats(out[`d.${name}`]!).some((g) => g !== 0), name).toBe(true);
});
test('a new head keeps the encoder and the order of the params', () => {
  const params = initCnn(Random.seed(1), 26);
  const swapped = withHead(params, initHead(Random.seed(2), 20));
  expect(Object.keys(swapped)).toEqual(Object.keys(params));
  expect(swapped['conv2.weight']).toBe(params['conv2.weight']);
  expect(swapped['head.weight']!.shape).toEqual([featureSize, 20]);
});
test('weights come from their own named streams: another number of classes leaves the encoder as it is', () => {
  expect(initCnn(Random.seed(1), 26)['conv3.weight']).toEqual(initCnn(Random.seed(1), 3)['conv3.weight']);
});
