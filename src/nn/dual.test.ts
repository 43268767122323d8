import { expect, test } from 'vitest';
import { Random } from '../base/random';
import { floats, int32, tensor, type Tensor } from '../base/tensor';
import { flatten, layoutOf } from '../engine/layout';
import { viewsOf } from '../engine/ops/compose';
import { defineProgram } from '../engine/program';
import type { Value } from '../engine/value';
import { createReferenceExecutor } from '../runtime/reference';
import { contrastiveLoss, dualLogits, imageFeatures, initDual, logitScale, textFeatures, type DualConfig } from './dual';
import { patchesOf } from './patches';
import { scope, type Views } from './layers';

const small: DualConfig = {
  image: { side: 8, channels: 3, patch: 4, width: 8, blocks: 1, heads: 2, mlpRatio: 2 },
  text: { vocabulary: 7, context: 6, width: 8, blocks: 1, heads: 2, mlpRatio: 2 },
  features: 4,
};
const params = initDual(Random.seed(3), small);
const layout = layoutOf(params);

async function evaluate(feeds: Readonly<Record<string, Tensor>>, body: (p: Views, feeds: Readonly<Record<string, Value>>) => Readonly<Record<string, Value>>) {
  const specs = Object.fromEntries(Object.entries(feeds).map(([name, t]) => [name, { shape: t.shape, dtype: t.dtype }]));
  const program = defineProgram({ name: 'dual test', constants: { theta: { shape: [layout.size] } }, feeds: specs }, ({ constants, feeds: inputs }) => ({ outputs: body(viewsOf(constants.theta!, layout), inputs) }));
  const session = await createReferenceExecutor().load(program, { theta: flatten(params, layout) });
  return session.run(feeds);
}
const norms = (features: Float32Array, width: number): number[] =>
  Array.from({ length: features.length / width }, (_, i) => Math.sqrt(features.slice(i * width, (i + 1) * width).reduce((s, x) => s + x * x, 0)));

test('a patch holds the pixels of one square, channel by channel', async () => {
  const images = tensor(Float32Array.from({ length: 3 * 64 }, (_, i) => i), [1, 3, 8, 8]);
  const { out } = await evaluate({ images }, (_, f) => ({ out: patchesOf(f.images!, small.image) }));
  const oracle = [0, 1, 2].flatMap((c) => [0, 1, 2, 3].flatMap((y) => [4, 5, 6, 7].map((x) => c * 64 + y * 8 + x))); // the patch right of the first
  expect([...floats(out!).slice(48, 96)]).toEqual(oracle);
});

test('images and texts become unit vectors', async () => {
  const images = tensor(Random.seed(1).fillUniform(new Float32Array(2 * 192)), [2, 3, 8, 8]);
  const out = await evaluate({ images, tokens: int32([1, 2, 3, 4, 1, 5, 3, 4], [2, 4]), end: int32([3, 2]) }, (p, f) => ({
    image: imageFeatures(scope(p, 'image'), f.images!, small),
    text: textFeatures(scope(p, 'text'), f.tokens!, f.end!, small),
  }));
  for (const norm of [...norms(floats(out.image!), 4), ...norms(floats(out.text!), 4)]) expect(norm).toBeCloseTo(1, 5);
});

test('a text is not changed by what stands behind its end token, and is by what stands before', async () => {
  const tokens = int32([1, 2, 3, 4, 1, 2, 3, 6, 1, 5, 3, 4], [3, 4]);
  const { text } = await evaluate({ tokens, end: int32([2, 2, 2]) }, (p, f) => ({ text: textFeatures(scope(p, 'text'), f.tokens!, f.end!, small) }));
  const rows = [0, 1, 2].map((i) => [...floats(text!).slice(i * 4, i * 4 + 4)]);
  expect(rows[1]).toEqual(rows[0]);
  expect(rows[2]).not.toEqual(rows[0]);
});

test('the contrastive loss of logits that tell nothing is log n', async () => {
  const flat = tensor(new Float32Array(25), [5, 5]);
  const { loss } = await evaluate({ flat }, (_, f) => ({ loss: contrastiveLoss(f.flat!).loss }));
  expect(floats(loss!)[0]).toBeCloseTo(Math.log(5), 5);
});

test('logits are cosines times the inverse temperature, at most 100', async () => {
  const f = tensor([1, 0, 0, 0, 0, 1, 0, 0], [2, 4]);
  const { z, hot } = await evaluate({ f, high: tensor([9], [1]) }, (p, inputs) => ({
    z: dualLogits(inputs.f!, inputs.f!, logitScale(p)),
    hot: logitScale({ 'scale.weight': inputs.high! }),
  }));
  expect(floats(z!)[0]).toBeCloseTo(1 / 0.07, 3);
  expect(floats(z!)[1]).toBe(0);
  expect(floats(hot!)[0]).toBe(100);
});
